"""Features in the batch files that Neuronpedia imports, as SAELens' dashboards write them.

One file is one batch: `model_id`, `layer`, `sae_set` and a list of features with their contexts,
histogram, promoted and suppressed tokens and decoder row. Tables that are not computed here
(correlated neurons, logits over the vocabulary) are empty lists.
"""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import write_json
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.contexts import Context
from latent_reasoning.features.evidence import FeatureEvidence
from latent_reasoning.models.hook_points import parse_hook_point

PER_BATCH = 128
TOP = {"bin_min": -1.0, "bin_contains": -1.0}
"""How a batch marks the strongest contexts."""
EMPTY = (
    *("neuron_alignment_indices", "neuron_alignment_values", "neuron_alignment_l1"),
    *("correlated_neurons_indices", "correlated_neurons_l1", "correlated_neurons_pearson"),
    *("correlated_features_indices", "correlated_features_l1", "correlated_features_pearson"),
    *("logits_hist_data_bar_heights", "logits_hist_data_bar_values", "decoder_weights_dist"),
)


def write_neuronpedia(
    folder: Path,
    store: ActivationStore,
    sae: SparseAutoencoder,
    evidence: Sequence[FeatureEvidence],
) -> list[Path]:
    """Write batch-0.json, batch-1.json, ...; returns their paths.

    Args:
        folder: Where; made if it is not there.
        store: What the evidence was gathered from.
        sae: The dictionary.
        evidence: The features.
    """
    folder.mkdir(parents=True, exist_ok=True)
    point = parse_hook_point(sae.hook_point)
    paths = []
    for first in range(0, len(evidence), PER_BATCH):
        batch = {
            "model_id": sae.model.replace("organism:", "").rpartition("/")[2],
            "layer": point.layer,
            "sae_set": f"{point.site}-{sae.architecture}-{sae.d_sae}",
            "sae_id_suffix": None,
            "features": [_feature(one, store, sae) for one in evidence[first : first + PER_BATCH]],
        }
        paths.append(folder / f"batch-{first // PER_BATCH}.json")
        write_json(paths[-1], batch)
    return paths


def _feature(
    evidence: FeatureEvidence, store: ActivationStore, sae: SparseAutoencoder
) -> dict[str, Any]:
    edges, counts = evidence.histogram
    lens = evidence.lens
    return {
        **{name: [] for name in EMPTY},
        "feature_index": evidence.feature_id,
        "pos_str": [one.token for one in lens.promoted],
        "pos_values": [one.logit for one in lens.promoted],
        "neg_str": [one.token for one in lens.suppressed],
        "neg_values": [one.logit for one in lens.suppressed],
        "frac_nonzero": evidence.density,
        "freq_hist_data_bar_values": [(a + b) / 2 for a, b in itertools.pairwise(edges)],
        "freq_hist_data_bar_heights": list(counts),
        "n_prompts_total": store.manifest.n_sequences,
        "n_tokens_in_prompt": int(store.rows.position.max()) + 1,
        "dataset": store.path.name,
        "activations": [
            *[_activation(c, TOP["bin_min"], TOP["bin_contains"]) for c in evidence.top],
            *[_activation(c, 0.0, evidence.density) for c in (*evidence.median, *evidence.low)],
        ],
        "vector": sae.written(evidence.read_from)[evidence.feature_id].tolist(),
    }


def _activation(context: Context, lowest: float, share: float) -> dict[str, Any]:
    values = [0.0 if value is None else value for value in context.activations]
    return {
        "bin_min": lowest,
        "bin_max": max(values),
        "bin_contains": share,
        "tokens": list(context.tokens),
        "values": values,
        "qualifying_token_index": context.peak,
    }
