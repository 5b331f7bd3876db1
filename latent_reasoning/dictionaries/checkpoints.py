"""Dictionaries on disk: directories that SAELens loads and that say what they are.

<model>__<hook point>__<architecture>-<d_sae>/
    cfg.json, sae_weights.safetensors    the SAELens format, a jumprelu
    metrics.json                         quality on held-out rows, and where it came from
    README.md                            the same for people
"""

import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from latent_reasoning.artifacts import run_directory, write_json
from latent_reasoning.dictionaries.metrics import SaeMetrics
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder

CONFIG = "cfg.json"
WEIGHTS = "sae_weights.safetensors"
METRICS = "metrics.json"


def sae_name(sae: SparseAutoencoder) -> str:
    """Name of the directory a dictionary belongs in."""
    return f"{_stem(sae.model, sae.hook_point)}__{sae.architecture}-{sae.d_sae}"


def save_sae(
    sae: SparseAutoencoder, directory: Path, metrics: SaeMetrics, provenance: dict[str, Any]
) -> Path:
    """Write a dictionary, all of it or nothing.

    Args:
        sae: The dictionary.
        directory: A directory that does not exist yet; by convention named by `sae_name`.
        metrics: Its quality on rows it was not trained on.
        provenance: Plain data on how it was made: settings, seed, number of rows, versions.

    Raises:
        DictionaryError: The directory exists already.
    """
    if directory.exists():
        raise DictionaryError(
            f"save_sae: {str(directory)!r} exists already; expected a new directory, remove it "
            f"or choose another name"
        )
    with run_directory(directory) as partial:
        save_file(_tensors(sae), partial / WEIGHTS)
        write_json(partial / CONFIG, _saelens_config(sae))
        write_json(partial / METRICS, {**asdict(metrics), "provenance": provenance})
        (partial / "README.md").write_text(_readme(sae, metrics, provenance), encoding="utf-8")
    return directory


def load_sae(directory: Path | str) -> SparseAutoencoder:
    """Read a dictionary in the SAELens format, without sae_lens, as float32 on the CPU.

    Raises:
        DictionaryError: Files are missing or do not fit together, or the dictionary is of a kind
            that is not read here.
    """
    directory = Path(directory)
    config = _read_json(directory / CONFIG, "load_sae")
    _refuse_other_kinds(config, directory)
    metadata = config.get("metadata", {})
    names = {name: metadata.get(name) for name in ("hook_name", "model_name")}
    if not all(names.values()):
        raise DictionaryError(
            f"load_sae: {str(directory / CONFIG)!r} has metadata {names}; expected both names, "
            f"add them to the file"
        )
    tensors = _read_tensors(directory / WEIGHTS, config["d_in"], config["d_sae"])
    if not config.get("apply_b_dec_to_input", True):
        tensors["b_enc"] = tensors["b_enc"] + tensors["b_dec"] @ tensors["W_enc"]
    k = metadata.get("training_architecture_details", {}).get("k")
    return SparseAutoencoder(
        **tensors,
        hook_point=metadata["hook_name"],
        model=metadata["model_name"],
        k=None if k is None else round(k),
        architecture=metadata.get("training_architecture", config["architecture"]),
    )


def read_metrics(directory: Path | str) -> SaeMetrics:
    """The quality a saved dictionary was measured at."""
    found = _read_json(Path(directory) / METRICS, "read_metrics")
    return SaeMetrics(**{name: found[name] for name in ("l0", "fvu", "dead", "n_rows")})


def find_sae(model: str, hook_point: str, root: Path) -> Path | None:
    """The dictionary made for a model and hook point, by the naming rule; None if there is none.

    Raises:
        DictionaryError: Several dictionaries fit.
    """
    if not root.is_dir():
        return None
    stem = _stem(model, hook_point)
    found = sorted(
        path for path in root.glob(f"*/{CONFIG}") if path.parent.name.rpartition("__")[0] == stem
    )
    if len(found) > 1:
        names = ", ".join(path.parent.name for path in found)
        raise DictionaryError(
            f"find_sae: {len(found)} dictionaries for {model!r} at {hook_point!r} in "
            f"{str(root)!r} ({names}); expected one, name the directory instead"
        )
    return found[0].parent if found else None


