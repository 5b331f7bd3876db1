"""The inference object against its formula, term by term."""

import subprocess
import sys
from dataclasses import replace

import torch

from latent_reasoning.dictionaries.sae import SparseAutoencoder


def test_encode_equals_the_formula_one_feature_at_a_time(untrained: SparseAutoencoder) -> None:
    x = torch.randn(5, 6, generator=torch.Generator().manual_seed(0))
    acts = untrained.encode(x)
    for row in range(5):
        for feature in range(10):
            pre = sum(
                float((x[row, i] - untrained.b_dec[i]) * untrained.W_enc[i, feature])
                for i in range(6)
            ) + float(untrained.b_enc[feature])
            fires = pre > 0 and pre > float(untrained.threshold[feature])
            torch.testing.assert_close(float(acts[row, feature]), pre if fires else 0.0)


def test_no_feature_fires_below_a_negative_threshold(untrained: SparseAutoencoder) -> None:
    low = replace(untrained, threshold=torch.full((10,), -100.0))
    assert (low.encode(torch.randn(50, 6)) >= 0).all()


def test_decode_is_affine_in_the_decoder_rows(untrained: SparseAutoencoder) -> None:
    one_hot = 2.5 * torch.eye(10)
    expected = 2.5 * untrained.W_dec + untrained.b_dec
    torch.testing.assert_close(untrained.decode(one_hot), expected)


def test_reconstruct_keeps_leading_axes(untrained: SparseAutoencoder) -> None:
    x = torch.randn(2, 3, 6)
    together = untrained.reconstruct(x)
    apart = torch.stack([untrained.decode(untrained.encode(row)) for row in x.flatten(0, 1)])
    torch.testing.assert_close(together, apart.reshape(2, 3, 6))


def test_reading_a_dictionary_does_not_import_sae_lens() -> None:
    code = (
        "import sys, latent_reasoning.dictionaries.checkpoints, "
        "latent_reasoning.dictionaries.training; sys.exit('sae_lens' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
