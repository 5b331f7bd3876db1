"""One writer at a time: a lock the operating system releases when its process ends, however."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latent_reasoning.errors import ActivationError

LOCK = "lock"


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the lock of a store while it is written.

    Raises:
        ActivationError: Another process is writing the store.
    """
    path = folder / LOCK
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            writer = os.read(descriptor, 200).decode(errors="replace").strip() or "another process"
            raise ActivationError(
                f"record: {str(folder)!r} is being written by {writer}; expected one writer, wait "
                f"for it or choose another folder"
            ) from error
        if not _is_at(descriptor, path):
            raise ActivationError(
                f"record: another process finished {str(folder)!r} just now; open it"
            )
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        yield
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether the locked file is still the one of that name: the last writer removes it."""
    return path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino
