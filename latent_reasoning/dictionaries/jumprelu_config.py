"""Settings of JumpReLU training."""

from dataclasses import dataclass

SPARSITY_LOSSES = ("quadratic", "step", "tanh")


@dataclass(frozen=True)
class JumpReluConfig:
    """Settings of JumpReLU training; rows have mean norm sqrt(d_in)."""

    sparsity_loss: str = "quadratic"
    """What a JumpReLU penalises: step, the number L0 of live features of a row; quadratic,
    2 (L0 - k)^2 / k, which aims at k; tanh, the sum of tanh(tanh-scale x activation x norm)."""
    l0_coefficient: float = 1.0
    """Weight of the penalty of a JumpReLU."""
    l0_warmup: float = 0.1
    """Share of the updates over which the weight of the penalty rises from zero."""
    bandwidth: float = 0.05
    """Width around a threshold of a JumpReLU within which pre-activations move it."""
    initial_threshold: float = 0.01
    """Threshold of every feature of a JumpReLU before the first update."""
    tanh_scale: float = 4.0
    """Steepness of the tanh penalty."""
    pre_act_coefficient: float = 0.0
    """Weight of the loss that lifts dead features of a JumpReLU; 0 leaves it out."""
