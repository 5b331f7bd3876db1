import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from latent_reasoning.errors import RunError
from latent_reasoning.organisms.registry import parse_organism
from latent_reasoning.tuning.grpo import GrpoConfig

THIRD_PARTY = [
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:(?!latent_reasoning)"),
]


@pytest.mark.slow
class TestTinyRun:
    pytestmark = THIRD_PARTY

    @pytest.fixture(scope="class")
    def root(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """A base organism after 8 updates and the same after 8 more of reinforcement learning."""
        from latent_reasoning.zoo import card
        from latent_reasoning.zoo.building import build_organism

        root = tmp_path_factory.mktemp("organisms")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(card, "N_PROBLEMS", 20)
            for name in ("latent", "latent/rl-truth"):
                parsed = parse_organism(name)
                assert build_organism(parsed, root, quick=8) == parsed.directory(root)
        return root

    def test_only_finished_organisms_are_left(self, root: Path) -> None:
        folders = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_dir())
        assert folders == [
            "latent",
            "latent/base",
            "latent/base/seed-0",
            "latent/rl-truth",
            "latent/rl-truth/seed-0",
        ]
        for folder in ("base", "rl-truth"):
            found = {p.name for p in (root / "latent" / folder / "seed-0").iterdir()}
            assert found >= {"config.json", "model.safetensors", "tokenizer.json", "card.json"}

    def test_reinforcement_learning_moves_finite_weights_a_little(self, root: Path) -> None:
        base, tuned = (
            load_file(root / "latent" / arm / "seed-0" / "model.safetensors")
            for arm in ("base", "rl-truth")
        )
        assert base.keys() == tuned.keys()
        assert all(torch.isfinite(value).all() for value in tuned.values())
        moved = max(float((tuned[name] - base[name]).abs().max()) for name in base)
        # An update of AdamW moves a weight by about the learning rate at most.
        assert 0 < moved < 20 * GrpoConfig().learning_rate

    def test_the_card_tells_what_was_done(self, root: Path) -> None:
        card = json.loads((root / "latent/rl-truth/seed-0/card.json").read_text(encoding="utf-8"))
        assert card["name"] == "latent/rl-truth@0"
        assert card["settings"]["parent"] == "latent@0"
        assert card["settings"]["grpo"]["updates"] == 8
        assert any("rewards/truth_reward/mean" in entry for entry in card["log"])
        assert 0 <= card["measured"]["Quiz"]["accuracy"]["value"] <= 1

    def test_a_finished_organism_is_not_built_again(self, root: Path) -> None:
        from latent_reasoning.zoo.building import build_organism

        with pytest.raises(RunError, match="exists already; remove it or use --output"):
            build_organism(parse_organism("latent/rl-truth"), root, quick=8)

    def test_an_organism_needs_its_parent(self, root: Path) -> None:
        from latent_reasoning.zoo.building import build_organism

        with pytest.raises(RunError, match="latent@77 is needed first and is neither under"):
            build_organism(parse_organism("latent/rl-truth@77"), root, quick=8)
