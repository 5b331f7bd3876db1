"""All shards of a tensor in one range of addresses, so that rows are copied in a single pass.

Room for the shards is reserved, then each file is mapped into it at a place where its rows line up
with those of the first: row r of shard s lies `shift[s] + r` row lengths behind the first row. What
lies between two shards is never addressed. Places are multiples of 2 MiB, the largest page that
Linux maps a cached file with.
"""

import ctypes
import math
import mmap
import os
import weakref
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int, UInt8

from latent_reasoning.errors import ActivationError

LARGE_PAGE = 2**21
MAP_FIXED = 0x10
"""The same on Linux and macOS; Python's mmap module does not name it."""
FAILED = ctypes.c_void_p(-1).value


class Part(NamedTuple):
    """The rows of a tensor that lie in one file."""

    path: Path
    """The file."""
    offset: int
    """Where in it the numbers begin."""
    n_rows: int
    """Rows of it."""


class MappedRows:
    """Rows of a tensor over several files as one array of bytes, [row, bytes of a row], with gaps.

    Attributes:
        shift: What is added to the number of a row to find it in the array, by file.
    """

    def __init__(self, parts: Sequence[Part], row_bytes: int) -> None:
        """Map the files, read-only.

        Raises:
            ActivationError: A file is shorter than its rows, its rows cannot line up with those of
                the first, or the system maps no more.
        """
        places, begins, room = [], [], 0
        for part in parts:
            places.append(_place(part, room, parts[0].offset, row_bytes))
            begins.append(places[-1] + part.offset - parts[0].offset)
            room = _rounded_up(places[-1] + part.offset + part.n_rows * row_bytes)
        # One large page more, since the system promises a multiple of the smallest page only.
        self._reserved, self._size = _reserve(room + LARGE_PAGE)
        weakref.finalize(self, _system().munmap, self._reserved, self._size)
        start = _rounded_up(self._reserved)
        for part, place in zip(parts, places, strict=True):
            _map(part, row_bytes, start + place)
        self._address = start + parts[0].offset
        self._shape = (begins[-1] // row_bytes + parts[-1].n_rows, row_bytes)
        before = np.cumsum([0, *(part.n_rows for part in parts[:-1])])
        self.shift: Int[np.ndarray, " part"] = np.array(begins) // row_bytes - before

    @property
    def rows(self) -> UInt8[np.ndarray, "row byte"]:
        """The array; it keeps the mapping in being."""
        return np.asarray(self)

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """Where the array lies, by NumPy's array protocol."""
        data = (self._address, True)
        return {"shape": self._shape, "typestr": "|u1", "data": data, "version": 3}

    def release(self) -> None:
        """Give pages that were read back to the system; they are read again when next used."""
        _system().madvise(self._reserved, self._size, mmap.MADV_DONTNEED)


def _place(part: Part, room: int, first: int, row_bytes: int) -> int:
    """The first place from `room` on where rows line up with those of the first file."""
    behind = row_bytes // math.gcd(LARGE_PAGE, row_bytes)
    for place in range(room, room + behind * LARGE_PAGE, LARGE_PAGE):
        if (place + part.offset - first) % row_bytes == 0:
            return place
    raise ActivationError(
        f"batches: rows of {part.path.name!r} begin at byte {part.offset}, those of the first "
        f"shard at {first}: {row_bytes} bytes a row do not line up; record the store again"
    )


def _rounded_up(n: int) -> int:
    return -(-n // LARGE_PAGE) * LARGE_PAGE


def _reserve(size: int) -> tuple[int, int]:
    """Addresses that nothing else gets, and that cannot be read as they are."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    address = _system().mmap(None, size, 0, flags, -1, 0)
    if address == FAILED:
        raise ActivationError(f"batches: {_reason()} on reserving {size} addresses")
    return address, size


def _map(part: Part, row_bytes: int, address: int) -> None:
    length = part.offset + part.n_rows * row_bytes
    with part.path.open("rb") as file:
        found = os.fstat(file.fileno()).st_size
        if found < length:
            raise ActivationError(
                f"batches: {part.path.name!r} has {found} bytes, expected at least {length}; "
                f"run `latent-reasoning store repair`"
            )
        flags = mmap.MAP_PRIVATE | MAP_FIXED
        mapped = _system().mmap(address, length, mmap.PROT_READ, flags, file.fileno(), 0)
    if mapped == FAILED:
        raise ActivationError(f"batches: {_reason()} on mapping {part.path.name!r}")


def _reason() -> str:
    return os.strerror(ctypes.get_errno())


@cache
def _system() -> ctypes.CDLL:
    """The C library, whose `mmap` can be told an address; Python's cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    library.mmap.restype = ctypes.c_void_p
    integers = (ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
    library.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *integers)
    library.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
    library.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return library
