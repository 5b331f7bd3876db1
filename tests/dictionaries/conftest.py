"""A dictionary trained on planted rows once a session, and one of random weights."""

import pytest
import torch
from jaxtyping import Float
from planted_rows import CONFIG, planted_rows
from torch import Tensor

from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.dictionaries.training import fit_sae


@pytest.fixture(scope="session")
def rows() -> Float[Tensor, "token d_in"]:
    return planted_rows(10_000, seed=0)


@pytest.fixture(scope="session")
def fresh_rows() -> Float[Tensor, "token d_in"]:
    return planted_rows(10_000, seed=1)


@pytest.fixture(scope="session")
def trained(rows: Float[Tensor, "token d_in"]) -> SparseAutoencoder:
    return fit_sae(rows, CONFIG, hook_point="blocks.1.hook_resid_post", model="organism:latent")


@pytest.fixture
def untrained() -> SparseAutoencoder:
    generator = torch.Generator().manual_seed(3)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    return SparseAutoencoder(
        W_enc=draw(6, 10),
        W_dec=draw(10, 6),
        b_enc=draw(10),
        b_dec=draw(6),
        threshold=draw(10).abs(),
        hook_point="blocks.0.hook_resid_post",
        model="org/tiny",
        k=4,
    )
