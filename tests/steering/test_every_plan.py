from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from builders import build_model, build_tokenizer
from plan_examples import POINT, dictionary, plans

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.features.directions import feature_direction
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.hooks import capture
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.steering.controls import along
from latent_reasoning.steering.gates import Gate
from latent_reasoning.steering.intervention import steer
from latent_reasoning.steering.operators import clamp, swap
from latent_reasoning.steering.plan import SteeringPlan
from latent_reasoning.steering.plan_files import difference, load_plans, save_plans
from latent_reasoning.steering.reader import feature_reader

NAMES = sorted(plans())
TOKENS = torch.tensor([[5, 6, 7, 8, 9, 40, 41], [7, 6, 5, 42, 43, 9, 8]])
PROMPTS = ["Mia has 3 7 apples .", "She buys", "How many apples does Mia have now ? x = 3 + 4"]


@pytest.fixture(scope="session")
def model(tiny_model: LoadedModel) -> LoadedModel:
    tokenizer = build_tokenizer()
    tokenizer.padding_side = "left"
    return replace(tiny_model, tokenizer=tokenizer)


def n_hooks(model: LoadedModel) -> int:
    return sum(
        len(module._forward_hooks) + len(module._forward_pre_hooks)
        for module in model.model.modules()
    )


def change(model: LoadedModel, plan: SteeringPlan, **how: Any) -> torch.Tensor:
    with capture(model, [POINT]) as plain:
        model.model(TOKENS)
    with steer(model, plan, **how), capture(model, [POINT]) as new:
        model.model(TOKENS)
    return new[POINT] - plain[POINT]


def test_clamping_is_decoding_the_clamped_activations_plus_the_error() -> None:
    sae = dictionary()
    x = 3 * torch.randn(2, 50, 32, generator=torch.Generator().manual_seed(1))
    everywhere = torch.ones(2, 50, dtype=torch.bool)
    for feature in range(sae.d_sae):
        acts = sae.encode(x)
        error = x - sae.decode(acts)
        acts[..., feature] = 2.5
        found = clamp(
            x,
            everywhere,
            feature_reader(sae, feature, 1.0),
            2.5,
            feature_direction(sae, feature).vector,
        )
        torch.testing.assert_close(found, sae.decode(acts) + error, atol=1e-4, rtol=1e-4)


