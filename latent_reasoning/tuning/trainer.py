# ruff: noqa: ARG002
"""TRL's GRPOTrainer, resumable at every rollout without a pickle; the only door to trl.

1. A checkpoint holds weights and moments as safetensors, the trainer's state and the states of all
   random number generators as JSON. TRL's own would be pickles.
2. It is written beside its place and renamed, so that one that is there is complete.
3. It is made where a rollout has been used up, so that nothing in flight has to be kept.

Completions are drawn by the project's own sampler, whose random numbers are decided by the seed,
the update and the rank: it computes the prompt of a group once, and drops rows that have ended.
"""

import itertools
import json
import math
import os
import random
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PrinterCallback,
    TrainerCallback,
)
from trl.trainer.grpo_config import GRPOConfig as TrlConfig
from trl.trainer.grpo_trainer import GRPOTrainer

from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.tuning.grpo import GrpoConfig
from latent_reasoning.tuning.rewards import Reward, process_rank

COMPLETE = "complete-"


class ResumableTrainer(GRPOTrainer):
    """GRPOTrainer whose optimiser and random numbers are kept as safetensors and JSON."""

    def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
        if not self.args.should_save:
            return
        # The scheduler's only state is the number of updates, which the trainer's state holds.
        assert isinstance(self.optimizer, torch.optim.Optimizer), "made before the first update"
        tensors = {
            f"{key}/{index}": value
            for index, state in self.optimizer.state_dict()["state"].items()
            for key, value in state.items()
        }
        save_file(tensors, Path(output_dir) / "moments.safetensors")

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if checkpoint is None:
            return
        assert isinstance(self.optimizer, torch.optim.Optimizer), "made before a run resumes"
        state: dict[int, dict[str, torch.Tensor]] = {}
        for path, value in load_file(Path(checkpoint) / "moments.safetensors").items():
            key, index = path.split("/")
            state.setdefault(int(index), {})[key] = value
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": state, "param_groups": groups})
        scheduler: Any = self.lr_scheduler
        for _ in range(int(Path(checkpoint).name.removeprefix(COMPLETE))):
            scheduler.step()

    def _save_rng_state(self, output_dir: str) -> None:
        _, keys, *rest = np.random.get_state(legacy=True)
        states = {
            "python": random.getstate(),
            "numpy": ["MT19937", np.asarray(keys).tolist(), *rest],
            "torch": torch.get_rng_state().tolist(),
        }
        path = Path(output_dir) / f"rng-{self.args.process_index}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(states), encoding="utf-8")

    def _load_rng_state(self, checkpoint: str | None) -> None:
        if checkpoint is None:
            return
        path = Path(checkpoint) / f"rng-{self.args.process_index}.json"
        states = json.loads(path.read_text(encoding="utf-8"))
        version, numbers, gauss = states["python"]
        random.setstate((version, tuple(numbers), gauss))
        np.random.set_state(tuple(states["numpy"]))
        torch.set_rng_state(torch.tensor(states["torch"], dtype=torch.uint8))