def checkpoints_root() -> Path:
    """Folder of the shipped dictionaries: in a checkout, or inside an installed wheel."""
    package = Path(__file__).parents[1]
    checkout = package.parent / "sae_checkpoints"
    return checkout if checkout.is_dir() else package / "_sae_checkpoints"


def shipped_sae(model: str, hook_point: str) -> SparseAutoencoder:
    """The dictionary that ships for an embedded base.

    Raises:
        DictionaryError: None ships for this model and hook point.
    """
    found = find_sae(model, hook_point, checkpoints_root())
    if found is None:
        names = sorted(path.parent.name for path in checkpoints_root().glob(f"*/{CONFIG}"))
        raise DictionaryError(
            f"shipped_sae: none for {model!r} at {hook_point!r}; expected one of "
            f"{', '.join(names) or 'none ships'}, or fit one with fit_sae"
        )
    return load_sae(found)


def _stem(model: str, hook_point: str) -> str:
    return f"{model.replace('/', '-').replace(':', '-')}__{hook_point}"


def _tensors(sae: SparseAutoencoder) -> dict[str, Tensor]:
    tensors = {
        "W_enc": sae.W_enc,
        "W_dec": sae.W_dec,
        "b_enc": sae.b_enc,
        "b_dec": sae.b_dec,
        "threshold": sae.threshold,
    }
    return {name: tensor.detach().float().cpu().contiguous() for name, tensor in tensors.items()}


def _saelens_config(sae: SparseAutoencoder) -> dict[str, Any]:
    # Without a version of 6 or later SAELens takes the file for its old format.
    return {
        "architecture": "jumprelu",
        "d_in": sae.d_in,
        "d_sae": sae.d_sae,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": True,
        "normalize_activations": "none",
        "reshape_activations": "none",
        "metadata": {
            "sae_lens_version": version("sae-lens"),
            "model_name": sae.model,
            "hook_name": sae.hook_point,
            "training_architecture": sae.architecture,
            "training_architecture_details": {} if sae.k is None else {"k": sae.k},
        },
    }


def _refuse_other_kinds(config: dict[str, Any], directory: Path) -> None:
    expected = {
        "architecture": "jumprelu",
        "normalize_activations": "none",
        "reshape_activations": "none",
    }
    found = {name: config.get(name, value) for name, value in expected.items()}
    if found != expected or "architecture" not in config:
        raise DictionaryError(
            f"load_sae: {str(directory)!r} is a dictionary with {found}; expected {expected}, "
            f"save it as an inference model with sae_lens first"
        )


def _read_tensors(path: Path, d_in: int, d_sae: int) -> dict[str, Tensor]:
    if not path.is_file():
        raise DictionaryError(f"load_sae: no file {str(path)!r}; expected the weights")
    tensors = {name: tensor.to(torch.float32) for name, tensor in load_file(path).items()}
    expected = {
        "W_enc": (d_in, d_sae),
        "W_dec": (d_sae, d_in),
        "b_enc": (d_sae,),
        "b_dec": (d_in,),
        "threshold": (d_sae,),
    }
    found = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if found != expected:
        raise DictionaryError(f"load_sae: {str(path)!r} holds {found}; expected {expected}")
    return tensors


def _read_json(path: Path, call: str) -> dict[str, Any]:
    if not path.is_file():
        raise DictionaryError(
            f"{call}: no file {str(path)!r}; expected a directory written by save_sae or sae_lens"
        )
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise DictionaryError(f"{call}: {str(path)!r} is not JSON ({error.msg})") from error


def _readme(sae: SparseAutoencoder, metrics: SaeMetrics, provenance: dict[str, Any]) -> str:
    made = "\n".join(f"- {name}: {value}" for name, value in provenance.items())
    return f"""# Sparse autoencoder of {sae.model} at {sae.hook_point}

A {sae.architecture} dictionary of {sae.d_sae} features over rows of width {sae.d_in}, stored as a
JumpReLU in the SAELens format: `sae_lens.SAE.load_from_disk(path)` reads it, and so does
`latent_reasoning.dictionaries.checkpoints.load_sae(path)`.

| measured on held-out rows | |
|---|---|
| features active per row (l0) | {metrics.l0:.2f} |
| fraction of variance unexplained (fvu) | {metrics.fvu:.4f} |
| features that never fired | {metrics.dead:.1%} |
| rows | {metrics.n_rows:,} |

How it was made:

{made}
"""
