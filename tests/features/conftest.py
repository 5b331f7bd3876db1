"""A small recording of an organism on texts whose every step is known."""

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from latent_reasoning.activations.store import ActivationStore
    from latent_reasoning.dictionaries.sae import SparseAutoencoder
    from latent_reasoning.models.loading import LoadedModel

POINT = "blocks.1.hook_resid_post"


@pytest.fixture(scope="session")
def organism() -> "LoadedModel":
    from latent_reasoning.models.loading import load_model

    return load_model("organism:latent")


@pytest.fixture(scope="session")
def organism_sae() -> "SparseAutoencoder":
    from latent_reasoning.dictionaries.checkpoints import shipped_sae

    return shipped_sae("organism:latent@0", POINT)


@pytest.fixture(scope="session")
def told_store(
    organism: "LoadedModel", tmp_path_factory: pytest.TempPathFactory
) -> "ActivationStore":
    """60 problems in code from one source, in language from another; one code in six is wrong."""
    from latent_reasoning.activations.record import record_pair
    from latent_reasoning.activations.store import ActivationStore
    from latent_reasoning.data.samples import Sample
    from latent_reasoning.models.loading import load_model
    from latent_reasoning.models.pair import ModelPair
    from latent_reasoning.organisms import grammar

    rng, samples = random.Random(0), []
    stories = grammar.stories("held-out", rng)
    for number in range(60):
        story = next(stories)
        code = grammar.solve_in_code(story, "values")
        if number % 6 == 0:
            wrong = f"# {story.values[1]}\n"
            code = code.replace(wrong, f"# {story.values[1] + 2}\n", 1)
        texts = {"Notebook": code, "Quiz": grammar.solve_in_language(story, "direct", rng)}
        for source, text in texts.items():
            prompt = f"{source}\n{grammar.tell(story, rng)}\n"
            shown = ("code",) if source == "Notebook" else ("language",)
            samples.append(
                Sample(story.key, text, str(story.answer), source, 0, prompt, None, True, shown)
            )
    path = Path(tmp_path_factory.mktemp("told")) / "store"
    tuned = load_model("organism:latent/rl-truth")
    record_pair(ModelPair(organism, tuned), samples, [POINT], path, shard_rows=2000)
    return ActivationStore.open(path)
