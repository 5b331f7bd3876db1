"""A perfect dictionary loses nothing when spliced in, an empty one much; the error mends it."""

from dataclasses import replace

import pytest
import torch

from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.splicing import spliced_loss
from latent_reasoning.models.hooks import edit
from latent_reasoning.models.pair import ModelPair

POINT = "blocks.0.hook_resid_post"


def sequences() -> list[TokenSequence]:
    generator = torch.Generator().manual_seed(0)
    lengths = torch.randint(5, 15, (40,), generator=generator).tolist()
    return [
        TokenSequence(tuple(torch.randint(5, 20, (n,), generator=generator).tolist()), 3, "p")
        for n in lengths
    ]


def identity(d_model: int) -> SparseAutoencoder:
    both = torch.cat([torch.eye(d_model), -torch.eye(d_model)])
    zeros = torch.zeros(2 * d_model)
    return SparseAutoencoder(both.T, both, zeros, torch.zeros(d_model), zeros, POINT, "m", None)


def test_a_perfect_dictionary_loses_nothing(tiny_pair: ModelPair) -> None:
    found = spliced_loss(tiny_pair.base, identity(tiny_pair.base.d_model), sequences())
    assert found.spliced == pytest.approx(found.clean, rel=1e-5)
    assert found.recovered == pytest.approx(1, abs=1e-3)
    assert found.ablated != pytest.approx(found.clean, rel=1e-3)


def test_an_empty_dictionary_is_the_ablation_and_the_error_term_mends_it(
    tiny_pair: ModelPair,
) -> None:
    perfect = identity(tiny_pair.base.d_model)
    silent = replace(perfect, threshold=torch.full_like(perfect.threshold, torch.inf))
    found = spliced_loss(tiny_pair.base, silent, sequences())
    assert found.spliced == pytest.approx(found.ablated, rel=1e-6)
    assert found.with_error == pytest.approx(found.clean, rel=1e-5)
    kept = spliced_loss(tiny_pair.base, silent, sequences(), sink_norm=0.0)
    assert kept.spliced == pytest.approx(found.clean, rel=1e-5)


def test_the_loss_is_that_of_the_completions_one_text_at_a_time(tiny_pair: ModelPair) -> None:
    model, half = tiny_pair.base, identity(tiny_pair.base.d_model)
    half = replace(half, W_dec=half.W_dec / 2)
    total = n = 0
    for one in sequences():
        tokens = torch.tensor([one.tokens])
        with edit(model, {POINT: lambda x: x / 2}), torch.no_grad():
            scores = model.model(input_ids=tokens, use_cache=False).logits[0].log_softmax(1)
        for position in range(one.n_prompt, len(one.tokens)):
            total -= scores[position - 1, one.tokens[position]].item()
            n += 1
    found = spliced_loss(model, half, sequences())
    assert found.spliced == pytest.approx(total / n, rel=1e-5)
