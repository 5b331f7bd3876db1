"""Does a feature stand for the behaviour, or does it only fire on its tokens?

Three trials, on the selection part of the problems:

1. Its own tokens are put into texts where it should be silent (`injection`).
2. Texts are said in other words, where someone can do that (`rerendering` for organisms): how much
   of its activation on labelled tokens is left, in the way that leaves least?
3. Texts come from several sources: how even is its activation over them?

`token-driven`: d >= 0.8 with p < 0.01. `context-dependent`: d < 0.2, and other words leave half of
it or more, if any were tried. `partial`: all between. `untested`: too few texts to inject into, the
feature never fires on rows that count, or it fires in those texts anyway, so that no rise can show.
A feature that fires less with the behaviour is tried the other way round: on texts with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float

from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.behaviours import LabelledBehaviour
from latent_reasoning.features.injection import (
    LARGE,
    SIGNIFICANT,
    SMALL,
    Injection,
    PlainText,
    inject,
    peaks,
)
from latent_reasoning.features.labelled_texts import LabelledText, labelled_text, labelled_texts
from latent_reasoning.features.labelling import (
    Positions,
    TokenLabeller,
    each_sequence,
    label_rows,
    parse_label_positions,
)
from latent_reasoning.features.own_tokens import own_ngrams
from latent_reasoning.features.readings import FeatureReader, some_features
from latent_reasoning.features.rerendering import Rerender
from latent_reasoning.features.score_table import Falsification, ScoreTable, Verdict
from latent_reasoning.features.splits import part_of
from latent_reasoning.models.loading import LoadedModel

FEWEST_TEXTS, FEWEST_OF_SOURCE = 10, 5
LEFT = 0.5
"""Share of the activation that other words must leave."""
NO_ROOM = 0.8
"""Peak in silent texts over that in its own from which on no rise can show."""


@dataclass(frozen=True)
class FalsifyConfig:
    """How features are tried."""

    texts: int = 500
    """Most texts that tokens are put into, and most that are said in other words."""
    role: str = "base"
    """Recorded model that the features are read in."""
    seed: int = 0
    """Of the parts, the texts and the places."""
    ways: Mapping[str, Rerender] = field(default_factory=dict)
    """Ways of saying the same, by name; `rerendering.ORGANISM_WAYS` for organisms."""
    source_label: str = "condition"
    """Label of a sequence that names its source."""


def falsify(
    store: ActivationStore,
    model: LoadedModel,
    sae: SparseAutoencoder,
    behaviour: LabelledBehaviour,
    table: ScoreTable,
    feature_ids: Iterable[int],
    config: FalsifyConfig | None = None,
    beside: Mapping[str, LoadedModel] | None = None,
) -> ScoreTable:
    """The table with the verdicts of some features.

    Args:
        store: What the table was made from.
        model: The model whose rows were scored.
        sae: The dictionary.
        behaviour: What the table is about.
        table: The scores.
        feature_ids: Features to try.
        config: How.
        beside: The other recorded models by role, for a crosscoder, which reads several.

    Raises:
        FeatureError: A feature has no row in the table.
    """
    config = config or FalsifyConfig()
    scores = {i: table.of(i) for i in feature_ids}
    signs = {i: 1 if score.contrast >= 0 else -1 for i, score in scores.items()}
    positions = parse_label_positions(table.positions)
    inside = [part_of(s.problem_id, config.seed) == "selection" for s in each_sequence(store)]
    sequences = np.array(inside, dtype=bool)
    found = try_features(store, model, sae, behaviour, signs, positions, sequences, config, beside)
    return table.with_scores(score.tried(found[i]) for i, score in scores.items())


def try_features(
    store: ActivationStore,
    model: LoadedModel,
    sae: SparseAutoencoder,
    behaviour: LabelledBehaviour,
    signs: Mapping[int, int],
    positions: Positions,
    sequences: Bool[np.ndarray, " sequence"],
    config: FalsifyConfig,
    beside: Mapping[str, LoadedModel] | None = None,
) -> dict[int, Falsification]:
    """What the falsifier finds about features, on some texts of a store.

    Args:
        store: The recording.
        model: The model the features are read in.
        sae: The dictionary.
        behaviour: What the features are said to stand for.
        signs: By feature 1 where it fires more with the behaviour, -1 where less.
        positions: Which tokens it is said to stand for it on.
        sequences: Which texts are used.
        config: How.
        beside: The other recorded models by role, for a crosscoder, which reads several.

    Raises:
        FeatureError: There is no such feature, or no text has a completion.
    """
    reader = FeatureReader(model, some_features(sae, list(signs)), config.role, beside or {})
    labeller = TokenLabeller(model.tokenizer, behaviour)
    texts = labelled_texts(store, labeller, positions, config.texts, config.seed, sequences)
    labelling = label_rows(store, model.tokenizer, behaviour, positions, config.seed)
    chosen = sequences[store.rows.sequence.numpy()] & labelling.counts
    ways = own_ngrams(store, reader.sae, config.role, chosen)
    tried: dict[int, Falsification] = {}
    for sign in (1, -1):
        columns = {i: n for n, (i, side) in enumerate(signs.items()) if side == sign}
        if not columns:
            continue
        here = texts if sign > 0 else type(texts)(shown=texts.silent, silent=texts.shown)
        trial = _Trial(reader, labeller, positions, sign, config)
        left, even = trial.left(here.shown), trial.evenness(here.shown)
        plain = [_plain(text) for text in here.silent]
        enough = min(len(plain), len(here.shown)) >= FEWEST_TEXTS
        silent = peaks(reader, plain) if enough else None
        own = peaks(reader, list(map(_plain, here.shown))).mean(axis=0) if enough else None
        for i, n in columns.items():
            found, share = None, 1.0
            if silent is not None and own is not None:
                found = inject(reader, n, plain, silent[:, n], ways[n], config.seed)
                share = float(silent[:, n].mean() / own[n]) if own[n] > 0 else 1.0
            words = trial.words(found)
            tried[i] = _record(found, words, len(plain), share, left[n], even[n])
    return tried


@dataclass(frozen=True, eq=False)
class _Trial:
    """Trials of the features that fire more with the behaviour, or of those that fire less."""

    reader: FeatureReader
    labeller: TokenLabeller
    positions: Positions
    sign: int
    config: FalsifyConfig

    def words(self, injection: Injection | None) -> tuple[str, ...]:
        """What was injected, as text."""
        texts = self.labeller.texts
        ngrams = injection.ngrams if injection else ()
        return tuple("".join(texts.of(token) for token in ngram) for ngram in ngrams)

    def means(self, texts: Sequence[LabelledText]) -> Float[np.ndarray, "text d_sae"]:
        """Mean activation of every feature on the positions it is about; NaN where there is none.

        Those are the labelled ones, or for features that fire less with the label the others.
        """
        read = self.reader.read([text.tokens for text in texts])
        found = np.full((len(texts), self.reader.sae.d_sae), np.nan)
        for i, (text, acts) in enumerate(zip(texts, read, strict=True)):
            about = text.labelled if self.sign > 0 else text.others
            if len(about):
                found[i] = acts[about].double().mean(dim=0).numpy()
        return found

    def left(self, texts: Sequence[LabelledText]) -> list[float | None]:
        """Share of the activation that the hardest way of saying the same leaves, by feature."""
        shares = []
        for way in self.config.ways.values():
            pairs = [(text, self._said(text, way)) for text in texts]
            both = [(text, other) for text, other in pairs if other is not None]
            if len(both) < FEWEST_OF_SOURCE:
                continue
            before, after = (self.means([pair[side] for pair in both]) for side in (0, 1))
            known = ~np.isnan(before[:, 0]) & ~np.isnan(after[:, 0])
            if known.sum() >= FEWEST_OF_SOURCE:
                shares.append(_ratio(after[known].mean(axis=0), before[known].mean(axis=0)))
        return _smallest(shares, self.reader.sae.d_sae)

    def evenness(self, texts: Sequence[LabelledText]) -> list[float | None]:
        """Mean activation in the source where it is smallest over where it is largest."""
        sources: dict[str, list[LabelledText]] = {}
        for text in texts:
            source = text.sequence.labels.get(self.config.source_label)
            if source is not None:
                sources.setdefault(source, []).append(text)
        means = [
            np.nanmean(self.means(some), axis=0)
            for some in sources.values()
            if sum(len(t.labelled if self.sign > 0 else t.others) > 0 for t in some)
            >= FEWEST_OF_SOURCE
        ]
        if len(means) < 2:
            return [None] * self.reader.sae.d_sae
        stacked = np.stack(means)
        return _smallest([_ratio(stacked.min(axis=0), stacked.max(axis=0))], stacked.shape[1])

    def _said(self, text: LabelledText, way: Rerender) -> LabelledText | None:
        tokenizer, sequence = self.labeller.texts.tokenizer, text.sequence
        prompt, completion = (
            str(tokenizer.decode(list(part), skip_special_tokens=True))
            for part in (sequence.tokens[: sequence.n_prompt], sequence.tokens[sequence.n_prompt :])
        )
        other = way(prompt, completion)
        if other is None:
            return None
        prompt_ids = tokenizer(other[0]).input_ids
        completion_ids = tokenizer(other[1], add_special_tokens=False).input_ids
        if not prompt_ids or not completion_ids:
            return None
        said = TokenSequence((*prompt_ids, *completion_ids), len(prompt_ids), sequence.problem_id)
        return labelled_text(said, self.labeller, self.positions)


def verdict_of(cohens_d: float, p_value: float, silent_share: float, left: float | None) -> Verdict:
    """The rule.

    >>> verdict_of(1.5, 0.001, 0.1, None), verdict_of(0.1, 0.4, 0.1, 0.9)
    ('token-driven', 'context-dependent')
    >>> verdict_of(0.1, 0.4, 0.1, 0.2), verdict_of(0.1, 0.4, 0.9, 0.9)
    ('partial', 'untested')
    """
    if cohens_d >= LARGE and p_value < SIGNIFICANT:
        return "token-driven"
    if silent_share >= NO_ROOM:
        return "untested"
    if cohens_d < SMALL and (left is None or left >= LEFT):
        return "context-dependent"
    return "partial"


def untested_because(found: Falsification) -> str | None:
    """Why a feature that was tried carries no verdict; None for one that does."""
    if found.verdict != "untested":
        return None
    if found.injected and found.silent_share >= NO_ROOM:
        return "it fires as strongly in texts without the behaviour, so that no rise can show"
    if found.n_texts < FEWEST_TEXTS:
        return f"there are fewer than {FEWEST_TEXTS} texts to put its tokens into"
    return f"it has no tokens of its own, or fewer than {FEWEST_TEXTS} texts to compare with"


def _record(
    found: Injection | None,
    words: tuple[str, ...],
    n_texts: int,
    share: float,
    left: float | None,
    even: float | None,
) -> Falsification:
    if found is None:
        return Falsification("untested", 0.0, 1.0, "", (), n_texts, share, left, even)
    d, p_value = found.cohens_d, found.p_value
    verdict = verdict_of(d, p_value, share, left)
    return Falsification(verdict, d, p_value, found.way, words, n_texts, share, left, even)


def _plain(text: LabelledText) -> PlainText:
    return PlainText(text.tokens, text.start)


def _ratio(a: Float[np.ndarray, " d_sae"], b: Float[np.ndarray, " d_sae"]) -> np.ndarray:
    """The quotient, NaN where the divisor is 0."""
    return np.divide(a, b, out=np.full_like(b, np.nan), where=b > 0)


def _smallest(shares: list[np.ndarray], d_sae: int) -> list[float | None]:
    if not shares:
        return [None] * d_sae
    least = np.nanmin(np.where(np.isnan(shares), np.inf, shares), axis=0)
    return [float(share) if np.isfinite(share) else None for share in least]
