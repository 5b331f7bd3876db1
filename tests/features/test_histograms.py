"""Areas and bits from counts agree with those from the numbers themselves."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_reasoning.features.auroc import auroc_per_feature
from latent_reasoning.features.histograms import N_BINS, areas, bins_of, mutual_information


@given(st.lists(st.floats(2**-15, 2**11, width=32), min_size=2, max_size=50))
def test_bins_keep_the_order(values: list[float]) -> None:
    ordered = torch.tensor(sorted(values))
    bins = bins_of(ordered)
    assert (bins.diff() >= 0).all()
    assert 1 <= int(bins.min()) <= int(bins.max()) < N_BINS
    same = ordered[1:][bins.diff() == 0] / ordered[:-1][bins.diff() == 0]
    assert (same <= 1 + 2**-5 + 1e-6).all()


def test_what_lies_outside_is_counted_at_the_ends() -> None:
    assert bins_of(torch.tensor([1e-30, 1e30])).tolist() == [1, N_BINS - 1]


def test_areas_are_exact_up_to_the_resolution() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = torch.rand(400, generator=generator) < 0.4
    acts = torch.relu(torch.randn(400, 6, generator=generator) + 0.5 * labels[:, None])
    counts = np.zeros((2, 6, N_BINS), dtype=np.int64)
    for label in (0, 1):
        for column in range(6):
            values = acts[labels == bool(label), column]
            bins = torch.where(values > 0, bins_of(values.clamp(min=1e-30)), 0)
            counts[label, column] = np.bincount(bins.numpy(), minlength=N_BINS)
    found, resolution = areas(counts[1], counts[0], exact=1)
    exact = auroc_per_feature(acts, labels).numpy()
    assert (np.abs(found - exact) <= resolution + 1e-12).all()
    assert (resolution < 0.01).all()
    assert (resolution > 0).all()


def test_a_label_that_is_the_bin_has_all_its_bits() -> None:
    label_is_bin = np.array([[0, 500]]), np.array([[500, 0]])
    independent = np.array([[250, 250]]), np.array([[250, 250]])
    assert abs(mutual_information(*label_is_bin)[0] - 1) < 0.002
    assert mutual_information(*independent)[0] == 0
