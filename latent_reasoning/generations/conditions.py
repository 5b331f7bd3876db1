"""Conditions: what the generations of one condition came to, as a record of results.json."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.evaluation.bootstrap import RESAMPLES
from latent_reasoning.evaluation.intervals import Rate, wilson
from latent_reasoning.evaluation.pass_at_k import PassAtK, mean_curve, pass_at_k_each
from latent_reasoning.evaluation.ratios import clustered_ratios
from latent_reasoning.generations.counts import Counts
from latent_reasoning.generations.tally import Rows
from latent_reasoning.generations.votes import LARGEST_K, majority_curves

Record = dict[str, Any]


def condition_record(
    counts: Counts,
    rows: Rows,
    behaviours: Sequence[str],
    texts: Sequence[str],
    ks: Sequence[int],
    seed: int,
) -> Record:
    """Accuracy, behaviours, pass@k, majority@k and coverage, each with its interval.

    Args:
        counts: The rows by problem.
        rows: The rows.
        behaviours: Names of the behaviours.
        texts: Text of every answer, by number.
        ks: Values of k for pass@k.
        seed: Decides the resamples.
    """
    rates = _rates(counts, behaviours, seed)
    return {
        "rows": int(counts.rows.sum()),
        "problems": len(counts.problem),
        "samples": [int(counts.rows.min()), int(counts.rows.max())],
        "graded": int(counts.graded.sum()),
        **rates,
        **_curves(counts, rows, texts, ks, seed),
    }


def choose_ks(
    graded: Sequence[Float[np.ndarray, " problem"]], asked: Sequence[int] | None
) -> list[int]:
    """Values of k for pass@k.

    Args:
        graded: Graded rows of every problem, for each condition.
        asked: What the user asked for; None for powers of two up to the number of samples that
            half of the problems of some condition have.

    Raises:
        LatentReasoningError: No problem has as many samples as were asked for.
    """
    most = max((int(each.max(initial=0)) for each in graded), default=0)
    if asked is not None:
        if asked[-1] > max(most, 1):
            raise LatentReasoningError(
                f"evaluate: k is {asked[-1]}, but no problem has more than {most} graded samples; "
                "ask for a smaller --k"
            )
        return list(asked)
    halves = [int(np.median(each[each > 0])) for each in graded if (each > 0).any()]
    return [2**i for i in range(max(halves, default=0).bit_length())]


def rate_record(rate: Rate | PassAtK | None) -> Record | None:
    """A rate as value, low, high and n; None where there is none."""
    if rate is None:
        return None
    found = {"value": rate.value, "low": rate.low, "high": rate.high, "n": rate.n}
    return found | ({"problems": rate.clusters} if isinstance(rate, Rate) else {})


def _rates(counts: Counts, behaviours: Sequence[str], seed: int) -> Record:
    graded, right = counts.graded[:, None], counts.right[:, None]
    all_rows = np.repeat(counts.rows[:, None], len(behaviours), axis=1)
    parts = [right, counts.answered[:, None], counts.shown]
    totals = [graded, counts.rows[:, None], all_rows]
    parts += [counts.right_shown, right - counts.right_shown]
    totals += [counts.graded_shown, graded - counts.graded_shown]
    found = clustered_ratios(
        np.concatenate(parts, axis=1), np.concatenate(totals, axis=1), seed=seed
    )
    accuracy, answered, *rest = map(rate_record, found)
    n = len(behaviours)
    shown, given, without = rest[:n], rest[n : 2 * n], rest[2 * n :]
    return {
        "accuracy": accuracy,
        "answered": answered,
        "behaviours": dict(zip(behaviours, shown, strict=True)),
        "accuracy_by_behaviour": {
            name: {"with": a, "without": b}
            for name, a, b in zip(behaviours, given, without, strict=True)
        },
    }


def _curves(
    counts: Counts, rows: Rows, texts: Sequence[str], ks: Sequence[int], seed: int
) -> Record:
    chosen = counts.graded > 0
    if not chosen.any():
        return {"pass_at_k": {}, "majority_at_k": {}, "coverage": None}
    n, c = counts.graded[chosen].astype(int), counts.right[chosen].astype(int)
    reached = [k for k in ks if k <= n.max()]
    curve = mean_curve(pass_at_k_each(n, c, reached), reached, seed, resamples=RESAMPLES)
    if n.max() == 1 and reached:
        # One sample a problem: pass@1 is accuracy, with its interval.
        rate = wilson(int(c.sum()), len(c))
        curve = (PassAtK(1, rate.value, rate.low, rate.high, rate.n),)
    voted = [k for k in reached if k <= LARGEST_K and n.max() > 1]
    majority = mean_curve(majority_curves(rows, texts, voted), voted, seed) if voted else ()
    return {
        "pass_at_k": {str(point.k): rate_record(point) for point in curve},
        "majority_at_k": {str(point.k): rate_record(point) for point in majority},
        "coverage": rate_record(wilson(int((c > 0).sum()), len(c))),
    }
