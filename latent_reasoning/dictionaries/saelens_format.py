"""The format of SAELens on disk: `cfg.json` and `sae_weights.safetensors`, read and written here.

An autoencoder is a `jumprelu` in it and a transcoder a `jumprelu_transcoder`. A relu autoencoder
(`standard`) is read as well: it is a JumpReLU whose thresholds are zero.
"""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder
from latent_reasoning.dictionaries.transcoder import Transcoder

CONFIG = "cfg.json"
WEIGHTS = "sae_weights.safetensors"
KINDS = ("jumprelu", "jumprelu_transcoder", "standard")


def config_of(sae: SparseAutoencoder | Transcoder) -> dict[str, Any]:
    """What `cfg.json` says of a dictionary."""
    transcodes = isinstance(sae, Transcoder)
    # Without a version of 6 or later SAELens takes the file for its old format.
    return {
        "architecture": "jumprelu_transcoder" if transcodes else "jumprelu",
        "d_in": sae.d_in,
        **({"d_out": sae.d_out} if transcodes else {}),
        "d_sae": sae.d_sae,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": not transcodes,
        "normalize_activations": "none",
        "reshape_activations": "none",
        "metadata": {
            "sae_lens_version": version("sae-lens"),
            "model_name": sae.model,
            "hook_name": sae.hook_point,
            **({"hook_name_out": sae.target} if transcodes else {}),
            "training_architecture": sae.architecture,
            "training_architecture_details": {} if sae.k is None else {"k": sae.k},
        },
    }


def tensors_of(sae: SparseAutoencoder | Transcoder) -> dict[str, Tensor]:
    """What `sae_weights.safetensors` holds of a dictionary."""
    names = ("W_enc", "W_dec", "b_enc", "b_dec", "threshold")
    return {name: getattr(sae, name).detach().float().cpu().contiguous() for name in names}


def read_dictionary(directory: Path) -> SparseAutoencoder | Transcoder:
    """Read a dictionary without sae_lens, as float32 on the CPU.

    Raises:
        DictionaryError: Files are missing or do not fit together, or the dictionary is of a kind
            that is not read here.
    """
    config = read_json(directory / CONFIG, "load_sae")
    _refuse_other_kinds(config, directory)
    transcodes = config["architecture"] == "jumprelu_transcoder"
    metadata = config.get("metadata", {})
    wanted = ("hook_name", "model_name", *(("hook_name_out",) if transcodes else ()))
    names = {name: metadata.get(name) for name in wanted}
    if not all(names.values()):
        raise DictionaryError(
            f"load_sae: {str(directory / CONFIG)!r} has metadata {names}; expected all of these "
            f"names, add them to the file"
        )
    k = metadata.get("training_architecture_details", {}).get("k")
    tensors = _read_tensors(directory / WEIGHTS, config)
    said = {
        "hook_point": metadata["hook_name"],
        "model": metadata["model_name"],
        "k": None if k is None else round(k),
        "architecture": metadata.get("training_architecture", config["architecture"]),
    }
    if transcodes:
        return Transcoder(**tensors, **said, target=metadata["hook_name_out"])
    if not config.get("apply_b_dec_to_input", True):
        tensors["b_enc"] = tensors["b_enc"] + tensors["b_dec"] @ tensors["W_enc"]
    return SparseAutoencoder(**tensors, **said)


def read_json(path: Path, call: str) -> dict[str, Any]:
    """Read a JSON file of a dictionary.

    Raises:
        DictionaryError: It is missing or is not JSON.
    """
    if not path.is_file():
        raise DictionaryError(
            f"{call}: no file {str(path)!r}; expected a directory written by save_sae or sae_lens"
        )
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise DictionaryError(f"{call}: {str(path)!r} is not JSON ({error.msg})") from error


def _refuse_other_kinds(config: dict[str, Any], directory: Path) -> None:
    found = config.get("architecture")
    expected = {"normalize_activations": "none", "reshape_activations": "none"}
    others = {name: config.get(name, value) for name, value in expected.items()}
    if found not in KINDS or others != expected:
        raise DictionaryError(
            f"load_sae: {str(directory)!r} is a dictionary with architecture {found!r}, {others}; "
            f"expected one of {', '.join(KINDS)}, and {expected}; save it as an inference model "
            f"with sae_lens first"
        )


def _read_tensors(path: Path, config: dict[str, Any]) -> dict[str, Tensor]:
    if not path.is_file():
        raise DictionaryError(f"load_sae: no file {str(path)!r}; expected the weights")
    try:
        tensors = {name: tensor.to(torch.float32) for name, tensor in load_file(path).items()}
    except SafetensorError as error:
        raise DictionaryError(
            f"load_sae: {str(path)!r} cannot be read ({error}); expected safetensors"
        ) from error
    d_in, d_sae = config.get("d_in"), config.get("d_sae")
    d_out = config.get("d_out", d_in)
    expected = {
        "W_enc": (d_in, d_sae),
        "W_dec": (d_sae, d_out),
        "b_enc": (d_sae,),
        "b_dec": (d_out,),
        "threshold": (d_sae,),
    }
    if config["architecture"] == "standard" and "b_enc" in tensors:
        tensors["threshold"] = torch.zeros_like(tensors["b_enc"])
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if found != expected:
        raise DictionaryError(f"load_sae: {str(path)!r} holds {found}; expected {expected}")
    return tensors
