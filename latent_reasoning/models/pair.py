"""A base and a tuned model that can be compared token by token."""

from dataclasses import dataclass
from pathlib import Path

from latent_reasoning.errors import PairError
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.models.tokenization import tokenizer_difference


@dataclass(frozen=True)
class ModelPair:
    """Two models of one tokenizer, depth and width; anything else is refused.

    Raises:
        PairError: The tokenizers, depths, widths or vocabulary sizes differ.
    """

    base: LoadedModel
    """The model before tuning."""
    tuned: LoadedModel
    """The model after tuning."""

    def __post_init__(self) -> None:
        base, tuned = self.base, self.tuned
        sizes = {
            "decoder layers": (base.n_layers, tuned.n_layers),
            "residual width": (base.d_model, tuned.d_model),
            "vocabulary size": (base.d_vocab, tuned.d_vocab),
        }
        for size, (found_base, found_tuned) in sizes.items():
            if found_base != found_tuned:
                raise PairError(
                    f"load_pair: {base.name!r} and {tuned.name!r} differ in {size}: {found_base} "
                    f"and {found_tuned}; expected equal, pair a model with one tuned from it"
                )
        difference = tokenizer_difference(base.tokenizer, tuned.tokenizer)
        if difference is not None:
            raise PairError(
                f"load_pair: the tokenizers of {base.name!r} and {tuned.name!r} differ: "
                f"{difference}; expected equal, give both folders the same tokenizer files"
            )


def load_pair(
    base: str | Path, tuned: str | Path, *, dtype: str = "float32", device: str = "cpu"
) -> ModelPair:
    """Load two models and check that they can be compared token by token.

    Args:
        base: Name or path of the model before tuning, as for `load_model`.
        tuned: Name or path of the model after tuning.
        dtype: Number format of both.
        device: Device of both.

    Raises:
        UnknownModelError: A model cannot be found or read.
        PairError: The tokenizers, depths, widths or vocabulary sizes differ.
    """
    return ModelPair(
        load_model(base, dtype=dtype, device=device), load_model(tuned, dtype=dtype, device=device)
    )
