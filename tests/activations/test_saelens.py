from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Array2D, Dataset, Features, load_from_disk

from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.saelens import export_saelens, import_saelens
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.pair import ModelPair

POST = "blocks.1.hook_resid_post"


@pytest.fixture(scope="module", params=["float32", "bfloat16", "float16"])
def store(
    request: pytest.FixtureRequest, tiny_pair: ModelPair, tmp_path_factory: pytest.TempPathFactory
) -> ActivationStore:
    sequences = [TokenSequence(tuple(range(5, 12 + i)), 3, f"p{i}") for i in range(9)]
    path = tmp_path_factory.mktemp("saelens") / "store"
    return record_pair(tiny_pair, sequences, [POST], path, dtype=request.param, shard_rows=30)


def test_what_is_exported_comes_back_with_its_tokens(
    store: ActivationStore, tmp_path: Path
) -> None:
    n = export_saelens(store, POST, tmp_path / "out", model="tuned", context_size=8)
    assert n == len(store) // 8 * 8
    back = import_saelens(tmp_path / "out", tmp_path / "back", model="somewhere")
    x = store.activations(POST, "tuned")[:n]
    assert torch.equal(back.activations(POST).float(), x.float())
    assert torch.equal(back.rows.token_id, store.rows.token_id[:n])
    assert back.manifest.models == {"base": "somewhere"}
    ActivationStore.open(tmp_path / "back", verify=True)
    assert not list(tmp_path.rglob("lock"))


def test_saelens_reads_what_is_exported(store: ActivationStore, tmp_path: Path) -> None:
    from sae_lens.config import CacheActivationsRunnerConfig
    from sae_lens.training.activations_store import ActivationsStore

    n = export_saelens(store, POST, tmp_path / "out", context_size=8)
    config = CacheActivationsRunnerConfig(
        dataset_path="",
        model_name="",
        model_batch_size=1,
        hook_name=POST,
        d_in=store.manifest.d_model,
        training_tokens=n,
        context_size=8,
        new_cached_activations_path=str(tmp_path / "out"),
        device="cpu",
    )
    read = ActivationsStore.from_cache_activations(torch.nn.Identity(), config)
    x, ids = read.get_raw_llm_batch()
    assert torch.equal(x, store.activations(POST)[:8].float())
    assert ids is not None
    assert torch.equal(ids.long(), store.rows.token_id[:8])


def test_bad_folders_are_refused(store: ActivationStore, tmp_path: Path) -> None:
    with pytest.raises(ActivationError, match="in contexts of 1000; expected at least one"):
        export_saelens(store, POST, tmp_path / "a", context_size=1000)
    with pytest.raises(ActivationError, match="is no saved dataset"):
        import_saelens(tmp_path, tmp_path / "a", model="x")
    x = np.zeros((3, 4, 5), np.float32)
    x[2, 1, 0] = np.nan
    features = Features({POST: Array2D((4, 5), "float32")})
    Dataset.from_dict({POST: list(x)}, features=features).save_to_disk(str(tmp_path / "nan"))
    assert len(load_from_disk(str(tmp_path / "nan"))) == 3
    with pytest.raises(ActivationError, match="NaN or inf in context 2"):
        import_saelens(tmp_path / "nan", tmp_path / "a", model="x")
    assert not (tmp_path / "a").exists()
