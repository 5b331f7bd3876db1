"""Rows of several files in one range of addresses."""

import gc
from pathlib import Path

import numpy as np
import pytest

from latent_reasoning.activations.mapping import MappedRows, Part
from latent_reasoning.errors import ActivationError


def _parts(folder: Path, sizes: list[int], row_bytes: int, offset: int) -> tuple[list[Part], bytes]:
    rng = np.random.default_rng(0)
    parts, content = [], b""
    for i, n_rows in enumerate(sizes):
        rows, path = rng.bytes(n_rows * row_bytes), folder / f"{i}.bin"
        path.write_bytes(b"h" * offset + rows + b"t" * (i * 1000))
        parts.append(Part(path, offset, n_rows))
        content += rows
    return parts, content


@pytest.mark.parametrize("row_bytes", [384, 2, 3072, 1153 * 4, 2**22])
def test_rows_are_found_by_number_and_shift(tmp_path: Path, row_bytes: int) -> None:
    sizes = [3, 1, 4, 2]
    parts, content = _parts(tmp_path, sizes, row_bytes, 24)
    mapped = MappedRows(parts, row_bytes)
    numbers = np.arange(sum(sizes))
    part_of = np.repeat(np.arange(len(sizes)), sizes)
    found = mapped.rows[numbers + mapped.shift[part_of]]
    assert found.tobytes() == content
    mapped.release()
    assert mapped.rows[numbers + mapped.shift[part_of]].tobytes() == content


def test_an_array_keeps_its_mapping(tmp_path: Path) -> None:
    parts, content = _parts(tmp_path, [5], 8, 16)
    rows = MappedRows(parts, 8).rows
    gc.collect()
    assert rows.tobytes() == content
    assert not rows.flags.writeable


def test_the_mapping_goes_with_its_last_user(tmp_path: Path) -> None:
    parts, _ = _parts(tmp_path, [5], 8, 16)
    mapped = MappedRows(parts, 8)
    assert str(parts[0].path) in Path("/proc/self/maps").read_text()
    del mapped
    gc.collect()
    assert str(parts[0].path) not in Path("/proc/self/maps").read_text()


def test_starts_that_never_line_up_are_refused(tmp_path: Path) -> None:
    parts, _ = _parts(tmp_path, [5, 5], 384, 64)
    shifted = [parts[0], parts[1]._replace(offset=72)]
    with pytest.raises(ActivationError, match=r"1\.bin.* byte 72.* first shard at 64.* record"):
        MappedRows(shifted, 384)


def test_a_file_shorter_than_its_rows_is_refused(tmp_path: Path) -> None:
    parts, _ = _parts(tmp_path, [5], 8, 16)
    with pytest.raises(ActivationError, match=r"has 56 bytes, expected at least 64"):
        MappedRows([parts[0]._replace(n_rows=6)], 8)
