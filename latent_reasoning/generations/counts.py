"""Counts: the rows of a condition summed by problem, the unit of chance."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Int

from latent_reasoning.evaluation.partition import ModeCounts, mode_of
from latent_reasoning.generations.tally import NO_ANSWER, UNGRADED, Rows


class Counts(NamedTuple):
    """Sums over the rows of every problem of one condition."""

    problem: Int[np.ndarray, " problem"]
    """Numbers of the problems, rising."""
    rows: Int[np.ndarray, " problem"]
    """Rows."""
    graded: Int[np.ndarray, " problem"]
    """Rows with a correct answer to compare with."""
    right: Int[np.ndarray, " problem"]
    """Rows that are right."""
    answered: Int[np.ndarray, " problem"]
    """Rows with an answer."""
    shown: Int[np.ndarray, "problem behaviour"]
    """Rows that show each behaviour."""
    graded_shown: Int[np.ndarray, "problem behaviour"]
    """Graded rows that show it."""
    right_shown: Int[np.ndarray, "problem behaviour"]
    """Right rows that show it."""


def count(rows: Rows) -> Counts:
    """Sum the rows of a condition by problem."""
    problem, place = np.unique(rows.problem, return_inverse=True)

    def total(chosen: Bool[np.ndarray, " row"]) -> Int[np.ndarray, " problem"]:
        # Half as wide as by default: a million problems with a dozen behaviours are held at once.
        return np.bincount(place[chosen], minlength=len(problem)).astype(np.int32)

    def by_behaviour(chosen: Bool[np.ndarray, " row"]) -> Int[np.ndarray, "problem behaviour"]:
        columns = [total(chosen & shown) for shown in rows.shown.T]
        return np.stack(columns, axis=1) if columns else np.empty((len(problem), 0), dtype=np.int32)

    everything, graded = np.ones(len(place), dtype=bool), rows.correct != UNGRADED
    return Counts(
        problem=problem,
        rows=total(everything),
        graded=total(graded),
        right=total(rows.correct == 1),
        answered=total(rows.answer != NO_ANSWER),
        shown=by_behaviour(everything),
        graded_shown=by_behaviour(graded),
        right_shown=by_behaviour(rows.correct == 1),
    )


def only(counts: Counts, problems: Int[np.ndarray, " kept"]) -> Counts:
    """The counts of some of the problems, in the order of their numbers."""
    chosen = np.isin(counts.problem, problems)
    return Counts(*(column[chosen] for column in counts))


def count_modes(rows: Rows, a: int, b: int, problems: Int[np.ndarray, " problem"]) -> ModeCounts:
    """Graded samples of each of some problems by mode.

    Args:
        rows: The rows of a condition.
        a: Number of the first behaviour.
        b: Number of the second.
        problems: Numbers of the problems to count, rising.
    """
    chosen = np.isin(rows.problem, problems) & (rows.correct != UNGRADED)
    place = np.searchsorted(problems, rows.problem[chosen])
    cell = place * 4 + mode_of(rows.shown[chosen, a], rows.shown[chosen, b])
    right = rows.correct[chosen] == 1
    samples, found = (
        np.bincount(cells, minlength=4 * len(problems)).reshape(-1, 4).astype(float)
        for cells in (cell, cell[right])
    )
    return ModeCounts(samples, found)
