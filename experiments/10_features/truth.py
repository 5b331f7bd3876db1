"""What a feature truly is: token detectors by construction, and shares of variance by token."""

import numpy as np
import torch

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.models.loading import LoadedModel

EMBEDDING = "blocks.0.hook_resid_pre"
TOKEN, CONTEXT = 0.9, 0.5
"""Share of a feature's variance that the token explains, from which on it is about the token, and
up to which it is about the context."""


def token_detectors(model: LoadedModel, ids: list[int]) -> SparseAutoencoder:
    """One feature a token, on embeddings, where nothing but the token can be read."""
    embedding = model.model.get_input_embeddings()
    assert embedding is not None, "a language model has embeddings"
    rows = embedding.weight.detach()[ids].float()
    norms = rows.norm(dim=1, keepdim=True)
    return SparseAutoencoder(
        W_enc=(rows / norms**2).T.contiguous(),
        W_dec=rows / norms,
        b_enc=torch.zeros(len(ids)),
        b_dec=torch.zeros(rows.shape[1]),
        threshold=torch.full((len(ids),), 0.9),
        hook_point=EMBEDDING,
        model=model.name,
        k=None,
    )


def explained_by_token(
    store: ActivationStore, sae: SparseAutoencoder, chosen: np.ndarray
) -> np.ndarray:
    """Share of the variance of every feature that lies between tokens, on chosen rows."""
    rows = torch.from_numpy(chosen)
    acts = sae.encode(store.activations(sae.hook_point, "base", rows)).double()
    tokens = store.rows.token_id[rows]
    size = int(tokens.max()) + 1
    counts = tokens.bincount(minlength=size).double().clamp(min=1)
    sums = torch.zeros(size, sae.d_sae, dtype=torch.float64).index_add_(0, tokens, acts)
    mean = acts.mean(dim=0)
    between = (counts[:, None] * (sums / counts[:, None] - mean) ** 2)[tokens.unique()].sum(dim=0)
    total = ((acts - mean) ** 2).sum(dim=0)
    return torch.where(total > 0, between / total, torch.nan).numpy()
