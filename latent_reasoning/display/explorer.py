"""`explore`: search features, open a card, steer with it; without a kernel, read only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.display.bench import SteeringBench
from latent_reasoning.display.card import card_html
from latent_reasoning.display.columns import named
from latent_reasoning.display.page import counted
from latent_reasoning.display.ranking import ranking_html
from latent_reasoning.display.script import explorer_in_cell
from latent_reasoning.display.style import STYLE, in_notebook
from latent_reasoning.errors import LatentReasoningError, one_of
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.evidence import EvidenceConfig, FeatureEvidence, gather_evidence
from latent_reasoning.features.readings import stored_rows
from latent_reasoning.features.score_table import ScoreTable
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.report.wording import escaped
from latent_reasoning.steering.positions import Positions

LOOKED_AT = 2**14
PROMPTS = 24
SCORES = 4
POSITIONS: tuple[Positions, ...] = ("last prompt token", "prompt", "generated", "all")
STRONGEST = 6.0
GREEDY = SamplingConfig(temperature=0.0)


@dataclass(frozen=True)
class Explorer:
    """Everything the widget shows, and the bench behind its slider."""

    evidence: tuple[FeatureEvidence, ...]
    """The features that have a card."""
    scores: tuple[Any, ...]
    """Records of scores in order of rank."""
    prompts: tuple[str, ...]
    """Prompts to choose from."""
    bench: SteeringBench
    """Continues a prompt without and with a feature."""
    table: dict[int, FeatureEvidence] = field(init=False)
    """Evidence by number of feature."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", {one.feature_id: one for one in self.evidence})

    def _repr_html_(self) -> str:
        first = self.evidence[0]
        table = f'<div class="lr-rank">{self._ranking()}</div>'
        fallback = in_notebook(table + card_html(first, self._score(first.feature_id)))
        return explorer_in_cell(self.state() | {"bench": "", "prompts": []}, fallback)

    def state(self) -> dict[str, Any]:
        """What explorer.js shows: HTML in which all text is escaped, and the prompts."""
        return {
            "style": STYLE,
            "ranking": self._ranking(),
            "cards": {str(i): card_html(one, self._score(i)) for i, one in self.table.items()},
            "bench": bench_html(self.prompts),
            "still": READ_ONLY,
            "prompts": list(self.prompts),
        }

    def _ranking(self) -> str:
        return ranking_html(self.scores, self.table, most=SCORES)

    def _score(self, feature_id: int) -> Any:
        return next((s for s in self.scores if named(s).feature_id == feature_id), None)


READ_ONLY = (
    '<p class="lr-status">Read only: <b class="lr-which"></b>. To steer with it, run this cell in '
    "a notebook with a kernel.</p>"
)


def explore(
    store: ActivationStore,
    dictionary: SparseAutoencoder,
    *,
    scores: ScoreTable | Sequence[Any] | None = None,
    features: Sequence[int] | None = None,
    limit: int = 64,
    model: LoadedModel | None = None,
    role: str = "base",
    prompts: Sequence[str] | None = None,
    others: Mapping[str, SparseAutoencoder] | None = None,
    config: EvidenceConfig | None = None,
    sampling: SamplingConfig | None = None,
) -> Any:
    """Explore the features of a dictionary: search, open a card, steer and see what changes.

    In a notebook with a kernel this is a widget (anywidget, in the extra `notebook`). Where the
    widget cannot run (exported HTML, no kernel, anywidget not installed) the same view is read
    only.

    Args:
        store: A recording at the hook point of the dictionary.
        dictionary: The dictionary.
        scores: A score table, or records of scores in order of rank, for instance what
            `rank_features` returns.
        features: Numbers of the features that get a card; by default the first `limit` of the
            scores, or without scores those whose activations are largest in sum.
        limit: Most features with a card where `features` are not given.
        model: The recorded model; loaded by the name in the store if not given.
        role: Which of the recorded models is read and steered.
        prompts: Prompts to choose from; by default those of the store.
        others: Dictionaries in which the nearest feature is looked up.
        config: How much evidence is collected.
        sampling: How continuations are drawn; by default the likeliest token each time.

    Raises:
        FeatureError: No feature is left to show, or one does not exist.
        ActivationError: The hook point or role was not recorded.
    """
    _require_usable(store, dictionary, role, limit, features, prompts)
    model = model or load_model(store.manifest.models[role])
    rows = tuple(scores.scores if isinstance(scores, ScoreTable) else scores or ())
    ids = list(features or _scored(rows)[:limit] or _busiest(store, dictionary, role, limit))
    evidence = gather_evidence(
        store, dictionary, ids, model, role=role, others=others, config=config
    )
    mean_norm = store.mean_norm(dictionary.hook_point, role)
    explorer = Explorer(
        evidence=tuple(evidence),
        scores=rows or tuple(counted(evidence)),
        prompts=tuple(prompts or stored_prompts(store, model)),
        bench=SteeringBench(model, dictionary, mean_norm, sampling or GREEDY, role),
    )
    try:
        from latent_reasoning.display.widget import ExplorerWidget
    except ModuleNotFoundError as error:
        if error.name != "anywidget":
            raise
        return explorer
    return ExplorerWidget(explorer)


