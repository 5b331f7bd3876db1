"""What steering has to beat without touching activations: a constant bias on the logits.

Forcing the first token is the `prefix` of `generate`; prompts are the ladder of `data.prompts`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.errors import HookPointError, LatentReasoningError
from latent_reasoning.models.loading import LoadedModel


@contextmanager
def bias_logits(model: LoadedModel, biases: Mapping[int, float]) -> Iterator[None]:
    """Add a constant to the logits of some tokens in every forward call inside the block.

    Args:
        model: The model; it is as before once the block ends.
        biases: What is added, by token id.

    Raises:
        LatentReasoningError: An id is no token of the model.
        HookPointError: The block ended without a forward call.
    """
    wrong = [token for token in biases if not 0 <= token < model.d_vocab]
    if wrong or not biases:
        raise LatentReasoningError(
            f"bias_logits: found {wrong or 'no tokens'}; expected token ids from 0 to "
            f"{model.d_vocab - 1}"
        )
    bias = torch.zeros(model.d_vocab)
    bias[list(biases)] = torch.tensor(list(biases.values()))
    head: Any = model.model.get_output_embeddings()
    add = _Adding(bias.to(head.weight.device))
    handle = head.register_forward_hook(add)
    try:
        yield
    finally:
        handle.remove()
    if not add.called:
        raise HookPointError(
            f"bias_logits: no forward pass of {model.name!r}; expected at least one in the block"
        )


class _Adding:
    """A hook that adds a vector to the output of a module."""

    steady = True

    def __init__(self, vector: Float[Tensor, " d_vocab"]) -> None:
        self.vector, self.called = vector, False

    def __call__(self, _module: Any, _args: Any, output: Tensor) -> Tensor:
        self.called = True
        return output + self.vector.to(output)
