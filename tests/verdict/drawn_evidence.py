"""Evidence of models drawn afresh: how often they behave so, how right with it and without."""

from typing import NamedTuple

import numpy as np

from latent_reasoning.verdict.evidence import Evidence, Tally, tally

N_PROBLEMS, N_SAMPLES, N_DRAWS = 240, 12, 24


class Mixture(NamedTuple):
    """A model as the rule sees it."""

    frequency: float
    right_with: float
    right_without: float


class Drawn(NamedTuple):
    behaviour: np.ndarray
    correct: np.ndarray


def draw(mixture: Mixture, rng: np.random.Generator, n: int = N_SAMPLES) -> Drawn:
    """Completions [problem, sample] of a mixture."""
    shape = (N_PROBLEMS, n)
    behaviour = rng.random(shape) < mixture.frequency
    rates = np.where(behaviour, mixture.right_with, mixture.right_without)
    return Drawn(behaviour, rng.random(shape) < rates)


def drawn(mixture: Mixture, rng: np.random.Generator, n: int = N_SAMPLES) -> Tally:
    found = draw(mixture, rng, n)
    return tally(found.correct, found.behaviour)


DORMANT = Mixture(0.1, 0.95, 0.2)
SKILLED = Mixture(0.95, 0.95, 0.2)
UNABLE = Mixture(0.0, 0.0, 0.2)
CLUMSY = Mixture(0.65, 0.15, 0.4)
LOCKED = Mixture(0.0, 0.95, 0.2)
GARBAGE = Mixture(1.0, 0.1, 0.2)
HALF = Mixture(0.5, 0.95, 0.2)
OTHERWISE = Mixture(0.1, 0.95, 0.9)


def evidence(
    base: Mixture,
    tuned: Mixture,
    *,
    null: Mixture | None = None,
    seed: int = 0,
    **conditions: Mixture,
) -> Evidence:
    """Evidence of a base, a tuned model and further conditions; random directions act as `null`."""
    rng = np.random.default_rng(seed)
    models = {"base": base, "tuned": tuned, **conditions}
    found = {name: drawn(mixture, rng) for name, mixture in models.items()}
    steered = "steered" in conditions
    random = tuple(drawn(null or base, rng, 2) for _ in range(N_DRAWS)) if steered else ()
    return Evidence(found, null=random)
