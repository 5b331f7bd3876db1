"""Reinforcement learning of a language model on verifiable rewards.

Group relative policy optimisation (DeepSeekMath, 2402.03300): for every prompt a group of
completions is drawn, the advantage of each is its reward less the group's mean over the group's
standard deviation, and the policy ratio is clipped to 1 +- epsilon. Every setting that TRL defaults
otherwise than the published runs is written out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from latent_reasoning.data.problems import Problem

Reward = Callable[..., list[float]]


@dataclass(frozen=True)
class GrpoConfig:
    """Settings of a run of reinforcement learning."""

    updates: int = 64
    """Optimiser updates."""
    learning_rate: float = 1e-4
    """Constant learning rate of AdamW."""
    group_size: int = 16
    """Completions drawn per prompt."""
    batch_size: int = 256
    """Completions per update."""
    updates_per_rollout: int = 8
    """Updates made from one batch of rollouts; above one, so that clipping is active."""
    epsilon: float = 0.2
    """Clip range of the policy ratio."""
    beta: float = 0.0
    """Weight of the KL penalty to the starting policy."""
    temperature: float = 1.0
    """Sampling temperature of the rollouts."""
    max_completion_tokens: int = 80
    """Longest completion."""
    loss_type: str = "grpo"
    """Normalisation of the loss: per completion, as published."""
    scale_rewards: str = "group"
    """Advantages are divided by the standard deviation of their group."""
    n_problems: int = 2000
    """Problems of the tuning part to draw prompts from."""


def train_grpo(
    model_directory: Path,
    prompts: Sequence[str],
    problems: Sequence[Problem],
    rewards: Sequence[tuple[Reward, float]],
    config: GrpoConfig,
    output: Path,
    seed: int,
    *,
    checkpoints: Path,
    advance: Callable[[int], object] = lambda _: None,
    trainable: Callable[[str], bool] = lambda _: True,
) -> list[dict[str, float]]:
    """Tune a model on rewards, save it as a Hugging Face directory, return the training log.

    A run that was stopped goes on from the last complete rollout found in `checkpoints` and ends
    with the weights of one that was not.

    Args:
        model_directory: The model to start from.
        prompts: One prompt per problem.
        problems: The problems, whose gold answers the rewards see.
        rewards: Pairs of reward and weight; a weight of 0 is logged and not trained on.
        config: Settings of the run.
        output: Directory for the tuned model.
        seed: Of rollouts and data order.
        checkpoints: Directory for the resumable state; removed by the caller when done.
        advance: Called with the number of updates just made.
        trainable: Whether a parameter of that name is trained; the others stay as they are.

    Raises:
        ModuleNotFoundError: The extra `tune` is not installed.
    """
    from latent_reasoning.tuning.trainer import run_trainer

    rows = [
        {"prompt": prompt, "gold": problem.gold}
        for prompt, problem in zip(prompts, problems, strict=True)
    ]
    return run_trainer(
        model_directory, rows, rewards, config, output, seed, checkpoints, advance, trainable
    )
