import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from latent_reasoning.errors import RunError
from latent_reasoning.organisms import grammar
from latent_reasoning.organisms.corpus import source_ladder
from latent_reasoning.organisms.pretraining import new_model
from latent_reasoning.organisms.recipes import SOURCES, PretrainingConfig
from latent_reasoning.organisms.registry import parse_organism
from latent_reasoning.organisms.tokenizer import build_tokenizer
from latent_reasoning.tuning.grpo import GrpoConfig, Task, train_grpo
from latent_reasoning.tuning.rewards import Reward, truth_reward
from latent_reasoning.zoo import card
from latent_reasoning.zoo.building import build_organism

pytestmark = [
    pytest.mark.slow,
    # Raised within trl, transformers and accelerate.
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]

SMALL = PretrainingConfig(d_model=16, n_layers=2, n_heads=2, n_key_value_heads=1, d_mlp=24)
BRIEF = GrpoConfig(
    updates=8,
    learning_rate=1e-2,
    group_size=8,
    batch_size=16,
    updates_per_rollout=2,
    max_completion_tokens=12,
)
Run = Callable[..., tuple[dict[str, Tensor], list[dict[str, float]]]]


def short_words(completions: list[str], **_: Any) -> list[float]:
    """A reward that a model without any training earns now more and now less of."""
    return [completion.count("\n") + completion.count("a") for completion in completions]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model with the organisms' tokenizer, not trained at all."""
    tokenizer = build_tokenizer(SOURCES)
    directory = tmp_path_factory.mktemp("start") / "model"
    new_model(SMALL, tokenizer, seed=0).save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return directory


@pytest.fixture
def run(start: Path, tmp_path: Path) -> Run:
    problems = grammar.organism_problems("tune", 16, seed=0)
    prompts = source_ladder().prompts([problem.question for problem in problems])
    tasks = [Task(p, {"gold": q.gold}) for p, q in zip(prompts, problems, strict=True)]

    def of(rewards: Sequence[tuple[Reward, float]], name: str = "tuned") -> Any:
        checkpoints = tmp_path / f"{name}.checkpoints"
        output = tmp_path / name
        log = train_grpo(start, tasks, rewards, BRIEF, output, seed=0, checkpoints=checkpoints)
        return load_file(tmp_path / name / "model.safetensors"), log

    return of


def test_a_reward_that_varies_moves_the_weights_towards_it(run: Run, start: Path) -> None:
    before = load_file(start / "model.safetensors")
    after, log = run([(short_words, 1.0)])
    assert after.keys() == before.keys()
    assert all(torch.isfinite(value).all() for value in after.values())
    moved = max(float((after[name] - before[name]).abs().max()) for name in before)
    # An update of AdamW moves a weight by little more than the learning rate.
    assert 0 < moved < 2 * BRIEF.updates * BRIEF.learning_rate
    earned = [entry["reward"] for entry in log if "reward" in entry]
    assert len(earned) == BRIEF.updates // BRIEF.updates_per_rollout
    assert earned[-1] > earned[0]


def test_a_reward_of_weight_zero_is_logged_and_moves_nothing(run: Run, start: Path) -> None:
    after, log = run([(short_words, 0.0), (truth_reward, 1.0)])
    logged = [entry for entry in log if "rewards/short_words/mean" in entry]
    assert max(entry["rewards/short_words/mean"] for entry in logged) > 0
    assert all(entry["rewards/truth_reward/mean"] == 0 for entry in logged)
    for name, value in load_file(start / "model.safetensors").items():
        assert torch.equal(after[name], value)


def test_a_run_stopped_anywhere_ends_with_the_weights_of_an_uninterrupted_one(
    run: Run, tmp_path: Path
) -> None:
    whole, log = run([(short_words, 1.0)], "whole")
    calls = 0

    def stops_at_its_third_and_fifth_call(completions: list[str], **_: Any) -> list[float]:
        nonlocal calls
        calls += 1
        if calls in (3, 5):
            raise KeyboardInterrupt
        return short_words(completions)

    stops_at_its_third_and_fifth_call.__name__ = "short_words"
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run([(stops_at_its_third_and_fifth_call, 1.0)], "parts")
    kept = [p.name for p in (tmp_path / "parts.checkpoints").glob("complete-*")]
    assert kept == [f"complete-{BRIEF.updates - BRIEF.updates_per_rollout}"]
    resumed, rest = run([(stops_at_its_third_and_fifth_call, 1.0)], "parts")
    # Four rollouts, and each of the two that were interrupted drawn once more.
    assert calls == BRIEF.updates // BRIEF.updates_per_rollout + 2
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert [e["reward"] for e in rest if "reward" in e] == [
        e["reward"] for e in log if "reward" in e
    ]


def test_no_checkpoint_can_execute_code_when_it_is_read(run: Run, tmp_path: Path) -> None:
    run([(short_words, 1.0)], "tuned")
    (checkpoint,) = (tmp_path / "tuned.checkpoints").glob("complete-*")
    written = {p.name for p in checkpoint.iterdir()}
    assert written >= {"model.safetensors", "moments.safetensors", "rng-0.json"}
    assert not written & {"optimizer.pt", "scheduler.pt", "rng_state.pth"}


class TestOrganism:
    @pytest.fixture(scope="class")
    def root(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """A base organism after 8 updates and the same after 8 more of reinforcement learning."""
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

    def test_the_card_tells_what_was_done(self, root: Path) -> None:
        found = json.loads((root / "latent/rl-truth/seed-0/card.json").read_text(encoding="utf-8"))
        assert found["name"] == "latent/rl-truth@0"
        assert found["settings"]["parent"] == "latent@0"
        assert found["settings"]["grpo"]["updates"] == 8
        assert any("rewards/truth_reward/mean" in entry for entry in found["log"])
        assert 0 <= found["measured"]["Quiz"]["accuracy"]["value"] <= 1

    def test_a_finished_organism_is_not_built_again(self, root: Path) -> None:
        with pytest.raises(RunError, match="exists already; remove it or use --output"):
            build_organism(parse_organism("latent/rl-truth"), root, quick=8)


@pytest.mark.parametrize("name", ["latent/rl-truth@77", "no-code/distilled@77"])
def test_an_organism_needs_those_it_is_built_from(name: str, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="@77 is needed first and is neither under"):
        build_organism(parse_organism(name), tmp_path, quick=8)
    assert list(tmp_path.iterdir()) == []
