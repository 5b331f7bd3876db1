"""Drawing completions, with those already drawn kept on disk so that a stopped run goes on.

What is kept lies under a name made from everything that decides it: the weights of the model, the
condition with its plan, the problems, the prompt and how completions are drawn. So a run that goes
on takes only what it would have drawn itself.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from latent_reasoning.data.problems import Problem
from latent_reasoning.data.prompts import PromptVariant
from latent_reasoning.data.samples import Sample, read_samples, write_samples
from latent_reasoning.evaluation.conditions import Condition, run_condition
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.steering.plan import SteeringPlan
from latent_reasoning.steering.plan_files import plan_fields

PROBLEMS_AT_ONCE = 16


@dataclass(frozen=True)
class Drawing:
    """How a comparison draws completions."""

    kept: Path | None = None
    """Folder of what has been drawn, by name; None to keep nothing."""

    def draw(
        self,
        model: LoadedModel,
        condition: Condition,
        problems: Sequence[Problem],
        variant: PromptVariant,
        n_samples: int,
        sampling: SamplingConfig,
        advance: Callable[[int], object],
    ) -> list[Sample]:
        """Samples of a condition, see `run_condition`; problems are kept 16 at a time."""
        if self.kept is None:
            return run_condition(model, condition, problems, variant, n_samples, sampling, advance)
        decided = {
            "weights": weights_digest(model),
            "condition": [condition.name, condition.prefix, _plan(condition.plan)],
            "prompt": asdict(variant),
            "n_samples": n_samples,
            "sampling": asdict(sampling),
        }
        found: list[Sample] = []
        for first in range(0, len(problems), PROBLEMS_AT_ONCE):
            part = problems[first : first + PROBLEMS_AT_ONCE]
            what = decided | {"problems": [asdict(problem) for problem in part], "first": first}
            path = self.kept / f"{_digest(json.dumps(what, sort_keys=True).encode())}.jsonl"
            if path.is_file():
                drawn = read_samples(path)
                advance(len(drawn))
            else:
                drawn = run_condition(
                    model, condition, part, variant, n_samples, sampling, advance, first=first
                )
                _write_whole(path, drawn)
            found += drawn
        return found


def weights_digest(model: LoadedModel) -> str:
    """Hash of the name, shape and first 64 numbers of every weight."""
    digest = hashlib.blake2b(digest_size=16)
    for name, weight in model.model.named_parameters():
        start = weight.detach().flatten()[:64].float().cpu().numpy()
        digest.update(f"{name} {tuple(weight.shape)} ".encode() + start.tobytes())
    return digest.hexdigest()


def _plan(plan: SteeringPlan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    names = ("direction.name", "direction.kind", "direction.feature_ids")
    fields = {name: value for name, value in plan_fields(plan).items() if name not in names}
    return {n: v.tolist() if isinstance(v, Tensor) else v for n, v in fields.items()}


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _write_whole(path: Path, samples: list[Sample]) -> None:
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    write_samples(partial, samples)
    partial.replace(path)
