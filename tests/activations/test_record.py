import copy
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from builders import build_model, build_tokenizer
from torch import Tensor

from latent_reasoning.activations.record import record_activations, record_pair
from latent_reasoning.activations.sequences import Positions, TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.errors import ActivationError, HookPointError
from latent_reasoning.models.hook_points import hook_point_names
from latent_reasoning.models.hooks import capture, edit
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.pair import ModelPair

PRE, POST = "blocks.0.hook_resid_pre", "blocks.1.hook_resid_post"


def make_sequences(n: int = 9, seed: int = 0) -> list[TokenSequence]:
    """Sequences of different lengths, the shortest without a completion."""
    rng = random.Random(seed)
    return [
        TokenSequence(
            tokens=tuple(rng.randrange(5, 60) for _ in range(4 + 3 * (i * 5 % n))),
            n_prompt=4,
            problem_id=f"p{i}",
            sample=i % 2,
            labels={"behaviour": "code" if i % 3 else "language"},
        )
        for i in range(n)
    ]


def record(
    model: LoadedModel,
    sequences: list[TokenSequence],
    points: list[str],
    path: Path,
    **settings: Any,
) -> ActivationStore:
    with record_activations(model, points, path, **settings) as recorder:
        recorder.record(sequences)
    return recorder.store


def by_hand(model: LoadedModel, sequence: TokenSequence, *names: str) -> list[Tensor]:
    """Activations of one sequence alone: no batch, no padding, no early stop."""
    with capture(model, names) as cache:
        model.model(torch.tensor([sequence.tokens]))
    return [cache[name][0] for name in names]


def test_rows_equal_a_forward_pass_by_hand_exactly(any_family: LoadedModel, tmp_path: Path) -> None:
    sequences, names = make_sequences(), hook_point_names(3)
    store = record(any_family, sequences, names, tmp_path / "a", batch_tokens=1)
    expected = zip(*(by_hand(any_family, s, *names) for s in sequences), strict=True)
    for name, rows in zip(names, expected, strict=True):
        assert torch.equal(store.activations(name), torch.cat(rows)), name


def test_batching_changes_nothing_but_rounding(any_family: LoadedModel, tmp_path: Path) -> None:
    sequences = make_sequences()
    alone = record(any_family, sequences, [POST], tmp_path / "a", batch_tokens=1)
    together = record(any_family, sequences, [POST], tmp_path / "b", batch_tokens=80)
    torch.testing.assert_close(
        together.activations(POST), alone.activations(POST), atol=1e-4, rtol=1e-4
    )
    assert torch.equal(together.rows.token_id, alone.rows.token_id)


def test_padding_is_never_stored(tiny_model: LoadedModel, tmp_path: Path) -> None:
    sequences = make_sequences()
    store = record(tiny_model, sequences, [POST], tmp_path / "a")
    n_tokens = sum(len(sequence.tokens) for sequence in sequences)
    assert store.activations(POST).shape == (n_tokens, 32)
    assert store.rows.token_id.tolist() == [t for s in sequences for t in s.tokens]
    assert store.rows.position.tolist() == [p for s in sequences for p in range(len(s.tokens))]
    assert store.rows.sequence.tolist() == [i for i, s in enumerate(sequences) for _ in s.tokens]


@pytest.mark.parametrize("positions", ["prompt", "completion", "last_prompt"])
def test_chosen_positions_are_the_same_rows_as_in_a_full_recording(
    tiny_model: LoadedModel, tmp_path: Path, positions: Positions
) -> None:
    sequences = make_sequences()
    every = record(tiny_model, sequences, [POST], tmp_path / "all", batch_tokens=1)
    some = record(
        tiny_model, sequences, [POST], tmp_path / "some", positions=positions, batch_tokens=1
    )
    mask = {
        "prompt": every.rows.is_prompt,
        "completion": ~every.rows.is_prompt,
        "last_prompt": every.rows.is_last_prompt,
    }[positions]
    assert 0 < int(mask.sum()) < len(mask)
    torch.testing.assert_close(some.activations(POST), every.activations(POST, rows=mask))
    assert torch.equal(some.rows.token_id, every.rows.token_id[mask])
    assert torch.equal(some.rows.is_last_prompt, every.rows.is_last_prompt[mask])


