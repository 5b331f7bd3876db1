from pathlib import Path

import pytest
from test_resume import contents, interrupted, record

from latent_reasoning.activations.inspection import describe, problems_of
from latent_reasoning.activations.repair import repair
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.pair import ModelPair


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_a_sound_store_has_no_problems(tiny_pair: ModelPair, tmp_path: Path) -> None:
    record(tiny_pair, tmp_path / "a")
    assert problems_of(tmp_path / "a") == []
    before = contents(tmp_path / "a")
    assert "nothing to repair" in repair(tmp_path / "a")
    assert contents(tmp_path / "a") == before
    text = describe(tmp_path / "a")
    assert "complete" in text
    assert "sinks" in text


@pytest.mark.parametrize("kind", ["safetensors", "rows.parquet", "sequences.parquet"])
def test_damage_is_found_removed_and_computed_again(
    tiny_pair: ModelPair, tmp_path: Path, kind: str
) -> None:
    record(tiny_pair, tmp_path / "a")
    before = contents(tmp_path / "a")
    spoil(tmp_path / "a" / f"000002.{kind}")
    (tmp_path / "a" / f"000004.{kind}").unlink()
    problems = problems_of(tmp_path / "a")
    assert len(problems) == 2
    assert f"'000002.{kind}'" in problems[0]
    assert "has checksum" in problems[0]
    assert f"'000004.{kind}' is missing" in problems[1]
    assert "2 were damaged" in repair(tmp_path / "a")
    assert problems_of(tmp_path / "a") == []
    assert "not finished" in describe(tmp_path / "a")
    record(tiny_pair, tmp_path / "a")
    assert contents(tmp_path / "a") == before


def test_a_manifest_that_lies_is_written_anew(tiny_pair: ModelPair, tmp_path: Path) -> None:
    record(tiny_pair, tmp_path / "a")
    before = contents(tmp_path / "a")
    manifest = tmp_path / "a" / "manifest.json"
    n_rows = ActivationStore.open(tmp_path / "a").manifest.n_rows
    manifest.write_text(manifest.read_text().replace(f'"n_rows": {n_rows}', '"n_rows": 5'))
    (problem,) = problems_of(tmp_path / "a")
    assert "says n_rows 5" in problem
    assert "written anew" in repair(tmp_path / "a")
    assert contents(tmp_path / "a") == before


def test_what_is_there_can_be_kept_without_the_rest(tiny_pair: ModelPair, tmp_path: Path) -> None:
    whole = record(tiny_pair, tmp_path / "whole")
    interrupted(tiny_pair, tmp_path / "a", 200)
    assert problems_of(tmp_path / "a") == []
    text = repair(tmp_path / "a", close_now=True)
    kept = ActivationStore.open(tmp_path / "a", verify=True)
    assert f"closed with {len(kept.manifest.shards)} shards" in text
    assert kept.sequences == whole.sequences[: len(kept.sequences)]
    spoil(tmp_path / "a" / "000000.safetensors")
    with pytest.raises(ActivationError, match="no sound first shard"):
        repair(tmp_path / "a", close_now=True)


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    for look in (problems_of, describe, repair):
        with pytest.raises(ActivationError, match=r"no manifest\.json"):
            look(tmp_path)
    assert (tmp_path / "notes").read_text() == "mine"