def test_swapping_exchanges_two_components_and_twice_is_nothing() -> None:
    generator = torch.Generator().manual_seed(2)
    x = torch.randn(2, 5, 32, generator=generator)
    a, b = torch.nn.functional.normalize(torch.randn(2, 32, generator=generator), dim=1)
    everywhere = torch.ones(2, 5, dtype=torch.bool)
    y = swap(x, everywhere, a, b)
    torch.testing.assert_close(y @ a, x @ b, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(y @ b, x @ a, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(y.norm(dim=-1), x.norm(dim=-1))
    torch.testing.assert_close(swap(y, everywhere, a, b), x, atol=1e-5, rtol=1e-4)


def test_nothing_of_an_ablated_subspace_is_left(model: LoadedModel) -> None:
    plan = plans()["ablate a subspace"]
    assert plan.subspace is not None
    with steer(model, plan), capture(model, [POINT]) as new:
        model.model(TOKENS)
    assert (new[POINT] @ plan.subspace.T).abs().max() < 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_a_control_changes_every_position_by_the_same_norm(model: LoadedModel, name: str) -> None:
    plan = plans()[name]
    vector = torch.nn.functional.normalize(torch.randn(32), dim=0)
    own, control = change(model, plan), change(model, along(plan, vector, "other"))
    torch.testing.assert_close(control.norm(dim=-1), own.norm(dim=-1), atol=1e-3, rtol=1e-3)
    assert own.norm(dim=-1).max() > 0.1
    assert not torch.allclose(own, control, atol=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_no_hook_is_left_by_an_exception(model: LoadedModel, name: str) -> None:
    plain = model.model(TOKENS).logits
    with pytest.raises(ZeroDivisionError), steer(model, plans()[name]):
        model.model(TOKENS)
        raise ZeroDivisionError
    assert n_hooks(model) == 0
    assert torch.equal(model.model(TOKENS).logits, plain)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n_beams", [1, 3])
def test_with_and_without_cache_the_same_tokens(
    model: LoadedModel, name: str, n_beams: int
) -> None:
    ids = model.tokenizer(PROMPTS[0], return_tensors="pt").input_ids
    hugging_face: Any = model.model
    found = []
    for cached in (True, False):
        # Without a cache every call is a whole text, whose prompt has to be told.
        lengths = None if cached else torch.full((n_beams,), ids.shape[1])
        with steer(model, plans()[name], lengths):
            out = hugging_face.generate(
                ids,
                max_new_tokens=8,
                num_beams=n_beams,
                do_sample=False,
                use_cache=cached,
                pad_token_id=0,
            )
        found.append(out[0].tolist())
    assert found[0] == found[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_row_in_a_padded_batch_is_steered_as_it_is_alone(model: LoadedModel, name: str) -> None:
    config = SamplingConfig(max_new_tokens=8, seed=3)
    with steer(model, plans()[name]):
        together = generate(model, PROMPTS, 2, config)
        alone = [generate(model, [p], 2, config, first=i)[0] for i, p in enumerate(PROMPTS)]
    assert together == alone


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", NAMES)
def test_half_precision_stays_half_and_changes_about_as_much(
    model: LoadedModel, name: str, dtype: torch.dtype
) -> None:
    half = LoadedModel("half", build_half(dtype), model.tokenizer)
    full = LoadedModel("full", build_model("qwen2"), model.tokenizer)
    plan = plans()[name]
    found, expected = change(half, plan), change(full, plan)
    assert found.dtype == dtype
    if name not in ("gated", "clamp", "ablate a feature"):
        # Rounding moves activations across thresholds, where these jump.
        torch.testing.assert_close(found.float(), expected, atol=0.25, rtol=0.1)


def build_half(dtype: torch.dtype) -> Any:
    hugging_face: Any = build_model("qwen2")
    return hugging_face.to(dtype=dtype)


def test_several_plans_apply_together(model: LoadedModel) -> None:
    one = plans()["add"]
    elsewhere = plans("blocks.0.hook_mlp_out")["add"]
    points = [POINT, "blocks.0.hook_mlp_out"]
    with capture(model, points) as plain:
        model.model(TOKENS)
    with steer(model, [one, elsewhere, one]), capture(model, points) as new:
        model.model(TOKENS)
    assert torch.equal(new[points[1]], plain[points[1]] + elsewhere.delta)
    with steer(model, elsewhere), capture(model, points) as before:
        model.model(TOKENS)
    assert torch.equal(new[POINT], before[POINT] + one.delta + one.delta)


def test_the_first_generated_token_is_steered_and_no_other(model: LoadedModel) -> None:
    plan = replace(plans()["add"], positions="first generated")
    whole = change(model, plan, prompt_lengths=torch.tensor([4, 3])).norm(dim=-1) > 0
    assert whole.nonzero().tolist() == [[0, 4], [1, 3]]
    config = SamplingConfig(max_new_tokens=6, temperature=0.0)
    calls: list[bool] = []
    with steer(model, plan):
        inner = model.model.get_submodule("model.layers.2")
        outer = model.model.get_submodule("model.layers.1")
        streams: list[torch.Tensor] = []
        before = outer.register_forward_hook(lambda *a: streams.append(a[2]), prepend=True)
        after = inner.register_forward_pre_hook(
            lambda _m, a: calls.append(not torch.equal(a[0], streams[-1]))
        )
        generate(model, PROMPTS[:1], 1, config)
        before.remove()
        after.remove()
    assert calls == [False, True, False, False, False, False][: len(calls)]
    assert len(calls) > 2


def test_every_third_position_is_counted_anew_in_what_is_generated(model: LoadedModel) -> None:
    plan = plans()["every third"]
    moved = change(model, plan, prompt_lengths=torch.tensor([4, 3])).norm(dim=-1) > 0
    assert moved[0].tolist() == [True, False, False, True, True, False, False]
    assert moved[1].tolist() == [True, False, False, True, False, False, True]


def test_spans_and_oracle_gates_act_where_they_are_told(model: LoadedModel) -> None:
    given = torch.rand(2, 7, generator=torch.Generator().manual_seed(0)) < 0.4
    spans = replace(plans()["add"], positions="spans")
    oracle = replace(plans()["add"], gate=Gate("oracle"))
    for plan in (spans, oracle):
        assert torch.equal(change(model, plan, given=given).norm(dim=-1) > 0, given)
        with pytest.raises(LatentReasoningError, match="pass those tokens as `given`"):
            change(model, plan)
        with pytest.raises(LatentReasoningError, match=r"has shape \(2, 6\)"):
            change(model, plan, given=given[:, :6])
    assert oracle.row()["gate"] == "oracle"
    assert n_hooks(model) == 0


def test_a_learned_gate_opens_by_the_sign_of_its_probe(model: LoadedModel) -> None:
    plan = plans()["gated"]
    assert plan.gate.weight is not None
    with capture(model, [POINT]) as plain:
        model.model(TOKENS)
    expected = plain[POINT] @ plan.gate.weight + plan.gate.bias > 0
    assert torch.equal(change(model, plan).norm(dim=-1) > 0, expected)
    assert expected.any()
    assert not expected.all()


def test_both_units_are_shown() -> None:
    added, clamped = plans()["add a feature"], plans()["clamp"]
    reader = clamped.reader
    assert reader is not None
    assert added.in_mean_norms == 1.5
    assert added.in_max_activations == pytest.approx(1.5 * 6.0 / (reader.scale * 9.0))
    assert clamped.in_max_activations == 1.5
    assert clamped.in_mean_norms == pytest.approx(1.5 * 9.0 * reader.scale / 6.0)
    assert plans()["add"].in_max_activations is None


def test_plans_survive_a_file(tmp_path: Path) -> None:
    written = list(plans().values())
    save_plans(written, tmp_path / "plans.safetensors")
    read = load_plans(tmp_path / "plans.safetensors")
    assert len(read) == len(written)
    for one, other in zip(written, read, strict=True):
        assert difference(one, other) == {}
        assert one.row() == other.row()
    assert [path.name for path in tmp_path.iterdir()] == ["plans.safetensors"]


def test_differences_are_named() -> None:
    one = plans()["add"]
    other = replace(one.at(-2.0), positions="prompt", every=2)
    assert difference(one, other) == {
        "coefficient": (1.5, -2.0),
        "every": (1, 2),
        "positions": ("all", "prompt"),
    }
    found = difference(one, plans()["gated"])
    assert found["gate.kind"] == ("always-on", "learned")
    reversed_direction = replace(one.direction, vector=-one.direction.vector)
    cosines = difference(one, replace(one, direction=reversed_direction))["direction.vector"]
    assert cosines == (1.0, pytest.approx(-1.0))


def test_files_that_hold_no_plans_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "plans.safetensors"
    for content in (None, b"", b"no safetensors at all"):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(LatentReasoningError, match="load_plans: .* cannot be read"):
            load_plans(path)
    with pytest.raises(LatentReasoningError, match="found 0 plans"):
        save_plans([], path)


@pytest.mark.parametrize(
    "fields",
    [
        {"operator": "clamp"},
        {"operator": "swap"},
        {"partner": torch.ones(32)},
        {"operator": "ablate", "subspace": torch.ones(2, 32)},
        {"every": 0},
        {"every": 2, "positions": "last prompt token"},
    ],
)
def test_plans_that_make_no_sense_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(LatentReasoningError, match="SteeringPlan: .*") as caught:
        replace(plans()["add"], **fields)
    assert "\n" not in str(caught.value)
