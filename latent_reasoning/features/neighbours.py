"""The nearest feature in another dictionary: of another layer, seed or model."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor

from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.auroc import FeatureError


class Neighbour(NamedTuple):
    """The feature of another dictionary that writes nearly the same direction."""

    dictionary: str
    """What the other dictionary is called."""
    feature_id: int
    """Number of the feature there."""
    cosine: float
    """Cosine between the two rows of the decoders, the largest of all rows."""


def nearest_features(
    sae: SparseAutoencoder,
    feature_ids: Int[Tensor, " feature"],
    others: Mapping[str, SparseAutoencoder],
    role: str = "base",
) -> list[tuple[Neighbour, ...]]:
    """For every feature its nearest in each of the other dictionaries, by cosine of decoder rows.

    Args:
        sae: The dictionary.
        feature_ids: Numbers of its features.
        others: Other dictionaries, by what they are called.
        role: Model in whose stream the rows are compared.

    Raises:
        FeatureError: A dictionary has rows of another width.
    """
    rows = torch.nn.functional.normalize(sae.written(role)[feature_ids].float(), dim=1)
    found: list[list[Neighbour]] = [[] for _ in range(len(rows))]
    for name, other in others.items():
        if other.d_model != sae.d_model:
            raise FeatureError(
                f"nearest_features: dictionary {name!r} has rows of width {other.d_model}, "
                f"expected {sae.d_model}; directions of different widths cannot be compared"
            )
        cosines = rows @ torch.nn.functional.normalize(other.written(role).float(), dim=1).T
        best = cosines.max(dim=1)
        for i, (at, cosine) in enumerate(
            zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ):
            found[i].append(Neighbour(name, at, cosine))
    return [tuple(neighbours) for neighbours in found]
