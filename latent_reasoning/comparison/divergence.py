"""How far tuning moved the model: KL(tuned || base) on tuned's own completions.

Mean over their tokens of sum_v p_tuned(v) log(p_tuned(v) / p_base(v)) over base's vocabulary, in
nats a token; both models read the whole text.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from latent_reasoning.data.samples import Sample
from latent_reasoning.evaluation.bootstrap import percentile_bounds, resample_means
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.pair import ModelPair

MOST_TEXTS = 128
NUMBERS_AT_ONCE = 2**25


def divergence(pair: ModelPair, samples: Sequence[Sample]) -> dict[str, Any]:
    """Mean KL a token, with its interval over texts."""
    tokenizer = pair.base.tokenizer
    found = []
    for sample in samples[:MOST_TEXTS]:
        prompt = tokenizer(sample.prompt).input_ids
        rest = tokenizer(sample.completion, add_special_tokens=False).input_ids
        if rest:
            ids = torch.tensor([prompt + rest])
            # The distribution at one token is that of the next.
            found.append(_kl(pair, ids, len(prompt) - 1))
    values = np.array(found)
    if len(values) < 2:
        return {"value": None, "low": None, "high": None, "n": len(values)}
    low, high = percentile_bounds(resample_means(values[:, None]), 0.95, len(values))
    return {
        "value": float(values.mean()),
        "low": float(low[0]),
        "high": float(high[0]),
        "n": len(values),
    }


@torch.inference_mode()
def _kl(pair: ModelPair, ids: Int[Tensor, "one pos"], start: int) -> float:
    tuned, base = (_states(model, ids)[start:-1] for model in (pair.tuned, pair.base))
    heads: Any = [model.model.get_output_embeddings() for model in (pair.tuned, pair.base)]
    step = max(1, NUMBERS_AT_ONCE // pair.base.d_vocab)
    total = 0.0
    for i in range(0, len(tuned), step):
        p, q = (
            torch.log_softmax(head(x[i : i + step])[:, : pair.base.d_vocab].float(), dim=-1).cpu()
            for head, x in zip(heads, (tuned, base), strict=True)
        )
        total += float((p.exp() * (p - q)).sum())
    return total / len(tuned)


def _states(model: LoadedModel, ids: Int[Tensor, "one pos"]) -> Float[Tensor, "pos d_model"]:
    """Activations before the unembedding; all logits of a long text would not fit."""
    inner: Any = model.model.get_submodule("model")
    return inner(input_ids=ids.to(model.device)).last_hidden_state[0]
