"""What one dictionary of an organism is worth: density, loss when spliced in, known variables."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import torch

from latent_reasoning.activations.sequences import sequence_of
from latent_reasoning.activations.settings import SINK_FACTOR
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.data.samples import Sample
from latent_reasoning.dictionaries.metrics import density
from latent_reasoning.dictionaries.recovery import variable_recovery
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.splicing import spliced_loss
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.zoo.variables import UNKNOWN, VARIABLES, token_values

SPLICED = 200


def measurements(
    model: LoadedModel,
    sae: SparseAutoencoder,
    unseen: ActivationStore,
    samples: Sequence[Sample],
) -> dict[str, Any]:
    """All that takes no further training, as plain data.

    Args:
        model: The organism.
        sae: The dictionary.
        unseen: Activations on texts it was not fitted on, of all positions.
        samples: These texts.
    """
    rows = unseen.activations(sae.hook_point)
    limit = SINK_FACTOR * rows.float().norm(dim=1).median().item()
    # Sources come one after the other; every so manieth text has all of them.
    texts = [sequence_of(model.tokenizer, s) for s in samples[:: max(1, len(samples) // SPLICED)]]
    loss = spliced_loss(model, sae, texts, limit)
    with_error = (loss.ablated - loss.with_error) / (loss.ablated - loss.clean)
    return {
        "density": asdict(density(sae, rows[~unseen.rows.is_sink])),
        "loss": asdict(loss)
        | {"recovered": loss.recovered, "recovered_with_error": with_error, "n_texts": len(texts)},
        "variables": variables_of(model, sae, unseen, samples),
    }


def variables_of(
    model: LoadedModel,
    sae: SparseAutoencoder,
    unseen: ActivationStore,
    samples: Sequence[Sample],
) -> dict[str, Any]:
    """Recovery of every known variable that takes at least two values."""
    told = []
    for sample in samples:
        sequence = sequence_of(model.tokenizer, sample)
        tokens = model.tokenizer.convert_ids_to_tokens(list(sequence.tokens))
        in_code = "code" in sample.behaviours
        told += token_values(tokens, sequence.n_prompt, sample.problem_id, in_code)
    values = torch.tensor(told)[~unseen.rows.is_sink]
    acts = sae.encode(unseen.activations(sae.hook_point, rows=~unseen.rows.is_sink))
    found = {}
    for i, name in enumerate(VARIABLES):
        known = values[:, i] != UNKNOWN
        recovery = variable_recovery(acts[known], values[known, i]) if known.any() else None
        if recovery is not None:
            found[name] = asdict(recovery)
    return found
