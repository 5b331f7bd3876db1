"""A dictionary of the differences finds what is new, and points where the crosscoder points."""

import pytest
import torch
from planted_pairs import CONFIG, SOURCES, Pair, directions
from torch.nn.functional import normalize

from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.dictionaries.crosscoders.crosscoder import Crosscoder
from latent_reasoning.dictionaries.crosscoders.difference import (
    difference_rows,
    fit_difference_sae,
    match_difference,
)
from latent_reasoning.dictionaries.crosscoders.features import kind_by_norm
from latent_reasoning.dictionaries.crosscoders.training import fit_rows
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder
from latent_reasoning.dictionaries.sae_config import SaeConfig
from latent_reasoning.dictionaries.training import fit_sae
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.pair import ModelPair

POINT = "blocks.1.hook_resid_post"
NEW = slice(20, 24)


@pytest.fixture(scope="module")
def both() -> tuple[Crosscoder, SparseAutoencoder]:
    ones = directions(24, 0)
    base = ones.clone()
    base[NEW] = 0
    rows = Pair(base, ones, 0.125).rows(8000, 0)
    config = SaeConfig(d_sae=8, k=1, steps=300, batch_size=256, learning_rate=5e-3, held_out=0.2)
    difference = fit_sae(rows.rows[1] - rows.rows[0], config, hook_point=POINT, model="b less a")
    return fit_rows(rows, CONFIG), difference


def test_both_find_what_is_new_and_agree_on_it(both: tuple[Crosscoder, SparseAutoencoder]) -> None:
    crosscoder, difference = both
    new = directions(24, 0)[NEW]
    assert (normalize(difference.W_dec, dim=1) @ new.T).max(dim=0).values.min() > 0.9
    found = match_difference(crosscoder, difference)
    kinds = [kind_by_norm(ratio) for ratio in crosscoder.norm_shares[:, 1].tolist()]
    exclusive = [i for i, kind in enumerate(kinds) if kind == "tuned-only"]
    assert len(exclusive) >= 4
    assert found.cosine[exclusive].min() > 0.9
    assert found.covered.topk(4).values.min() > 0.9
    assert found.chance < 0.5


def test_a_crosscoder_of_something_else_is_refused(
    both: tuple[Crosscoder, SparseAutoencoder],
) -> None:
    crosscoder, difference = both
    narrow = SparseAutoencoder(
        W_enc=torch.zeros(3, 2),
        W_dec=torch.zeros(2, 3),
        b_enc=torch.zeros(2),
        b_dec=torch.zeros(3),
        threshold=torch.zeros(2),
        hook_point=POINT,
        model="x",
        k=1,
    )
    with pytest.raises(DictionaryError, match="of width 3; expected 32"):
        match_difference(crosscoder, narrow)
    swapped = Crosscoder(**{**vars(crosscoder), "sources": SOURCES[::-1]})
    with pytest.raises(DictionaryError, match="other sources"):
        match_difference(swapped, difference)


def test_models_that_do_not_differ_have_no_dictionary(
    tiny_model: LoadedModel, tiny_pair: ModelPair, tmp_path_factory: pytest.TempPathFactory
) -> None:
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(5, 20, (40, 24), generator=generator).tolist()
    sequences = [TokenSequence(tuple(row), 1, f"{i}") for i, row in enumerate(ids)]
    folder = tmp_path_factory.mktemp("difference")
    config = SaeConfig(d_sae=32, k=2, steps=5, batch_size=64)
    same = record_pair(ModelPair(tiny_model, tiny_model), sequences, [POINT], folder / "same")
    with pytest.raises(ActivationError, match="are zero"):
        fit_difference_sae(same, POINT, config)
    store = record_pair(tiny_pair, sequences, [POINT], folder / "store")
    kept = ~store.rows.is_sink
    expected = store.activations(POINT, "tuned", kept) - store.activations(POINT, "base", kept)
    assert torch.equal(difference_rows(store, POINT), expected)
    assert " less " in fit_difference_sae(store, POINT, config).model
