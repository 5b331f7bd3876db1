"""How much room a recording needs, known before it begins."""

import shutil
from collections.abc import Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from latent_reasoning.activations.durable import DiskFullError
from latent_reasoning.activations.manifest import Recording
from latent_reasoning.activations.sources import Source, token_sequences
from latent_reasoning.models.loading import DTYPES

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

LOOKED_AT = 256
_ROW_BYTES = 16


@dataclass(frozen=True)
class RecordingSize:
    """Room for a recording."""

    n_rows: int
    """Rows it will have; estimated from some of the sequences where there are many."""
    n_bytes: int
    """Size on disk."""
    free: int
    """Room on the disk it goes to."""

    def __str__(self) -> str:
        """One line for people."""
        return (
            f"about {self.n_rows:,} rows, {readable(self.n_bytes)} to write, "
            f"{readable(self.free)} free"
        )


def readable(n_bytes: int) -> str:
    """A size for people.

    >>> readable(26551)
    '26.6 kB'
    """
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= scale:
            return f"{n_bytes / scale:.3g} {unit}"
    return f"{n_bytes} bytes"


def row_bytes(recording: Recording) -> int:
    """Size of one row on disk, with its provenance."""
    width = recording.d_model * DTYPES[recording.dtype].itemsize
    # A norm is a float32 that hardly compresses; the other columns repeat themselves.
    return len(recording.places) * (width + 4) + _ROW_BYTES


def estimate_size(
    recording: Recording,
    source: Source,
    tokenizer: "PreTrainedTokenizerBase",
    folder: Path,
    max_tokens: int | None = None,
    max_rows: int | None = None,
) -> RecordingSize | None:
    """Size of a recording, or None where the source is a stream and no limit is given.

    Up to 256 items, evenly spaced, are encoded and counted.
    """
    n_rows = _count(recording, source, tokenizer, max_tokens)
    limits = [n for n in (n_rows, max_rows) if n is not None]
    if not limits:
        return None
    n = min(limits)
    return RecordingSize(n, n * row_bytes(recording), free_bytes(folder))


def free_bytes(folder: Path) -> int:
    """Room on the disk a folder is, or would be, on."""
    there = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    return shutil.disk_usage(there).free


def require_room(size: RecordingSize | None, folder: Path, there: int) -> None:
    """Refuse to begin what cannot be finished.

    Args:
        size: Of the whole recording.
        folder: Where it goes.
        there: Rows that are on disk already.

    Raises:
        DiskFullError: The disk is too small.
    """
    if size is None or not size.n_rows:
        return
    needed = size.n_bytes * max(0, size.n_rows - there) // size.n_rows
    if needed > size.free:
        raise DiskFullError(
            f"record: {str(folder)!r} needs about {readable(needed)} more for {size.n_rows:,} "
            f"rows, the disk has {readable(size.free)} free; record fewer hook points or rows, "
            f"store as bfloat16, or choose another disk"
        )


def _count(
    recording: Recording,
    source: Source,
    tokenizer: "PreTrainedTokenizerBase",
    max_tokens: int | None,
) -> int | None:
    if isinstance(source, str | Path) or not isinstance(source, Sized):
        return None
    if not hasattr(source, "__getitem__") or not len(source):
        return None
    items: Sequence = source  # pyright: ignore[reportAssignmentType]
    step = max(1, len(items) // LOOKED_AT)
    chosen = [items[i] for i in range(0, len(items), step)]
    rows = [
        len(s.kept(recording.positions)) for s in token_sequences(chosen, tokenizer, max_tokens)
    ]
    return round(sum(rows) * len(items) / len(chosen))
