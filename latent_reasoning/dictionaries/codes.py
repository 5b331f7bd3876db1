"""Sparse feature activations, and the products that need their live entries only.

With k live entries a row, decoding and both weight gradients cost `rows x k x d_in` each, where a
dense product costs `rows x d_sae x d_in`.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor


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


def decode(codes: Codes, table: Float[Tensor, "d_sae d_in"]) -> Float[Tensor, "row d_in"]:
    """`codes @ table`."""
    return _weighted_sums(table, codes.features, codes.rows, codes.values, codes.n_rows)


def live_products(
    codes: Codes, rows: Float[Tensor, "row d_in"], table: Float[Tensor, "d_sae d_in"]
) -> Float[Tensor, " entry"]:
    """`rows @ table.T` at the live entries."""
    backward = torch.ops.aten._embedding_bag_per_sample_weights_backward
    starts = _starts(codes.rows, codes.n_rows)
    return backward(rows, table, codes.features, starts, codes.rows, 0, -1)


class Transposed:
    """Products with the transpose of some codes; the entries are sorted by feature once."""

    def __init__(self, codes: Codes) -> None:
        self._features, self._order = torch.sort(codes.features, stable=True)
        self._rows = codes.rows[self._order]
        self._d_sae = codes.d_sae

    def product(
        self, values: Float[Tensor, " entry"], table: Float[Tensor, "row d_in"]
    ) -> Float[Tensor, "d_sae d_in"]:
        """`codes.T @ table`, with these values in place of those of the codes."""
        weights = values[self._order]
        return _weighted_sums(table, self._rows, self._features, weights, self._d_sae)


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
