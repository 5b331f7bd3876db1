"""From sums to the rows of a table."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.auroc import Auroc, FeatureError, auroc_interval
from latent_reasoning.features.histograms import areas, mutual_information, octaves
from latent_reasoning.features.reason_score import reason_score
from latent_reasoning.features.rivals import N_BINS as RIVAL_BINS
from latent_reasoning.features.score_pass import ScoredLabel
from latent_reasoning.features.score_sums import FiringSums, LabelSums
from latent_reasoning.features.score_table import FeatureScore, ScoreTable
from latent_reasoning.features.significance import N_BUCKETS, N_FLIPS, contributions, sign_flips

AT_ONCE = 512
"""Features whose histograms are evaluated together, in a few MiB."""
COARSE = 64
"""Bins of a projection that are joined before its mutual information is taken."""


class _Columns(NamedTuple):
    """Features or directions, one a column, with what follows from their sums."""

    contrast: Float[np.ndarray, " column"]
    area: Float[np.ndarray, " column"]
    resolution: Float[np.ndarray, " column"]
    bits: Float[np.ndarray, " column"]
    u: Float[np.ndarray, "bucket column"]


def table_of(
    scored: ScoredLabel,
    sae: SparseAutoencoder,
    store: ActivationStore,
    role: str,
    dictionary: str,
    problems: Int[Tensor, " token"],
    seed: int,
) -> ScoreTable:
    """The table of one behaviour, its largest contrast first.

    Raises:
        FeatureError: No feature fired.
    """
    sums = scored.label_sums
    alive = np.flatnonzero(scored.firing[role].fired.numpy())
    if not len(alive):
        raise FeatureError(
            f"score_store: none of {sae.d_sae} features fires on {scored.firing[role].n_rows} "
            f"rows; expected rows of {sae.model} at {sae.hook_point}"
        )
    columns = _joined(_of_features(sums, alive), _of_rivals(scored))
    rows = torch.from_numpy(scored.chosen)
    labels = torch.from_numpy(scored.labelling.labels)[rows]
    intervals = auroc_interval(torch.from_numpy(columns.area), labels, problems[rows])
    intervals = [
        Auroc(a.value, max(0.0, a.low - r), min(1.0, a.high + r), a.n)
        for a, r in zip(intervals, columns.resolution.tolist(), strict=True)
    ]
    found = _records(scored, alive, columns, intervals, seed)
    behaviour = scored.labelling.behaviour
    return ScoreTable(
        behaviour=behaviour.name,
        meaning=behaviour.meaning,
        positions=scored.labelling.positions,
        model=store.manifest.models[role],
        hook_point=sae.hook_point,
        dictionary=dictionary,
        d_sae=sae.d_sae,
        n_rows=int(rows.sum()),
        n_labelled=int(labels.sum()),
        n_problems=len(problems[rows].unique()),
        words=scored.labelling.words,
        multiple_testing=(
            f"{len(found)} rows tested: q_value after Benjamini and Hochberg, p_max against the "
            f"largest statistic of all rows under {N_FLIPS} random flips of the signs of "
            f"{min(N_BUCKETS, len(problems[rows].unique()))} groups of problems"
        ),
        resolution=float(columns.resolution.max()),
        scores=tuple(sorted(found, key=lambda score: -abs(score.contrast))),
    )


def _records(
    scored: ScoredLabel,
    alive: np.ndarray,
    columns: _Columns,
    intervals: list[Auroc],
    seed: int,
) -> list[FeatureScore]:
    test = sign_flips(columns.u, seed)
    shared = [
        {
            "contrast": float(columns.contrast[i]),
            "auroc": intervals[i],
            "mutual_information": float(columns.bits[i]),
            "p_value": float(test.p_values[i]),
            "q_value": float(test.q_values[i]),
            "p_max": float(test.p_max[i]),
        }
        for i in range(len(intervals))
    ]
    activity = {name: _activity(sums, alive) for name, sums in scored.firing.items()}
    reason = _reason_scores(scored.label_sums)
    features = [
        FeatureScore(
            name=f"feature {number}",
            kind="feature",
            feature_id=number,
            reason_score=None if reason is None else float(reason[number]),
            density_base=_at(activity, "base", "density", i),
            density_tuned=_at(activity, "tuned", "density", i),
            mean_base=_at(activity, "base", "mean", i),
            mean_tuned=_at(activity, "tuned", "mean", i),
            max_base=_at(activity, "base", "max", i),
            **shared[i],
        )
        for i, number in enumerate(alive.tolist())
    ]
    rivals = [
        FeatureScore(name=d.name, kind=d.kind, feature_id=None, **fields)  # pyright: ignore
        for d, fields in zip(scored.rivals.directions, shared[len(alive) :], strict=True)
    ]
    return [*features, *rivals]


def _of_features(sums: LabelSums, alive: np.ndarray) -> _Columns:
    area, resolution, bits = np.empty((3, len(alive)))
    for start in range(0, len(alive), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        negative, positive = sums.histogram(alive[some])
        area[some], resolution[some] = areas(positive, negative, exact=1)
        bits[some] = mutual_information(octaves(positive), octaves(negative))
    return _columns(
        sums.bucket_sums()[:, :, alive],
        sums.squares.numpy()[alive],
        sums.rows.numpy(),
        area,
        resolution,
        bits,
    )


def _of_rivals(scored: ScoredLabel) -> _Columns:
    rivals = scored.rivals
    negative, positive = rivals.counts.numpy()
    area, resolution = areas(positive, negative, exact=0)
    coarse = [
        counts.reshape(len(counts), RIVAL_BINS // COARSE, COARSE).sum(axis=2)
        for counts in (positive, negative)
    ]
    return _columns(
        rivals.sums.numpy(),
        rivals.squares.numpy(),
        scored.label_sums.rows.numpy(),
        area,
        resolution,
        mutual_information(*coarse),
    )


def _columns(
    sums: Float[np.ndarray, "2 bucket column"],
    squares: Float[np.ndarray, " column"],
    rows: Int[np.ndarray, "2 bucket"],
    area: Float[np.ndarray, " column"],
    resolution: Float[np.ndarray, " column"],
    bits: Float[np.ndarray, " column"],
) -> _Columns:
    n_without, n_with = rows.sum(axis=1)
    without, with_ = sums.sum(axis=1)
    n = n_without + n_with
    variance = np.maximum(squares / n - ((without + with_) / n) ** 2, 0.0)
    difference = with_ / n_with - without / n_without
    std = np.sqrt(variance)
    contrast = np.divide(difference, std, out=np.zeros_like(std), where=std > 0)
    u = contributions(
        sums[1], sums.sum(axis=0), rows[1].astype(np.float64), rows.sum(axis=0).astype(np.float64)
    )
    return _Columns(contrast, area, resolution, bits, u)


def _joined(features: _Columns, rivals: _Columns) -> _Columns:
    return _Columns(*(np.concatenate(pair, axis=-1) for pair in zip(features, rivals, strict=True)))


def _activity(sums: FiringSums, alive: np.ndarray) -> dict[str, np.ndarray]:
    n = max(1, sums.n_rows)
    return {
        "density": sums.fired.numpy()[alive] / n,
        "mean": sums.total.numpy()[alive] / n,
        "max": sums.largest.numpy()[alive],
    }


def _at(activity: dict[str, dict[str, np.ndarray]], role: str, what: str, i: int) -> float | None:
    return float(activity[role][what][i]) if role in activity else None


def _reason_scores(sums: LabelSums) -> np.ndarray | None:
    inside, outside, by_word = sums.word_means()
    return reason_score(inside, outside, by_word) if len(by_word) else None
