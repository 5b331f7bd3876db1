"""Where a gain comes from, by the behaviour before and after: any two behaviours and the rest.

With P(m) the share of the completions of a problem in mode m and R(m) the share in mode m and
right, the change from mode m of base to mode m' of tuned contributes, as a mean over problems,

    C(m, m') = P_base(m) R_tuned(m') - R_base(m) P_tuned(m'),

and all contributions sum to the gain. C_d, a contribution over the gain, exists only where the gain
is clearly above zero (Shao et al. 2025, arXiv:2506.10947, section 4.2, there with one completion).
"""

from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from latent_reasoning.evaluation.conditions import Outcomes
from latent_reasoning.evaluation.intervals import paired_difference, share_of_gap

REST = "neither"


def modes(
    found: Outcomes, first: str, second: str
) -> dict[str, Bool[np.ndarray, "problem sample"]]:
    """Three disjoint modes: the first behaviour, the second without the first, neither."""
    one, two = found.shown[first], found.shown[second]
    return {first: one, second: two & ~one, REST: ~one & ~two}


def drift(base: Outcomes, tuned: Outcomes, first: str, second: str) -> dict[str, Any]:
    """Contribution of every change of mode to the gain of tuned over base.

    Changes that no pair of completions makes are left out.
    """
    before, after = modes(base, first, second), modes(tuned, first, second)
    right_before = {name: _share(mode & base.correct) for name, mode in before.items()}
    right_after = {name: _share(mode & tuned.correct) for name, mode in after.items()}
    gain = _share(tuned.correct) - _share(base.correct)
    none = np.zeros_like(gain)
    cells = {}
    for old in before:
        for new in after:
            share = _share(before[old]) * _share(after[new])
            if share.any():
                part = _share(before[old]) * right_after[new]
                part = part - right_before[old] * _share(after[new])
                cells[f"{old}->{new}"] = {
                    "share": float(share.mean()),
                    "contribution": paired_difference(part, none)._asdict(),
                    "of_gain": share_of_gap(part, gain)._asdict(),
                }
    return {"gain": paired_difference(gain, none)._asdict(), "cells": cells}


def _share(hits: Bool[np.ndarray, "problem sample"]) -> Float[np.ndarray, " problem"]:
    return hits.mean(axis=1)
