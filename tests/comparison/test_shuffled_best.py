"""The null of the best feature: labels shuffled, on the rows that are scored."""

import torch

from latent_reasoning.comparison.representation import Contrast, shuffled_best
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.auroc import auroc_per_feature
from latent_reasoning.features.ranking import split_groups

N_PROBLEMS, WIDTH, D_SAE = 60, 8, 24


def _sae(generator: torch.Generator) -> SparseAutoencoder:
    encoder = torch.randn(WIDTH, D_SAE, generator=generator)
    return SparseAutoencoder(
        W_enc=encoder,
        W_dec=encoder.T.contiguous(),
        b_enc=torch.zeros(D_SAE),
        b_dec=torch.zeros(WIDTH),
        threshold=torch.zeros(D_SAE),
        hook_point="blocks.0.hook_resid_post",
        model="none",
        k=4,
    )


def _unrelated(seed: int) -> Contrast:
    """A row of every problem, with a label that nothing tells."""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randn(N_PROBLEMS, WIDTH, generator=generator)
    labels = torch.rand(N_PROBLEMS, generator=generator) < 0.5
    groups = torch.arange(N_PROBLEMS)
    return Contrast("last prompt token", True, rows, rows, labels, groups)


def test_the_best_feature_of_unrelated_labels_is_one_of_the_null() -> None:
    above, trials = 0, 60
    for seed in range(trials):
        contrast, sae = _unrelated(seed), _sae(torch.Generator().manual_seed(1000 + seed))
        null = torch.tensor(shuffled_best(contrast, sae, seed))
        scored = ~split_groups(contrast.labels, contrast.groups, seed)
        acts = sae.encode(contrast.base[scored])
        acts = acts[:, (acts > 0).any(dim=0)]
        found = (auroc_per_feature(acts, contrast.labels[scored]) - 0.5).abs().max() + 0.5
        above += float(found) > float(null.quantile(0.95))
    # 0.05 are expected; a null of all rows, twice as many as are scored, gives far more.
    assert above / trials < 0.05 + 3 * (0.05 * 0.95 / trials) ** 0.5
