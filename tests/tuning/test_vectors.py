from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from builders import build_model, save_model
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoModelForCausalLM

from latent_reasoning.errors import UnknownModelError
from latent_reasoning.models.hook_points import hook_point_names
from latent_reasoning.models.hooks import capture
from latent_reasoning.models.loading import load_model
from latent_reasoning.models.pair import load_pair
from latent_reasoning.organisms import grammar
from latent_reasoning.organisms.corpus import source_ladder
from latent_reasoning.organisms.pretraining import new_model
from latent_reasoning.organisms.recipes import SOURCES, PretrainingConfig
from latent_reasoning.organisms.tokenizer import build_tokenizer
from latent_reasoning.tuning.grpo import GrpoConfig, Task
from latent_reasoning.tuning.vectors import (
    VectorConfig,
    is_vector,
    relative_norms,
    train_vectors,
    vectors_of,
    with_vectors,
)

SMALL = PretrainingConfig(d_model=16, n_layers=2, n_heads=2, n_key_value_heads=1, d_mlp=24)
BRIEF = GrpoConfig(group_size=8, batch_size=16, updates_per_rollout=2, max_completion_tokens=12)
CONFIGURED: list[tuple[str, dict[str, Any]]] = [
    ("qwen2", {}),
    ("qwen2", {"tie_word_embeddings": True, "rms_norm_eps": 1e-3, "pad_token_id": 2}),
    ("qwen2", {"rope_parameters": {"rope_theta": 77.0, "rope_type": "default"}}),
    ("qwen2", {"head_dim": 16}),
    ("llama", {}),
    ("llama", {"attention_bias": True, "mlp_bias": True, "eos_token_id": [1, 4]}),
]


@pytest.mark.parametrize(("family", "changes"), CONFIGURED)
def test_untrained_vectors_change_no_logit(
    family: str, changes: dict[str, Any], tmp_path: Path
) -> None:
    model = build_model(family, **changes)
    # Biases are zero at the start of any model, and a zero that is dropped would go unseen.
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_()
    changed = with_vectors(model)
    changed.save_pretrained(tmp_path / "vectors")
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "vectors").eval()
    assert loaded.config.model_type == "llama"
    for key in ("pad_token_id", "eos_token_id", "bos_token_id", "tie_word_embeddings"):
        assert getattr(loaded.config, key) == getattr(model.config, key)
    for shape in ((1, 1), (3, 40)):
        ids = torch.randint(0, 80, shape, generator=torch.Generator().manual_seed(1))
        with torch.no_grad():
            expected = model(ids).logits
            assert torch.equal(changed(ids).logits, expected)
            # Where a weight lies in a file decides the order of some sums.
            torch.testing.assert_close(loaded(ids).logits, expected, atol=1e-5, rtol=1e-5)
    for name, value in changed.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value)


def test_a_vector_is_added_to_the_residual_stream_after_its_layer(tmp_path: Path) -> None:
    base = load_model(save_model(tmp_path / "base"))
    changed = with_vectors(base.model)
    vector = torch.linspace(-1, 1, 32)
    with torch.no_grad():
        changed.get_parameter("model.layers.1.mlp.down_proj.bias").copy_(vector)
    changed.save_pretrained(tmp_path / "tuned")
    base.tokenizer.save_pretrained(tmp_path / "tuned")
    pair = load_pair(tmp_path / "base", tmp_path / "tuned")
    assert (pair.base.family, pair.tuned.family) == ("qwen2", "llama")
    ids = torch.arange(5, 17)[None]
    names = hook_point_names(3)
    with torch.no_grad(), capture(pair.base, names) as before:
        pair.base.model(ids)
    with torch.no_grad(), capture(pair.tuned, names) as after:
        pair.tuned.model(ids)
    for name in names:
        same = name.startswith("blocks.0") or name in (
            "blocks.1.hook_resid_pre",
            "blocks.1.hook_attn_out",
            "blocks.1.hook_resid_mid",
        )
        assert torch.equal(before[name], after[name]) is same
    for site in ("mlp_out", "resid_post"):
        difference = after[f"blocks.1.hook_{site}"] - before[f"blocks.1.hook_{site}"]
        torch.testing.assert_close(difference, vector.expand_as(difference), atol=1e-4, rtol=0)
    found = vectors_of(pair.tuned, pair.base)
    assert [float(v.norm()) > 0 for v in found.values()] == [False, True, False]
    norms = relative_norms(pair.base, found, ["Mia has 3 7 apples ."])
    with torch.no_grad(), capture(pair.base, ["blocks.1.hook_resid_post"]) as cache:
        pair.base.model(torch.tensor([pair.base.tokenizer("Mia has 3 7 apples .").input_ids]))
    (rows,) = cache["blocks.1.hook_resid_post"]
    expected = float(vector.norm()) / float(rows.norm(dim=-1).mean())
    assert norms == pytest.approx({0: 0.0, 1: expected, 2: 0.0}, rel=1e-5)


