"""Comparisons: each condition against the baseline, on the problems that both answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from latent_reasoning.evaluation.contrasts import fieller
from latent_reasoning.evaluation.intervals import paired_difference, share_of_gap
from latent_reasoning.evaluation.partition import Partition, mode_names, partition
from latent_reasoning.evaluation.pass_at_k import curves_crossing, pass_at_k_each
from latent_reasoning.evaluation.significance import benjamini_hochberg, mcnemar, sign_flips
from latent_reasoning.generations.counts import Counts, count_modes, only
from latent_reasoning.generations.tally import Rows

Record = dict[str, Any]


@dataclass(frozen=True)
class Side:
    """One of two conditions that are compared."""

    name: str
    """Its name."""
    counts: Counts
    """Its rows by problem."""
    rows: Rows
    """Its rows."""


def compare_with(
    baseline: Side,
    other: Side,
    behaviours: Sequence[str],
    modes: tuple[str, str],
    ks: Sequence[int],
    seed: int,
) -> Record:
    """Differences of a condition from the baseline, with tests, crossing and mode partition.

    Args:
        baseline: The condition that is compared with.
        other: The condition that is compared.
        behaviours: Names of the behaviours.
        modes: The two behaviours of the partition.
        ks: Where the curves of pass@k may cross.
        seed: Decides the resamples.
    """
    shared = np.intersect1d(baseline.counts.problem, other.counts.problem)
    a, b = (only(side.counts, shared) for side in (baseline, other))
    record: Record = {"baseline": baseline.name, "problems": len(shared)}
    if len(shared) < 2:
        reason = f"{other.name} and {baseline.name} have {len(shared)} problems in common"
        return record | {"reason": f"{reason}; expected at least 2"}
    record["behaviours"] = _behaviours(a, b, behaviours, seed)
    graded = (a.graded > 0) & (b.graded > 0)
    if graded.sum() < 2:
        return record | {"reason": "fewer than 2 problems in common have a correct answer"}
    problems = shared[graded]
    a, b = only(a, problems), only(b, problems)
    record["accuracy"] = _accuracy(a, b, seed)
    record["crossing"] = _crossing(a, b, ks, seed)
    record["partition"] = _partition(baseline.rows, other.rows, behaviours, modes, problems, seed)
    return record


def gap_recovered(baseline: Counts, middle: Counts, tuned: Counts, seed: int) -> Record | None:
    """Share of the gap from baseline to tuned that a condition closes; None without problems."""
    problems = baseline.problem[baseline.graded > 0]
    for counts in (middle, tuned):
        problems = np.intersect1d(problems, counts.problem[counts.graded > 0])
    if len(problems) < 2:
        return None
    base, found, best = (_accuracies(only(c, problems)) for c in (baseline, middle, tuned))
    share = share_of_gap(found - base, best - base, seed=seed)
    return share._asdict() | {
        "n": len(problems),
        "fieller": fieller(found - base, best - base)._asdict(),
    }


def adjust(comparisons: Sequence[Record]) -> None:
    """Add to every test its p-value adjusted over all tests of the report, `p_adjusted`."""
    tests = [
        test
        for record in comparisons
        for test in (record.get("accuracy"), *(record.get("behaviours") or {}).values())
        if test is not None
    ]
    if tests:
        adjusted = benjamini_hochberg(np.array([test["p"] for test in tests]))
        for test, value in zip(tests, adjusted.tolist(), strict=True):
            test["p_adjusted"] = value


def _behaviours(a: Counts, b: Counts, behaviours: Sequence[str], seed: int) -> Record:
    differences = b.shown / b.rows[:, None] - a.shown / a.rows[:, None]
    if not behaviours:
        return {}
    tests = sign_flips(differences, seed=seed)
    zeros = np.zeros(len(differences))
    return {
        name: paired_difference(differences[:, i], zeros, seed=seed)._asdict()
        | {"p": float(tests.p_values[i]), "p_max": float(tests.p_max[i])}
        for i, name in enumerate(behaviours)
    }


def _accuracy(a: Counts, b: Counts, seed: int) -> Record:
    before, after = _accuracies(a), _accuracies(b)
    record: Record = paired_difference(after, before, seed=seed)._asdict()
    if a.graded.max() == b.graded.max() == 1:
        found = mcnemar(before == 1, after == 1)
        counts = {"only_baseline": found.only_a, "only_condition": found.only_b}
        return record | {"p": found.p_value, "test": "McNemar", "mcnemar": counts}
    found = sign_flips((after - before)[:, None], seed=seed)
    return record | {"p": float(found.p_values[0]), "test": "sign flips", "mcnemar": None}


def _crossing(a: Counts, b: Counts, ks: Sequence[int], seed: int) -> Record | None:
    fewest = int(min(a.graded.min(), b.graded.min()))
    reached = [k for k in ks if k <= fewest]
    if len(reached) < 2:
        return None
    curves = [
        pass_at_k_each(side.graded.astype(int), side.right.astype(int), reached) for side in (a, b)
    ]
    found = curves_crossing(curves[0], curves[1], reached, seed)
    return found._asdict() | {"text": found.describe()}


def _partition(
    before: Rows,
    after: Rows,
    behaviours: Sequence[str],
    modes: tuple[str, str],
    problems: Int[np.ndarray, " problem"],
    seed: int,
) -> Record:
    a, b = (behaviours.index(name) for name in modes)
    sides = [count_modes(rows, a, b, problems) for rows in (before, after)]
    found = partition(sides[0], sides[1], mode_names(*modes), seed=seed)
    return partition_record(found)


def partition_record(found: Partition) -> Record:
    """A partition as plain values."""
    return {
        "modes": list(found.modes),
        "gain": found.gain._asdict(),
        "cells": [
            cell._asdict()
            | {
                "contribution": cell.contribution._asdict(),
                "share_of_gain": cell.share_of_gain._asdict(),
            }
            for cell in found.cells
        ],
    }


def _accuracies(counts: Counts) -> Float[np.ndarray, " problem"]:
    return counts.right / counts.graded
