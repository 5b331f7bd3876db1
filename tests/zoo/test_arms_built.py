"""Every arm, built from the shipped base for a few updates."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from latent_reasoning.models.pair import load_pair
from latent_reasoning.organisms.registry import ARMS, organism_directory, parse_organism
from latent_reasoning.zoo import card
from latent_reasoning.zoo.arms import LABELLED, REINFORCED
from latent_reasoning.zoo.building import build_organism

pytestmark = [
    pytest.mark.slow,
    # Raised within trl, transformers and accelerate.
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@pytest.mark.parametrize("arm", ARMS)
def test_an_arm_ends_in_an_ordinary_directory_that_pairs_with_its_base(
    arm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "N_PROBLEMS", 20)
    how: Any = None
    if arm in REINFORCED:
        grpo = replace(REINFORCED[arm].grpo, updates=2, updates_per_rollout=1, batch_size=32)
        how = replace(REINFORCED[arm], grpo=grpo, n_labelled=12, n_votes=4)
        if how.vectors is not None:
            how = replace(how, vectors=replace(how.vectors, updates=2))
    name = parse_organism(f"latent/{arm}")
    directory = build_organism(name, tmp_path, quick=None if how else 2, how=how)
    assert load_pair("organism:latent", directory).tuned.n_layers == 3
    written = json.loads((directory / "card.json").read_text(encoding="utf-8"))
    assert written["name"] == str(name)
    assert written["settings"]["parent"] == "latent@0"
    assert written["log"]
    if how is not None and {*how.parts} & {*LABELLED}:
        assert 0 < written["settings"]["labels"]["n_kept"] <= 12
    before = load_file(organism_directory("latent") / "model.safetensors")
    after = load_file(directory / "model.safetensors")
    moved = [key for key in before if not torch.equal(before[key], after[key][: len(before[key])])]
    if arm in ("rl-constant", "vectors-truth"):
        # Nothing is ever better under a reward without variance; vectors leave all weights alone.
        assert not moved
    elif arm not in ("rl-format", "rl-no-repetition"):
        # The base boxes every answer and repeats nothing, so that these two hardly ever vary.
        assert moved
