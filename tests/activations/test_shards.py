import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from latent_reasoning.activations.shards import (
    read_tensor,
    sha256,
    shard_layout,
    tensor_offset,
    write_shard,
)
from latent_reasoning.errors import ActivationError


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_the_reference_implementation_reads_the_same(tmp_path: Path, dtype: torch.dtype) -> None:
    path = tmp_path / "000003.safetensors"
    tensors = {"base/x": torch.randn(10, 7).to(dtype), "tuned/x": torch.randn(10, 7).to(dtype)}
    stored = write_shard(path, tensors, 3)
    for name, expected in tensors.items():
        assert torch.equal(load_file(path)[name], expected)
        assert torch.equal(read_tensor(path, name), expected)
    assert stored.n_bytes == path.stat().st_size
    assert stored.sha256 == hashlib.sha256(path.read_bytes()).hexdigest() == sha256(path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_equal_tensors_give_equal_bytes(tmp_path: Path) -> None:
    tensors = {"base/x": torch.randn(4, 3)}
    first = write_shard(tmp_path / "a", tensors, 1)
    second = write_shard(tmp_path / "b", {"base/x": tensors["base/x"].clone()}, 1)
    assert first.sha256 == second.sha256
    assert write_shard(tmp_path / "c", tensors, 2).sha256 != first.sha256


@pytest.mark.parametrize(("d_model", "power"), [(3, 8), (96, 128), (2048, 8192)])
def test_numbers_begin_at_a_multiple_of_the_power_of_two_in_a_row(
    tmp_path: Path, d_model: int, power: int
) -> None:
    for n_rows in (1, 10, 100):
        path = tmp_path / str(n_rows)
        write_shard(path, {"a": torch.ones(n_rows, d_model), "b": torch.zeros(n_rows, d_model)}, 0)
        header = 8 + int.from_bytes(path.read_bytes()[:8], "little")
        assert header % power == 0
        assert tensor_offset(path, "b") == header + n_rows * d_model * 4


def test_the_layout_is_read_from_the_header(tmp_path: Path) -> None:
    write_shard(tmp_path / "s", {"base/x": torch.zeros(4, 3, dtype=torch.bfloat16)}, 12)
    assert shard_layout(tmp_path / "s") == ("12", {"base/x": ("BF16", (4, 3))})


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.safetensors").write_bytes(b"not a shard")
    with pytest.raises(ActivationError, match=r"'s\.safetensors' cannot be read as a shard"):
        shard_layout(tmp_path / "s.safetensors")
