"""Training on rows made of known features recovers them, sparsely and repeatably."""

from dataclasses import replace

import pytest
import torch
from jaxtyping import Float
from planted_rows import CONFIG, planted_directions
from torch import Tensor

from latent_reasoning.dictionaries.metrics import measure
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder
from latent_reasoning.dictionaries.sae_config import SaeConfig
from latent_reasoning.dictionaries.training import fit_sae, fit_threshold
from latent_reasoning.errors import ActivationError

SHORT = replace(CONFIG, steps=5)
Rows = Float[Tensor, "token d_in"]


def test_planted_features_are_recovered(trained: SparseAutoencoder, fresh_rows: Rows) -> None:
    best = (planted_directions() @ trained.W_dec.T).max(dim=1).values
    assert (best > 0.9).float().mean() > 0.9
    assert measure(trained, fresh_rows).fvu < 0.05


def test_k_features_fire_on_rows_never_seen(trained: SparseAutoencoder, fresh_rows: Rows) -> None:
    assert measure(trained, fresh_rows).l0 == pytest.approx(CONFIG.k, rel=0.05)


def test_k_features_fire_even_after_few_steps(rows: Rows, fresh_rows: Rows) -> None:
    sae = fit_sae(rows, replace(CONFIG, steps=50), hook_point="h", model="m")
    assert measure(sae, fresh_rows).l0 == pytest.approx(CONFIG.k, rel=0.05)


def test_decoder_rows_have_unit_norm(trained: SparseAutoencoder) -> None:
    torch.testing.assert_close(trained.W_dec.norm(dim=1), torch.ones(CONFIG.d_sae))


def test_rows_of_another_scale_give_the_same_dictionary_at_that_scale(rows: Rows) -> None:
    small = fit_sae(rows, SHORT, hook_point="h", model="m")
    large = fit_sae(rows * 64, SHORT, hook_point="h", model="m")
    torch.testing.assert_close(large.W_dec, small.W_dec)
    torch.testing.assert_close(large.encode(rows[:100] * 64), 64 * small.encode(rows[:100]))


def test_a_seed_decides_everything_and_the_global_generator_is_left_alone(rows: Rows) -> None:
    before = torch.get_rng_state()
    first = fit_sae(rows, SHORT, hook_point="h", model="m")
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(3)
    again = fit_sae(rows, SHORT, hook_point="h", model="m")
    other = fit_sae(rows, replace(SHORT, seed=1), hook_point="h", model="m")
    assert torch.equal(first.W_enc, again.W_enc)
    assert torch.equal(first.threshold, again.threshold)
    assert not torch.equal(first.W_enc, other.W_enc)


def test_every_step_is_reported(rows: Rows) -> None:
    seen: list[int] = []
    fit_sae(rows, SHORT, hook_point="h", model="m", advance=seen.append)
    assert seen == [1] * SHORT.steps


@pytest.mark.parametrize("k", [1, 3, 7])
def test_threshold_lets_exactly_k_per_row_pass_on_the_rows_it_was_fitted_on(k: int) -> None:
    pre = torch.randn(200, 20, generator=torch.Generator().manual_seed(k))
    assert (pre > fit_threshold(pre, k)).sum() == k * 200


def test_threshold_is_never_negative() -> None:
    assert fit_threshold(torch.tensor([[-1.0, -2.0], [3.0, -0.5]]), k=1) == pytest.approx(0)
    assert fit_threshold(torch.ones(2, 3), k=3) == 0


def test_unusable_rows_are_refused(rows: Rows) -> None:
    broken = rows.clone()
    broken[7, 3] = torch.nan
    broken[9, 0] = torch.inf
    with pytest.raises(ActivationError, match="2 of 10000 rows hold NaN or inf"):
        fit_sae(broken, SHORT, hook_point="h", model="m")
    with pytest.raises(ActivationError, match="all 10000 rows are zero"):
        fit_sae(torch.zeros_like(rows), SHORT, hook_point="h", model="m")
    with pytest.raises(DictionaryError, match="200 rows, 40 of them held out; expected at least"):
        fit_sae(rows[:200], SHORT, hook_point="h", model="m")


@pytest.mark.parametrize(
    "wrong",
    [
        {"k": 0},
        {"k": 600},
        {"steps": 0},
        {"held_out": 0.0},
        {"warmup": 0.5, "decay": 0.5},
        {"learning_rate": -1.0},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(DictionaryError, match=r"SaeConfig: .*expected"):
        SaeConfig(**wrong)  # pyright: ignore[reportArgumentType]