@pytest.mark.parametrize("family", ["olmo2", "qwen3"])
def test_families_without_a_place_for_a_vector_are_refused(family: str) -> None:
    with pytest.raises(UnknownModelError, match=f"family '{family}'.*one of qwen2, llama"):
        with_vectors(build_model(family))


def test_a_sliding_window_is_refused() -> None:
    model = build_model(use_sliding_window=True, sliding_window=4, max_window_layers=1)
    with pytest.raises(UnknownModelError, match="sliding window"):
        with_vectors(model)


def test_a_model_without_vectors_has_none_to_read(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="expected a model saved by train_vectors"):
        vectors_of(load_model(save_model(tmp_path / "plain")))


def test_rloo_is_the_reward_less_the_mean_of_the_others() -> None:
    rewards = torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0])
    others = torch.stack([rewards[torch.arange(5) != i].mean() for i in range(5)])
    settings = VectorConfig(estimator="rloo").grpo(GrpoConfig(group_size=5))
    weighted = rewards * settings.group_size / (settings.group_size - 1)
    torch.testing.assert_close(weighted - weighted.mean(), rewards - others)
    assert (settings.scale_rewards, settings.updates_per_rollout) == ("none", 1)


def short_words(completions: list[str], **_: Any) -> list[float]:
    """A reward that a model without any training earns now more and now less of."""
    return [completion.count("\n") + completion.count("a") for completion in completions]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")
class TestTraining:
    @pytest.fixture(scope="class")
    def start(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        tokenizer = build_tokenizer(SOURCES)
        directory = tmp_path_factory.mktemp("start") / "model"
        new_model(SMALL, tokenizer, seed=0).save_pretrained(directory)
        tokenizer.save_pretrained(directory)
        return directory

    def run(
        self, start: Path, root: Path, name: str, reward: Callable[..., Any], config: VectorConfig
    ) -> dict[str, Tensor]:
        problems = grammar.organism_problems("tune", 16, seed=0)
        prompts = source_ladder().prompts([problem.question for problem in problems])
        train_vectors(
            start,
            [Task(p, {"gold": q.gold}) for p, q in zip(prompts, problems, strict=True)],
            [(reward, 1.0)],
            config,
            root / name,
            seed=0,
            checkpoints=root / f"{name}.checkpoints",
            grpo=BRIEF,
        )
        return load_file(root / name / "model.safetensors")

    @pytest.mark.parametrize("estimator", ["grpo", "rloo"])
    def test_training_moves_every_vector_and_nothing_else(
        self, start: Path, tmp_path: Path, estimator: Any
    ) -> None:
        config = VectorConfig(updates=4, estimator=estimator)
        after = self.run(start, tmp_path, "tuned", short_words, config)
        before = load_file(start / "model.safetensors")
        assert before.keys() <= after.keys()
        for name, value in after.items():
            if is_vector(name):
                assert value.abs().min() > 0
                # An update of AdamW moves a number by little more than the learning rate.
                assert value.abs().max() < 2 * config.updates * config.learning_rate
            elif name in before:
                assert torch.equal(value, before[name]), name
            else:
                assert not value.any(), name
        assert sum(map(is_vector, after)) == SMALL.n_layers

    def test_a_stopped_run_ends_with_the_vectors_of_an_uninterrupted_one(
        self, start: Path, tmp_path: Path
    ) -> None:
        config = VectorConfig(updates=6, estimator="grpo")
        whole = self.run(start, tmp_path, "whole", short_words, config)
        calls = 0

        def stops_at_its_second_call(completions: list[str], **_: Any) -> list[float]:
            nonlocal calls
            calls += 1
            if calls == 2:
                raise KeyboardInterrupt
            return short_words(completions)

        with pytest.raises(KeyboardInterrupt):
            self.run(start, tmp_path, "parts", stops_at_its_second_call, config)
        resumed = self.run(start, tmp_path, "parts", stops_at_its_second_call, config)
        # Three rollouts, the second drawn twice.
        assert calls == 4
        assert all(torch.equal(whole[name], resumed[name]) for name in whole)
