from pathlib import Path

import pytest

from latent_reasoning.errors import UnknownModelError
from latent_reasoning.organisms.recipes import BASES, base_recipe
from latent_reasoning.organisms.registry import (
    ARMS,
    OrganismName,
    organism_directory,
    parse_organism,
    shipped_organisms,
)


def test_names_are_read() -> None:
    assert parse_organism("latent") == OrganismName("latent", None, 0)
    assert parse_organism("latent@1") == OrganismName("latent", None, 1)
    assert parse_organism("latent/rl-truth") == OrganismName("latent", "rl-truth", 0)
    assert parse_organism("no-code/distilled@12") == OrganismName("no-code", "distilled", 12)


NAMES = [*BASES, *(f"{base}/{arm}" for base in BASES for arm in ARMS)]


@pytest.mark.parametrize("seed", [0, 7])
def test_every_name_survives_writing_and_reading(seed: int) -> None:
    for name in NAMES:
        parsed = parse_organism(f"{name}@{seed}")
        assert parsed.seed == seed
        assert parse_organism(str(parsed)) == parsed


def test_a_tuned_organism_comes_from_the_base_of_its_seed() -> None:
    parent = parse_organism("bad-code/rl-truth@1").parent
    assert parent == OrganismName("bad-code", None, 1)
    assert parent is not None
    assert parent.parent is None


def test_directories_differ_by_base_arm_and_seed() -> None:
    root = Path("root")
    assert parse_organism("latent").directory(root) == root / "latent/base/seed-0"
    found = {parse_organism(f"{name}@{seed}").directory(root) for name in NAMES for seed in (0, 1)}
    assert len(found) == 2 * len(NAMES)


def test_what_ships_is_what_lies_there(tmp_path: Path) -> None:
    assert shipped_organisms(tmp_path) == []
    for name in ("rare/rl-random@3", "latent@1", "latent@10", "latent@2"):
        directory = parse_organism(name).directory(tmp_path)
        directory.mkdir(parents=True)
        (directory / "config.json").write_text("{}")
    parse_organism("latent@4").directory(tmp_path).mkdir()
    found = [str(name) for name in shipped_organisms(tmp_path)]
    assert found == ["latent@1", "latent@2", "latent@10", "rare/rl-random@3"]


@pytest.mark.parametrize("name", ["latnet", "", "Latent", "/rl-truth", "latnet/rl-truth"])
def test_an_unknown_base_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownModelError) as caught:
        parse_organism(name)
    message = str(caught.value)
    assert repr(name.split("/")[0]) in message
    assert message.endswith(f"expected one of {', '.join(BASES)}")
    assert "\n" not in message


@pytest.mark.parametrize("arm", ["rl", "Distilled", ""])
def test_an_unknown_arm_is_answered_with_the_known_ones(arm: str) -> None:
    with pytest.raises(UnknownModelError) as caught:
        parse_organism(f"latent/{arm}")
    assert repr(arm) in str(caught.value)
    assert str(caught.value).endswith(f"expected one of {', '.join(ARMS)}")


@pytest.mark.parametrize("seed", ["one", "-1", "0@1", "1.5", " 1"])
def test_a_seed_is_a_number(seed: str) -> None:
    with pytest.raises(UnknownModelError, match=f"has seed '{seed}'; expected a number"):
        parse_organism(f"latent@{seed}")


def test_a_seed_that_does_not_ship_is_named_with_those_that_do() -> None:
    with pytest.raises(UnknownModelError, match=r"'latent@99' ships with seeds .*, not 99; build"):
        organism_directory("latent@99")


def test_an_unknown_base_recipe_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownModelError, match="expected one of latent, no-code, bad-code"):
        base_recipe("latnet")
