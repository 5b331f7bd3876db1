"""Sampling one condition on an engine: the same samples, whichever workers draw them.

Every prompt has random numbers of its own, so it does not matter how problems are divided into
parts, which worker draws a part, or whether it is drawn twice because a worker died.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from latent_reasoning.data.problems import Problem, require_problems
from latent_reasoning.data.prompts import PromptVariant
from latent_reasoning.data.samples import Sample
from latent_reasoning.engines.interface import Engine
from latent_reasoning.evaluation.conditions import Condition, Generate, run_condition
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.hooks import check_unedited
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

    first: int
    """Number of its first problem."""
    problems: tuple[Problem, ...]
    """Its problems, in order."""


def parts_of(problems: Sequence[Problem], size: int) -> list[Part]:
    """Divide problems; the size decides nothing about what is drawn."""
    starts = range(0, len(problems), size)
    return [Part(first, tuple(problems[first : first + size])) for first in starts]


class Sampler:
    """Draws one part of the problems after another."""

    def __init__(
        self,
        model: LoadedModel,
        draw: Draw,
        by: Generate = generate,
        advance: Callable[[int], object] = lambda _: None,
    ) -> None:
        self._model = model
        self._draw = draw
        self._by = by
        self._advance = advance

    def compute(self, part: Part) -> tuple[int, list[Sample]]:
        """Sample and grade completions of some problems."""
        draw = self._draw
        samples = run_condition(
            self._model,
            draw.condition,
            part.problems,
            draw.variant,
            draw.n_samples,
            draw.sampling,
            self._advance,
            first=part.first,
            by=self._by,
        )
        return part.first, samples

    def write(self, drawn: tuple[int, list[Sample]]) -> tuple[int, list[Sample]]:
        """Nothing is written: samples are small and go back as they are."""
        return drawn


def _load(name: str, dtype: str, device: str, draw: Draw) -> Sampler:
    return Sampler(load_model(name, dtype=dtype, device=device), draw)


def draw_parts(
    engine: Engine,
    model: LoadedModel,
    parts: Sequence[Part],
    draw: Draw,
    advance: Callable[[int], object] = lambda _: None,
    by: Generate = generate,
) -> Iterator[tuple[int, list[Sample]]]:
    """Number of the first problem and graded samples of every part, in any order.

    Args:
        engine: Where the work is done. Workers elsewhere load the model by its name.
        model: The model.
        parts: What it is asked.
        draw: What is drawn for each problem.
        advance: Called with the number of completions just finished.
        by: Draws completions in this process; workers elsewhere use `generate`.
    """
    if not engine.remote:
        # Nothing is written, so nothing is gained by one part waiting for the next.
        yield from map(Sampler(model, draw, by, advance).compute, parts)
        return
    check_unedited(model, "sample")
    dtype = str(model.dtype).removeprefix("torch.")
    start = partial(_load, model.name, dtype, str(model.device), draw)
    for first, samples in engine.run(start, parts):
        advance(len(samples))
        yield first, samples


def run_condition_on(
    engine: Engine, model: LoadedModel, problems: Sequence[Problem], draw: Draw, part_size: int = 32
) -> list[Sample]:
    """The samples of `run_condition`, drawn by the workers of an engine.

    Args:
        engine: Where the work is done. Workers elsewhere load the model by its name.
        model: The model.
        problems: What it is asked.
        draw: What is drawn for each.
        part_size: Problems handed to a worker at a time.

    Raises:
        ProblemError: There is no problem, or two share an id.
    """
    require_problems(problems, "run_condition_on")
    parts = parts_of(problems, part_size)
    drawn = dict(draw_parts(engine, model, parts, draw))
    return [sample for part in parts for sample in drawn[part.first]]
