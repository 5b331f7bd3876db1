"""Numbers that rungs are shown with, as records: differences, rates, shares and intervals."""

from typing import Any

import numpy as np

from latent_reasoning.evaluation.intervals import paired_difference, share_of_gap
from latent_reasoning.verdict.evidence import Evidence, Tally


def difference(a: Tally, b: Tally, what: str = "accuracy") -> dict[str, float]:
    """Mean of a - b over problems, with its paired bootstrap interval."""
    return paired_difference(getattr(a, what), getattr(b, what))._asdict()


def rate(found: Any) -> dict[str, float]:
    """A rate as JSON."""
    return {"value": found.value, "low": found.low, "high": found.high, "n": found.n}


def competence(found: Tally) -> float | None:
    """Share of right completions among those with the behaviour; None for none."""
    return float(found.both.sum() / found.shown.sum()) if found.shown.any() else None


def gap_recovered(evidence: Evidence, other: Tally) -> dict[str, Any]:
    """Share of the gap between base and tuned another condition closes, as a record."""
    base, tuned = evidence.conditions["base"], evidence.conditions["tuned"]
    gap = tuned.accuracy - base.accuracy
    return share_of_gap(other.accuracy - base.accuracy, gap)._asdict()


def interval(draws: np.ndarray) -> dict[str, float] | None:
    """Value and 95 % percentile interval of a statistic over resamples; None where undefined."""
    if np.isnan(draws[0]) or np.isnan(draws).mean() > 0.025:
        return None
    low, high = np.nanpercentile(draws[1:], [2.5, 97.5])
    return {"value": float(draws[0]), "low": float(low), "high": float(high)}


def part(share: float) -> str:
    """A share of the gain in words; what is worse than base explains none of it."""
    return f"{share:.0%}" if share > 0 else "none"