def test_both_models_of_a_pair_are_recorded_on_the_same_tokens(
    tiny_pair: ModelPair, tmp_path: Path
) -> None:
    sequences = make_sequences()
    store = record_pair(tiny_pair, sequences, [POST, "blocks.0.hook_mlp_out"], tmp_path / "a")
    for role, model in (("base", tiny_pair.base), ("tuned", tiny_pair.tuned)):
        for i in (0, 5, 8):
            rows = store.rows.sequence == i
            torch.testing.assert_close(
                store.activations(POST, role, rows),
                by_hand(model, sequences[i], POST)[0],
                atol=1e-4,
                rtol=1e-4,
            )
    assert store.manifest.models == {
        "base": tiny_pair.base.name,
        "tuned": tiny_pair.tuned.name,
    }


def test_a_steered_model_is_recorded_as_it_computes(
    tiny_model: LoadedModel, tmp_path: Path
) -> None:
    plain = record(tiny_model, make_sequences(), [POST], tmp_path / "plain")
    with edit(tiny_model, {POST: lambda x: x + 1}):
        steered = record(tiny_model, make_sequences(), [POST], tmp_path / "steered")
    assert torch.equal(steered.activations(POST), plain.activations(POST) + 1)


def test_activations_are_stored_in_the_format_of_the_model(
    tiny_model: LoadedModel, tmp_path: Path
) -> None:
    half = LoadedModel("half", copy.deepcopy(tiny_model.model).bfloat16(), tiny_model.tokenizer)
    store = record(half, make_sequences(), [POST], tmp_path / "a", batch_tokens=1)
    expected = by_hand(half, make_sequences()[0], POST)[0]
    assert torch.equal(store.activations(POST)[: len(expected)], expected)
    assert store.activations(POST).dtype == torch.bfloat16


def broken(model: LoadedModel, token: int, value: float) -> LoadedModel:
    """A copy whose embedding of one token is spoilt."""
    copied = copy.deepcopy(model.model)
    copied.get_parameter("model.embed_tokens.weight")[token, 0] = value
    return LoadedModel("broken", copied, model.tokenizer)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_nan_and_inf_are_refused_and_leave_no_folder(
    tiny_model: LoadedModel, tmp_path: Path, value: float
) -> None:
    sequences = make_sequences()
    sequences[6] = TokenSequence((5, 6, 77, 8), 2, problem_id="spoilt", sample=3)
    with pytest.raises(ActivationError) as error:
        record(broken(tiny_model, 77, value), sequences, [PRE], tmp_path / "a" / "b")
    message = str(error.value)
    assert f"'broken' gave 1 NaN or inf values at {PRE}" in message
    assert "problem 'spoilt', sample 3, position 2" in message
    assert "\n" not in message
    assert list(tmp_path.iterdir()) == []


def test_values_that_do_not_fit_the_stored_format_are_refused(
    tiny_model: LoadedModel, tmp_path: Path
) -> None:
    model = broken(tiny_model, 77, 1e5)
    sequences = [*make_sequences(), TokenSequence((5, 77, 6), 2, problem_id="large")]
    with pytest.raises(ActivationError) as error:
        record(model, sequences, [PRE], tmp_path / "a", dtype="float16")
    message = str(error.value)
    assert f"float16 cannot hold 1 values of 'broken' at {PRE} in 1 of" in message
    assert "'large', sample 0, position 1" in message
    assert "up to 1e+05" in message
    assert "\n" not in message
    stored = record(model, sequences, [PRE], tmp_path / "b", dtype="bfloat16")
    assert stored.activations(PRE).dtype == torch.bfloat16


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_storage_rounds_what_the_model_computed(
    tiny_model: LoadedModel, tmp_path: Path, dtype: str
) -> None:
    exact = record(tiny_model, make_sequences(), [POST], tmp_path / "exact").activations(POST)
    store = record(tiny_model, make_sequences(), [POST], tmp_path / "rounded", dtype=dtype)
    assert torch.equal(store.activations(POST), exact.to(getattr(torch, dtype)))


def test_a_bad_value_outside_the_kept_positions_does_not_matter(
    tiny_model: LoadedModel, tmp_path: Path
) -> None:
    sequences = [TokenSequence((5, 6, 7, 77), 3, problem_id="p")]
    model = broken(tiny_model, 77, float("nan"))
    store = record(model, sequences, [POST], tmp_path / "a", positions="prompt")
    assert store.manifest.n_rows == 3


class Counter:
    """A progress bar that remembers, and may press Ctrl-C."""

    def __init__(self, interrupt_at: int = 10**9) -> None:
        self.total = 0
        self.seen = 0
        self.interrupt_at = interrupt_at

    @contextmanager
    def __call__(self, _: str, total: int) -> Iterator["Counter"]:
        self.total = total
        yield self

    def update(self, n: int, /) -> None:
        self.seen += n
        if self.seen >= self.interrupt_at:
            raise KeyboardInterrupt


