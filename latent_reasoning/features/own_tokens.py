"""The tokens, bigrams and trigrams a feature fires on most.

Tokens are those with the largest mean activation over all their rows. Pairs and triples are those
that end in the strongest rows, by the sum of the activations there.
"""

from collections import Counter

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.injection import Ngram
from latent_reasoning.features.score_pass import ROW, stored_pieces

N_TOKENS, N_BIGRAMS, N_TRIGRAMS = 3, 2, 1
STRONGEST = 512
FEWEST = 3
"""Rows a token must have, where enough tokens have as many."""
N_TABLES = 2
"""Sums and counts."""


def own_ngrams(
    store: ActivationStore, sae: SparseAutoencoder, role: str, chosen: np.ndarray
) -> list[dict[str, tuple[Ngram, ...]]]:
    """For every feature the ways of injecting it, by name.

    Args:
        store: The recording.
        sae: The features that are tried; see `readings.some_features`.
        role: Recorded model that is read.
        chosen: bool [token], the rows that count.
    """
    size = int(store.rows.token_id[torch.from_numpy(chosen)].max()) + 1
    sums = torch.zeros(size, sae.d_sae, dtype=torch.float64)
    counts = torch.zeros(size, dtype=torch.int64)
    strongest = torch.full((0, sae.d_sae), 0.0), torch.full((0, sae.d_sae), 0)
    for piece in stored_pieces(store, sae.hook_point, sae.roles_read(role), chosen):
        acts, rows = sae.encode(sae.rows_of(piece, role)), piece[ROW]
        tokens = store.rows.token_id[rows]
        sums.index_add_(0, tokens, acts.double())
        counts.index_add_(0, tokens, torch.ones_like(tokens))
        values = torch.cat([strongest[0], acts])
        numbers = torch.cat([strongest[1], rows[:, None].expand(-1, sae.d_sae)])
        best = values.topk(min(STRONGEST, len(values)), dim=0)
        strongest = best.values, numbers.gather(0, best.indices)
    return [
        {
            "tokens": _tokens(sums[:, i], counts),
            "bigrams": _ngrams(store, strongest[0][:, i], strongest[1][:, i], 2, N_BIGRAMS),
            "trigram": _ngrams(store, strongest[0][:, i], strongest[1][:, i], 3, N_TRIGRAMS),
        }
        for i in range(sae.d_sae)
    ]


def _tokens(sums: Float[Tensor, " vocab"], counts: Tensor) -> tuple[Ngram, ...]:
    fewest = FEWEST if int(((counts >= FEWEST) & (sums > 0)).sum()) >= N_TOKENS else 1
    means = torch.where(counts >= fewest, sums / counts.clamp(min=1), 0.0)
    best = means.topk(min(N_TOKENS, len(means)))
    return tuple(
        (token,)
        for token, mean in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        if mean > 0
    )


def _ngrams(
    store: ActivationStore, values: Tensor, rows: Tensor, n: int, most: int
) -> tuple[Ngram, ...]:
    found = Counter[Ngram]()
    for value, row in zip(values.tolist(), rows.tolist(), strict=True):
        first = row - n + 1
        if value > 0 and first >= 0 and store.rows.sequence[first] == store.rows.sequence[row]:
            found[tuple(store.rows.token_id[first : row + 1].tolist())] += value
    return tuple(ngram for ngram, _ in found.most_common(most))
