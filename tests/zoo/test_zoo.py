import json
from pathlib import Path
from typing import Any, get_args

import pytest

from latent_reasoning.cli import main
from latent_reasoning.errors import LatentReasoningError, UnknownModelError
from latent_reasoning.organisms.recipes import BASES
from latent_reasoning.organisms.registry import ARMS, OrganismName, parse_organism
from latent_reasoning.verdict.rules import Label
from latent_reasoning.zoo import fleet
from latent_reasoning.zoo.arms import REINFORCED
from latent_reasoning.zoo.building import SUPERVISED
from latent_reasoning.zoo.fleet import build_zoo
from latent_reasoning.zoo.job import needed_for
from latent_reasoning.zoo.plan import CORE, planned, work_ahead
from latent_reasoning.zoo.table import rows
from latent_reasoning.zoo.truth import SKILL, truth

TUNED = [name for name in planned() if name.arm]


def test_the_zoo_is_as_large_as_it_should_be_and_names_nothing_twice() -> None:
    assert len(set(planned())) == len(planned())
    assert len(TUNED) >= 100
    assert sum(name.arm is None for name in planned()) >= 15
    assert {name.arm for name in TUNED} == set(ARMS)
    assert {name.base for name in planned()} == set(BASES)
    for base in CORE:
        assert len({n.seed for n in TUNED if (n.base, n.arm) == (base, "rl-random")}) >= 3


def test_whatever_an_organism_is_built_from_comes_before_it() -> None:
    order = {name: place for place, name in enumerate(planned())}
    for name in planned():
        assert all(order[needed] < order[name] for needed in needed_for(name))


def test_every_arm_can_be_built() -> None:
    assert set(REINFORCED) | set(SUPERVISED) == set(ARMS)
    assert not set(REINFORCED) & set(SUPERVISED)


def test_every_tuned_organism_has_a_truth_of_known_verdicts_and_a_reason() -> None:
    assert set(SKILL) == set(BASES)
    for name in TUNED:
        found = truth(name)
        assert found.verdicts
        assert set(found.verdicts) < set(get_args(Label))
        assert found.reason


@pytest.mark.parametrize("arm", [arm for arm in ARMS if not arm.startswith("distilled")])
def test_a_base_without_the_skill_is_never_said_to_have_it_activated(arm: str) -> None:
    assert not {"activated", "taught"} & set(truth(OrganismName("no-code", arm, 0)).verdicts)


def test_teaching_depends_on_what_was_there() -> None:
    assert truth(parse_organism("no-code/distilled")).verdicts == ("taught",)
    assert truth(parse_organism("latent/distilled")).verdicts == ("activated",)
    assert truth(parse_organism("bad-code/rl-truth"), "language").verdicts == ("activated",)


def test_a_base_has_no_truth() -> None:
    with pytest.raises(UnknownModelError, match="expected one of rl-truth"):
        truth(parse_organism("latent"))


def test_what_is_there_is_not_work(tmp_path: Path) -> None:
    before = work_ahead(tmp_path)
    directory = before.missing[0].directory(tmp_path)
    directory.mkdir(parents=True)
    (directory / "config.json").write_text("{}")
    after = work_ahead(tmp_path)
    assert after.missing == before.missing[1:]
    assert after.seconds < before.seconds
    only = work_ahead(tmp_path, ("rl-random", "trace")).missing
    assert {name.arm == "rl-random" or name.base == "trace" for name in only} == {True}


def test_the_zoo_is_built_in_order_and_says_first_what_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[OrganismName] = []
    said: list[str] = []

    def record(name: OrganismName, *_: Any) -> None:
        built.append(name)

    monkeypatch.setattr(fleet, "build_organism", record)
    work = build_zoo(tmp_path, ("rl-format",), say=said.append)
    assert tuple(built) == work.missing
    assert said[0] == str(work)
    assert "organisms to build, about" in said[0]
    assert len(said) == len(built) + 1
    with pytest.raises(LatentReasoningError, match="'rl-fromat' is not a known base or arm"):
        build_zoo(tmp_path, ("rl-fromat",))


def test_the_table_names_truth_and_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["zoo", "list", "--json", "--root", str(tmp_path)]) == 0
    found = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(found) == [str(name) for name in planned()]
    taught = found["no-code/distilled@0"]
    assert (taught["base"], taught["arm"], taught["seed"]) == ("no-code", "distilled", 0)
    assert taught["truth"] == ["taught"]
    assert taught["ships"]
    assert taught["accuracy"] > 0.8
    assert taught["code_frequency"] == 1.0
    assert found["latent@0"]["truth"] is None
    assert main(["zoo", "list", "--root", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(planned()) + 1


def test_an_organism_never_built_has_no_figures(tmp_path: Path) -> None:
    for row in rows(tmp_path):
        assert row.measured == (row.accuracy is not None)
        assert row.ships <= row.measured
