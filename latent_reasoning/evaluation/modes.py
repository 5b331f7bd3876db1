"""Modes: through which way of reasoning a tuned model gains.

Pairs of a base and a tuned completion of the same problem fall into four cells, by whether each
shows the behaviour. For reasoning in code: kept (code -> code), dropped (code -> language), adopted
(language -> code), absent (language -> language). The cells are disjoint and exhaustive, so their
contributions sum to the gain.

With several samples a base sample is paired with every tuned sample of its problem, that is, the
two are drawn independently. With P(m) the share of the samples of a problem in mode m, and R(m) the
share that are in mode m and right, the cell m -> m' has, as means over problems,

    share         P_base(m) P_tuned(m')
    contribution  P_base(m) R_tuned(m') - R_base(m) P_tuned(m')

Summed over the cells these give 1 and accuracy_tuned - accuracy_base. The partition is that of
Shao et al. 2025 (arXiv:2506.10947, section 4.2), there with one sample and divided by the gain.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.evaluation.bootstrap import RESAMPLES
from latent_reasoning.evaluation.intervals import GapRecovered, share_of_gap


class ModeCell(NamedTuple):
    """The pairs that go from one mode in base to one mode in tuned."""

    share: float
    """Share of all pairs, between 0 and 1."""
    accuracy_base: float | None
    """Share of the pairs in this cell whose base completion is right; None for no pairs."""
    accuracy_tuned: float | None
    """Share of the pairs in this cell whose tuned completion is right; None for no pairs."""
    contribution: float
    """Part of the gain in accuracy that these pairs bring; negative for a loss."""


class ModePartition(NamedTuple):
    """The gain of tuned over base, divided by mode before and after."""

    kept: ModeCell
    """With the behaviour in base and in tuned."""
    dropped: ModeCell
    """With it in base, without it in tuned."""
    adopted: ModeCell
    """Without it in base, with it in tuned."""
    absent: ModeCell
    """Without it in both."""
    accuracy_base: float
    """Share of base completions that are right."""
    accuracy_tuned: float
    """Share of tuned completions that are right."""
    frequency_base: float
    """Share of base completions that show the behaviour."""
    frequency_tuned: float
    """Share of tuned completions that show the behaviour."""
    n_problems: int
    """Number of problems."""

    @property
    def gain(self) -> float:
        """Accuracy of tuned minus accuracy of base; the contributions sum to it."""
        return self.accuracy_tuned - self.accuracy_base


class _Counts(NamedTuple):
    samples: Int[np.ndarray, "problem mode"]
    """Samples of each problem with (0) and without (1) the behaviour."""
    right: Int[np.ndarray, "problem mode"]
    """Those of them that are right."""
    n: int
    """Samples per problem."""


def partition_modes(
    behaviour_base: Bool[np.ndarray, "problem sample_base"],
    correct_base: Bool[np.ndarray, "problem sample_base"],
    behaviour_tuned: Bool[np.ndarray, "problem sample_tuned"],
    correct_tuned: Bool[np.ndarray, "problem sample_tuned"],
) -> ModePartition:
    """Divide the gain of tuned over base by mode, see the formulas of this module.

    Pairs are counted as integers, so the contributions sum to the gain exactly, up to the rounding
    of the final divisions.

    Args:
        behaviour_base: Whether each base completion shows the behaviour.
        correct_base: Whether it is right.
        behaviour_tuned: Whether each tuned completion of the same problems shows the behaviour.
        correct_tuned: Whether it is right.

    Raises:
        LatentReasoningError: The shapes do not fit together, or there is no completion.
    """
    base, tuned = _both(
        "partition_modes", behaviour_base, correct_base, behaviour_tuned, correct_tuned
    )
    n_problems = len(behaviour_base)
    cells = [_cell(base, tuned, before, after) for before in (0, 1) for after in (0, 1)]
    return ModePartition(
        *cells,
        accuracy_base=int(base.right.sum()) / (n_problems * base.n),
        accuracy_tuned=int(tuned.right.sum()) / (n_problems * tuned.n),
        frequency_base=int(base.samples[:, 0].sum()) / (n_problems * base.n),
        frequency_tuned=int(tuned.samples[:, 0].sum()) / (n_problems * tuned.n),
        n_problems=n_problems,
    )


def share_of_gain(
    behaviour_base: Bool[np.ndarray, "problem sample_base"],
    correct_base: Bool[np.ndarray, "problem sample_base"],
    behaviour_tuned: Bool[np.ndarray, "problem sample_tuned"],
    correct_tuned: Bool[np.ndarray, "problem sample_tuned"],
    *,
    level: float = 0.95,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> GapRecovered:
    """Share of the gain that runs through the behaviour in tuned: kept and adopted over the gain.

    For one problem the two cells bring R_tuned(with) - accuracy_base P_tuned(with). The share is
    above 1 when the other cells lose and below 0 when these two do; there is none, with a reason,
    unless the gain is clearly positive.

    Args:
        behaviour_base: Whether each base completion shows the behaviour; only its shape counts,
            because the cells are summed over the mode of base.
        correct_base: Whether it is right.
        behaviour_tuned: Whether each tuned completion of the same problems shows the behaviour.
        correct_tuned: Whether it is right.
        level: Share of intervals that should hold the true share.
        seed: Decides the resamples of problems.
        resamples: Number of resamples.

    Raises:
        LatentReasoningError: The shapes do not fit together, or there are fewer than 2 problems.
    """
    base, tuned = _both(
        "share_of_gain", behaviour_base, correct_base, behaviour_tuned, correct_tuned
    )
    accuracy_base, accuracy_tuned = _accuracy(base), _accuracy(tuned)
    through = (tuned.right[:, 0] - accuracy_base * tuned.samples[:, 0]) / tuned.n
    gain = accuracy_tuned - accuracy_base
    return share_of_gap(through, gain, level=level, seed=seed, resamples=resamples)


def _both(
    call: str,
    behaviour_base: Bool[np.ndarray, "_ _"],
    correct_base: Bool[np.ndarray, "_ _"],
    behaviour_tuned: Bool[np.ndarray, "_ _"],
    correct_tuned: Bool[np.ndarray, "_ _"],
) -> tuple[_Counts, _Counts]:
    shapes = [x.shape for x in (behaviour_base, correct_base, behaviour_tuned, correct_tuned)]
    paired = shapes[0] == shapes[1] and shapes[2] == shapes[3] and shapes[0][0] == shapes[2][0]
    if not paired or 0 in shapes[0] + shapes[2]:
        raise LatentReasoningError(
            f"{call}: found shapes {', '.join(map(str, shapes))}; expected (problem, sample) twice "
            "for base and twice for tuned, with the same problems and at least one of each"
        )
    return _count(behaviour_base, correct_base), _count(behaviour_tuned, correct_tuned)


def _count(
    behaviour: Bool[np.ndarray, "problem sample"], correct: Bool[np.ndarray, "problem sample"]
) -> _Counts:
    modes = np.stack([behaviour, ~behaviour], axis=1)
    right = (modes & correct[:, None]).sum(axis=2)
    return _Counts(modes.sum(axis=2), right, behaviour.shape[1])


def _cell(base: _Counts, tuned: _Counts, before: int, after: int) -> ModeCell:
    pairs = int((base.samples[:, before] * tuned.samples[:, after]).sum())
    right_base = int((base.right[:, before] * tuned.samples[:, after]).sum())
    right_tuned = int((base.samples[:, before] * tuned.right[:, after]).sum())
    total = len(base.samples) * base.n * tuned.n
    return ModeCell(
        share=pairs / total,
        accuracy_base=right_base / pairs if pairs else None,
        accuracy_tuned=right_tuned / pairs if pairs else None,
        contribution=(right_tuned - right_base) / total,
    )


def _accuracy(counts: _Counts) -> Float[np.ndarray, " problem"]:
    return counts.right.sum(axis=1) / counts.n
