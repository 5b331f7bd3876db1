"""Tiny models, built once a session; property tests that are the same in every run.

The whole suite runs in two processes, file by file. Heavy imports are inside the fixtures, so that
tests without a model start at once.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from latent_reasoning.activations.store import ActivationStore
    from latent_reasoning.dictionaries.sae import SparseAutoencoder
    from latent_reasoning.models.loading import LoadedModel
    from latent_reasoning.models.pair import ModelPair


if "PYTEST_XDIST_WORKER" in os.environ:
    # Set before torch is there: two processes with threads for every core wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two processes for the whole suite, one for chosen files and for what is slow or needs a GPU.

    Single files are done before a second process is ready; slow tests bring processes of their own.
    """
    unchosen = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    whole = unchosen and "not slow" in config.option.markexpr
    return 2 if whole and (os.cpu_count() or 1) > 1 else 0


# The same examples in every run, and no clock: a busy machine must not fail a test.
settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def tiny_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Qwen2 model with 3 layers, d_model 32 and 80 tokens."""
    from builders import save_model

    return save_model(tmp_path_factory.mktemp("tiny") / "base")


@pytest.fixture(scope="session")
def tuned_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same architecture and tokenizer with other weights."""
    from builders import save_model

    return save_model(tmp_path_factory.mktemp("tiny") / "tuned", seed=1)


@pytest.fixture(scope="session")
def tiny_model(tiny_directory: Path) -> "LoadedModel":
    from latent_reasoning.models.loading import load_model

    return load_model(tiny_directory)


@pytest.fixture(scope="session")
def tiny_pair(tiny_directory: Path, tuned_directory: Path) -> "ModelPair":
    from latent_reasoning.models.pair import load_pair

    return load_pair(tiny_directory, tuned_directory)


@pytest.fixture(scope="session", params=["qwen2", "qwen3", "llama", "olmo2"])
def any_family(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> "LoadedModel":
    """One tiny model of each supported family in turn."""
    from builders import save_model

    from latent_reasoning.models.loading import load_model

    return load_model(save_model(tmp_path_factory.mktemp(request.param) / "model", request.param))


@pytest.fixture(scope="session")
def organism() -> "LoadedModel":
    from latent_reasoning.models.loading import load_model

    return load_model("organism:latent")


@pytest.fixture(scope="session")
def organism_sae() -> "SparseAutoencoder":
    from latent_reasoning.dictionaries.checkpoints import shipped_sae

    return shipped_sae("organism:latent@0", "blocks.1.hook_resid_post")


@pytest.fixture(scope="session")
def told_store(
    organism: "LoadedModel", tmp_path_factory: pytest.TempPathFactory
) -> "ActivationStore":
    """Texts of the grammar, recorded in an organism and in its tuned version."""
    from told import record_told

    return record_told(organism, tmp_path_factory.mktemp("told") / "store")
