"""Settings of the training of one dictionary."""

from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from latent_reasoning.dictionaries.jumprelu_config import SPARSITY_LOSSES, JumpReluConfig
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.dictionaries.trainer import Architecture
from latent_reasoning.errors import one_of

LEVELS = (1 / 16, 1 / 8, 1 / 4, 1 / 2)


@dataclass(frozen=True)
class SaeConfig:
    """Settings of the training of one dictionary."""

    d_sae: int = 512
    """Number of features."""
    k: int = 12
    """Features active per row, on average over a batch."""
    steps: int = 1000
    """Optimiser updates."""
    batch_size: int = 1024
    """Rows per update."""
    learning_rate: float = 2e-3
    """Peak learning rate of Adam, for rows of mean norm sqrt(d_in)."""
    warmup: float = 0.02
    """Share of the steps over which the learning rate rises."""
    decay: float = 0.3
    """Share of the steps, at the end, over which the learning rate falls to zero."""
    dead_after: int = 200
    """Updates without firing after which a feature counts as dead and is revived."""
    held_out: float = 0.1
    """Share of the rows kept from training, on which the inference threshold is fitted."""
    seed: int = 0
    """Of initialisation, held-out rows and order of the rows."""
    architecture: Architecture = "batchtopk"
    """How sparsity is enforced: batchtopk keeps the k x batch_size largest activations of a batch,
    topk the k largest of every row, matryoshka_batchtopk is batchtopk with a loss for every prefix
    of the features, jumprelu learns a threshold for every feature."""
    k_start: int | None = None
    """Features active per row at the first update, from which k is annealed; k if None."""
    anneal: float = 0.2
    """Share of the steps over which k_start turns into k."""
    levels: tuple[float, ...] = LEVELS
    """Shares of the features in the inner prefixes of a Matryoshka dictionary, ascending."""
    jumprelu: JumpReluConfig = field(default_factory=JumpReluConfig)
    """Settings of JumpReLU training."""

    def __post_init__(self) -> None:
        counts = {"d_sae": self.d_sae, "k": self.k, "steps": self.steps, "batch": self.batch_size}
        counts["k_start"] = self.first_k
        if min(counts.values()) < 1 or not self.k <= self.first_k <= self.d_sae:
            raise DictionaryError(
                f"SaeConfig: {counts}; expected positive numbers and k <= k_start <= d_sae"
            )
        shares = {"held_out": self.held_out, "warmup": self.warmup, "decay": self.decay}
        shares["anneal"] = self.anneal
        in_range = 0 < self.held_out < 1 and min(shares.values()) >= 0 and self.anneal <= 1
        if not in_range or self.warmup + self.decay >= 1 or self.learning_rate <= 0:
            raise DictionaryError(
                f"SaeConfig: {shares}, learning_rate {self.learning_rate}; expected shares from 0 "
                f"to 1, warmup and decay below 1 together, and a positive rate"
            )
        if any(a >= b for a, b in pairwise((0, *self.widths))):
            raise DictionaryError(
                f"SaeConfig: levels {self.levels} of {self.d_sae} features; expected ascending "
                f"shares between 0 and 1, at least one feature apart"
            )

        _check_jumprelu(self.jumprelu)

    @property
    def first_k(self) -> int:
        """Features active per row at the first update."""
        return self.k if self.k_start is None else self.k_start

    @property
    def widths(self) -> tuple[int, ...]:
        """Numbers of features of the prefixes with a loss of their own, the last one d_sae.

        >>> SaeConfig(d_sae=512, architecture="matryoshka_batchtopk").widths
        (32, 64, 128, 256, 512)
        """
        if self.architecture != "matryoshka_batchtopk":
            return ()
        return (*(round(share * self.d_sae) for share in self.levels), self.d_sae)

    def used(self) -> dict[str, Any]:
        """The settings that decide something for this architecture, as plain data."""
        plain = asdict(self)
        unused = {"k_start", "anneal"} if self.first_k == self.k else set()
        if self.architecture != "matryoshka_batchtopk":
            unused.add("levels")
        unused |= {"k_start", "anneal"} if self.architecture == "jumprelu" else {"jumprelu"}
        return {name: value for name, value in plain.items() if name not in unused}


def _check_jumprelu(config: JumpReluConfig) -> None:
    if config.sparsity_loss not in SPARSITY_LOSSES:
        raise DictionaryError(one_of("fit", "sparsity loss", config.sparsity_loss, SPARSITY_LOSSES))
    least = min(config.l0_coefficient, config.initial_threshold, config.pre_act_coefficient)
    positive = min(config.bandwidth, config.tanh_scale) > 0
    if least < 0 or not positive or not 0 <= config.l0_warmup < 1:
        raise DictionaryError(
            f"fit: {config}; expected a positive bandwidth and tanh_scale, an l0_warmup from 0 to "
            f"1, and nothing negative"
        )
