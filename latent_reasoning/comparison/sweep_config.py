"""Settings of `latent-reasoning sweep`: nothing heavy imported."""

import math
from dataclasses import dataclass
from pathlib import Path

from latent_reasoning.comparison.config import CompareConfig
from latent_reasoning.errors import LatentReasoningError


@dataclass(frozen=True)
class SweepConfig:
    """Steer one model along many directions: feature x layer x position x coefficient.

    The same command goes on with a sweep that was stopped.
    """

    model: str = "organism:latent"
    """The model: an embedded organism, a local directory, or a hub name."""
    behaviour: str = "code"
    """The behaviour directions are found for."""
    output: Path = Path("runs/sweep")
    """Folder for the results."""
    hook_points: str | None = None
    """Where to steer, as blocks.1.hook_resid_post, with commas; default: after every layer."""
    positions: str = "last prompt token"
    """Tokens that are steered, with commas: last prompt token, first generated, prompt, generated,
    all, or spans, those within the behaviour as it is being written."""
    coefficients: str = "1,2,4,8"
    """Strengths in units of the mean residual norm, with commas."""
    features: int = 2
    """Features at each hook point, those that go most with the behaviour, beside the difference of
    means; 0 fits no dictionary."""
    controls: int = 1
    """Random directions at each hook point; with one or more also the first of them at the KL of
    the difference of means, and as many other tokens for spans."""
    problems: Path | None = None
    """File of problems, or a benchmark such as math500; default: generated ones, for organisms."""
    n_problems: int = 200
    """Problems used, at most; half of them are steered on, 30 % find the directions."""
    samples: int = 2
    """Completions of each problem in each cell."""
    seed: int = 0
    """Seed of every random number."""
    max_new_tokens: int = 96
    """Longest completion, in tokens."""
    batch_size: int = 512
    """Completions drawn at once."""
    dtype: str = "float32"
    """Number format of the model: float32, bfloat16 or float16."""
    device: str = "cpu"
    """Where the model runs."""
    engine: str = "local"
    """Where cells are computed: local, or ray for many workers."""
    workers: int = 2
    """Number of workers of the engine ray."""

    def __post_init__(self) -> None:
        limits = {"features": 0, "controls": 0, "samples": 1, "n_problems": 40}
        for name, least in (limits | {"max_new_tokens": 1, "batch_size": 1}).items():
            if getattr(self, name) < least:
                raise LatentReasoningError(
                    f"sweep: {name} is {getattr(self, name)}, expected at least {least}"
                )
        try:
            empty = not self.strengths
        except ValueError as error:
            raise LatentReasoningError(
                f"sweep: coefficients {self.coefficients!r} are not numbers ({error}); expected "
                f"some with commas, as 1,2,4"
            ) from error
        if empty or not all(map(math.isfinite, self.strengths)):
            raise LatentReasoningError(
                f"sweep: found {'no coefficients' if empty else repr(self.coefficients)}; expected "
                f"finite coefficients, as 1,2,4"
            )
        if not self.places or self.points == ():
            words = "hook_points" if self.places else "positions"
            raise LatentReasoningError(
                f"sweep: found no {words}; expected some with commas, or leave the setting out"
            )

    @property
    def strengths(self) -> tuple[float, ...]:
        """The coefficients as numbers."""
        return tuple(float(word) for word in self.coefficients.split(",") if word.strip())

    @property
    def places(self) -> tuple[str, ...]:
        """The positions as words."""
        return tuple(word.strip() for word in self.positions.split(",") if word.strip())

    @property
    def points(self) -> tuple[str, ...] | None:
        """The hook points as words; None for every layer."""
        if self.hook_points is None:
            return None
        return tuple(word.strip() for word in self.hook_points.split(",") if word.strip())

    @property
    def comparison(self) -> CompareConfig:
        """The settings that find the directions."""
        return CompareConfig(
            base=self.model,
            tuned=self.model,
            behaviour=self.behaviour,
            seed=self.seed,
            problems=self.problems,
            n_problems=self.n_problems,
            hook_point=self.points[0] if self.points else None,
            max_new_tokens=self.max_new_tokens,
            batch_size=self.batch_size,
            dtype=self.dtype,
            device=self.device,
        )
