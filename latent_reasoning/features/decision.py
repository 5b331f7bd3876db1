"""What features do where the behaviour is decided, in the model itself.

The decision of a text is the token before the first stretch that shows the behaviour, or the last
token of the prompt where nothing shows it. The measure m is the log-probability that the next token
opens the behaviour: that it is one of the tokens that open it in the store.

- output score: m with the feature added there, less m as it is (after Arad et al., 2505.20063, who
  rank features by what they do to the output). The strength is the mean norm of the residual
  stream, the same for all features, towards the behaviour by the sign of the contrast.
- attribution: activation times the gradient of m along the feature's row of the decoder, the first
  order of what the feature does there (attribution patching).
- ablation: m as it is, less m without the feature, exactly: `x - f_i W_dec[i]`, error kept.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.labelled_texts import labelled_texts
from latent_reasoning.features.labelling import TokenLabeller, parse_label_positions
from latent_reasoning.features.readings import some_features
from latent_reasoning.features.score_table import FeatureScore, ScoreTable
from latent_reasoning.models.hook_points import parse_hook_point
from latent_reasoning.models.hooks import edit
from latent_reasoning.models.loading import LoadedModel

BATCH = 64
MOST_OPENINGS = 20
COVERED = 0.95
"""Share of the openings in the store that the tokens counted as openings cover."""
Change = Callable[[Float[Tensor, "batch d_model"]], Float[Tensor, "batch d_model"]]


@dataclass(frozen=True, eq=False)
class Decision:
    """Texts cut where the behaviour is decided."""

    prefixes: tuple[tuple[int, ...], ...]
    """Tokens up to the decision, with it."""
    openings: tuple[int, ...]
    """Tokens that open the behaviour."""
    model: LoadedModel
    """The model that decides."""
    hook_point: str
    """Where it is changed."""

    def log_probabilities(
        self, added: Float[Tensor, "prefix d_model"] | None = None
    ) -> Float[Tensor, " prefix"]:
        """The measure of every prefix, with something added to the stream at its decision."""
        found, first = [], 0
        for batch in self._batches():
            change = None
            if added is not None:
                here = added[first : first + len(batch)]
                change = lambda x, here=here: x + here  # noqa: E731
            found.append(self._batch(batch, change).detach())
            first += len(batch)
        return torch.cat(found)

    def streams(self) -> Float[Tensor, "prefix d_model"]:
        """The stream at the decision of every prefix."""
        found: list[Tensor] = []

        def kept(x: Tensor) -> Tensor:
            found.append(x.detach())
            return x

        for batch in self._batches():
            self._batch(batch, kept)
        return torch.cat(found)

    def gradients(
        self,
    ) -> tuple[Float[Tensor, "prefix d_model"], Float[Tensor, "prefix d_model"]]:
        """The stream at the decision of every prefix, and the gradient of its m there."""
        streams, slopes = [], []
        for batch in self._batches():
            kept: list[Tensor] = []

            def leaf(x: Tensor, kept: list[Tensor] = kept) -> Tensor:
                kept.append(x.detach().requires_grad_(True))
                return kept[0]

            with torch.enable_grad():
                total = self._batch(batch, leaf).sum()
            streams.append(kept[0].detach())
            slopes.append(torch.autograd.grad(total, kept[0])[0])
        return torch.cat(streams), torch.cat(slopes)

    def _batches(self) -> list[list[tuple[int, ...]]]:
        ordered = list(self.prefixes)
        return [ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH)]

    def _batch(
        self, prefixes: list[tuple[int, ...]], change: Change | None
    ) -> Float[Tensor, " prefix"]:
        longest = max(map(len, prefixes))
        padded = [[*prefix, *[0] * (longest - len(prefix))] for prefix in prefixes]
        tokens = torch.tensor(padded, device=self.model.device)
        rows = torch.arange(len(prefixes), device=self.model.device)
        last = torch.tensor([len(prefix) - 1 for prefix in prefixes], device=self.model.device)

        def at_decision(x: Tensor) -> Tensor:
            if change is None:
                return x
            changed = x.clone()
            changed[rows, last] = change(x[rows, last].float()).to(x.dtype)
            return changed

        point = parse_hook_point(self.hook_point, self.model.n_layers)
        whole = self.model.model
        with edit(self.model, {point: at_decision}):
            stream = whole.get_submodule("model")(input_ids=tokens, use_cache=False)[0]
        # Logits of the decision only: those of all tokens would fill the memory.
        head = whole.get_output_embeddings()
        assert head is not None, "a causal language model has an output layer"
        logits = head(stream[rows, last]).float()
        openings = torch.tensor(self.openings, device=logits.device)
        return torch.logsumexp(logits[:, openings], dim=1) - torch.logsumexp(logits, dim=1)


def find_decision(
    store: ActivationStore,
    model: LoadedModel,
    labeller: TokenLabeller,
    hook_point: str,
    most: int = 128,
    seed: int = 0,
) -> Decision:
    """Where a behaviour is decided in a store, on the selection part.

    Args:
        store: A recording with completions.
        model: The model that decides.
        labeller: Finds the behaviour.
        hook_point: Where it is going to be changed.
        most: Most texts of either kind, with and without the behaviour.
        seed: Of the parts and the texts.

    Raises:
        FeatureError: No text shows the behaviour.
    """
    texts = labelled_texts(store, labeller, "completion", most, seed)
    opened: Counter[int] = Counter()
    prefixes = []
    for text in texts.shown:
        first = int(text.labelled[0])
        opened[text.tokens[first]] += 1
        prefixes.append(text.tokens[:first])
    if not prefixes:
        raise FeatureError(
            f"find_decision: no text of {str(store.path)!r} shows {labeller.behaviour.name!r}; "
            f"expected some that do"
        )
    prefixes += [text.tokens[: text.sequence.n_prompt] for text in texts.silent]
    openings, covered = [], 0
    for token, n in opened.most_common(MOST_OPENINGS):
        if covered < COVERED * opened.total():
            openings.append(token)
            covered += n
    return Decision(tuple(prefixes), tuple(openings), model, hook_point)


def measure_decision(
    decision: Decision,
    sae: SparseAutoencoder,
    table: ScoreTable,
    feature_ids: Sequence[int],
    strength: float,
    role: str = "base",
    beside: Mapping[str, LoadedModel] | None = None,
) -> ScoreTable:
    """The table with the output score, attribution and ablation of some features.

    Args:
        decision: Where the behaviour is decided.
        sae: The dictionary.
        table: The scores.
        feature_ids: Features to measure.
        strength: Norm of what is added; the mean norm of the stream.
        role: Which recorded model decides.
        beside: The other recorded models by role, for a crosscoder, which reads several. They read
            the text as it is; what a feature writes is changed in the model that decides.

    Raises:
        FeatureError: A feature has no row in the table.
    """
    parse_label_positions(table.positions)
    chosen = some_features(sae, feature_ids).to(decision.model.device)
    plain = decision.log_probabilities()
    streams, slopes = decision.gradients()
    rows = {role: streams}
    for other in chosen.roles_read(role):
        if other != role and other in (beside or {}):
            rows[other] = replace(decision, model=(beside or {})[other]).streams()
    acts, written = chosen.encode(chosen.rows_of(rows, role)), chosen.written(role)
    attributions = (acts * (slopes @ written.T)).mean(dim=0)
    measured: list[FeatureScore] = []
    for i, feature_id in enumerate(feature_ids):
        score, row = table.of(feature_id), written[i]
        sign = 1.0 if score.contrast >= 0 else -1.0
        step = sign * strength * row / row.norm()
        added = decision.log_probabilities(step.expand_as(streams))
        without = decision.log_probabilities(-acts[:, i : i + 1] * row)
        measured.append(
            replace(
                score,
                output_score=float((added - plain).mean()),
                attribution=float(attributions[i]),
                ablation=float((plain - without).mean()),
            )
        )
    return table.with_scores(measured)
