"""The folder of a recording while it is written: what it records, and which shards are there."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path

from latent_reasoning.activations.durable import PARTIAL
from latent_reasoning.activations.manifest import (
    FILE,
    RECORDING,
    RECORDS,
    Manifest,
    Recording,
    Shard,
    check_files,
    read_manifest,
    read_record,
    write_record,
)
from latent_reasoning.activations.norms import median_norms
from latent_reasoning.errors import ActivationError


class Ledger:
    """Shards of a recording that are on disk; to be used under the lock of the folder."""

    def __init__(self, folder: Path, recording: Recording) -> None:
        """Begin a recording, or take up one that is there.

        Raises:
            ActivationError: The folder holds something else.
        """
        self.folder = folder
        self.recording = recording
        self.complete = (folder / FILE).is_file()
        if self.complete:
            manifest = read_manifest(folder)
            _require_same(folder, recording, manifest)
            self.shards = {shard.index: shard for shard in manifest.shards}
            clear_leftovers(folder, finished=True)
            return
        if (folder / RECORDING).is_file():
            _require_same(folder, recording, read_record(folder / RECORDING, Recording))
        else:
            write_record(folder / RECORDING, recording)
        clear_leftovers(folder, finished=False)
        self.shards = committed(folder)

    @property
    def empty(self) -> bool:
        """Whether no shard is there."""
        return not self.shards

    def finish(self, n_shards: int) -> None:
        """Close the store: the manifest takes the place of the records.

        Raises:
            ActivationError: Nothing was recorded, or more is there than the sources given.
        """
        if not n_shards:
            raise ActivationError(
                f"record: the sources hold 0 tokens to record ({self.recording.positions}); "
                f"expected at least one"
            )
        if len(self.shards) > n_shards:
            raise ActivationError(
                f"record: {str(self.folder)!r} holds {len(self.shards)} shards, the sources given "
                f"now fill {n_shards}; give the same sources as before or choose another folder"
            )
        if not self.complete:
            close(self.folder, self.recording, [self.shards[i] for i in range(n_shards)])


def close(folder: Path, recording: Recording, shards: list[Shard]) -> None:
    """Write the manifest of a store whose shards are all there, and remove their records."""
    settings = {f.name: getattr(recording, f.name) for f in fields(Recording)}
    manifest = Manifest(
        **settings,
        n_rows=sum(shard.n_rows for shard in shards),
        n_sequences=sum(shard.n_sequences for shard in shards),
        median_norms=median_norms(folder, recording, shards),
        shards=tuple(shards),
    )
    write_record(folder / FILE, manifest)
    clear_leftovers(folder, finished=True)


def committed(folder: Path) -> dict[int, Shard]:
    """The shards that have a record.

    Raises:
        ActivationError: A record is malformed, or a file it names is missing or of another size.
    """
    shards = {}
    for path in sorted(folder.glob(RECORDS)):
        shard = read_record(path, Shard)
        check_files(folder, shard, int(path.stem))
        shards[shard.index] = shard
    return shards


def clear_leftovers(folder: Path, finished: bool) -> None:
    """Remove what an ended process left half done; of a finished store also the records."""
    leftovers: list[Path] = list(folder.glob(f"*{PARTIAL}"))
    if finished:
        leftovers += [*folder.glob(RECORDS), folder / RECORDING]
    else:
        whole = {path.stem for path in folder.glob(RECORDS)}
        shards: Iterable[Path] = (*folder.glob("*.safetensors"), *folder.glob("*.parquet"))
        leftovers += [path for path in shards if path.name.partition(".")[0] not in whole]
    for path in leftovers:
        with suppress(FileNotFoundError):
            path.unlink()


def _require_same(folder: Path, wanted: Recording, found: Recording) -> None:
    there = asdict(found)
    for name, value in asdict(wanted).items():
        if there[name] != value:
            raise ActivationError(
                f"record: {str(folder)!r} exists already with {name} {there[name]!r}, this "
                f"recording has {value!r}; choose another folder or remove it"
            )
