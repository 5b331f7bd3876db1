"""Running conditions: one place that turns a plan into graded outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from latent_reasoning.comparison.inputs import Inputs
from latent_reasoning.data.problems import Problem
from latent_reasoning.data.samples import Sample
from latent_reasoning.evaluation.conditions import Condition, Outcomes, outcomes
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.progress import Progress


@dataclass(frozen=True, eq=False)
class Trial:
    """One condition, tried."""

    condition: Condition
    """What was done."""
    outcomes: Outcomes
    """What came of it."""
    samples: list[Sample]
    """The completions themselves."""
    behaviour: str
    """The behaviour the comparison asks about."""

    @property
    def accuracy(self) -> Float[np.ndarray, " problem"]:
        """Share of right completions of each problem."""
        return self.outcomes.correct.mean(axis=1)

    @property
    def frequency(self) -> Float[np.ndarray, " problem"]:
        """Share of completions of each problem that show the behaviour."""
        return self.outcomes.shown[self.behaviour].mean(axis=1)

    @property
    def reach(self) -> Float[np.ndarray, " problem"]:
        """Share of completions of each problem that show the behaviour and are right."""
        return (self.outcomes.correct & self.outcomes.shown[self.behaviour]).mean(axis=1)


@dataclass(frozen=True)
class Bench:
    """Problems, prompt and random numbers shared by the conditions that are set side by side."""

    inputs: Inputs
    """The comparison."""
    problems: Sequence[Problem]
    """What is asked."""
    stage: int
    """Which random numbers are used; the same for all conditions of a bench."""
    samples: int
    """Completions per problem."""
    progress: Progress
    """Makes progress bars."""

    def run(
        self,
        label: str,
        model: LoadedModel,
        conditions: Sequence[Condition],
        variant: str | None = None,
        samples: int | None = None,
    ) -> list[Trial]:
        """Try conditions under one progress bar."""
        ladder, count = self.inputs.ladder, samples or self.samples
        with self.progress(label, len(conditions) * len(self.problems) * count) as bar:
            drawn = self.inputs.drawing.draw_several(
                model,
                conditions,
                self.problems,
                ladder.variant(variant or ladder.test),
                count,
                self.inputs.sampling(self.stage),
                bar.update,
            )
        return [
            Trial(condition, outcomes(samples), samples, self.inputs.behaviour.name)
            for condition, samples in zip(conditions, drawn, strict=True)
        ]
