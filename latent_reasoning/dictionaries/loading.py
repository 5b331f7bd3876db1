"""A dictionary by whatever a user has: a shipped name, a directory, or a release of SAELens."""

from pathlib import Path
from typing import Any

import torch

from latent_reasoning.dictionaries.checkpoints import checkpoints_root
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder
from latent_reasoning.dictionaries.saelens_format import CONFIG, read_dictionary
from latent_reasoning.dictionaries.transcoder import Transcoder


def load_dictionary(
    source: Path | str, sae_id: str | None = None
) -> SparseAutoencoder | Transcoder:
    """Load a dictionary, as float32 on the CPU.

    Args:
        source: Name of a shipped dictionary, a directory in the SAELens format, or, with an
            `sae_id`, a release: a name of SAELens' list, such as `gpt2-small-res-jb`, or a
            repository of the Hugging Face hub, which is downloaded unless the cache has it.
        sae_id: Which dictionary of the release, such as `blocks.8.hook_resid_pre`.

    Raises:
        DictionaryError: Nothing is found there, or it is of a kind that is not read here, or its
            config and its weights disagree.
    """
    if sae_id is not None:
        return _released(str(source), sae_id)
    shipped = checkpoints_root() / str(source)
    for directory in (Path(source), shipped):
        if (directory / CONFIG).is_file():
            return read_dictionary(directory)
    names = sorted(path.parent.name for path in checkpoints_root().glob(f"*/{CONFIG}"))
    raise DictionaryError(
        f"load_dictionary: {str(source)!r} is no directory with {CONFIG} and does not ship; "
        f"expected such a directory, one of {', '.join(names) or 'none ships'}, or a release of "
        f"SAELens with its sae_id"
    )


def _released(release: str, sae_id: str) -> SparseAutoencoder | Transcoder:
    from sae_lens import SAE

    try:
        theirs = SAE.from_pretrained(release, sae_id, device="cpu", dtype="float32")
    except (OSError, ValueError, KeyError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise DictionaryError(
            f"load_dictionary: {sae_id!r} of {release!r} cannot be loaded ({first}); expected a "
            f"release of SAELens and an id in it, and a way to the hub or its files in the cache"
        ) from error
    return _converted(theirs, release, sae_id)


def _converted(theirs: Any, release: str, sae_id: str) -> SparseAutoencoder | Transcoder:
    architecture, config = theirs.cfg.architecture(), theirs.cfg
    plain = (config.normalize_activations, config.reshape_activations) == ("none", "none")
    if (
        architecture not in ("jumprelu", "jumprelu_transcoder", "standard", "transcoder")
        or not plain
    ):
        raise DictionaryError(
            f"load_dictionary: {sae_id!r} of {release!r} is a {architecture} dictionary with "
            f"normalize_activations {config.normalize_activations!r}, reshape_activations "
            f"{config.reshape_activations!r}; expected a relu or jumprelu one without either"
        )
    named = {name: p.detach().float().cpu() for name, p in theirs.named_parameters()}
    names = ("W_enc", "W_dec", "b_enc", "b_dec", "threshold")
    tensors = {name: named[name] for name in names if name in named}
    tensors.setdefault("threshold", torch.zeros_like(tensors["b_enc"]))
    metadata = config.metadata
    said = {
        "hook_point": str(metadata.hook_name or sae_id),
        "model": str(metadata.model_name or release),
        "k": None,
        "architecture": str(metadata.training_architecture or architecture),
    }
    if "transcoder" in architecture:
        return Transcoder(**tensors, **said, target=str(metadata.hook_name_out or sae_id))
    if not config.apply_b_dec_to_input:
        tensors["b_enc"] = tensors["b_enc"] + tensors["b_dec"] @ tensors["W_enc"]
    return SparseAutoencoder(**tensors, **said)
