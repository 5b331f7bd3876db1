"""Features for Neuronpedia: as its public interface takes them, and as dashboards write them.

`upload-N.json` is the body of `POST /api/feature/upload-batch`, by which anyone adds features to a
source set of their own. `batch-N.json` is a batch as SAELens' dashboards write it, which those who
run a Neuronpedia convert and import: `model_id`, `layer`, `sae_set` and a list of features with
contexts, histogram, promoted and suppressed tokens and decoder row. Tables that are not computed
here (correlated neurons, logits over the vocabulary) are empty lists.
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
from latent_reasoning.features.logit_lens import TokenLogit
from latent_reasoning.models.hook_points import parse_hook_point

PER_BATCH, MOST_LOGITS = 128, 20
"""The most that one upload may hold."""
NO_TEXT = "\u2205"
"""What stands for a token without text, which the server refuses."""
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
    """Write batch-0.json and upload-0.json, batch-1.json, ...; returns their paths.

    Features without contexts are in no upload, for the server refuses them.

    Args:
        folder: Where; made if it is not there.
        store: What the evidence was gathered from.
        sae: The dictionary.
        evidence: The features.
    """
    folder.mkdir(parents=True, exist_ok=True)
    point = parse_hook_point(sae.hook_point)
    model_id = sae.model.replace("organism:", "").rpartition("/")[2]
    sae_set = f"{point.site}-{sae.architecture}-{sae.d_sae}"
    seen = [one for one in evidence if _contexts(one)]
    paths = []
    for number, some in enumerate(_batched(evidence)):
        batch = {
            "model_id": model_id,
            "layer": point.layer,
            "sae_set": sae_set,
            "sae_id_suffix": None,
            "features": [_feature(one, store, sae) for one in some],
        }
        paths.append(folder / f"batch-{number}.json")
        write_json(paths[-1], batch)
    for number, some in enumerate(_batched(seen)):
        body = {
            "modelId": model_id.lower(),
            "source": f"{point.layer}-{sae_set}".lower(),
            "features": [_uploaded(one) for one in some],
        }
        paths.append(folder / f"upload-{number}.json")
        write_json(paths[-1], body)
    return paths


def _batched(evidence: Sequence[FeatureEvidence]) -> list[Sequence[FeatureEvidence]]:
    return [evidence[i : i + PER_BATCH] for i in range(0, len(evidence), PER_BATCH)]


def _contexts(evidence: FeatureEvidence) -> tuple[Context, ...]:
    return (*evidence.top, *evidence.median, *evidence.low)


def _uploaded(evidence: FeatureEvidence) -> dict[str, Any]:
    """A feature as the public interface takes it; a quantile is only of what was drawn by it."""
    strongest = {"quantileMax": None, "quantileMin": None, "quantileFraction": None}
    drawn = {
        "quantileMax": evidence.max_activation,
        "quantileMin": 0.0,
        "quantileFraction": evidence.density,
    }
    quantiles = [strongest] * len(evidence.top)
    quantiles += [drawn] * (len(evidence.median) + len(evidence.low))
    promoted, suppressed = evidence.lens
    return {
        "index": evidence.feature_id,
        "density": evidence.density,
        "topLogits": [_logit(one) for one in promoted[:MOST_LOGITS]],
        "bottomLogits": [_logit(one) for one in suppressed[:MOST_LOGITS]],
        "explanations": [],
        "activations": [
            {"tokens": [token or NO_TEXT for token in one.tokens], "values": _values(one)}
            | quantile
            for one, quantile in zip(_contexts(evidence), quantiles, strict=True)
        ],
    }


def _logit(one: TokenLogit) -> dict[str, Any]:
    return {"token": one.token or NO_TEXT, "value": one.logit}


def _values(context: Context) -> list[float]:
    return [0.0 if value is None else value for value in context.activations]


def _feature(
    evidence: FeatureEvidence, store: ActivationStore, sae: SparseAutoencoder
) -> dict[str, Any]:
    edges, counts = evidence.histogram
    lens = evidence.lens
    drawn = {"bin_min": 0.0, "bin_max": evidence.max_activation, "bin_contains": evidence.density}
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
            *[_activation(c, TOP | {"bin_max": max(_values(c))}) for c in evidence.top],
            *[_activation(c, drawn) for c in (*evidence.median, *evidence.low)],
        ],
        "vector": sae.written(evidence.read_from)[evidence.feature_id].tolist(),
    }


def _activation(context: Context, interval: dict[str, float]) -> dict[str, Any]:
    return {
        **interval,
        "tokens": list(context.tokens),
        "values": _values(context),
        "qualifying_token_index": context.peak,
    }
