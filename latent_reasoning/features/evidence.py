"""What is known of a feature: records for people and for other tools, from one pass over a store.

1. Rows come in the order recorded. For hundreds of features at once the pass keeps running totals
   (`firing`) and the rows worth showing (`kept_rows`), in memory that grows with features, tokens
   and dictionary but not with activations. The rows' own columns (`ActivationStore.rows`, about 30
   bytes a row) are in memory.
2. The windows around those rows are read (`windows`).
3. The decoder row is read as tokens (`logit_lens`) and compared with other dictionaries
   (`neighbours`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.errors import ActivationError
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.contexts import Context
from latent_reasoning.features.firing import FiringTotals, Places
from latent_reasoning.features.kept_rows import DrawnRows, ExtremeRows
from latent_reasoning.features.logit_lens import Lens, logit_lens
from latent_reasoning.features.neighbours import Neighbour, nearest_features
from latent_reasoning.features.token_spans import TokenTexts
from latent_reasoning.features.windows import Wanted, WindowReader
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.tokenization import tokenizer_sha256

BATCH_VALUES = 2**23


@dataclass(frozen=True)
class EvidenceConfig:
    """How much evidence is collected of every feature."""

    n_top: int = 8
    """Contexts of the strongest firings, one a sequence."""
    n_median: int = 4
    """Contexts of firings near the median of `drawn` of them."""
    n_low: int = 4
    """Contexts of the weakest firings, one a sequence."""
    before: int = 14
    """Tokens shown before the firing."""
    after: int = 8
    """Tokens shown after it."""
    drawn: int = 64
    """Firings drawn at random, among which the median is taken."""
    n_logits: int = 8
    """Tokens at either end of the logit lens."""
    n_tokens: int = 8
    """Tokens it fires on that are listed."""
    n_together: int = 6
    """Features that fire together with it that are listed."""
    seed: int = 0
    """Of the draw."""


class Histogram(NamedTuple):
    """Counts of positive activations in equal bins."""

    edges: tuple[float, ...]
    """Edges of the bins, one more than there are counts, from 0."""
    counts: tuple[int, ...]
    """Rows in each bin."""


class FiringToken(NamedTuple):
    """A token a feature fires on."""

    token: str
    """Its text."""
    of_firings: float
    """Share of the feature's firings that are on it."""
    of_token: float
    """Share of the token's rows on which the feature fires."""
    mean: float
    """Mean activation where it fires on it."""


class Companion(NamedTuple):
    """Another feature of the dictionary that fires on the same rows."""

    feature_id: int
    """Number of the other feature."""
    jaccard: float
    """Rows on which both fire over rows on which either does."""
    of_firings: float
    """Share of this feature's firings on which the other fires too."""


class PlaceShare(NamedTuple):
    """How often a feature fires in a part of the text."""

    part: str
    """`prompt`, or the tenth of the completion, `0-10 %`."""
    n_rows: int
    """Rows there."""
    density: float | None
    """Share of them on which it fires; None where there are none."""


@dataclass(frozen=True)
class FeatureEvidence:
    """What one pass over a store says about one feature."""

    feature_id: int
    """Number of the feature in its dictionary."""
    hook_point: str
    """Where the dictionary reads."""
    dictionary_of: str
    """Name of the model the dictionary was fitted on."""
    read_from: str
    """Role of the recorded model whose activations were read."""
    n_rows: int
    """Rows read; sink tokens are left out."""
    n_firing: int
    """Rows on which it fires."""
    max_activation: float
    """Largest activation."""
    mean_activation: float
    """Mean activation where it fires; 0 where it never does."""
    top: tuple[Context, ...]
    """Windows around the strongest firings, strongest first, one a sequence."""
    median: tuple[Context, ...]
    """Windows around firings near the median of a random draw."""
    low: tuple[Context, ...]
    """Windows around the weakest firings, weakest first, one a sequence."""
    histogram: Histogram
    """Positive activations."""
    tokens: tuple[FiringToken, ...]
    """Tokens it fires on most, by the sum of its activations."""
    lens: Lens
    """Tokens its row of the decoder promotes and suppresses."""
    together: tuple[Companion, ...]
    """Features that fire with it, by Jaccard index."""
    nearest: tuple[Neighbour, ...]
    """The nearest feature in every other dictionary that was given."""
    places: tuple[PlaceShare, ...]
    """Where it fires: in the prompt, and along the completion."""

    @property
    def density(self) -> float:
        """Share of the rows on which it fires."""
        return self.n_firing / self.n_rows


