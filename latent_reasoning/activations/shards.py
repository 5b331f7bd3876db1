"""Shards: one safetensors file for a run of rows, with a tensor per model and hook point."""

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from torch import Tensor

from latent_reasoning.activations.durable import durable_file
from latent_reasoning.activations.manifest import StoredFile
from latent_reasoning.activations.mapping import LARGE_PAGE
from latent_reasoning.errors import ActivationError

FORMATS = {"float32": "F32", "bfloat16": "BF16", "float16": "F16"}
"""Name of each number format inside a safetensors header."""
_PIECE = 2**24


def tensor_name(role: str, hook_point: str) -> str:
    """Name of a tensor inside a shard."""
    return f"{role}/{hook_point}"


def write_shard(
    path: Path, tensors: Mapping[str, Float[Tensor, "row d_model"]], index: int
) -> StoredFile:
    """Write a shard, computing its checksum from memory on the way.

    The header is written by hand (the safetensors format: 8 bytes of length, JSON, the numbers),
    so that equal tensors give equal bytes. It holds the number of the shard, by which shards that
    were swapped are told apart.
    """
    header: dict[str, Any] = {"__metadata__": {"shard": str(index)}}
    end = 0
    for name, tensor in tensors.items():
        start, end = end, end + tensor.numel() * tensor.itemsize
        dtype = FORMATS[str(tensor.dtype).removeprefix("torch.")]
        header[name] = {"dtype": dtype, "shape": [*tensor.shape], "data_offsets": [start, end]}
    encoded = json.dumps(header).encode()
    encoded += b" " * (-(8 + len(encoded)) % _aligned(tensors))
    prefix = len(encoded).to_bytes(8, "little") + encoded
    digest = hashlib.sha256(prefix)
    with durable_file(path) as file:
        file.write(prefix)
        for tensor in tensors.values():
            content = tensor.contiguous().view(torch.uint8).numpy().reshape(-1).data
            for start in range(0, len(content), _PIECE):
                piece = content[start : start + _PIECE]
                file.write(piece)
                digest.update(piece)
    return StoredFile(path.name, len(prefix) + end, digest.hexdigest())


def _aligned(tensors: Mapping[str, Float[Tensor, "row d_model"]]) -> int:
    """What the start of the numbers is a multiple of, so that rows of all shards line up.

    Shards are mapped at multiples of 2 MiB one after another; there rows can be made to line up if
    starts agree in the power of two that divides a row (see `mapping.py`).
    """
    row_bytes = max(tensor.shape[1] * tensor.itemsize for tensor in tensors.values())
    return max(8, math.gcd(row_bytes, LARGE_PAGE))


def shard_layout(path: Path) -> tuple[str, dict[str, tuple[str, tuple[int, ...]]]]:
    """Number of a shard, and format and shape of its tensors, from the header alone.

    Raises:
        ActivationError: The file is not a shard.
    """
    try:
        with safe_open(path, framework="pt") as shard:
            slices = {name: shard.get_slice(name) for name in shard.keys()}  # noqa: SIM118
            layout = {n: (s.get_dtype(), tuple(s.get_shape())) for n, s in slices.items()}
            return (shard.metadata() or {}).get("shard", ""), layout
    except (SafetensorError, OSError) as error:
        raise ActivationError(
            f"ActivationStore.open: {path.name!r} cannot be read as a shard ({error}); "
            f"run `latent-reasoning store repair`"
        ) from error


def read_tensor(path: Path, name: str) -> Float[Tensor, "row d_model"]:
    """A tensor of a shard, memory mapped: pages are read when they are first used."""
    with safe_open(path, framework="pt") as shard:
        return shard.get_tensor(name)


def tensor_offset(path: Path, name: str) -> int:
    """Where in the file the numbers of a tensor begin."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    return 8 + length + int(header[name]["data_offsets"][0])


def sha256(path: Path) -> str:
    """Checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
