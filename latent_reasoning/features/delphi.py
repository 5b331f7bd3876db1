"""Activations of features in the layout that delphi reads (EleutherAI, automated interpretability).

    <folder>/<hook point>/<first>_<last>.safetensors
    <folder>/<hook point>/config.json

A file holds `tokens` [sequence, position], `locations` [entry, 3] with sequence, position and the
feature's number less the first of the file, and `activations` [entry] in half precision. Sequences
are padded to one length, the next multiple of 32 tokens: delphi cuts them in examples of 32 and
refuses a rest. Nothing fires on padding. `delphi.latents.LatentDataset` opens the folder
with a sampler, a constructor and the model's tokenizer.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import write_json
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.labelling import each_sequence
from latent_reasoning.features.live_entries import live_entries
from latent_reasoning.features.readings import some_features
from latent_reasoning.features.score_pass import ROW, stored_pieces

ENTRIES_SPLIT = 512
"""Features of a file."""
LARGEST_HALF = 65504.0
EXAMPLE = 32
"""Tokens of an example, `example_ctx_len` of delphi unless told otherwise."""


def write_delphi(
    folder: Path,
    store: ActivationStore,
    sae: SparseAutoencoder,
    feature_ids: Sequence[int],
    *,
    role: str = "base",
    pad_id: int = 0,
) -> Path:
    """Write what chosen features do on every recorded row; returns the folder of the hook point.

    Memory holds the tokens and the entries of the chosen features.

    Args:
        folder: Where; made if it is not there.
        store: The recording.
        sae: The dictionary.
        feature_ids: Features to write.
        role: Recorded model that is read.
        pad_id: Token that pads.

    Raises:
        FeatureError: No feature is given, or one does not exist.
    """
    ids = sorted(set(feature_ids))
    if not ids:
        raise FeatureError("write_delphi: no features; expected the numbers of some")
    places, values = _entries(store, sae, ids, role)
    tokens = _tokens(store, pad_id)
    module = folder / sae.hook_point
    module.mkdir(parents=True)
    for first in range(0, sae.d_sae, ENTRIES_SPLIT):
        last = min(first + ENTRIES_SPLIT, sae.d_sae) - 1
        inside = (places[:, 2] >= first) & (places[:, 2] <= last)
        if not inside.any():
            continue
        save_file(
            {
                "locations": (places[inside] - np.array([0, 0, first])).astype(np.uint32),
                "activations": values[inside].astype(np.float16),
                "tokens": tokens,
            },
            module / f"{first}_{last}.safetensors",
        )
    write_json(module / "config.json", _config(store, sae, role, tokens.shape[1]))
    return module


def _entries(
    store: ActivationStore, sae: SparseAutoencoder, ids: list[int], role: str
) -> tuple[np.ndarray, np.ndarray]:
    """Sequence, position and feature of every firing of some features, and how strong it is."""
    chosen, found = some_features(sae, ids), []
    rows = np.ones(len(store), dtype=bool)
    for piece in stored_pieces(store, sae.hook_point, sae.roles_read(role), rows):
        codes = live_entries(chosen, sae.rows_of(piece, role))
        at = piece[ROW][codes.rows]
        numbers = torch.tensor(ids)[codes.features]
        place = torch.stack([store.rows.sequence[at], store.rows.position[at], numbers], dim=1)
        found.append((place.numpy(), codes.values.numpy()))
    places = np.concatenate([place for place, _ in found])
    return places, np.concatenate([value for _, value in found]).clip(max=LARGEST_HALF)


def _config(
    store: ActivationStore, sae: SparseAutoencoder, role: str, length: int
) -> dict[str, str | int]:
    return {
        "model_name": store.manifest.models[role],
        "dataset_repo": store.path.name,
        "dataset_split": "train",
        "dataset_name": "",
        "dataset_column": "text",
        "batch_size": 32,
        "ctx_len": length,
        "n_tokens": len(store),
        "n_splits": -(-sae.d_sae // ENTRIES_SPLIT),
    }


def _tokens(store: ActivationStore, pad_id: int) -> np.ndarray:
    longest = int(store.rows.position.max()) + 1
    length = -(-longest // EXAMPLE) * EXAMPLE
    tokens = np.full((store.manifest.n_sequences, length), pad_id, dtype=np.int64)
    for row, sequence in zip(tokens, each_sequence(store), strict=True):
        kept = sequence.tokens[:length]
        row[: len(kept)] = kept
    return tokens
