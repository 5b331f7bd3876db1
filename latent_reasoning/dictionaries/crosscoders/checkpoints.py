"""Crosscoders on disk, all of it or nothing, in the spirit of the SAELens format.

<base>--<tuned>__<hook point>__crosscoder-<architecture>-<d_sae>/
    crosscoder.json                    sources, sizes, architecture
    crosscoder_weights.safetensors     six tensors
    features.jsonl                     a record of every feature
    metrics.json                       quality on held-out rows, kinds of features, how it was made
    README.md                          the same for people
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from latent_reasoning.artifacts import run_directory, write_json
from latent_reasoning.dictionaries.checkpoints import checkpoints_root
from latent_reasoning.dictionaries.crosscoders.crosscoder import Crosscoder, Source
from latent_reasoning.dictionaries.crosscoders.features import FeatureRecord, count_kinds
from latent_reasoning.dictionaries.crosscoders.metrics import CrosscoderMetrics
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.dictionaries.saelens_format import read_json

CONFIG = "crosscoder.json"
WEIGHTS = "crosscoder_weights.safetensors"
METRICS = "metrics.json"
FEATURES = "features.jsonl"
TENSORS = ("W_enc", "W_dec", "b_enc", "b_dec", "threshold", "scale")
_REBUILT = ("architecture", "k", "sources", "n_models", "d_in", "d_sae")


@dataclass(frozen=True, eq=False)
class Measured:
    """A crosscoder and what was found out about it."""

    crosscoder: Crosscoder
    """The crosscoder."""
    metrics: CrosscoderMetrics
    """Its quality on rows it was not trained on."""
    records: Sequence[FeatureRecord]
    """A record of every feature; empty where it does not compare base and tuned."""


def crosscoder_name(crosscoder: Crosscoder) -> str:
    """Name of the directory a crosscoder belongs in."""
    models = dict.fromkeys(source.model for source in crosscoder.sources)
    places = dict.fromkeys(source.hook_point for source in crosscoder.sources)
    stem = "--".join(models).replace("/", "-").replace(":", "-")
    return f"{stem}__{'--'.join(places)}__crosscoder-{crosscoder.architecture}-{crosscoder.d_sae}"


def save_crosscoder(found: Measured, directory: Path, provenance: dict[str, Any]) -> Path:
    """Write a crosscoder and all that was measured on it, or nothing.

    Args:
        found: The crosscoder.
        directory: A directory that does not exist yet; by convention named by `crosscoder_name`.
        provenance: Plain data on how it was made: settings, seed, versions.

    Raises:
        RunError: The directory exists already or cannot be written.
    """
    with run_directory(directory) as partial:
        write_crosscoder(found, partial, provenance)
    return directory


def write_crosscoder(found: Measured, folder: Path, provenance: dict[str, Any]) -> None:
    """Write the files of a crosscoder into a folder that is there."""
    crosscoder = found.crosscoder
    tensors = {name: getattr(crosscoder, name) for name in TENSORS}
    plain = {name: t.detach().float().cpu().contiguous() for name, t in tensors.items()}
    save_file(plain, folder / WEIGHTS)
    described = {name: getattr(crosscoder, name) for name in _REBUILT}
    described["sources"] = [source._asdict() for source in crosscoder.sources]
    write_json(folder / CONFIG, described)
    content: dict[str, Any] = {**asdict(found.metrics)}
    if found.records:
        content["kinds"] = count_kinds(found.records)
        by_norm = Counter(record.by_norm for record in found.records)
        content["kinds_by_norm"] = {kind: by_norm[kind] for kind in content["kinds"]}
        lines = "".join(f"{json.dumps(_rounded(asdict(one)))}\n" for one in found.records)
        (folder / FEATURES).write_text(lines, encoding="utf-8")
    content["provenance"] = provenance
    write_json(folder / METRICS, content)
    (folder / "README.md").write_text(_readme(described, content), encoding="utf-8")


def load_crosscoder(directory: Path | str) -> Crosscoder:
    """Read a crosscoder, as float32 on the CPU.

    Raises:
        DictionaryError: Files are missing or malformed, or config and weights disagree; the two
            shapes are named.
    """
    directory = Path(directory)
    config = _read_config(directory / CONFIG)
    n_models, d_in, d_sae = (config[name] for name in ("n_models", "d_in", "d_sae"))
    expected = {
        "W_enc": (n_models, d_in, d_sae),
        "W_dec": (d_sae, n_models, d_in),
        "b_enc": (d_sae,),
        "b_dec": (n_models, d_in),
        "threshold": (d_sae,),
        "scale": (n_models,),
    }
    tensors = _read_tensors(directory / WEIGHTS)
    if set(tensors) != set(expected):
        raise DictionaryError(
            f"load_crosscoder: {str(directory / WEIGHTS)!r} holds {sorted(tensors)}; expected "
            f"{sorted(expected)}"
        )
    for name, shape in expected.items():
        if tuple(tensors[name].shape) != shape:
            raise DictionaryError(
                f"load_crosscoder: {name} in {str(directory / WEIGHTS)!r} has shape "
                f"{list(tensors[name].shape)}; expected {list(shape)}, as {CONFIG} says"
            )
    sources = tuple(Source(**source) for source in config["sources"])
    if len(sources) != n_models:
        raise DictionaryError(
            f"load_crosscoder: {str(directory / CONFIG)!r} names {len(sources)} sources; expected "
            f"{n_models}, its n_models"
        )
    return Crosscoder(
        **tensors, sources=sources, k=config["k"], architecture=config["architecture"]
    )


def load_measured(directory: Path | str) -> Measured:
    """Read a crosscoder of base and tuned with its quality and the records of its features.

    Raises:
        DictionaryError: Files are missing or do not fit together.
    """
    crosscoder, records = load_crosscoder(directory), read_records(directory)
    if [record.feature_id for record in records] != list(range(crosscoder.d_sae)):
        raise DictionaryError(
            f"load_measured: {str(Path(directory) / FEATURES)!r} has {len(records)} records; "
            f"expected one of each of {crosscoder.d_sae} features, in order"
        )
    found = read_json(Path(directory) / METRICS, "load_measured")
    names = [field.name for field in fields(CrosscoderMetrics)]
    said: dict[str, Any] = {name: found[name] for name in names}
    said["fvu"] = tuple(found["fvu"])
    return Measured(crosscoder, CrosscoderMetrics(**said), records)


def shipped_crosscoder(tuned: str, base: str | None = None) -> Crosscoder:
    """The crosscoder that ships for an embedded organism and its base.

    Args:
        tuned: Name of the organism, as `organism:latent/rl-truth@0`.
        base: Name of its base, where crosscoders with several ship.

    Raises:
        DictionaryError: None ships for these, or several do.
    """
    pairs = {}
    for path in sorted(checkpoints_root().glob(f"*/{CONFIG}")):
        names = {source["role"]: source["model"] for source in _read_config(path)["sources"]}
        pairs[path.parent] = (names.get("base"), names.get("tuned"))
    found = [
        folder for folder, pair in pairs.items() if pair[1] == tuned and base in (None, pair[0])
    ]
    if len(found) != 1:
        known = ", ".join(f"{pair[1]} of {pair[0]}" for pair in pairs.values()) or "none ships"
        raise DictionaryError(
            f"shipped_crosscoder: {len(found)} for {tuned!r}; expected one of {known}, or fit one "
            f"with fit_crosscoder"
        )
    return load_crosscoder(found[0])


def read_records(directory: Path | str) -> list[FeatureRecord]:
    """The records of the features of a saved crosscoder.

    Raises:
        DictionaryError: There are none.
    """
    path = Path(directory) / FEATURES
    if not path.is_file():
        raise DictionaryError(
            f"read_records: no file {str(path)!r}; expected a crosscoder of base and tuned"
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    return [FeatureRecord(**json.loads(line)) for line in lines]


def _read_config(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise DictionaryError(
            f"load_crosscoder: no file {str(path)!r}; expected a directory written by "
            f"`latent-reasoning crosscoder`"
        )
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise DictionaryError(
            f"load_crosscoder: {str(path)!r} is not JSON ({error.msg})"
        ) from error
    missing = [name for name in _REBUILT if name not in config]
    if missing:
        raise DictionaryError(
            f"load_crosscoder: {str(path)!r} lacks {', '.join(missing)}; expected "
            f"{', '.join(_REBUILT)}"
        )
    return config


def _read_tensors(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise DictionaryError(f"load_crosscoder: no file {str(path)!r}; expected the weights")
    try:
        return {name: tensor.float() for name, tensor in load_file(path).items()}
    except SafetensorError as error:
        raise DictionaryError(
            f"load_crosscoder: {str(path)!r} is no safetensors file ({error})"
        ) from error


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return round(value, 5) if isinstance(value, float) else value


def _readme(config: dict[str, Any], metrics: dict[str, Any]) -> str:
    sources = [f"{one['model']} at {one['hook_point']}" for one in config["sources"]]
    lines = [f"| features active per row (l0) | {metrics['l0']:.2f} |"]
    lines += [
        f"| fraction of variance unexplained, {source} | {fvu:.4f} |"
        for source, fvu in zip(sources, metrics["fvu"], strict=True)
    ]
    if metrics["fvu_difference"] is not None:
        lines.append(f"| the same of tuned less base | {metrics['fvu_difference']:.4f} |")
    lines.append(f"| features that never fired | {metrics['dead']:.1%} |")
    lines.append(f"| rows | {metrics['n_rows']:,} |")
    kinds = metrics.get("kinds", {})
    of_kind = [f"| {kind} | {metrics['kinds_by_norm'][kind]} | {n} |" for kind, n in kinds.items()]
    table = "\n".join(["| features | by norm | after latent scaling |", "|---|---|---|", *of_kind])
    what = f"{config['architecture']} crosscoder of {config['d_sae']} features"
    size = f"{config['n_models']} sources of width {config['d_in']}"
    told = table if kinds else "It does not compare base and tuned: its features have no kinds."
    made = "\n".join(f"- {name}: {value}" for name, value in metrics["provenance"].items())
    return f"""# Crosscoder of {" and ".join(sources)}

A {what} over {size}; `latent_reasoning.load_crosscoder(path)` reads it.

| measured on held-out rows | |
|---|---|
{chr(10).join(lines)}

{told}

What the kinds mean stands in `docs/crosscoders.md`; every feature has a line in `{FEATURES}`.
How it was made:

{made}
"""
