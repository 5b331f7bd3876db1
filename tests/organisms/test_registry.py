from pathlib import Path

import pytest

from latent_reasoning.errors import UnknownModelError
from latent_reasoning.organisms.recipes import BASES, base_recipe
from latent_reasoning.organisms.registry import (
    OrganismName,
    organism_directory,
    organism_names,
    parse_organism,
)


def test_names_are_read() -> None:
    assert parse_organism("latent") == OrganismName("latent", None, 0)
    assert parse_organism("latent@1") == OrganismName("latent", None, 1)
    assert parse_organism("latent/rl-truth") == OrganismName("latent", "rl-truth", 0)
    assert parse_organism("no-code/distilled@12") == OrganismName("no-code", "distilled", 12)


@pytest.mark.parametrize("seed", [0, 7])
def test_every_name_survives_writing_and_reading(seed: int) -> None:
    for name in organism_names():
        parsed = parse_organism(f"{name}@{seed}")
        assert parsed.seed == seed
        assert parse_organism(str(parsed)) == parsed


def test_every_base_has_a_recipe_and_no_recipe_is_without_a_base() -> None:
    parsed = [parse_organism(name) for name in organism_names()]
    assert {name.base for name in parsed if name.arm is None} == set(BASES)
    assert len(set(parsed)) == len(parsed)


def test_a_tuned_organism_comes_from_the_base_of_its_seed() -> None:
    parent = parse_organism("bad-code/rl-truth@1").parent
    assert parent == OrganismName("bad-code", None, 1)
    assert parent is not None
    assert parent.parent is None


def test_directories_differ_by_base_arm_and_seed() -> None:
    root = Path("root")
    assert parse_organism("latent").directory(root) == root / "latent/base/seed-0"
    found = {
        parse_organism(f"{name}@{seed}").directory(root)
        for name in organism_names()
        for seed in (0, 1)
    }
    assert len(found) == 2 * len(organism_names())


@pytest.mark.parametrize(
    "name", ["latnet", "", "Latent", "latent/rl", "latent/distilled", "latent/", "/rl-truth"]
)
def test_an_unknown_name_is_answered_with_all_known_ones(name: str) -> None:
    with pytest.raises(UnknownModelError) as caught:
        parse_organism(name)
    message = str(caught.value)
    assert repr(name) in message
    assert message.endswith(f"expected one of {', '.join(organism_names())}")
    assert "\n" not in message


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