def test_an_interrupt_before_the_first_shard_leaves_no_folder(
    tiny_model: LoadedModel, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        record(tiny_model, make_sequences(), [POST], tmp_path / "a" / "b", progress=Counter(1))
    assert list(tmp_path.iterdir()) == []


def test_a_tuned_model_with_tokens_of_its_own_is_recorded_beside_its_base(
    tiny_model: LoadedModel, tmp_path: Path
) -> None:
    base = LoadedModel("base", tiny_model.model, build_tokenizer())
    larger = build_model(seed=1, vocab_size=85)
    tuned = LoadedModel("tuned", larger, build_tokenizer(extra=("pears",)))
    sequences = make_sequences()
    with record_activations({"base": base, "tuned": tuned}, [POST], tmp_path / "a") as recorder:
        recorder.record(sequences)
    expected = torch.cat([by_hand(tuned, s, POST)[0] for s in sequences])
    torch.testing.assert_close(
        recorder.store.activations(POST, "tuned"), expected, atol=1e-4, rtol=1e-4
    )
    with (
        pytest.raises(ActivationError, match="differ in width, vocabulary"),
        record_activations({"tuned": tuned, "base": base}, [POST], tmp_path / "b"),
    ):
        pass


def test_progress_counts_every_row_once(tiny_pair: ModelPair, tmp_path: Path) -> None:
    counter = Counter()
    store = record_pair(tiny_pair, make_sequences(), [POST], tmp_path / "a", progress=counter)
    assert counter.seen == counter.total == len(store)


def test_a_norm_of_another_order_in_either_model_makes_a_token_a_sink(
    tiny_pair: ModelPair, tmp_path: Path
) -> None:
    pair = ModelPair(broken(tiny_pair.base, 70, 5000.0), broken(tiny_pair.tuned, 71, 5000.0))
    sequences = [*make_sequences(), TokenSequence((5, 70, 6, 71), 2, problem_id="sink")]
    store = record_pair(pair, sequences, [PRE], tmp_path / "a")
    sinks = torch.isin(store.rows.token_id, torch.tensor([70, 71]))
    assert torch.equal(store.rows.is_sink, sinks)
    assert int(sinks.sum()) == 2
    assert store.manifest.sink_factor == 10.0
    kept = store.activations(PRE, "tuned")[~store.rows.is_sink]
    assert store.mean_norm(PRE, "tuned") == pytest.approx(kept.norm(dim=-1).mean().item(), rel=1e-6)
    assert store.activations(PRE, "tuned").norm(dim=-1).mean() > 2 * store.mean_norm(PRE, "tuned")


def test_an_existing_folder_is_refused_untouched(tiny_model: LoadedModel, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "notes").write_text("mine")
    with pytest.raises(ActivationError, match="exists already and is no recording"):
        record(tiny_model, make_sequences(), [POST], tmp_path / "a")
    assert (tmp_path / "a" / "notes").read_text() == "mine"


def test_bad_requests_are_refused_before_anything_is_written(
    tiny_model: LoadedModel, tmp_path: Path
) -> None:
    path, sequences = tmp_path / "a", make_sequences()
    with pytest.raises(HookPointError, match="did you mean"):
        record(tiny_model, sequences, ["blocks.1.hook_resid_pots"], path)
    with pytest.raises(ActivationError, match="0 hook points"):
        record(tiny_model, sequences, [], path)
    with pytest.raises(ActivationError, match="0 tokens"):
        record(tiny_model, [], [POST], path)
    with pytest.raises(ActivationError, match="batches of 0"):
        record(tiny_model, sequences, [POST], path, batch_tokens=0)
    with pytest.raises(ActivationError, match="'far' has token ids from 5 to 80; expected 0 to 79"):
        record(tiny_model, [TokenSequence((5, 80), 1, "far")], [POST], path)
    assert list(tmp_path.iterdir()) == []


def test_a_hook_point_named_twice_is_recorded_once(tiny_model: LoadedModel, tmp_path: Path) -> None:
    names = ["blocks.1.hook_out", POST]
    store = record(tiny_model, make_sequences(), names, tmp_path / "a")
    assert store.manifest.hook_points == (POST,)
    assert torch.equal(store.activations(names[0]), store.activations(names[1]))