class _Rollouts:
    """Draws the completions of a rollout."""

    def __init__(self, config: GrpoConfig, seed: int) -> None:
        self.config, self.seed = config, seed

    def __call__(self, prompts: list[str], trainer: GRPOTrainer) -> dict[str, Any]:
        # The prompt of a group stands once for each of its completions, one after another.
        groups = [(prompt, len(list(group))) for prompt, group in itertools.groupby(prompts)]
        model = trainer.accelerator.unwrap_model(trainer.model_wrapped)
        was_training = model.training
        policy = LoadedModel("policy", model.eval(), trainer.processing_class)  # pyright: ignore
        each = math.gcd(*(count for _, count in groups))
        drawn = generate(
            policy, [p for p, n in groups for _ in range(n // each)], each, self._how(trainer)
        )
        model.train(was_training)
        completions = [list(completion.tokens) for group in drawn for completion in group]
        ids = policy.tokenizer(prompts).input_ids
        return {"prompt_ids": ids, "completion_ids": completions, "logprobs": None}

    def _how(self, trainer: GRPOTrainer) -> SamplingConfig:
        key = f"{self.seed}/{trainer.state.global_step}/{trainer.args.process_index}"
        return SamplingConfig(
            max_new_tokens=self.config.max_completion_tokens,
            temperature=self.config.temperature,
            seed=random.Random(key).getrandbits(48),
            batch_size=self.config.batch_size * 4,
        )


class _Watch(TrainerCallback):
    """Reports progress, times the log, and commits checkpoints."""

    def __init__(self, checkpoints: Path, advance: Callable[[int], object]) -> None:
        self.checkpoints, self.advance = checkpoints, advance
        self.wait: Callable[[], object] = lambda: None
        self.before, self.started = 0.0, time.monotonic()

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.before = state.log_history[-1]["seconds"] if state.log_history else 0.0
        self.started = time.monotonic()
        self.advance(state.global_step)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.advance(1)

    def on_log(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        seconds = self.before + time.monotonic() - self.started
        state.log_history[-1]["seconds"] = round(seconds, 1)
        if state.is_world_process_zero:
            rows = "".join(json.dumps(_numbers(entry)) + "\n" for entry in state.log_history)
            (self.checkpoints / "log.jsonl").write_text(rows, encoding="utf-8")

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.wait()
        if not state.is_world_process_zero:
            return
        made = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        older = _complete(self.checkpoints)
        made.rename(self.checkpoints / f"{COMPLETE}{state.global_step}")
        for checkpoint in older:
            shutil.rmtree(checkpoint)


def run_trainer(
    model_directory: Path,
    rows: Sequence[dict[str, str]],
    rewards: Sequence[tuple[Reward, float]],
    config: GrpoConfig,
    output: Path,
    seed: int,
    checkpoints: Path,
    advance: Callable[[int], object],
    trainable: Callable[[str], bool],
) -> list[dict[str, float]]:
    """Train, save, and return the log; see `train_grpo`."""
    scratch = checkpoints / "scratch"
    if process_rank() == 0:
        shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    watch = _Watch(checkpoints, advance)
    tokenizer = AutoTokenizer.from_pretrained(model_directory, padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(model_directory, use_safetensors=True)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(trainable(name))
    trainer = ResumableTrainer(
        model=model,
        reward_funcs=[reward for reward, _ in rewards],  # pyright: ignore[reportArgumentType]
        processing_class=tokenizer,
        train_dataset=Dataset.from_list(list(rows)),
        args=_settings(config, [weight for _, weight in rewards], scratch, seed),
        callbacks=[watch],
        rollout_func=_Rollouts(config, seed),
    )
    watch.wait = trainer.accelerator.wait_for_everyone
    trainer.remove_callback(PrinterCallback)
    found = _complete(checkpoints)
    trainer.train(resume_from_checkpoint=str(found[-1]) if found else None)
    if trainer.accelerator.is_main_process:
        trainer.accelerator.unwrap_model(trainer.model_wrapped).save_pretrained(output)
        tokenizer.save_pretrained(output)
    trainer.accelerator.wait_for_everyone()
    return [_numbers(entry) for entry in trainer.state.log_history]


def _settings(config: GrpoConfig, weights: list[float], scratch: Path, seed: int) -> TrlConfig:
    return TrlConfig(
        output_dir=str(scratch),
        max_steps=config.updates,
        learning_rate=config.learning_rate,
        lr_scheduler_type="constant_with_warmup",
        warmup_steps=config.warmup_updates,
        num_generations=config.group_size,
        per_device_train_batch_size=config.batch_size,
        steps_per_generation=config.updates_per_rollout,
        max_completion_length=config.max_completion_tokens,
        gradient_checkpointing=False,
        epsilon=config.epsilon,
        beta=config.beta,
        temperature=config.temperature,
        top_p=1.0,
        loss_type=config.loss_type,
        scale_rewards=config.scale_rewards,
        mask_truncated_completions=False,
        reward_weights=weights,
        logging_steps=config.updates_per_rollout,
        save_strategy="steps",
        save_steps=config.updates_per_rollout,
        report_to=[],
        bf16=False,
        use_cpu=not torch.cuda.is_available(),
        disable_tqdm=True,
        seed=seed,
    )


def _complete(checkpoints: Path) -> list[Path]:
    """Checkpoints that were written to the end, oldest first."""
    found = checkpoints.glob(f"{COMPLETE}*")
    return sorted(found, key=lambda path: int(path.name.removeprefix(COMPLETE)))


def _numbers(entry: dict[str, Any]) -> dict[str, float]:
    return {key: float(value) for key, value in entry.items() if isinstance(value, int | float)}
