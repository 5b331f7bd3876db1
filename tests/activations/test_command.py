"""The commands as they are typed."""

import json
from pathlib import Path

import pytest
from datasets import Dataset

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.cli import main


def problems(path: Path, n: int = 30) -> str:
    file = path / "problems.jsonl"
    rows = [{"question": f"x = {i} + 4", "answer": str(i + 4)} for i in range(n)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(file)


def record(base: Path, tuned: Path | str, source: str, output: Path, *words: str) -> int:
    command = ["record", "--base", str(base), "--tuned", str(tuned), "--source", source]
    return main([*command, "--output", str(output), *words])


def test_record_info_check_repair(
    tiny_directory: Path, tuned_directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = problems(tmp_path), tmp_path / "store"
    words = ("--hook-points", "blocks.0.hook_mlp_out, blocks.1.hook_resid_post")
    words += ("--stored-dtype", "bfloat16", "--shard-rows", "20")
    assert record(tiny_directory, tuned_directory, source, output, *words) == 0
    shown = capsys.readouterr()
    assert "complete" in shown.out
    assert "to write" in shown.err
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    assert main(["store", "info", str(output)]) == 0
    assert main(["store", "check", str(output)]) == 0
    assert "every checksum is right" in capsys.readouterr().out
    (output / "000001.safetensors").write_bytes(b"nothing")
    assert main(["store", "check", str(output)]) == 2
    assert "has 7 bytes" in capsys.readouterr().err
    assert main(["store", "repair", str(output)]) == 0
    assert main(["store", "info", str(output)]) == 0
    assert "not finished" in capsys.readouterr().out
    assert record(tiny_directory, tuned_directory, source, output, *words) == 0
    assert "rows are there already" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in output.iterdir()} == before


def test_one_model_and_a_saved_dataset(tiny_directory: Path, tmp_path: Path) -> None:
    Dataset.from_list([{"text": "Mia has 3 apples"}] * 5).save_to_disk(str(tmp_path / "texts"))
    source, output = str(tmp_path / "texts"), tmp_path / "store"
    assert record(tiny_directory, "none", source, output, "--max-tokens", "2") == 0
    store = ActivationStore.open(output)
    assert list(store.manifest.models) == ["base"]
    assert store.manifest.hook_points == ("blocks.1.hook_resid_post",)
    assert max(store.rows.position) <= 1


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("--source", "nothing.jsonl"), "source 'nothing.jsonl' is no file"),
        (("--engine", "spark"), "'spark' is not a known engine"),
        (("--positions", "first"), "'first' is not a known choice of positions"),
        (("--stored-dtype", "int8"), "'int8' is not a known number format"),
        (("--hook-points", "blocks.7.hook_resid_post"), "names layer 7"),
        (("--base", "organism:nothing"), "nothing"),
    ],
)
def test_mistakes_are_one_line(
    tiny_directory: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    match: str,
) -> None:
    source, output = problems(tmp_path), tmp_path / "store"
    assert record(tiny_directory, "none", source, output, *words) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert match in line
    assert not output.exists()
