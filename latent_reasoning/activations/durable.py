"""Files that are either whole and on disk, or not there.

A file is written under another name, synchronised, and renamed. A process killed at any instant
leaves at most a file that ends in `.partial`, which nothing reads.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from latent_reasoning.errors import ActivationError

PARTIAL = ".partial"


class DiskFullError(ActivationError):
    """There is no room for what was being written; nothing of it is left."""


_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def durable_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to fill; it appears at `path`, whole, when the block ends well.

    Raises:
        DiskFullError: The disk is full; what was begun is removed.
    """
    # Two processes may write the same shard when a cluster retries; each has its own name.
    partial = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        synchronise(path.parent)
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        raise DiskFullError(
            f"record: the disk of {str(path.parent)!r} is full ({error.strerror} at {path.name})"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def write_durably(path: Path, content: bytes) -> None:
    """Write a small file that is either the old one or the new one, and on disk."""
    with durable_file(path) as file:
        file.write(content)


def synchronise(folder: Path) -> None:
    """Make the names in a folder survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
