"""The GGUF container, as far as control vectors need it: strings, integers and float tensors.

Layout of version 3: magic, version, counts, key-value pairs, one entry for each tensor, and the
tensors themselves, each at a multiple of the alignment. Everything is little-endian.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from latent_reasoning.errors import LatentReasoningError

MAGIC, VERSION, ALIGNMENT = b"GGUF", 3, 32
UINT32, STRING, ARRAY = 4, 8, 9
SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
DTYPES = {0: np.dtype("<f4"), 1: np.dtype("<f2")}


def write_gguf(
    path: Path, values: Mapping[str, str | int], tensors: Mapping[str, np.ndarray]
) -> None:
    """Write key-value pairs and float32 vectors, whole or not at all."""
    entries, data = b"", b""
    for name, array in tensors.items():
        content = array.astype("<f4").tobytes()
        entries += _string(name) + struct.pack("<IQIQ", 1, array.size, 0, len(data))
        data += content + b"\0" * (-len(content) % ALIGNMENT)
    head = MAGIC + struct.pack("<IQQ", VERSION, len(tensors), len(values))
    for key, value in values.items():
        head += _string(key)
        if isinstance(value, str):
            head += struct.pack("<I", STRING) + _string(value)
        else:
            head += struct.pack("<II", UINT32, value)
    head += entries
    head += b"\0" * (-len(head) % ALIGNMENT)
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(head + data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _string(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def read_gguf(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Key-value pairs and tensors of a file.

    Raises:
        LatentReasoningError: It cannot be read, is cut short, or holds quantised tensors.
    """
    try:
        return _parsed(_Reader(path.read_bytes()))
    except (OSError, ValueError, TypeError, ArithmeticError, struct.error) as error:
        raise LatentReasoningError(
            f"read_gguf: {str(path)!r} cannot be read ({error}); expected a GGUF file of version 3 "
            f"with float tensors"
        ) from error


@dataclass
class _Reader:
    """A place in the bytes of a file."""

    content: bytes
    place: int = 0

    def take(self, form: str) -> Any:
        (value,) = struct.unpack_from(f"<{form}", self.content, self.place)
        self.place += struct.calcsize(f"<{form}")
        return value

    def string(self) -> str:
        length = self.take("Q")
        start, self.place = self.place, self.place + length
        if self.place > len(self.content):
            raise ValueError("it ends within a string")
        return self.content[start : self.place].decode()

    def value(self, kind: int) -> Any:
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            inner, n = self.take("I"), self.take("Q")
            return [self.value(inner) for _ in range(n)]
        if kind not in SCALARS:
            raise ValueError(f"a value has the unknown type {kind}")
        return self.take(SCALARS[kind])


def _parsed(reader: _Reader) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    if reader.content[:4] != MAGIC:
        raise ValueError("it does not begin with GGUF")
    reader.place = 4
    version = reader.take("I")
    if version != VERSION:
        raise ValueError(f"it has version {version}")
    n_tensors, n_values = reader.take("Q"), reader.take("Q")
    values = {reader.string(): reader.value(reader.take("I")) for _ in range(n_values)}
    entries = []
    for _ in range(n_tensors):
        name, n_dims = reader.string(), reader.take("I")
        shape = tuple(reader.take("Q") for _ in range(n_dims))
        entries.append((name, shape, reader.take("I"), reader.take("Q")))
    alignment = values.get("general.alignment", ALIGNMENT)
    start = reader.place + -reader.place % alignment
    tensors = {}
    for name, shape, kind, offset in entries:
        if kind not in DTYPES:
            raise ValueError(f"tensor {name!r} has the type {kind}, which is no plain float")
        size = int(np.prod(shape))
        tensor = np.frombuffer(reader.content, DTYPES[kind], size, start + offset)
        # Dimensions are stored from the fastest to the slowest.
        tensors[name] = tensor.reshape(shape[::-1])
    return values, tensors