def gather_evidence(
    store: ActivationStore,
    sae: SparseAutoencoder,
    feature_ids: Sequence[int],
    model: LoadedModel,
    *,
    role: str = "base",
    others: Mapping[str, SparseAutoencoder] | None = None,
    config: EvidenceConfig | None = None,
) -> list[FeatureEvidence]:
    """Collect evidence for some features of a dictionary, in the order given.

    Args:
        store: A recording at the hook point of the dictionary.
        sae: The dictionary.
        feature_ids: Numbers of the features, hundreds if need be; each counts once.
        model: The recorded model: its tokenizer names the tokens, its head reads the decoder.
        role: Which of the recorded models is read.
        others: Dictionaries to look for the nearest feature in, by what they are called.
        config: How much to collect.

    Raises:
        FeatureError: A feature does not exist, or a dictionary does not fit.
        ActivationError: The hook point or role was not recorded, the tokenizer is another one, or a
            row is not finite.
    """
    config = config or EvidenceConfig()
    ids = list(dict.fromkeys(feature_ids))
    _check(store, sae, ids, model)
    passed = _Pass(store, sae, torch.tensor(ids, dtype=torch.long), role, config)
    reader = WindowReader(store, sae, model, role, config.before, config.after)
    wanted = passed.wanted()
    contexts = iter(reader.read([one for kinds in wanted for kind in kinds for one in kind]))
    windows = [[tuple(next(contexts) for _ in kind) for kind in kinds] for kinds in wanted]
    lenses = logit_lens(model, sae.written(role)[ids], config.n_logits)
    nearest = nearest_features(sae, torch.tensor(ids, dtype=torch.long), others or {}, role)
    texts = TokenTexts(model.tokenizer)
    return [
        FeatureEvidence(
            feature_id=feature_id,
            hook_point=sae.hook_point,
            dictionary_of=sae.model,
            read_from=role,
            n_rows=passed.totals.n_rows,
            n_firing=int(passed.totals.n_firing[i]),
            max_activation=float(passed.totals.largest[i]),
            mean_activation=float(passed.totals.total[i] / passed.totals.n_firing[i].clamp(min=1)),
            top=windows[i][0],
            median=windows[i][1],
            low=windows[i][2],
            histogram=passed.histogram(i),
            tokens=passed.tokens(i, texts),
            lens=lenses[i],
            together=passed.together(i),
            nearest=nearest[i],
            places=passed.places(i),
        )
        for i, feature_id in enumerate(ids)
    ]


def _check(
    store: ActivationStore, sae: SparseAutoencoder, ids: list[int], model: LoadedModel
) -> None:
    wrong = [i for i in ids if not 0 <= i < sae.d_sae]
    if wrong or not ids:
        raise FeatureError(
            f"gather_evidence: features {wrong or 'none'}; expected at least one, each from 0 to "
            f"{sae.d_sae - 1}"
        )
    if sae.d_model != store.manifest.d_model:
        raise FeatureError(
            f"gather_evidence: a dictionary of width {sae.d_model} and rows of width "
            f"{store.manifest.d_model}; expected a dictionary of the recorded model"
        )
    recorded = store.manifest.tokenizer_sha256
    if recorded and recorded != tokenizer_sha256(model.tokenizer):
        raise ActivationError(
            f"gather_evidence: {str(store.path)!r} was recorded with another tokenizer than that "
            f"of {model.name!r}; expected one of {', '.join(store.manifest.models.values())}"
        )


