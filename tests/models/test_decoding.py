from typing import Any

import pytest
import torch
from builders import build_model, build_tokenizer
from torch import Tensor
from transformers import DynamicCache

from latent_reasoning.models.decoding import SharedPromptCache, packed, shared_prompts
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel

LENGTHS = (7, 3, 11, 5)
PROMPT_OF = torch.tensor([0, 0, 0, 1, 2, 2, 3, 3, 3, 3])
STEPS = 21


def loaded(hugging_face: Any) -> LoadedModel:
    tokenizer = build_tokenizer()
    tokenizer.padding_side = "left"
    return LoadedModel("random", hugging_face, tokenizer)


def prompts() -> tuple[Tensor, Tensor]:
    longest = max(LENGTHS)
    ids = torch.randint(5, 80, (len(LENGTHS), longest), generator=torch.Generator().manual_seed(3))
    real = torch.arange(longest) >= longest - torch.tensor(LENGTHS)[:, None]
    return ids * real, real


@torch.no_grad()
def whole_logits(model: LoadedModel, texts: list[list[int]]) -> list[Tensor]:
    """Logits after each text, computed without cache and without padding."""
    return [model.model(torch.tensor([text])).logits[0, -1] for text in texts]


@torch.no_grad()
def check_steps(model: LoadedModel) -> None:
    """Every step equals the whole forward pass, while rows and prompts leave the batch."""
    ids, real = prompts()
    cache = DynamicCache(config=model.model.config)
    model.model(
        input_ids=ids,
        attention_mask=real.long(),
        position_ids=(real.cumsum(1) - 1).clamp(min=0),
        use_cache=True,
        **{model.cache_name: cache},
    )
    shared = SharedPromptCache(cache, real, PROMPT_OF)
    texts = [ids[i][real[i]].tolist() for i in PROMPT_OF]
    generator = torch.Generator().manual_seed(4)
    for step in range(STEPS):
        if step in (2, 5, 9, 18):
            alive = torch.ones(len(texts), dtype=torch.bool)
            alive[{2: [0], 5: [2, 8], 9: [1, 3, 4], 18: [0]}[step]] = False
            order = packed(alive)
            shared.keep(order)
            texts = [texts[i] for i in order]
        new = torch.randint(5, 80, (len(texts),), generator=generator)
        positions = torch.tensor([[len(text)] for text in texts])
        texts = [[*text, int(token)] for text, token in zip(texts, new, strict=True)]
        with shared_prompts(model):
            out = model.model(
                input_ids=new[:, None],
                position_ids=positions,
                use_cache=True,
                **{model.cache_name: shared},
            )
        shared.advance()
        expected = torch.stack(whole_logits(model, texts))
        torch.testing.assert_close(out.logits[:, -1], expected, atol=2e-4, rtol=1e-4)
    assert len(texts) == 3


def test_every_step_equals_the_whole_forward_pass(any_family: LoadedModel) -> None:
    check_steps(loaded(any_family.model))


def test_layers_with_a_sliding_window_see_no_more_than_it() -> None:
    model = loaded(
        build_model("qwen2", use_sliding_window=True, sliding_window=6, max_window_layers=1)
    )
    assert set(model.model.config.layer_types) == {"full_attention", "sliding_attention"}
    check_steps(model)


def test_the_last_rows_fill_the_holes() -> None:
    generator = torch.Generator().manual_seed(0)
    for _ in range(50):
        alive = torch.rand(12, generator=generator) < 0.6
        order = packed(alive)
        assert sorted(order.tolist()) == alive.nonzero().squeeze(1).tolist()
        stay = alive[: len(order)]
        assert torch.equal(order[stay], torch.arange(len(order))[stay])


def test_attention_is_as_before_after_the_block_and_after_an_error(
    tiny_model: LoadedModel,
) -> None:
    config: Any = tiny_model.model.config
    usual = config._attn_implementation
    with pytest.raises(ValueError, match="stop"), shared_prompts(tiny_model):
        assert config._attn_implementation != usual
        raise ValueError("stop")
    assert config._attn_implementation == usual


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_completions_begin_as_those_of_transformers(dtype: torch.dtype) -> None:
    hugging_face: Any = build_model("qwen2", seed=2)
    model = loaded(hugging_face.to(dtype=dtype))
    prompt = "Mia has 3 7 apples ."
    ids = model.tokenizer(prompt, return_tensors="pt").input_ids
    theirs = hugging_face.generate(ids, do_sample=False, max_new_tokens=3, pad_token_id=0)
    (ours,) = generate(model, [prompt], 2, SamplingConfig(max_new_tokens=3, temperature=0.0))
    assert [c.tokens for c in ours] == [tuple(theirs[0, ids.shape[1] :].tolist())] * 2
