"""Dictionaries on disk: directories that SAELens loads and that say what they are.

<model>__<hook point>__<architecture>-<d_sae>/
    cfg.json, sae_weights.safetensors    the SAELens format, a jumprelu
    metrics.json                         quality on held-out rows, and where it came from
    README.md                            the same for people
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors.torch import save_file

from latent_reasoning.artifacts import run_directory, write_json
from latent_reasoning.dictionaries.card import card
from latent_reasoning.dictionaries.metrics import SaeMetrics
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder
from latent_reasoning.dictionaries.saelens_format import (
    CONFIG,
    WEIGHTS,
    config_of,
    read_dictionary,
    read_json,
    tensors_of,
)
from latent_reasoning.dictionaries.transcoder import Transcoder

METRICS = "metrics.json"
README = "README.md"


def sae_name(sae: SparseAutoencoder | Transcoder) -> str:
    """Name of the directory a dictionary belongs in."""
    place = f"{sae.hook_point}-to-{sae.target}" if isinstance(sae, Transcoder) else sae.hook_point
    return f"{_stem(sae.model, place)}__{sae.architecture}-{sae.d_sae}"


def save_sae(
    sae: SparseAutoencoder | Transcoder,
    directory: Path,
    metrics: SaeMetrics,
    provenance: dict[str, Any],
    further: dict[str, Any] | None = None,
) -> Path:
    """Write a dictionary, all of it or nothing.

    Args:
        sae: The dictionary.
        directory: A directory that does not exist yet; by convention named by `sae_name`.
        metrics: Its quality on rows it was not trained on.
        provenance: Plain data on how it was made: settings, seed, number of rows, versions.
        further: Other measurements, plain data that goes into metrics.json.

    Raises:
        DictionaryError: The directory exists already.
    """
    if directory.exists():
        raise DictionaryError(
            f"save_sae: {str(directory)!r} exists already; expected a new directory, remove it "
            f"or choose another name"
        )
    with run_directory(directory) as partial:
        save_file(tensors_of(sae), partial / WEIGHTS)
        write_json(partial / CONFIG, config_of(sae))
        found = {**asdict(metrics), **(further or {}), "provenance": provenance}
        write_json(partial / METRICS, found)
        (partial / README).write_text(card(sae, found), encoding="utf-8")
    return directory


def load_sae(directory: Path | str) -> SparseAutoencoder:
    """Read an autoencoder in the SAELens format, without sae_lens, as float32 on the CPU.

    Raises:
        DictionaryError: Files are missing or do not fit together, or the dictionary is of a kind
            that is not read here.
    """
    found = read_dictionary(Path(directory))
    if isinstance(found, Transcoder):
        raise DictionaryError(
            f"load_sae: {str(directory)!r} is a transcoder from {found.hook_point} to "
            f"{found.target}; expected an autoencoder, read it with load_dictionary"
        )
    return found


def add_measurements(directory: Path, further: dict[str, Any]) -> None:
    """Add measurements to the metrics.json of a saved dictionary, and write its README anew."""
    found = read_json(directory / METRICS, "add_measurements")
    provenance = found.pop("provenance")
    found = {**found, **further, "provenance": provenance}
    write_json(directory / METRICS, found)
    text = card(read_dictionary(directory), found)
    (directory / README).write_text(text, encoding="utf-8")


def read_metrics(directory: Path | str) -> SaeMetrics:
    """The quality a saved dictionary was measured at."""
    found = read_json(Path(directory) / METRICS, "read_metrics")
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
