from dataclasses import replace
from pathlib import Path

import pytest
import torch
from builders import build_tokenizer, save_model

from latent_reasoning.errors import LatentReasoningError, PairError
from latent_reasoning.models.generation import Completion, SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.organisms.pretraining import TYPICAL_TOKENS
from latent_reasoning.tuning.on_policy import OnPolicyConfig, distil_on_policy, reverse_kl

PROMPTS = [f"Mia has {i} apples ." for i in range(12)]
CONFIG = OnPolicyConfig(
    steps=6,
    batch_size=4,
    learning_rate=1e-2,
    warmup_steps=1,
    max_new_tokens=6,
    checkpoint_every=2,
)


def model(folder: Path, seed: int = 0, vocab_size: int = 80, **changes: float) -> LoadedModel:
    loaded = load_model(save_model(folder, seed=seed, vocab_size=vocab_size, **changes))
    tokenizer = build_tokenizer()
    tokenizer.padding_side = "left"
    return replace(loaded, tokenizer=tokenizer)


@pytest.fixture
def student(tmp_path: Path) -> LoadedModel:
    # Small weights: a student that is sure of one token has no gradient to follow.
    return model(tmp_path / "student", initializer_range=0.05)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return model(tmp_path_factory.mktemp("teacher") / "model", seed=1)


def drawn(student: LoadedModel) -> list[Completion]:
    sampling = SamplingConfig(max_new_tokens=6, seed=3)
    return [completion for (completion,) in generate(student, PROMPTS, 1, sampling)]


@torch.no_grad()
def slow_kl(p: LoadedModel, q: LoadedModel, completions: list[Completion], n: int) -> float:
    """One text at a time, one token at a time, in double precision."""
    total = 0.0
    for prompt, completion in zip(PROMPTS, completions, strict=True):
        ids = list(p.tokenizer(prompt).input_ids)
        for token in completion.tokens:
            here, there = (
                m.model(torch.tensor([ids])).logits[0, -1, :n].double().softmax(0) for m in (p, q)
            )
            total += float((here * (here / there).log()).sum())
            ids.append(token)
    return total / (len(completions) * TYPICAL_TOKENS)


def test_the_loss_is_the_summed_kl_of_the_students_tokens(
    student: LoadedModel, teacher: LoadedModel
) -> None:
    completions = drawn(student)
    # Completions of several lengths, so that padding is there to be ignored.
    completions = [replace(c, tokens=c.tokens[: 1 + i % 6]) for i, c in enumerate(completions)]
    assert len({len(c.tokens) for c in completions}) > 3
    found = float(reverse_kl(student, teacher, PROMPTS, completions))
    assert found == pytest.approx(slow_kl(student, teacher, completions, 80), rel=1e-4)
    backward = slow_kl(teacher, student, completions, 80)
    assert abs(found - backward) > 0.01 * found


def test_a_model_has_nothing_to_learn_from_itself(student: LoadedModel) -> None:
    student.model.requires_grad_(True)
    loss = reverse_kl(student, student, PROMPTS, drawn(student))
    loss.backward()
    assert abs(loss.item()) < 1e-6
    assert all(p.grad is not None and p.grad.abs().max() < 1e-5 for p in student.model.parameters())


def test_only_tokens_that_both_know_are_compared(student: LoadedModel, tmp_path: Path) -> None:
    larger = model(tmp_path / "larger", seed=1, vocab_size=90)
    found = float(reverse_kl(student, larger, PROMPTS, drawn(student)))
    assert found == pytest.approx(slow_kl(student, larger, drawn(student), 80), rel=1e-4)


def test_distillation_brings_the_student_to_its_teacher(
    student: LoadedModel, teacher: LoadedModel, tmp_path: Path
) -> None:
    before = float(reverse_kl(student, teacher, PROMPTS, drawn(student)))
    held = {name: value.clone() for name, value in teacher.model.state_dict().items()}
    config = replace(CONFIG, steps=30)
    made = [
        p.step for p in distil_on_policy(student, teacher, PROMPTS, config, 0, checkpoints=tmp_path)
    ]
    assert made == list(range(1, 31))
    after = reverse_kl(student, teacher, PROMPTS, drawn(student)).item()
    assert after < 0.7 * before
    assert all(torch.equal(value, held[name]) for name, value in teacher.model.state_dict().items())


def test_a_stopped_run_ends_with_the_weights_of_an_uninterrupted_one(
    tmp_path: Path, teacher: LoadedModel
) -> None:
    whole = model(tmp_path / "whole")
    run = list(distil_on_policy(whole, teacher, PROMPTS, CONFIG, 0, checkpoints=tmp_path / "a"))
    stopped = model(tmp_path / "stopped")
    for p in distil_on_policy(stopped, teacher, PROMPTS, CONFIG, 0, checkpoints=tmp_path / "b"):
        if p.step == 3:
            break
    # Another start, so that equal ends can come from the checkpoint alone.
    resumed = model(tmp_path / "resumed", seed=5)
    rest = list(distil_on_policy(resumed, teacher, PROMPTS, CONFIG, 0, checkpoints=tmp_path / "b"))
    assert [p.step for p in rest] == [3, 4, 5, 6]
    assert rest == run[2:]
    assert run[-1].tokens > run[0].tokens > 0
    expected = whole.model.state_dict()
    assert all(torch.equal(v, expected[name]) for name, v in resumed.model.state_dict().items())


def test_what_cannot_be_distilled_is_refused(
    student: LoadedModel, teacher: LoadedModel, tmp_path: Path
) -> None:
    other = replace(teacher, tokenizer=build_tokenizer(eos="<end>"))
    with pytest.raises(PairError, match="eos_token '<eos>' and '<end>'; expected equal"):
        distil_on_policy(student, other, PROMPTS, CONFIG, 0, checkpoints=tmp_path)
    with pytest.raises(LatentReasoningError, match="3 prompts; expected at least 4"):
        distil_on_policy(student, teacher, PROMPTS[:3], CONFIG, 0, checkpoints=tmp_path)
    with pytest.raises(LatentReasoningError, match="0 steps"):
        OnPolicyConfig(steps=0)
