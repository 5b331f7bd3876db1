from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from latent_reasoning.activations.shards import ShardWriter, read_shard, sha256, shard_layout
from latent_reasoning.errors import ActivationError


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_blocks_written_in_any_order_read_back_in_place(tmp_path: Path, dtype: torch.dtype) -> None:
    expected = torch.randn(10, 7).to(dtype)
    with ShardWriter(tmp_path / "s.safetensors", 10, 7, dtype) as writer:
        for start in (6, 0, 9, 3):
            writer.write(start, expected[start : start + 3])
    assert torch.equal(read_shard(tmp_path / "s.safetensors"), expected)
    # The reference implementation of the format reads the same.
    assert torch.equal(load_file(tmp_path / "s.safetensors")["activations"], expected)


def test_the_layout_is_read_from_the_header(tmp_path: Path) -> None:
    with ShardWriter(tmp_path / "s.safetensors", 4, 3, torch.bfloat16) as writer:
        writer.write(0, torch.zeros(4, 3, dtype=torch.bfloat16))
    assert shard_layout(tmp_path / "s.safetensors") == ("BF16", (4, 3))


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.safetensors").write_bytes(b"not a shard")
    with pytest.raises(ActivationError, match=r"'s\.safetensors' cannot be read as a shard"):
        shard_layout(tmp_path / "s.safetensors")


def test_the_checksum_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    # SHA-256 of no bytes, FIPS 180-4.
    assert sha256(tmp_path / "empty").startswith("e3b0c44298fc1c149afbf4c8996fb924")
