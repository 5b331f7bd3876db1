"""The score table: what is known of every feature for one behaviour, as plain records.

Directions that features have to beat (a difference of means, the first principal component of
differences, a logistic probe) are rows of the same table, scored on the same rows of the store.
A field that was not measured, or does not apply, is None.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from latent_reasoning.artifacts import write_json
from latent_reasoning.errors import one_of
from latent_reasoning.features.auroc import Auroc, FeatureError

SCHEMA = 1
Kind = Literal["feature", "diff mean", "pca of differences", "linear probe"]
Verdict = Literal["token-driven", "partial", "context-dependent", "untested"]


@dataclass(frozen=True)
class Falsification:
    """One feature tried against the claim that it only fires on its tokens."""

    verdict: Verdict
    """What follows from all that was tried."""
    cohens_d: float
    """Largest standardised rise of the feature's peak over the ways of injecting its tokens."""
    p_value: float
    """Of that rise, by Welch's test, one-sided."""
    injected: str
    """The way with the largest rise: tokens, bigrams or trigram."""
    tokens: tuple[str, ...]
    """What was injected in that way, as text."""
    n_texts: int
    """Texts without the behaviour that it was injected into."""
    silent_share: float
    """Mean peak in those texts as they are over that in texts with the behaviour: near 1 the
    feature fires there anyway and no rise can show."""
    rerendered: float | None = None
    """Mean activation on the labelled tokens of texts that say the same in other words, over that
    in the texts as they were; None where nothing could be re-rendered."""
    other_sources: float | None = None
    """The same for the source of texts where it is smallest over where it is largest; None where
    there is one source."""


@dataclass(frozen=True)
class FeatureScore:
    """One row of a table: a feature, or a direction it has to beat."""

    name: str
    """What tables call it, for instance "feature 12" or "diff mean"."""
    kind: Kind
    """Whether it is a feature or what it has to beat."""
    feature_id: int | None
    """Number of the feature in its dictionary; None for the others."""
    contrast: float
    """Mean on labelled rows less mean on the others, in standard deviations over all rows."""
    auroc: Auroc
    """Chance that a labelled row scores higher, with its interval, by problem."""
    mutual_information: float
    """Between label and activation, in bits."""
    p_value: float
    """Of no connection between label and activation, with whole problems as units."""
    q_value: float
    """False discovery rate at which the row is still found (Benjamini and Hochberg)."""
    p_max: float
    """Chance that the best of all rows of the table does as well without any connection."""
    reason_score: float | None = None
    """ReasonScore of the behaviour's words; features only."""
    density_base: float | None = None
    """Share of all rows on which it fires in base."""
    density_tuned: float | None = None
    """The same in the tuned model."""
    mean_base: float | None = None
    """Mean activation over all rows in base, in units of the residual."""
    mean_tuned: float | None = None
    """The same in the tuned model."""
    max_base: float | None = None
    """Largest activation in base."""
    whose: str | None = None
    """Whose it is by a crosscoder, after latent scaling: shared, uneven, base-only, tuned-only,
    artefact or dead."""
    norm_ratio: float | None = None
    """Share of the tuned model in the decoder norms of that crosscoder's feature, 0 to 1."""
    scaling_error: float | None = None
    """Latent scaling of that feature on what all others leave: the scale of the model that writes
    it less, as a share of the other's."""
    scaling_reconstruction: float | None = None
    """The same on what all features write together."""
    crosscoder_feature: int | None = None
    """Number of that feature in the crosscoder."""
    crosscoder_cosine: float | None = None
    """Cosine of its decoder in the scored model with the decoder of this feature, the largest
    there is; None where the dictionary is the crosscoder."""
    output_score: float | None = None
    """Rise of the log-probability of the tokens that open the behaviour when it is added."""
    attribution: float | None = None
    """Gradient of that log-probability times activation, where the behaviour is decided."""
    ablation: float | None = None
    """Change of that log-probability when the feature is taken away there, exactly."""
    verdict: Verdict = "untested"
    """Whether it only fires on its tokens, as far as the falsifier could tell."""
    falsification: Falsification | None = None
    """What the falsifier found; None where it was not tried."""

    def tried(self, falsification: Falsification) -> "FeatureScore":
        """The same row with the falsifier's verdict."""
        return replace(self, falsification=falsification, verdict=falsification.verdict)

    @property
    def density_change(self) -> float | None:
        """Density in the tuned model less that in base."""
        return _difference(self.density_tuned, self.density_base)

    @property
    def mean_change(self) -> float | None:
        """Mean activation in the tuned model less that in base."""
        return _difference(self.mean_tuned, self.mean_base)


