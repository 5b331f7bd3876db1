"""A small recording of an organism on texts whose every step is known."""

import random
from pathlib import Path

from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.data.samples import Sample
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.models.pair import ModelPair
from latent_reasoning.organisms import grammar

POINT, EMBEDDING = "blocks.1.hook_resid_post", "blocks.0.hook_resid_pre"


def record_told(organism: LoadedModel, path: Path) -> ActivationStore:
    """60 problems in code from one source, in language from another; one code in six is wrong."""
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
    tuned = load_model("organism:latent/rl-truth")
    record_pair(ModelPair(organism, tuned), samples, [POINT, EMBEDDING], path, shard_rows=2000)
    return ActivationStore.open(path)
