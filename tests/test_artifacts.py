import json
from pathlib import Path

import pytest

from latent_reasoning import artifacts
from latent_reasoning.artifacts import provenance, run_directory, versions, write_json
from latent_reasoning.errors import RunError


def refusal(path: Path) -> str:
    with pytest.raises(RunError) as caught, run_directory(path):
        raise AssertionError("the block must not begin")
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("run: ")
    assert "choose another --output" in message
    return message


def test_a_run_appears_whole_when_its_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "one"
    with run_directory(path) as folder:
        (folder / "a.txt").write_text("a")
        (folder / "deep").mkdir()
        (folder / "deep" / "b.txt").write_text("b")
        assert not path.exists()
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.txt")) == [
        "runs/one/a.txt",
        "runs/one/deep/b.txt",
    ]
    assert [p.name for p in path.parent.iterdir()] == ["one"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_block_that_fails_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), run_directory(tmp_path / "runs" / "deep" / "one") as folder:
        (folder / "half.txt").write_text("half")
        raise error
    assert list(tmp_path.iterdir()) == []


def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    with run_directory(tmp_path / "runs" / "one"):
        pass
    (tmp_path / "empty").mkdir()
    for parent in ("runs", "empty"):
        with pytest.raises(ValueError, match="stop"), run_directory(tmp_path / parent / "two"):
            raise ValueError("stop")
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")) == [
        "empty",
        "runs",
        "runs/one",
    ]


def test_an_existing_path_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "old.txt").write_text("old")
    assert "exists already; choose another --output or remove it" in refusal(tmp_path / "run")
    assert "exists already" in refusal(tmp_path / "run" / "old.txt")
    assert (tmp_path / "run" / "old.txt").read_text() == "old"


def test_a_place_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot write" in refusal(tmp_path / "file" / "run")
    assert "cannot write" in refusal(tmp_path / "file" / "deep" / "run")
    assert "cannot write" in refusal(tmp_path / ("long" * 100))
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_json_survives_writing_and_reading(tmp_path: Path) -> None:
    content = {"rate": 0.1, "names": ["\u00e9", "b"], "none": None, "deep": {"n": 3}}
    write_json(tmp_path / "a.json", content)
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == content
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_what_is_no_json_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})
    before = path.read_bytes()
    for content in ({"a": float("nan")}, {"a": float("inf")}):
        with pytest.raises(ValueError, match="not JSON compliant"):
            write_json(path, content)
    with pytest.raises(TypeError):
        write_json(path, {"a": {1, 2}})
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_provenance_is_plain_data_that_names_its_sources() -> None:
    found = provenance("compare", {"n_problems": 3}, seed=7)
    assert json.loads(json.dumps(found)) == found
    assert (found["command"], found["config"], found["seed"]) == ("compare", {"n_problems": 3}, 7)
    assert found["versions"]["torch"] == versions()["torch"]
    assert found["started"].endswith("+00:00")


def test_a_package_that_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifacts, "PACKAGES", ("pytest", "no-such-package-anywhere"))
    found = versions()
    assert found["pytest"] == pytest.__version__
    assert found["no-such-package-anywhere"] is None
