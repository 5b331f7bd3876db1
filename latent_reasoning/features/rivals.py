"""Directions that features have to beat, fitted on one part of the problems and scored on another.

A difference of means, the first principal component of differences and a logistic probe. They are
fitted on rows of the fitting part: all of them, or as many as fit 128 MiB, evenly spaced.
"""

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latent_reasoning.features.directions import (
    Direction,
    diff_mean,
    linear_probe,
    pca_of_differences,
)
from latent_reasoning.features.significance import N_BUCKETS

FIT_ROWS, FIT_BYTES = 2**15, 2**27
N_BINS, REACH = 2048, 8.0
"""Bins of a projection, and how many standard deviations they reach on either side."""


def fit_rows(eligible: np.ndarray, d_model: int) -> Int[Tensor, " row"]:
    """Numbers of the rows to fit on, evenly spaced among those that are eligible."""
    rows = np.flatnonzero(eligible)
    most = min(FIT_ROWS, max(1, FIT_BYTES // (4 * d_model)))
    if len(rows) > most:
        rows = rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]
    return torch.from_numpy(rows)


def fit_rivals(
    x: Float[Tensor, "row d_model"], labels: Bool[Tensor, " row"], hook_point: str, seed: int
) -> list[Direction]:
    """The three directions.

    Raises:
        FeatureError: The labels are all the same.
        ActivationError: A row holds NaN or inf.
    """
    x = x.float()
    return [
        diff_mean(x, labels, hook_point=hook_point),
        pca_of_differences(x, labels, hook_point=hook_point, seed=seed),
        linear_probe(x, labels, hook_point=hook_point),
    ]


class RivalSums:
    """What connects the projections on some directions with one label."""

    def __init__(self, directions: list[Direction], fitted_on: Float[Tensor, "row d_model"]):
        self.directions = directions
        self.vectors = torch.stack([direction.vector for direction in directions]).double()
        seen = self.project(fitted_on)
        spread = REACH * seen.std(dim=0, correction=0).clamp(min=1e-12)
        self.low, self.width = seen.mean(dim=0) - spread, 2 * spread / N_BINS
        n = len(directions)
        self.sums = torch.zeros(2, N_BUCKETS, n, dtype=torch.float64)
        self.squares = torch.zeros(n, dtype=torch.float64)
        self.counts = torch.zeros(2, n, N_BINS, dtype=torch.int64)

    def project(self, x: Float[Tensor, "row d_model"]) -> Float[Tensor, "row direction"]:
        """Projections in double precision, each row by itself, whatever rows are beside it."""
        return torch.stack([(x.double() * vector).sum(dim=1) for vector in self.vectors], dim=1)

    def add(
        self,
        x: Float[Tensor, "row d_model"],
        labels: Bool[Tensor, " row"],
        buckets: Int[Tensor, " row"],
    ) -> None:
        """Add some rows."""
        projected = self.project(x)
        label = labels.long()
        place = label * N_BUCKETS + buckets
        self.sums.view(2 * N_BUCKETS, -1).index_add_(0, place, projected)
        bins = ((projected - self.low) / self.width).long().clamp(0, N_BINS - 1)
        for i in range(len(self.directions)):
            column = projected[:, i]
            self.squares[i : i + 1].index_add_(
                0, torch.zeros(len(column), dtype=torch.int64), column**2
            )
            cell = label * N_BINS + bins[:, i]
            self.counts[:, i] += torch.bincount(cell, minlength=2 * N_BINS).view(2, N_BINS)
