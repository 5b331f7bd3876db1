"""Activations of some features on new texts: the model is run up to the dictionary's layer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.models.hook_points import parse_hook_point
from latent_reasoning.models.hooks import capture, stop_after
from latent_reasoning.models.loading import LoadedModel

BATCH_TOKENS = 8192


def some_features(sae: SparseAutoencoder, feature_ids: Sequence[int]) -> SparseAutoencoder:
    """A dictionary of some features of another, in the order given.

    Raises:
        FeatureError: There is no such feature.
    """
    wrong = [i for i in feature_ids if not 0 <= i < sae.d_sae]
    if wrong:
        raise FeatureError(f"features: {wrong[0]} is no feature; expected 0 to {sae.d_sae - 1}")
    ids = torch.tensor(list(feature_ids), dtype=torch.long)
    return replace(
        sae,
        W_enc=sae.W_enc[:, ids],
        W_dec=sae.W_dec[ids],
        b_enc=sae.b_enc[ids],
        threshold=sae.threshold[ids],
    )


def stored_rows(
    store: ActivationStore, sae: SparseAutoencoder, role: str, rows: Int[Tensor, " row"]
) -> Float[Tensor, "row d_in"]:
    """Rows of a store as a dictionary reads them: of one model, or of several side by side.

    Raises:
        ActivationError: A model or the hook point was not recorded.
    """
    by_role = {one: store.activations(sae.hook_point, one, rows) for one in sae.roles_read(role)}
    return sae.rows_of(by_role, role)


@dataclass(frozen=True, eq=False)
class FeatureReader:
    """Reads features of a dictionary in a model, on any tokens."""

    model: LoadedModel
    """The model."""
    sae: SparseAutoencoder
    """The features that are read; see `some_features`."""
    role: str = "base"
    """Which recorded model that is."""
    beside: Mapping[str, LoadedModel] = field(default_factory=dict)
    """Other models by role, for a crosscoder, which reads several."""

    @torch.no_grad()
    def read(self, texts: Sequence[Sequence[int]]) -> list[Float[Tensor, "pos d_sae"]]:
        """Activations at every token of every text."""
        found: dict[int, Tensor] = {}
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        batch: list[int] = []
        for i in order:
            if batch and len(texts[i]) * (len(batch) + 1) > BATCH_TOKENS:
                found |= self._batch(batch, texts)
                batch = []
            batch.append(i)
        found |= self._batch(batch, texts) if batch else {}
        return [found[i] for i in range(len(texts))]

    def _batch(self, batch: list[int], texts: Sequence[Sequence[int]]) -> dict[int, Tensor]:
        longest = max(len(texts[i]) for i in batch)
        padded = [[*texts[i], *[0] * (longest - len(texts[i]))] for i in batch]
        tokens = torch.tensor(padded, device=self.model.device)
        models = {**self.beside, self.role: self.model}
        needed = self.sae.roles_read(self.role)
        rows = {role: self._rows(models[role], tokens) for role in needed if role in models}
        acts = self.sae.encode(self.sae.rows_of(rows, self.role))
        return {i: acts[row, : len(texts[i])] for row, i in enumerate(batch)}

    def _rows(
        self, model: LoadedModel, tokens: Int[Tensor, "text pos"]
    ) -> Float[Tensor, "text pos d_model"]:
        point = parse_hook_point(self.sae.hook_point, model.n_layers)
        with capture(model, [point]) as cache, stop_after(model, point.layer):
            model.model(input_ids=tokens, use_cache=False)
        return cache[str(point)].float().cpu()
