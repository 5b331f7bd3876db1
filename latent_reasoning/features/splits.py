"""Three disjoint parts of the problems of a store, by a hash of their names alone.

A problem falls in the same part in every store, so that a feature chosen here can be tested on
problems it was not chosen on, whoever recorded them and whenever.
"""

import hashlib
from collections.abc import Sequence
from typing import Literal

import numpy as np

Part = Literal["fitting", "selection", "held out"]
FITTING, SELECTION = 0.2, 0.4
"""Shares of the problems: directions are fitted on the first, everything is scored on the second,
and the rest is for whoever tests what was chosen."""


def part_of(problem_id: str, seed: int = 0) -> Part:
    """The part a problem falls in.

    >>> part_of("12+3*2"), part_of("12+3*2", seed=3)
    ('held out', 'selection')
    """
    digest = hashlib.blake2b(
        f"{seed} {problem_id}".encode(errors="surrogatepass"), digest_size=8, person=b"features"
    ).digest()
    share = int.from_bytes(digest, "big") / 2**64
    if share < FITTING:
        return "fitting"
    return "selection" if share < FITTING + SELECTION else "held out"


def in_part(problem_ids: Sequence[str], part: Part, seed: int = 0) -> np.ndarray:
    """Which of many problems fall in a part."""
    known = {name: part_of(name, seed) == part for name in set(problem_ids)}
    return np.array([known[name] for name in problem_ids], dtype=bool)
