"""A base and a tuned model that can be compared token by token."""

from dataclasses import dataclass
from pathlib import Path

from latent_reasoning.errors import PairError
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.models.tokenization import tokenizer_difference


@dataclass(frozen=True)
class ModelPair:
    """Two models of one depth and width, in which every token of the base means the same.

    The tuned model may have tokens of its own behind those of the base, as many fine-tuned models
    do, and its module layout may be of another family. Anything else is refused.

    Raises:
        PairError: The tokenizers, depths, widths or vocabulary sizes differ.
    """

    base: LoadedModel
    """The model before tuning."""
    tuned: LoadedModel
    """The model after tuning."""

    def __post_init__(self) -> None:
        difference = pair_difference(self.base, self.tuned)
        if difference is not None:
            raise PairError(f"load_pair: {difference}")


def pair_difference(base: LoadedModel, tuned: LoadedModel) -> str | None:
    """Why two models cannot be compared token by token, and the mend; None if they can."""
    both = f"{base.name!r} and {tuned.name!r}"
    sizes = {
        "decoder layers": (base.n_layers, tuned.n_layers),
        "residual width": (base.d_model, tuned.d_model),
    }
    vocabulary = tuned.tokenizer.get_vocab()
    own = vocabulary.keys() - base.tokenizer.get_vocab().keys()
    # Rows that no token uses are padding of the embedding; rows of new tokens are not.
    if not own or max(vocabulary.values()) >= tuned.d_vocab:
        sizes["vocabulary size"] = (base.d_vocab, tuned.d_vocab)
    for size, (found_base, found_tuned) in sizes.items():
        if found_base != found_tuned:
            return (
                f"{both} differ in {size}: {found_base} and {found_tuned}; expected equal, pair a "
                f"model with one tuned from it"
            )
    difference = tokenizer_difference(base.tokenizer, tuned.tokenizer, extended=True)
    if difference is None:
        return None
    return (
        f"the tokenizers of {both} differ: {difference}; expected equal but for tokens added to "
        f"the tuned one, give both folders the same tokenizer files"
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
