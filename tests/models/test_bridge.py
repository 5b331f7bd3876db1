"""The library's hooks and TransformerBridge agree to the last bit when both compute eagerly.

The bridge always computes attention eagerly, so the Hugging Face model is set to eager attention
here; with its default (sdpa) kernel the two differ by rounding, at most a few 1e-6 at this size.
"""

import copy

import pytest
import torch
from torch import Tensor

from latent_reasoning.models.hook_points import hook_point_names
from latent_reasoning.models.hooks import capture, edit
from latent_reasoning.models.loading import LoadedModel

TOKENS = torch.tensor([[5, 6, 7, 8, 9, 40, 41], [9, 8, 7, 6, 5, 42, 43]])
NAMES = hook_point_names(3)


@pytest.fixture
def eager(any_family: LoadedModel) -> LoadedModel:
    model = copy.deepcopy(any_family.model)
    model.set_attn_implementation("eager")
    return LoadedModel(any_family.name, model, any_family.tokenizer)


def test_all_sites_of_all_families_equal_the_cache_of_the_bridge(eager: LoadedModel) -> None:
    with torch.no_grad():
        expected_logits, expected = eager.bridge().run_with_cache(TOKENS)
    with capture(eager, NAMES) as cache:
        logits = eager.model(TOKENS).logits
    assert torch.equal(logits, expected_logits)
    for name in NAMES:
        assert torch.equal(cache[name], expected[name]), name


@pytest.mark.parametrize("site", ["resid_pre", "attn_out", "mlp_out", "resid_post"])
def test_edits_equal_those_of_the_bridge(eager: LoadedModel, site: str) -> None:
    name, vector = f"blocks.1.hook_{site}", torch.randn(32)

    def add(x: Tensor, hook: object = None) -> Tensor:
        return x + vector

    bridge = eager.bridge()
    with torch.no_grad(), bridge.hooks(fwd_hooks=[(name, add)]):
        expected = bridge(TOKENS)
    with edit(eager, {name: add}):
        logits = eager.model(TOKENS).logits
    assert torch.equal(logits, expected)


def test_the_default_attention_differs_from_the_bridge_by_rounding_only(
    any_family: LoadedModel,
) -> None:
    with torch.no_grad():
        expected = any_family.bridge()(TOKENS)
    logits = any_family.model(TOKENS).logits
    torch.testing.assert_close(logits, expected, atol=2e-5, rtol=0)


def test_wrapping_leaves_the_model_and_its_tokenizer_alone(tiny_model: LoadedModel) -> None:
    before = {name: weight.clone() for name, weight in tiny_model.model.state_dict().items()}
    logits = tiny_model.model(TOKENS).logits
    bridge = tiny_model.bridge()
    after = tiny_model.model.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert torch.equal(tiny_model.model(TOKENS).logits, logits)
    assert tiny_model.tokenizer.bos_token is None
    own = {weight.data_ptr() for weight in tiny_model.model.parameters()}
    assert own.isdisjoint(weight.data_ptr() for weight in bridge.parameters())