@dataclass(frozen=True)
class ScoreTable:
    """The rows of one behaviour, the largest contrast first, and what they were measured on."""

    behaviour: str
    """Name of the behaviour."""
    meaning: str
    """What a text does that shows it."""
    positions: str
    """Which tokens are rows: completion, last_prompt or all."""
    model: str
    """Name of the model whose rows were scored."""
    hook_point: str
    """Where the rows were read."""
    dictionary: str
    """Name of the dictionary."""
    d_sae: int
    """Number of its features, with those that never fire and have no row here."""
    n_rows: int
    """Rows scored, all of the selection split."""
    n_labelled: int
    """How many of them have the label."""
    n_problems: int
    """Problems they come from."""
    words: tuple[str, ...]
    """The words of ReasonScore."""
    multiple_testing: str
    """How many hypotheses were tested and how that is accounted for."""
    resolution: float
    """Most by which binning may have moved any AUROC; intervals are widened by it."""
    scores: tuple[FeatureScore, ...]
    """The rows."""
    crosscoder: str | None = None
    """Name of the crosscoder that says whose the features are; None where there is none."""

    def features(self) -> tuple[FeatureScore, ...]:
        """The rows that are features."""
        return tuple(score for score in self.scores if score.kind == "feature")

    def of(self, feature_id: int) -> FeatureScore:
        """The row of one feature.

        Raises:
            FeatureError: It has none, since it never fired on the rows scored.
        """
        for score in self.scores:
            if score.feature_id == feature_id:
                return score
        raise FeatureError(
            f"ScoreTable.of: feature {feature_id} has no row for {self.behaviour!r}; expected one "
            f"of the {len(self.features())} of {self.d_sae} that fired on the rows scored"
        )

    def with_scores(self, changed: Iterable[FeatureScore]) -> "ScoreTable":
        """The table with some rows replaced by those of the same name."""
        by_name = {score.name: score for score in changed}
        return replace(self, scores=tuple(by_name.get(score.name, score) for score in self.scores))


def write_tables(path: Path, tables: Iterable[ScoreTable], provenance: Mapping[str, Any]) -> None:
    """Write tables as JSON, all or nothing; `read_tables` gives them back."""
    content = [asdict(table) for table in tables]
    write_json(path, {"schema": SCHEMA, "provenance": dict(provenance), "tables": content})


def read_tables(path: Path | str) -> tuple[ScoreTable, ...]:
    """Read what `write_tables` wrote.

    Raises:
        FeatureError: The file is not of this schema or malformed.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FeatureError(
            f"read_tables: {str(path)!r} cannot be read ({error}); expected the scores.json that "
            f"`latent-reasoning features` writes"
        ) from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise FeatureError(
            f"read_tables: {str(path)!r} is no score table of schema {SCHEMA}; expected the "
            f"scores.json that `latent-reasoning features` writes"
        )
    try:
        return tuple(_table(record) for record in content["tables"])
    except (KeyError, TypeError) as error:
        raise FeatureError(
            f"read_tables: {str(path)!r} has missing or unknown fields ({error}); write it again "
            f"with this version"
        ) from error


def _table(record: dict[str, Any]) -> ScoreTable:
    scores = tuple(_score(row) for row in record["scores"])
    return ScoreTable(**{**record, "words": tuple(record["words"]), "scores": scores})


def _score(record: dict[str, Any]) -> FeatureScore:
    if record["kind"] not in get_args(Kind):
        raise FeatureError(one_of("read_tables", "kind of row", record["kind"], get_args(Kind)))
    tried = record["falsification"]
    if tried is not None:
        tried = Falsification(**{**tried, "tokens": tuple(tried["tokens"])})
    return FeatureScore(**{**record, "auroc": Auroc(**record["auroc"]), "falsification": tried})


def _difference(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b
