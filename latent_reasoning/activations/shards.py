"""Shards: safetensors files of one tensor, written row by row and read through a memory map."""

import hashlib
import json
from pathlib import Path
from types import TracebackType

import torch
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from torch import Tensor

from latent_reasoning.errors import ActivationError

TENSOR = "activations"
FORMATS = {"float32": "F32", "bfloat16": "BF16", "float16": "F16"}
"""Name of each number format inside a safetensors header."""


class ShardWriter:
    """Writes rows of one tensor to a safetensors file in any order, one block at a time.

    A shard can be larger than memory, so its header is written first, by hand: 8 bytes of header
    length, the header in JSON, then the numbers (the safetensors format).
    """

    def __init__(self, path: Path, n_rows: int, d_model: int, dtype: torch.dtype) -> None:
        self._row_bytes = d_model * dtype.itemsize
        end = n_rows * self._row_bytes
        entry = {
            "dtype": FORMATS[str(dtype).removeprefix("torch.")],
            "shape": [n_rows, d_model],
            "data_offsets": [0, end],
        }
        header = json.dumps({TENSOR: entry}).encode()
        # Padded so that the numbers start aligned.
        header += b" " * (-len(header) % 8)
        self._start = 8 + len(header)
        self._file = path.open("wb")
        self._file.write(len(header).to_bytes(8, "little") + header)
        self._file.truncate(self._start + end)

    def write(self, row: int, block: Float[Tensor, "token d_model"]) -> None:
        """Write consecutive rows, the first of them at `row`."""
        self._file.seek(self._start + row * self._row_bytes)
        self._file.write(block.contiguous().view(torch.uint8).numpy().data)

    def __enter__(self) -> "ShardWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def read_shard(path: Path) -> Float[Tensor, "token d_model"]:
    """The tensor of a shard, memory mapped: pages are read when they are first used."""
    with safe_open(path, framework="pt") as shard:
        return shard.get_tensor(TENSOR)


def shard_layout(path: Path) -> tuple[str, tuple[int, ...]]:
    """Number format and shape of a shard, from its header alone.

    Raises:
        ActivationError: The file is not a shard.
    """
    try:
        with safe_open(path, framework="pt") as shard:
            tensor = shard.get_slice(TENSOR)
            return tensor.get_dtype(), tuple(tensor.get_shape())
    except SafetensorError as error:
        raise ActivationError(
            f"ActivationStore.open: {path.name!r} cannot be read as a shard ({error}); record the "
            f"activations again"
        ) from error


def sha256(path: Path) -> str:
    """Checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