def _require_usable(
    store: ActivationStore,
    dictionary: SparseAutoencoder,
    role: str,
    limit: int,
    features: Sequence[int] | None,
    prompts: Sequence[str] | None,
) -> None:
    for read in dictionary.roles_read(role):
        store.manifest.require(read, dictionary.hook_point)
    if dictionary.d_model != store.manifest.d_model:
        raise FeatureError(
            f"explore: a dictionary of width {dictionary.d_model} and rows of width "
            f"{store.manifest.d_model} in {str(store.path)!r}; expected the same width"
        )
    if limit < 1 or (features is not None and len(features) == 0):
        raise FeatureError(
            f"explore: limit={limit}, features={features}; expected one feature or more"
        )
    if prompts is not None and (isinstance(prompts, str) or not all(prompts) or not prompts):
        raise FeatureError(
            f"explore: prompts={prompts!r}; expected a list of texts, or None for the recorded ones"
        )


def stored_prompts(store: ActivationStore, model: LoadedModel) -> list[str]:
    """Different prompts of the recording, from all over its first shard, that read back the same.

    Text that the tokenizer turns into other tokens than were recorded is left out.
    """
    sequences = store.sequences_of(range(store.manifest.shards[0].n_sequences))
    prompts = list(dict.fromkeys(s.tokens[: s.n_prompt] for s in sequences.values()))
    chosen = prompts[:: max(1, len(prompts) // PROMPTS)][:PROMPTS]
    texts = {model.decode(tokens): tokens for tokens in chosen}
    return [text for text, tokens in texts.items() if _reads_back(model, text, tokens)]


def _reads_back(model: LoadedModel, text: str, tokens: tuple[int, ...]) -> bool:
    return tuple(model.tokenizer(text).input_ids) == tokens


def parse_positions(name: str) -> Positions:
    """One of the choices of the bench.

    Raises:
        LatentReasoningError: It is none.
    """
    for known in POSITIONS:
        if name == known:
            return known
    raise LatentReasoningError(one_of("explore", "choice of positions", name, POSITIONS))


def bench_html(prompts: Sequence[str]) -> str:
    """The controls of the bench; explorer.js listens to them by name."""
    options = "".join(
        f'<option value="{i}">{escaped(" ".join(prompt.split()))[:90]}</option>'
        for i, prompt in enumerate(prompts)
    )
    positions = "".join(f"<option>{name}</option>" for name in POSITIONS)
    first = escaped(prompts[0]) if prompts else ""
    return (
        '<h4 class="lr-title">steer with <span class="lr-which"></span></h4>'
        '<div class="lr-controls"><label>coefficient <output>0.00</output>'
        f'<input type="range" name="coefficient" min="-{STRONGEST:g}" max="{STRONGEST:g}" '
        'step="0.25" value="0" title="in units of the mean residual norm; negative takes it away">'
        f'</label><label>added at <select name="positions">{positions}</select></label>'
        f'<label class="lr-wide">prompt <select name="chosen">{options}</select></label></div>'
        f'<textarea name="prompt" aria-label="prompt" spellcheck="false">\n{first}</textarea>'
        '<div class="lr-both"></div><p class="lr-status" role="status"></p>'
    )


def _scored(rows: Sequence[Any]) -> list[int]:
    ids = [named(row).feature_id for row in rows]
    return list(dict.fromkeys(i for i in ids if i is not None))


def _busiest(store: ActivationStore, sae: SparseAutoencoder, role: str, limit: int) -> list[int]:
    """Features with the largest sum of activations on rows from all over the store."""
    chosen = torch.arange(0, len(store), max(1, len(store) // LOOKED_AT))[:LOOKED_AT]
    chosen = chosen[~store.rows.is_sink[chosen]]
    total = torch.zeros(sae.d_sae)
    for rows in chosen.split(1024):
        total += sae.encode(stored_rows(store, sae, role, rows)).sum(dim=0)
    order = total.argsort(descending=True, stable=True)[:limit]
    found = [i for i in order.tolist() if total[i] > 0]
    if not found:
        raise FeatureError(
            f"explore: none of {sae.d_sae} features fires on {len(chosen)} rows of "
            f"{str(store.path)!r}; expected the dictionary of {sae.model} at {sae.hook_point}"
        )
    return found
