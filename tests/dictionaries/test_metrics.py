"""Metrics against a direct computation, and their fixed points."""

from dataclasses import replace

import pytest
import torch

from latent_reasoning.dictionaries import metrics
from latent_reasoning.dictionaries.metrics import measure
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder


def test_metrics_equal_a_direct_computation_whatever_the_chunks(
    untrained: SparseAutoencoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "CHUNK_VALUES", 70)
    rows = torch.randn(100, 6) + 3
    found = measure(untrained, rows)
    acts = untrained.encode(rows)
    error = (rows - untrained.reconstruct(rows)).square().sum()
    assert found.l0 == pytest.approx(acts.count_nonzero().item() / 100)
    assert found.fvu == pytest.approx((error / (rows - rows.mean(0)).square().sum()).item())
    assert found.dead == pytest.approx((acts.sum(0) == 0).float().mean().item())
    assert found.n_rows == 100


def test_a_dictionary_that_only_knows_the_mean_has_fvu_1_and_is_dead(
    untrained: SparseAutoencoder,
) -> None:
    rows = torch.randn(50, 6)
    silent = replace(untrained, b_dec=rows.mean(0), threshold=torch.full((10,), torch.inf))
    found = measure(silent, rows)
    assert (found.l0, found.dead) == (0, 1)
    assert found.fvu == pytest.approx(1)


def test_a_perfect_dictionary_has_fvu_0() -> None:
    identity = torch.eye(4)
    both = torch.cat([identity, -identity])
    sae = SparseAutoencoder(
        both.T, both, torch.zeros(8), torch.zeros(4), torch.zeros(8), "h", "m", 4
    )
    found = measure(sae, torch.randn(30, 4))
    assert found.fvu == pytest.approx(0, abs=1e-12)
    assert found.l0 == 4


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (torch.zeros(3, 5), r"shape \(3, 5\); expected \[token, 6\]"),
        (torch.zeros(0, 6), r"shape \(0, 6\)"),
        (torch.ones(3, 6), "variance 0.0"),
        (torch.full((3, 6), torch.nan), "variance nan"),
    ],
)
def test_rows_that_cannot_be_measured_are_refused(
    untrained: SparseAutoencoder, rows: torch.Tensor, message: str
) -> None:
    with pytest.raises(DictionaryError, match=message):
        measure(untrained, rows)
