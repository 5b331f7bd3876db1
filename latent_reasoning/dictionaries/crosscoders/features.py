"""Whose a feature of a crosscoder of base and tuned is, and whether that is to be trusted.

The rule, with the constants of Minder, Dumas et al. (2504.02922):

1. A feature that fires on no row is dead; nothing is said about it.
2. By its norms it is `shared` where the shorter decoder has at least 0.8 of the norm of the longer,
   `base-only` or `tuned-only` where it has less than 0.2, and `uneven` between.
3. An exclusive feature stays one where, for the other model, nu on the error is below 0.2 and nu on
   the reconstruction is below 0.5. Otherwise the other model has it too: it is an `artefact`.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.dictionaries.crosscoders.crosscoder import Crosscoder
from latent_reasoning.dictionaries.crosscoders.scaling import latent_scaling
from latent_reasoning.dictionaries.sae import DictionaryError

Kind = Literal["shared", "uneven", "base-only", "tuned-only", "artefact", "dead"]
KINDS: tuple[Kind, ...] = ("shared", "uneven", "base-only", "tuned-only", "artefact", "dead")
SHARED_FROM = 0.8
EXCLUSIVE_BELOW = 0.2
NU_ERROR_BELOW = 0.2
NU_RECONSTRUCTION_BELOW = 0.5


@dataclass(frozen=True)
class FeatureRecord:
    """One feature of a crosscoder of base and tuned."""

    feature_id: int
    """Number of the feature."""
    kind: Kind
    """Whose it is, after latent scaling."""
    by_norm: Kind
    """Whose it is by its decoder norms alone; what makes artefacts look new."""
    norm_ratio: float
    """Norm of the tuned decoder over the sum of both, in units of each model's mean norm."""
    density: float
    """Share of the rows it fires on."""
    cosine: float
    """Cosine of the two decoders, at the hook point where the feature is longest."""
    hook_point: str
    """That hook point; the scales below are those of this place."""
    nu_error: dict[str, float | None]
    """For each model, its scale on what all other features leave, as a share of the owner's."""
    nu_reconstruction: dict[str, float | None]
    """For each model, its scale on what the features write together, as a share of the owner's."""

    @property
    def other(self) -> str:
        """The model that writes the feature less."""
        return "base" if self.norm_ratio > 0.5 else "tuned"


def feature_records(
    crosscoder: Crosscoder, rows: Float[Tensor, "row n_models d_in"]
) -> list[FeatureRecord]:
    """A record of every feature, measured on rows the crosscoder was not trained on.

    Raises:
        DictionaryError: It is not a crosscoder of base and tuned at the same hook points, or the
            rows do not fit.
    """
    base, tuned = _columns(crosscoder, "base"), _columns(crosscoder, "tuned")
    scaling = latent_scaling(crosscoder, rows)
    norms, alive = crosscoder.norms, scaling.density > 0
    of_tuned = norms[:, tuned].sum(dim=1)
    ratio = of_tuned / (norms[:, base].sum(dim=1) + of_tuned).clamp(min=1e-12)
    strongest = norms[:, base].maximum(norms[:, tuned]).argmax(dim=1)
    at = {
        role: torch.tensor(columns)[strongest]
        for role, columns in (("base", base), ("tuned", tuned))
    }
    every = torch.arange(crosscoder.d_sae)
    cosine = torch.cosine_similarity(
        crosscoder.W_dec[every, at["base"]], crosscoder.W_dec[every, at["tuned"]], dim=1
    )
    error = {role: scaling.nu_error[every, at[role]].tolist() for role in at}
    written = {role: scaling.nu_reconstruction[every, at[role]].tolist() for role in at}
    records = []
    for i in range(crosscoder.d_sae):
        by_norm = kind_by_norm(ratio[i].item()) if alive[i] else "dead"
        nu_error = {role: _number(error[role][i]) for role in at}
        nu_written = {role: _number(written[role][i]) for role in at}
        records.append(
            FeatureRecord(
                feature_id=i,
                kind=kind_after_scaling(by_norm, nu_error, nu_written),
                by_norm=by_norm,
                norm_ratio=ratio[i].item(),
                density=scaling.density[i].item(),
                cosine=cosine[i].item(),
                hook_point=crosscoder.sources[int(at["base"][i])].hook_point,
                nu_error=nu_error,
                nu_reconstruction=nu_written,
            )
        )
    return records


def kind_by_norm(norm_ratio: float) -> Kind:
    """Whose a feature is by its decoder norms alone.

    >>> [kind_by_norm(ratio) for ratio in (0.5, 0.45, 0.4, 0.1, 0.9)]
    ['shared', 'shared', 'uneven', 'base-only', 'tuned-only']
    """
    shorter = min(norm_ratio, 1 - norm_ratio) / max(norm_ratio, 1 - norm_ratio)
    if shorter >= SHARED_FROM:
        return "shared"
    if shorter >= EXCLUSIVE_BELOW:
        return "uneven"
    return "tuned-only" if norm_ratio > 0.5 else "base-only"


def kind_after_scaling(
    by_norm: Kind, nu_error: dict[str, float | None], nu_reconstruction: dict[str, float | None]
) -> Kind:
    """Whose a feature is once latent scaling has been heard; an undefined scale unmasks it."""
    if by_norm not in ("base-only", "tuned-only"):
        return by_norm
    other = "base" if by_norm == "tuned-only" else "tuned"
    error, written = nu_error[other], nu_reconstruction[other]
    absent = (
        error is not None
        and written is not None
        and error < NU_ERROR_BELOW
        and written < NU_RECONSTRUCTION_BELOW
    )
    return by_norm if absent else "artefact"


def count_kinds(records: Iterable[FeatureRecord]) -> dict[str, int]:
    """How many features are of each kind."""
    found = Counter(record.kind for record in records)
    return {kind: found[kind] for kind in KINDS}


def compares_models(crosscoder: Crosscoder) -> bool:
    """Whether a crosscoder has base and tuned at the same hook points."""
    places = {
        role: [source.hook_point for source in crosscoder.sources if source.role == role]
        for role in ("base", "tuned")
    }
    return bool(places["base"]) and sorted(places["base"]) == sorted(places["tuned"])


def _columns(crosscoder: Crosscoder, role: str) -> list[int]:
    if not compares_models(crosscoder):
        found = ", ".join(f"{source.role} at {source.hook_point}" for source in crosscoder.sources)
        raise DictionaryError(
            f"feature_records: a crosscoder of {found}; expected base and tuned at the same hook "
            f"points, for one model alone norm_shares says where a feature is"
        )
    columns = [i for i, source in enumerate(crosscoder.sources) if source.role == role]
    return sorted(columns, key=lambda i: crosscoder.sources[i].hook_point)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
