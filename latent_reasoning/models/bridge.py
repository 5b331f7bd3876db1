"""The only door to transformer_lens: a TransformerBridge over a copy of a loaded model."""

import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import transformers
    from transformer_lens.model_bridge import TransformerBridge


def bridge(
    model: "transformers.PreTrainedModel", tokenizer: "transformers.PreTrainedTokenizerBase"
) -> "TransformerBridge":
    """Wrap deep copies of a model and its tokenizer in a TransformerBridge.

    Copies, because the bridge replaces the layers of the model it wraps and changes the special
    tokens of the tokenizer. Weights stay as they are: no norm is folded, so that directions and
    dictionaries live in the coordinates of the original model. The bridge computes attention
    eagerly; for equal numbers to the last bit compare with a model whose attention is eager.
    """
    from transformer_lens.model_bridge import TransformerBridge

    return TransformerBridge.boot_transformers(
        model.config.name_or_path or model.config.model_type,
        hf_model=copy.deepcopy(model),
        tokenizer=copy.deepcopy(tokenizer),
        device=str(model.device),
        dtype=model.dtype,
    )