class _Pass:
    """One pass over a store, and what it says of each feature."""

    def __init__(
        self,
        store: ActivationStore,
        sae: SparseAutoencoder,
        ids: Int[Tensor, " feature"],
        role: str,
        config: EvidenceConfig,
    ) -> None:
        self.ids, self.config = ids, config
        self.rows = store.rows
        self.kinds, number = self.rows.token_id.unique(return_inverse=True)
        places = Places.of(self.rows.sequence, self.rows.position, self.rows.is_prompt)
        self.totals = FiringTotals(len(ids), sae.d_sae, len(self.kinds))
        self.strongest = ExtremeRows(len(ids), config.n_top)
        self.weakest = ExtremeRows(len(ids), config.n_low, lowest=True)
        self.draw = DrawnRows(len(ids), config.drawn, config.seed)
        for rows, every in _encoded(store, sae, role):
            acts = every[:, ids]
            self.totals.update(every, ids, number[rows], places.tenth[rows])
            self.strongest.update(acts, rows, self.rows.sequence[rows])
            self.weakest.update(acts, rows, self.rows.sequence[rows])
            self.draw.update(acts, rows)

    def wanted(self) -> list[list[list[Wanted]]]:
        """Rows to show for every feature: strongest, typical, weakest."""
        found = []
        for i, feature_id in enumerate(self.ids.tolist()):
            typical = self.draw.typical(i, self.config.n_median, self.rows.sequence)
            kinds = (self.strongest.of(i), typical, self.weakest.of(i))
            found.append([[Wanted(feature_id, *pair) for pair in kind] for kind in kinds])
        return found

    def histogram(self, i: int) -> Histogram:
        """Histogram of one feature."""
        edges, counts = self.totals.histograms.of(i)
        return Histogram(tuple(edges), tuple(counts))

    def tokens(self, i: int, texts: TokenTexts) -> tuple[FiringToken, ...]:
        """Tokens of one feature."""
        totals = self.totals
        firing, total = totals.firing_on_token[:, i], totals.total_on_token[:, i]
        order = total.argsort(descending=True, stable=True)[: self.config.n_tokens]
        return tuple(
            FiringToken(
                token=texts.of(int(self.kinds[at])),
                of_firings=float(firing[at] / totals.n_firing[i]),
                of_token=float(firing[at] / totals.rows_of_token[at]),
                mean=float(total[at] / firing[at]),
            )
            for at in order.tolist()
            if firing[at]
        )

    def together(self, i: int) -> tuple[Companion, ...]:
        """Companions of one feature."""
        both, mine = self.totals.firing_together[i], self.totals.n_firing[i]
        either = (mine + self.totals.firing_of_all - both).clamp(min=1)
        jaccard = both / either
        jaccard[self.ids[i]] = 0
        order = jaccard.argsort(descending=True, stable=True)[: self.config.n_together]
        return tuple(
            Companion(at, float(jaccard[at]), float(both[at] / mine))
            for at in order.tolist()
            if both[at] and jaccard[at]
        )

    def places(self, i: int) -> tuple[PlaceShare, ...]:
        """Where one feature fires."""
        parts = ["prompt", *(f"{10 * tenth}-{10 * tenth + 10} %" for tenth in range(10))]
        rows, firing = self.totals.rows_at.tolist(), self.totals.firing_at[:, i].tolist()
        return tuple(
            PlaceShare(part, n, fired / n if n else None)
            for part, n, fired in zip(parts, rows, firing, strict=True)
        )


def _encoded(
    store: ActivationStore, sae: SparseAutoencoder, role: str
) -> Iterator[tuple[Int[Tensor, " row"], Float[Tensor, "row d_sae"]]]:
    """Activations of the whole dictionary, batch by batch, in the order recorded."""
    size = max(256, min(4096, BATCH_VALUES // sae.d_sae))
    roles = sae.roles_read(role)
    for batch in store.batches(sae.hook_point, roles, batch_size=size, seed=None):
        x = sae.rows_of(batch.activations, role)
        if not torch.isfinite(x).all():
            raise ActivationError(
                f"gather_evidence: rows of {str(store.path)!r} hold NaN or inf; record again in "
                f"float32"
            )
        yield batch.rows, sae.encode(x)
