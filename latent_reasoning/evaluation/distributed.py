"""Sampling one condition on an engine: the same samples, whichever workers draw them.

Problems are divided into parts, each with a seed of its own, so it does not matter which engine or
worker draws a part, or whether it is drawn twice because a worker died.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from latent_reasoning.data.problems import Problem, require_problems
from latent_reasoning.data.prompts import PromptVariant
from latent_reasoning.data.samples import Sample
from latent_reasoning.engines.interface import Engine
from latent_reasoning.evaluation.conditions import Condition, run_condition
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.loading import LoadedModel, load_model


@dataclass(frozen=True)
class Draw:
    """What is drawn for every problem."""

    condition: Condition
    """The way of producing completions."""
    variant: PromptVariant
    """The way of asking."""
    n_samples: int
    """Completions of each problem."""
    sampling: SamplingConfig
    """Temperature, length and seed."""


@dataclass(frozen=True)
class Part:
    """Some of the problems."""

    index: int
    """Which part it is."""
    problems: tuple[Problem, ...]
    """Its problems."""


class Sampler:
    """Draws one part of the problems after another."""

    def __init__(self, model: LoadedModel, draw: Draw) -> None:
        self._model = model
        self._draw = draw

    def compute(self, part: Part) -> tuple[int, list[Sample]]:
        """Sample and grade completions of some problems."""
        draw = self._draw
        # One seed for all parts would give the first problem of each the same random numbers.
        digest = hashlib.blake2b(f"{draw.sampling.seed}/{part.index}".encode(), digest_size=4)
        sampling = replace(draw.sampling, seed=int.from_bytes(digest.digest(), "big"))
        samples = run_condition(
            self._model, draw.condition, part.problems, draw.variant, draw.n_samples, sampling
        )
        return part.index, samples

    def write(self, drawn: tuple[int, list[Sample]]) -> tuple[int, list[Sample]]:
        """Nothing is written: samples are small and go back as they are."""
        return drawn


def _load(name: str, dtype: str, device: str, draw: Draw) -> Sampler:
    return Sampler(load_model(name, dtype=dtype, device=device), draw)


def run_condition_on(
    engine: Engine,
    model: LoadedModel,
    problems: Sequence[Problem],
    draw: Draw,
    part_size: int = 32,
) -> list[Sample]:
    """Graded samples in the order of the problems, drawn by the workers of an engine.

    Args:
        engine: Where the work is done. Workers elsewhere load the model by its name.
        model: The model.
        problems: What it is asked.
        draw: What is drawn for each.
        part_size: Problems handed to a worker at a time; another size draws other samples.

    Raises:
        ProblemError: There is no problem, or two share an id.
    """
    require_problems(problems, "run_condition_on")
    parts = [
        Part(i, tuple(problems[start : start + part_size]))
        for i, start in enumerate(range(0, len(problems), part_size))
    ]
    dtype = str(model.dtype).removeprefix("torch.")
    start = (
        partial(_load, model.name, dtype, str(model.device), draw)
        if engine.remote
        else partial(Sampler, model, draw)
    )
    drawn = dict(engine.run(start, parts))
    return [sample for part in parts for sample in drawn[part.index]]
