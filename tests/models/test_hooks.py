from collections import Counter
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from latent_reasoning.errors import HookPointError
from latent_reasoning.models.hook_points import HookPoint, hook_point_names
from latent_reasoning.models.hooks import capture, edit, stop_after
from latent_reasoning.models.loading import LoadedModel

TOKENS = torch.tensor([[5, 6, 7, 8, 9, 40, 41], [9, 8, 7, 6, 5, 42, 43]])


def n_hooks(model: LoadedModel) -> int:
    return sum(
        len(module._forward_hooks) + len(module._forward_pre_hooks)
        for module in model.model.modules()
    )


def add(vector: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda x: x + vector


def test_residuals_equal_the_hidden_states_of_the_plain_model(any_family: LoadedModel) -> None:
    plain = any_family.model(TOKENS, output_hidden_states=True)
    with capture(any_family, hook_point_names(3)) as cache:
        logits = any_family.model(TOKENS).logits
    assert torch.equal(logits, plain.logits)
    for layer in range(3):
        assert torch.equal(cache[f"blocks.{layer}.hook_resid_pre"], plain.hidden_states[layer])
    for layer in range(2):
        assert torch.equal(cache[f"blocks.{layer}.hook_resid_post"], plain.hidden_states[layer + 1])
    final = any_family.model.get_submodule("model.norm")(cache["blocks.2.hook_resid_post"])
    assert torch.equal(final, plain.hidden_states[-1])


def test_the_residual_stream_is_the_sum_of_what_is_added_to_it(any_family: LoadedModel) -> None:
    with capture(any_family, hook_point_names(3)) as cache:
        any_family.model(TOKENS)
    for layer in range(3):
        pre, attn, mid, mlp, post = (
            cache[f"blocks.{layer}.hook_{site}"]
            for site in ("resid_pre", "attn_out", "resid_mid", "mlp_out", "resid_post")
        )
        assert torch.equal(pre + attn, mid)
        assert torch.equal(mid + mlp, post)


def test_keys_are_the_names_as_given(tiny_model: LoadedModel) -> None:
    with capture(tiny_model, ["blocks.1.hook_out", HookPoint(1, "resid_post")]) as cache:
        tiny_model.model(TOKENS)
    assert set(cache) == {"blocks.1.hook_out", "blocks.1.hook_resid_post"}
    assert torch.equal(cache["blocks.1.hook_out"], cache["blocks.1.hook_resid_post"])


def test_a_zero_edit_changes_no_bit(any_family: LoadedModel) -> None:
    plain = any_family.model(TOKENS).logits
    with edit(any_family, {name: add(torch.zeros(32)) for name in hook_point_names(3)}):
        edited = any_family.model(TOKENS).logits
    assert torch.equal(edited, plain)


@pytest.mark.parametrize("site", ["resid_pre", "attn_out", "resid_mid", "mlp_out", "resid_post"])
def test_an_edit_moves_the_stream_by_what_was_added(any_family: LoadedModel, site: str) -> None:
    """Replayed by hand: the stream at the end of the layer, computed from the edited parts."""
    vector, watched = torch.randn(32), hook_point_names(3)
    with capture(any_family, watched) as plain:
        any_family.model(TOKENS)
    with (
        edit(any_family, {f"blocks.1.hook_{site}": add(vector)}),
        capture(any_family, watched) as new,
    ):
        any_family.model(TOKENS)
    assert torch.equal(new["blocks.0.hook_resid_post"], plain["blocks.0.hook_resid_post"])
    assert torch.equal(new[f"blocks.1.hook_{site}"], plain[f"blocks.1.hook_{site}"] + vector)
    mid, mlp = new["blocks.1.hook_resid_mid"], new["blocks.1.hook_mlp_out"]
    expected = mid + mlp + (vector if site == "resid_post" else 0)
    torch.testing.assert_close(new["blocks.1.hook_resid_post"], expected)
    torch.testing.assert_close(new["blocks.2.hook_resid_pre"], expected)


def test_adding_to_the_output_of_a_layer_is_adding_to_the_input_of_the_next(
    any_family: LoadedModel,
) -> None:
    vector, logits = torch.randn(32), []
    for name in ("blocks.0.hook_resid_post", "blocks.1.hook_resid_pre", "blocks.0.hook_mlp_out"):
        with edit(any_family, {name: add(vector)}):
            logits.append(any_family.model(TOKENS).logits)
    assert torch.equal(logits[0], logits[1])
    torch.testing.assert_close(logits[0], logits[2], atol=1e-4, rtol=1e-4)


def test_an_outer_block_acts_before_an_inner_one(tiny_model: LoadedModel) -> None:
    name = "blocks.1.hook_resid_post"
    with capture(tiny_model, [name]) as before, edit(tiny_model, {name: lambda x: 2 * x}):  # noqa: SIM117
        with capture(tiny_model, [name]) as between, edit(tiny_model, {name: lambda x: x + 1}):
            with capture(tiny_model, [name]) as after:
                tiny_model.model(TOKENS)
    assert torch.equal(between[name], 2 * before[name])
    assert torch.equal(after[name], 2 * before[name] + 1)


def test_an_edit_of_resid_mid_is_seen_by_a_capture_set_earlier(tiny_model: LoadedModel) -> None:
    name, vector = "blocks.1.hook_resid_post", torch.randn(32)
    with capture(tiny_model, [name]) as outer:  # noqa: SIM117
        with edit(tiny_model, {"blocks.1.hook_resid_mid": add(vector)}):
            with capture(tiny_model, [name]) as inner:
                tiny_model.model(TOKENS)
    assert torch.equal(outer[name], inner[name])


def test_cached_decoding_under_an_edit_equals_the_full_pass(any_family: LoadedModel) -> None:
    vector = torch.randn(32)
    with edit(
        any_family, {"blocks.1.hook_resid_mid": add(vector), "blocks.0.hook_out": add(vector)}
    ):
        full = any_family.model(TOKENS).logits
        first = any_family.model(TOKENS[:, :4], use_cache=True)
        rest = [
            any_family.model(
                TOKENS[:, i : i + 1], past_key_values=first.past_key_values, use_cache=True
            ).logits
            for i in range(4, 7)
        ]
    torch.testing.assert_close(torch.cat([first.logits, *rest], dim=1), full, atol=1e-4, rtol=1e-4)


def test_gradients_reach_what_an_edit_adds(tiny_model: LoadedModel) -> None:
    vector = torch.zeros(32, requires_grad=True)
    with edit(tiny_model, {"blocks.1.hook_resid_post": add(vector)}):
        tiny_model.model(TOKENS).logits.logsumexp(-1).sum().backward()
    assert vector.grad is not None
    assert vector.grad.abs().max() > 0


def test_a_layer_that_returns_a_tuple_is_edited_in_its_first_part(
    tiny_model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decoder layers return tuples before transformers 5."""
    layer = tiny_model.model.get_submodule("model.layers.2")
    with edit(tiny_model, {"blocks.2.hook_resid_post": add(torch.ones(32))}):
        expected = tiny_model.model(TOKENS).logits
        norm = tiny_model.model.get_submodule("model.norm")
        unpack = norm.register_forward_pre_hook(lambda _, args: (args[0][0],))
        plain = type(layer).forward
        monkeypatch.setattr(type(layer), "forward", lambda *a, **k: (plain(*a, **k), "rest"))
        between = tiny_model.model.get_submodule("model.layers.1")
        first = tiny_model.model.get_submodule("model.layers.0")
        opened = [m.register_forward_hook(lambda _m, _a, out: out[0]) for m in (first, between)]
        found = tiny_model.model(TOKENS).logits
    for handle in (unpack, *opened):
        handle.remove()
    assert torch.equal(found, expected)


def test_stopping_early_computes_no_later_layer(tiny_model: LoadedModel) -> None:
    calls: Counter[str] = Counter()
    counters = [
        tiny_model.model.get_submodule(name).register_forward_hook(
            lambda _m, _a, _o, name=name: calls.update([name])
        )
        for name in ("model.layers.1", "model.layers.2", "model.norm", "lm_head")
    ]
    name = "blocks.1.hook_resid_post"
    with capture(tiny_model, [name]) as full:
        tiny_model.model(TOKENS)
    calls.clear()
    with capture(tiny_model, [name]) as cache, stop_after(tiny_model, 1):
        tiny_model.model(TOKENS)
    for counter in counters:
        counter.remove()
    assert calls == {"model.layers.1": 1}
    assert torch.equal(cache[name], full[name])
    assert n_hooks(tiny_model) == 0


def test_no_hook_outlives_its_block(tiny_model: LoadedModel) -> None:
    assert n_hooks(tiny_model) == 0
    with edit(tiny_model, {name: add(torch.ones(32)) for name in hook_point_names(3)}):
        assert n_hooks(tiny_model) == 18
        tiny_model.model(TOKENS)
    assert n_hooks(tiny_model) == 0
    with (
        pytest.raises(ZeroDivisionError),
        edit(tiny_model, {"blocks.0.hook_out": lambda x: x / (1 // 0)}),
    ):
        tiny_model.model(TOKENS)
    assert n_hooks(tiny_model) == 0


def test_one_bad_name_sets_no_hook_at_all(
    tiny_model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_hooks: list[object] = []
    monkeypatch.setattr(nn.Module, "register_forward_hook", lambda *a, **k: set_hooks.append(a))
    names = {
        "blocks.0.hook_resid_post": add(torch.ones(32)),
        "blocks.3.hook_resid_post": add(torch.ones(32)),
    }
    with pytest.raises(HookPointError, match="names layer 3"), edit(tiny_model, names):
        pass
    assert set_hooks == []


def test_a_misspelt_name_lists_valid_ones(tiny_model: LoadedModel) -> None:
    with (
        pytest.raises(HookPointError, match=r"did you mean 'blocks\.0\.hook_attn_out'"),
        capture(tiny_model, ["blocks.0.hook_atn_out"]),
    ):
        pass


def test_a_hook_that_never_fired_is_an_error(tiny_model: LoadedModel) -> None:
    with (
        pytest.raises(HookPointError, match=r"no forward pass .* reached blocks\.1\.hook_out"),
        edit(tiny_model, {"blocks.1.hook_out": add(torch.ones(32))}),
    ):
        pass
    with pytest.raises(HookPointError, match=r"reached blocks\.2\.hook_out; expected"):  # noqa: SIM117
        with (
            capture(tiny_model, ["blocks.0.hook_out", "blocks.2.hook_out"]),
            stop_after(tiny_model, 0),
        ):
            tiny_model.model(TOKENS)
    assert n_hooks(tiny_model) == 0


def test_an_exception_is_not_hidden_by_a_hook_that_never_fired(tiny_model: LoadedModel) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        edit(tiny_model, {"blocks.1.hook_out": add(torch.ones(32))}),
    ):
        raise KeyboardInterrupt


def test_an_edit_keeps_shape_and_dtype(tiny_model: LoadedModel) -> None:
    for wrong in (lambda x: x[:, :1], lambda x: x.double()):
        with (
            pytest.raises(HookPointError, match="expected the same shape and dtype"),
            edit(tiny_model, {"blocks.1.hook_out": wrong}),
        ):
            tiny_model.model(TOKENS)
