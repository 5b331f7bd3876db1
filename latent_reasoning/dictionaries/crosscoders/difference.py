"""A sparse autoencoder of what tuning changed, row by row: the cross-check of a crosscoder.

A feature that is new in tuned has to show in `tuned - base`, and a dictionary of these differences
has never seen what the models share. So an exclusive feature of a crosscoder that no feature of the
difference points along is doubtful, and so is a difference that no feature of the crosscoder has.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.crosscoders.crosscoder import Crosscoder
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder
from latent_reasoning.dictionaries.sae_config import SaeConfig
from latent_reasoning.dictionaries.training import fit_sae


@dataclass(frozen=True, eq=False)
class DifferenceMatch:
    """How well the features of a crosscoder point along those of a difference dictionary."""

    cosine: Float[Tensor, " d_sae"]
    """For every feature of the crosscoder, the largest cosine of `tuned - base` of its decoders
    with a feature of the difference."""
    covered: Float[Tensor, " difference"]
    """For every feature of the difference, the largest cosine with a feature of the crosscoder."""
    chance: float
    """Largest cosine of a random direction with a feature of the difference, on average."""


def difference_rows(store: ActivationStore, hook_point: str) -> Float[Tensor, "token d_in"]:
    """`tuned - base` on every token that is no sink, in units of the activations.

    Raises:
        ActivationError: One of the models or the hook point was not recorded.
    """
    kept = ~store.rows.is_sink
    base = store.activations(hook_point, "base", kept)
    return store.activations(hook_point, "tuned", kept).float() - base.float()


def fit_difference_sae(
    store: ActivationStore, hook_point: str, config: SaeConfig
) -> SparseAutoencoder:
    """Fit a dictionary to what tuning changed.

    Raises:
        ActivationError: The models do not differ, or one of them was not recorded.
        DictionaryError: There are too few rows for the settings.
    """
    names = store.manifest.models
    rows = difference_rows(store, hook_point)
    name = f"{names['tuned']} less {names['base']}"
    return fit_sae(rows, config, hook_point=hook_point, model=name)


def match_difference(crosscoder: Crosscoder, sae: SparseAutoencoder) -> DifferenceMatch:
    """Compare a crosscoder of base and tuned at one hook point with a dictionary of the difference.

    Raises:
        DictionaryError: The crosscoder has other sources, or the widths differ.
    """
    if [source.role for source in crosscoder.sources] != ["base", "tuned"]:
        raise DictionaryError(
            "match_difference: a crosscoder of other sources than one base and one tuned model; "
            "expected these two at one hook point"
        )
    if sae.d_in != crosscoder.d_in:
        raise DictionaryError(
            f"match_difference: a dictionary of width {sae.d_in}; expected {crosscoder.d_in}, the "
            f"width of the crosscoder"
        )
    raw = crosscoder.W_dec / crosscoder.scale[:, None]
    changed = torch.nn.functional.normalize(raw[:, 1] - raw[:, 0], dim=1)
    theirs = torch.nn.functional.normalize(sae.W_dec, dim=1)
    cosines = changed @ theirs.T
    drawn = torch.randn(1000, sae.d_in, generator=torch.Generator().manual_seed(0))
    random = torch.nn.functional.normalize(drawn, dim=1) @ theirs.T
    return DifferenceMatch(
        cosine=cosines.amax(dim=1),
        covered=cosines.amax(dim=0),
        chance=random.amax(dim=1).mean().item(),
    )
