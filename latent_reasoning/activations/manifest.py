"""The manifest of an activation store: what it holds, and size and checksum of every file.

While a store is being written, `recording.json` says what is recorded and every finished shard has
a record of its own. When all are there the manifest takes their place.
"""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from latent_reasoning.activations.durable import write_durably
from latent_reasoning.activations.sequences import Positions
from latent_reasoning.errors import ActivationError

FILE = "manifest.json"
RECORDING = "recording.json"
RECORDS = "[0-9][0-9][0-9][0-9][0-9][0-9].json"
"""Pattern of the records of finished shards."""
FORMAT = 2
_Record = TypeVar("_Record")


@dataclass(frozen=True)
class StoredFile:
    """A file of the store."""

    file: str
    """Its name; always directly inside the folder of the store."""
    n_bytes: int
    """Its size."""
    sha256: str
    """Its checksum."""


@dataclass(frozen=True)
class Shard:
    """A run of whole sequences and their rows."""

    index: int
    """Number of the shard, from 0."""
    n_rows: int
    """Number of recorded tokens."""
    n_sequences: int
    """Number of sequences they come from."""
    source_sha256: str
    """Hash of the sequences, by which a resumed recording knows its source again."""
    activations: StoredFile
    """The tensors, one per model and hook point."""
    rows: StoredFile
    """Where each row comes from."""
    sequences: StoredFile
    """The sequences themselves."""

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """Every file of the shard."""
        return (self.activations, self.rows, self.sequences)


@dataclass(frozen=True)
class Recording:
    """What is recorded and how: equal for all shards, and enough to make them again."""

    format: int
    """Version of the layout of the folder."""
    models: dict[str, str]
    """Name of the model recorded in each role."""
    computed_in: str
    """Number format of the models."""
    tokenizer_sha256: str
    """Hash of the tokenizer the token ids belong to."""
    hook_points: tuple[str, ...]
    """Recorded hook points, each for every model."""
    positions: Positions
    """Which positions of each sequence are recorded."""
    dtype: str
    """Number format of the stored activations."""
    d_model: int
    """Width of the activations."""
    batch_tokens: int
    """Most tokens computed together."""
    shard_rows: int
    """A shard is closed as soon as it has this many rows."""
    sink_factor: float
    """A token is a sink where its norm exceeds this many times the median norm."""

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Every recorded pair of role and hook point, in the order of the files."""
        return tuple((role, point) for role in self.models for point in self.hook_points)


@dataclass(frozen=True)
class Manifest(Recording):
    """What a finished activation store holds."""

    n_rows: int
    """Number of recorded tokens."""
    n_sequences: int
    """Number of sequences they come from."""
    median_norms: dict[str, dict[str, float]]
    """Median norm of all rows, by role and hook point."""
    shards: tuple[Shard, ...]
    """The shards, in the order of the rows."""

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """Every file of the store except the manifest itself."""
        return tuple(file for shard in self.shards for file in shard.files)

    def require(self, role: str, hook_point: str) -> None:
        """Refuse a model or hook point that was not recorded.

        Raises:
            ActivationError: It was not.
        """
        if (role, hook_point) not in self.places:
            raise ActivationError(
                f"activations: {role!r} at {hook_point!r} was not recorded; expected one of "
                f"{', '.join(self.models)} at one of {', '.join(self.hook_points)}"
            )


def write_record(path: Path, record: Any) -> None:
    """Write a dataclass as JSON, durably; equal records give equal bytes."""
    text = json.dumps(asdict(record), indent=1, ensure_ascii=False, allow_nan=False)
    write_durably(path, f"{text}\n".encode())


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a finished store and check that its files are there and whole.

    Raises:
        ActivationError: There is no manifest, it is malformed, of another format or contradicts
            itself, or a file it names is missing, outside the folder, or of another size.
    """
    if not (folder / FILE).is_file():
        if (folder / RECORDING).is_file():
            raise ActivationError(
                f"ActivationStore.open: the recording in {str(folder)!r} is not finished; run the "
                f"command that began it again to resume, or `latent-reasoning store repair` to "
                f"keep what is there"
            )
        raise ActivationError(
            f"ActivationStore.open: no {FILE} in {str(folder)!r}; expected a folder written by "
            f"record_activations or record_pair"
        )
    manifest = read_record(folder / FILE, Manifest)
    for problem in contradictions(folder, manifest):
        raise ActivationError(problem)
    for index, shard in enumerate(manifest.shards):
        check_files(folder, shard, index)
    return manifest


