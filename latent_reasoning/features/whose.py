"""Whose the features of a table are, by a crosscoder of base and tuned.

The features of a crosscoder carry it themselves. Those of another dictionary take it from the
crosscoder's feature whose decoder in the scored model points along theirs most, and the cosine
stands beside: where it is low, the crosscoder has no such feature and the rest says nothing.
"""

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.crosscoders.checkpoints import Measured, crosscoder_name
from latent_reasoning.dictionaries.crosscoders.paired import PairedAutoencoder
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.score_table import FeatureScore, ScoreTable

DEAD = "dead"


def check_crosscoder(
    store: ActivationStore, sae: SparseAutoencoder, role: str, found: Measured
) -> None:
    """Refuse a crosscoder that says nothing of the recorded models or the dictionary.

    Raises:
        FeatureError: It is of other models, has no records, or was not fitted where the dictionary
            reads.
    """
    crosscoder = found.crosscoder
    named = {source.role: source.model for source in crosscoder.sources}
    recorded = dict(store.manifest.models)
    others = [one for one, model in recorded.items() if named.get(one) != model]
    if not found.records or others:
        raise FeatureError(
            f"features: a crosscoder of {_said(named)} with {len(found.records)} records, and a "
            f"recording of {_said(recorded)}; expected a crosscoder of these, base and tuned, fit "
            f"one with `latent-reasoning crosscoder`"
        )
    if isinstance(sae, PairedAutoencoder):
        if sae.d_sae != crosscoder.d_sae:
            raise FeatureError(
                f"features: a crosscoder of {crosscoder.d_sae} features for one of {sae.d_sae}; "
                f"expected the one that is scored"
            )
        return
    _source(found, sae, role)
    if crosscoder.d_in != sae.d_in:
        raise FeatureError(
            f"features: a crosscoder of width {crosscoder.d_in}; expected {sae.d_in}, the width "
            f"of the dictionary"
        )


def tell_whose(table: ScoreTable, sae: SparseAutoencoder, role: str, found: Measured) -> ScoreTable:
    """The table with norm ratio, latent scaling and kind of every feature.

    Args:
        table: The scores.
        sae: The dictionary: the crosscoder itself (`crosscoders.paired`), or any other.
        role: Recorded model whose rows were scored.
        found: The crosscoder with the records of its features.

    Raises:
        FeatureError: The crosscoder was not fitted where the dictionary reads, or all its features
            are dead.
    """
    scores = table.features()
    ids = torch.tensor([int(score.feature_id or 0) for score in scores], dtype=torch.long)
    if isinstance(sae, PairedAutoencoder):
        numbers, cosines = ids.tolist(), [None] * len(ids)
    else:
        cosine, number = nearest_live(sae.W_dec[ids], found, _source(found, sae, role))
        numbers, cosines = number.tolist(), cosine.tolist()
    told = [
        _told(score, found, number, cosine)
        for score, number, cosine in zip(scores, numbers, cosines, strict=True)
    ]
    return replace(table.with_scores(told), crosscoder=crosscoder_name(found.crosscoder))


def nearest_live(
    rows: Float[Tensor, "feature d_in"], found: Measured, source: int
) -> tuple[Float[Tensor, " feature"], Int[Tensor, " feature"]]:
    """For every direction its largest cosine with a crosscoder's feature that fires, and which.

    Args:
        rows: Directions in the stream of one model.
        found: The crosscoder.
        source: Number of that model among its sources.

    Raises:
        FeatureError: No feature of the crosscoder fires.
    """
    live = torch.tensor([record.kind != DEAD for record in found.records])
    if not live.any():
        raise FeatureError(
            f"features: all {len(live)} features of the crosscoder are dead; expected one that was "
            f"fitted"
        )
    theirs = torch.nn.functional.normalize(found.crosscoder.W_dec[:, source], dim=1)
    cosines = torch.nn.functional.normalize(rows.float(), dim=1) @ theirs.T
    best = cosines.masked_fill(~live, -torch.inf).max(dim=1)
    return best.values, best.indices


def _told(score: FeatureScore, found: Measured, number: int, cosine: float | None) -> FeatureScore:
    record = found.records[number]
    return replace(
        score,
        whose=record.kind,
        norm_ratio=record.norm_ratio,
        scaling_error=record.nu_error[record.other],
        scaling_reconstruction=record.nu_reconstruction[record.other],
        crosscoder_feature=number,
        crosscoder_cosine=cosine,
    )


def _source(found: Measured, sae: SparseAutoencoder, role: str) -> int:
    """Number of the source that is the scored model where the dictionary reads."""
    places = [(source.role, source.hook_point) for source in found.crosscoder.sources]
    if (role, sae.hook_point) not in places:
        known = ", ".join(sorted({place for _, place in places}))
        raise FeatureError(
            f"features: a crosscoder at {known} for a dictionary at {sae.hook_point}; expected a "
            f"crosscoder of the same hook point"
        )
    return places.index((role, sae.hook_point))


def _said(models: dict[str, str]) -> str:
    return ", ".join(f"{role} {name}" for role, name in models.items())
