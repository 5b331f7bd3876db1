"""Sparse feature activations, and the products that need their live entries only.

With k live entries a row, decoding and both weight gradients cost `rows x k x d_in` each, where a
dense product costs `rows x d_sae x d_in`. An entry taken alone is slower than one inside a dense
product, so codes with very many entries, such as those of a JumpReLU before its thresholds have
risen, are multiplied densely.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

CROWDED = 1 / 24
"""Share of entries above which a dense product is the faster one."""


class Codes(NamedTuple):
    """The live entries of a matrix of feature activations, sorted by row."""

    rows: Int[Tensor, " entry"]
    """Row of each entry, ascending."""
    features: Int[Tensor, " entry"]
    """Feature of each entry."""
    values: Float[Tensor, " entry"]
    """Activation of each entry."""
    n_rows: int
    """Rows of the matrix."""
    d_sae: int
    """Columns of the matrix."""

    @property
    def crowded(self) -> bool:
        """Whether dense products are faster than sparse ones."""
        return len(self.values) > CROWDED * self.n_rows * self.d_sae

    def dense(
        self, values: Float[Tensor, " entry"] | None = None
    ) -> Float[Tensor, "{self.n_rows} {self.d_sae}"]:
        """The whole matrix, with other values at the entries if there are any."""
        values = self.values if values is None else values
        flat = values.new_zeros(self.n_rows * self.d_sae)
        flat[self.rows * self.d_sae + self.features] = values
        return flat.view(self.n_rows, self.d_sae)


def decode(codes: Codes, table: Float[Tensor, "d_sae d_in"]) -> Float[Tensor, "row d_in"]:
    """`codes @ table`."""
    if codes.crowded:
        return codes.dense() @ table
    return _weighted_sums(table, codes.features, codes.rows, codes.values, codes.n_rows)


def live_products(
    codes: Codes, rows: Float[Tensor, "row d_in"], table: Float[Tensor, "d_sae d_in"]
) -> Float[Tensor, " entry"]:
    """`rows @ table.T` at the live entries."""
    if codes.crowded:
        return (rows @ table.T)[codes.rows, codes.features]
    backward = torch.ops.aten._embedding_bag_per_sample_weights_backward
    starts = _starts(codes.rows, codes.n_rows)
    return backward(rows, table, codes.features, starts, codes.rows, 0, -1)


def by_level(codes: Codes, widths: Sequence[int]) -> Codes:
    """The entries of nested dictionaries, one below the other.

    Level l has the features from `widths[l - 1]` up to `widths[l]`, and its row r is row
    `l * n_rows + r` of the result. So the levels are decoded one by one in a single product, and a
    cumulative sum over them gives the reconstruction of every prefix.
    """
    bounds = torch.tensor(widths[:-1], device=codes.features.device)
    level = torch.bucketize(codes.features, bounds, right=True)
    rows, order = torch.sort(level * codes.n_rows + codes.rows, stable=True)
    return Codes(
        rows, codes.features[order], codes.values[order], len(widths) * codes.n_rows, codes.d_sae
    )


class Transposed:
    """Products with the transpose of some codes; the entries are sorted by feature once."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        if not codes.crowded:
            self._features, self._order = torch.sort(codes.features, stable=True)
            self._rows = codes.rows[self._order]

    def product(
        self, values: Float[Tensor, " entry"], table: Float[Tensor, "row d_in"]
    ) -> Float[Tensor, "d_sae d_in"]:
        """`codes.T @ table`, with these values in place of those of the codes.

        A table of fewer rows than the codes have, one for every level, is repeated.
        """
        if self._codes.crowded:
            dense = self._codes.dense(values)
            return dense.view(-1, len(table), self._codes.d_sae).sum(0).T @ table
        rows = self._rows if len(table) == self._codes.n_rows else self._rows % len(table)
        weights = values[self._order]
        return _weighted_sums(table, rows, self._features, weights, self._codes.d_sae)


def _weighted_sums(
    table: Float[Tensor, "source d_in"],
    sources: Int[Tensor, " entry"],
    targets: Int[Tensor, " entry"],
    weights: Float[Tensor, " entry"],
    n_targets: int,
) -> Float[Tensor, "target d_in"]:
    return torch.nn.functional.embedding_bag(
        sources, table, _starts(targets, n_targets), mode="sum", per_sample_weights=weights
    )


def _starts(ascending: Int[Tensor, " entry"], n: int) -> Int[Tensor, " n"]:
    return torch.searchsorted(ascending, torch.arange(n, device=ascending.device))
