"""Made once a session: a dictionary trained on planted rows, one of random weights, a recording."""

from pathlib import Path

import pytest
import torch
from jaxtyping import Float
from planted_rows import CONFIG, planted_rows
from torch import Tensor

from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.dictionaries.training import fit_sae
from latent_reasoning.models.pair import ModelPair


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


@pytest.fixture(scope="session")
def store(tiny_pair: ModelPair, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both layers of the tiny pair, recorded on random tokens; only read."""
    generator = torch.Generator().manual_seed(0)
    sequences = [
        TokenSequence(tuple(torch.randint(5, 20, (24,), generator=generator).tolist()), 1, f"{i}")
        for i in range(60)
    ]
    path = tmp_path_factory.mktemp("recorded") / "store"
    record_pair(
        tiny_pair, sequences, ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"], path
    )
    return path
