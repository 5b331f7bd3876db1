"""The manifest of an activation store: what it holds, and the checksum of every file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from latent_reasoning.activations.sequences import Positions
from latent_reasoning.artifacts import write_json
from latent_reasoning.errors import ActivationError

FILE = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class StoredFile:
    """A file of the store."""

    file: str
    """Its name; always directly inside the folder of the store."""
    sha256: str
    """Its checksum."""


@dataclass(frozen=True)
class Shard(StoredFile):
    """The activations of one model at one hook point."""

    model: str
    """Role of the model: base or tuned."""
    hook_point: str
    """TransformerLens name of the hook point."""
    dtype: str
    """Number format, for example float32."""
    shape: tuple[int, int]
    """Rows and d_model."""


@dataclass(frozen=True)
class Manifest:
    """What an activation store holds."""

    format: int
    """Version of the layout of the folder."""
    models: dict[str, str]
    """Name of the model recorded in each role."""
    tokenizer_sha256: str
    """Hash of the tokenizer the token ids belong to."""
    hook_points: tuple[str, ...]
    """Recorded hook points, each for every model."""
    positions: Positions
    """Which positions of each sequence were recorded."""
    d_model: int
    """Width of the activations."""
    n_rows: int
    """Number of recorded tokens."""
    n_sequences: int
    """Number of sequences they come from."""
    sink_factor: float
    """A token is a sink where its norm exceeds this many times the median norm."""
    rows: StoredFile
    """Columns that say where each row comes from."""
    sequences: StoredFile
    """The sequences: tokens, problem, sample and labels."""
    shards: tuple[Shard, ...]
    """One per model and hook point."""

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """Every file of the store except the manifest itself."""
        return (self.rows, self.sequences, *self.shards)

    def shard(self, model: str, hook_point: str) -> Shard:
        """The shard of a model at a hook point.

        Raises:
            ActivationError: The model or the hook point was not recorded.
        """
        for shard in self.shards:
            if (shard.model, shard.hook_point) == (model, hook_point):
                return shard
        raise ActivationError(
            f"activations: {model!r} at {hook_point!r} was not recorded; expected one of "
            f"{', '.join(self.models)} at one of {', '.join(self.hook_points)}"
        )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest; done last, so that a folder that has one is complete."""
    write_json(folder / FILE, asdict(manifest))


def read_manifest(folder: Path) -> Manifest:
    """Read a manifest and check that the files it names are inside the folder.

    Raises:
        ActivationError: There is no manifest, it is malformed or of another format, or a file it
            names is missing or outside the folder.
    """
    if not (folder / FILE).is_file():
        raise ActivationError(
            f"ActivationStore.open: no {FILE} in {str(folder)!r}; expected a folder written by "
            f"record_activations or record_pair"
        )
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        found = content["format"]
        manifest = _parse(content) if found == FORMAT else None
    except (ValueError, KeyError, TypeError) as error:
        first_line = str(error).partition("\n")[0]
        raise ActivationError(
            f"ActivationStore.open: {FILE} in {str(folder)!r} is malformed "
            f"({type(error).__name__}: {first_line}); record the activations again"
        ) from error
    if manifest is None:
        raise ActivationError(
            f"ActivationStore.open: {str(folder)!r} has format {found!r}, expected {FORMAT}; "
            f"record the activations again"
        )
    for stored in manifest.files:
        _check_inside(folder, stored.file)
    return manifest


def _parse(content: dict[str, Any]) -> Manifest:
    shards = tuple(
        Shard(**(shard | {"shape": tuple(map(int, shard["shape"]))})) for shard in content["shards"]
    )
    parts = {
        "hook_points": tuple(content["hook_points"]),
        "rows": StoredFile(**content["rows"]),
        "sequences": StoredFile(**content["sequences"]),
        "shards": shards,
    }
    manifest = Manifest(**(content | parts))
    if not all(isinstance(stored.file, str) for stored in manifest.files):
        raise TypeError("a file name is not a string")
    recorded = {(shard.model, shard.hook_point) for shard in shards}
    expected = {(model, point) for model in manifest.models for point in manifest.hook_points}
    if recorded != expected or len(shards) != len(expected):
        raise ValueError(f"{len(shards)} shards for {len(expected)} pairs of model and hook point")
    return manifest


def _check_inside(folder: Path, file: str) -> None:
    # Resolved, so that neither `..` nor a link leads out of the folder.
    if (folder / file).resolve().parent != folder.resolve():
        raise ActivationError(
            f"ActivationStore.open: the manifest of {str(folder)!r} names {file!r}, which is "
            f"outside the folder; expected a plain file name"
        )
    if not (folder / file).is_file():
        raise ActivationError(
            f"ActivationStore.open: {file!r} is missing from {str(folder)!r}; record the "
            f"activations again"
        )
