"""Reinforcement learning through TRL's GRPOTrainer; the only door to trl.

Group relative policy optimisation (DeepSeekMath, 2402.03300): for every prompt a group of
completions is drawn, the advantage of each is its reward less the group's mean over the group's
standard deviation, and the policy ratio is clipped to 1 +- epsilon. Every setting that TRL defaults
otherwise than the published runs is written out.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from latent_reasoning.data.problems import Problem

Reward = Callable[..., list[float]]


@dataclass(frozen=True)
class GrpoConfig:
    """Settings of a run of reinforcement learning."""

    updates: int = 80
    """Optimiser updates."""
    learning_rate: float = 1e-4
    """Constant learning rate of AdamW."""
    group_size: int = 16
    """Completions drawn per prompt."""
    batch_size: int = 64
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
) -> list[dict[str, float]]:
    """Tune a model on rewards, save it as a Hugging Face directory, return the training log.

    Args:
        model_directory: The model to start from.
        prompts: One prompt per problem.
        problems: The problems, whose gold answers the rewards see.
        rewards: Pairs of reward and weight; a weight of 0 is logged and not trained on.
        config: Settings of the run.
        output: Directory for the tuned model.
        seed: Of rollouts and data order.

    Raises:
        ModuleNotFoundError: The extra `tune` is not installed.
    """
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl.trainer.grpo_config import GRPOConfig as TrlConfig
    from trl.trainer.grpo_trainer import GRPOTrainer

    tokenizer = AutoTokenizer.from_pretrained(model_directory, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(model_directory, use_safetensors=True)
    rows = [
        {"prompt": prompt, "gold": problem.gold}
        for prompt, problem in zip(prompts, problems, strict=True)
    ]
    # The trainer makes a folder of its own even where it saves nothing.
    with TemporaryDirectory() as scratch:
        trainer = GRPOTrainer(
            model=model,
            reward_funcs=[reward for reward, _ in rewards],  # pyright: ignore[reportArgumentType]
            processing_class=tokenizer,
            train_dataset=Dataset.from_list(rows),
            args=TrlConfig(
                output_dir=scratch,
                max_steps=config.updates,
                learning_rate=config.learning_rate,
                lr_scheduler_type="constant",
                num_generations=config.group_size,
                per_device_train_batch_size=config.batch_size,
                steps_per_generation=config.updates_per_rollout,
                max_completion_length=config.max_completion_tokens,
                epsilon=config.epsilon,
                beta=config.beta,
                temperature=config.temperature,
                top_p=1.0,
                loss_type=config.loss_type,
                scale_rewards=config.scale_rewards,
                mask_truncated_completions=False,
                reward_weights=[weight for _, weight in rewards],
                logging_steps=config.updates_per_rollout,
                save_strategy="no",
                report_to=[],
                bf16=False,
                use_cpu=True,
                disable_tqdm=True,
                seed=seed,
            ),
        )
        trainer.train()
    model.save_pretrained(output)
    tokenizer.save_pretrained(output)
    return [_numbers(entry) for entry in trainer.state.log_history]


def describe(config: GrpoConfig) -> dict[str, Any]:
    """The settings as plain data, for the card of what was trained."""
    return asdict(config)


def _numbers(entry: dict[str, Any]) -> dict[str, float]:
    return {key: float(value) for key, value in entry.items() if isinstance(value, int | float)}