def read_record(path: Path, kind: type[_Record]) -> _Record:
    """Read a dataclass written by `write_record`.

    Raises:
        ActivationError: It is malformed, or of another format.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = content.get("format", FORMAT)
        record = _parse(content, kind) if found == FORMAT else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        first_line = str(error).partition("\n")[0]
        lasting = path.name in (FILE, RECORDING)
        mend = "record the activations again" if lasting else "run `latent-reasoning store repair`"
        raise ActivationError(
            f"ActivationStore.open: {path.name} in {str(path.parent)!r} is malformed "
            f"({type(error).__name__}: {first_line}); {mend}"
        ) from error
    if record is None:
        raise ActivationError(
            f"ActivationStore.open: {str(path.parent)!r} has format {found!r}, expected {FORMAT}; "
            f"record the activations again"
        )
    return record


def _parse(content: dict[str, Any], kind: type[Any]) -> Any:
    content = dict(content)
    if kind is Shard:
        for name in ("activations", "rows", "sequences"):
            content[name] = _typed(StoredFile(**content[name]))
    if "shards" in content:
        content["shards"] = tuple(_parse(shard, Shard) for shard in content["shards"])
    if "hook_points" in content:
        content["hook_points"] = tuple(content["hook_points"])
    return _typed(kind(**content))


def _typed(record: Any) -> Any:
    """The record, if its plain fields have the types they are declared with."""
    for field in fields(record):
        value: Any = getattr(record, field.name)
        if field.type in (int, str, float, dict) and type(value) is not field.type:
            raise TypeError(f"{field.name} is {value!r:.40}")
        if isinstance(value, int) and value < 0:
            raise ValueError(f"{field.name} is {value}")
    return record


def contradictions(folder: Path, manifest: Manifest) -> list[str]:
    """Where the totals of a manifest are not those of its shards."""
    found = []
    for name in ("n_rows", "n_sequences"):
        said, summed = getattr(manifest, name), sum(getattr(s, name) for s in manifest.shards)
        if said != summed:
            found.append(
                f"ActivationStore.open: the manifest of {str(folder)!r} says {name} {said}, its "
                f"{len(manifest.shards)} shards have {summed}; run `latent-reasoning store repair`"
            )
    return found


def file_names(index: int) -> tuple[str, str, str]:
    """Names of the three files of a shard: activations, rows, sequences."""
    stem = f"{index:06d}"
    return (f"{stem}.safetensors", f"{stem}.rows.parquet", f"{stem}.sequences.parquet")


def record_name(index: int) -> str:
    """Name of the file whose presence makes a shard count while its store is being written."""
    return f"{index:06d}.json"


def check_files(folder: Path, shard: Shard, index: int) -> None:
    """Check names, places and sizes of the files of a shard, without reading them.

    Raises:
        ActivationError: A name is not the one of its shard, or a file is missing, a link, or of
            another size.
    """
    if shard.index != index:
        raise ActivationError(
            f"ActivationStore.open: shard {index} of {str(folder)!r} calls itself {shard.index}; "
            f"expected the shards in order"
        )
    for stored, expected in zip(shard.files, file_names(index), strict=True):
        # Nothing but the one possible name is accepted, so no path can lead anywhere else.
        if stored.file != expected:
            raise ActivationError(
                f"ActivationStore.open: the manifest of {str(folder)!r} names {stored.file!r}, "
                f"expected {expected!r}; a path that leaves the folder is never followed"
            )
        path = folder / stored.file
        if path.is_symlink() or not path.is_file():
            found = "a link" if path.is_symlink() else "missing"
            raise ActivationError(
                f"ActivationStore.open: {stored.file!r} is {found} in {str(folder)!r}; run "
                f"`latent-reasoning store repair`"
            )
        if path.stat().st_size != stored.n_bytes:
            raise ActivationError(
                f"ActivationStore.open: {stored.file!r} in {str(folder)!r} has "
                f"{path.stat().st_size} bytes, expected {stored.n_bytes}; run "
                f"`latent-reasoning store repair`"
            )
