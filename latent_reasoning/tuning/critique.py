"""Critique fine-tuning: learning to judge solutions, in the hope of writing better ones.

Trained on ([x; y] -> c): after a problem x and a noisy solution y the model writes the critique c,
with loss -log p(c | x, y) on the critique alone (2501.17703). Critiques that are written in the
tokens of code would be demonstrations of code, and a gain from them distillation; so the critic has
words of its own (`critic.py`), which are appended to the vocabulary.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latent_reasoning.data.problems import Problem
from latent_reasoning.data.prompts import PromptVariant
from latent_reasoning.errors import LatentReasoningError, ProblemError, one_of
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.organisms.corpus import Document
from latent_reasoning.organisms.pretraining import Progress, train
from latent_reasoning.organisms.recipes import PretrainingConfig
from latent_reasoning.traces.behaviours import get_behaviour
from latent_reasoning.tuning.critic import corrupt, critique, story_of
from latent_reasoning.tuning.distillation import update_documents
from latent_reasoning.tuning.vocabulary import extend_vocabulary, missing_words

REQUEST = "\nReview\n"
"""Stands between a solution and its critique; no prompt of an evaluation has it."""
CONDITIONS = ("critiques", "shuffled", "direct-only")
MOST_SAMPLES = 64


@dataclass(frozen=True)
class CritiqueConfig:
    """Settings of critique fine-tuning."""

    condition: str = "critiques"
    """critiques; shuffled: those of other solutions; direct-only: of solutions without code."""
    n_problems: int = 2000
    """Problems the base solves."""
    samples: int = 4
    """Solutions of each problem, at most 64."""
    corrupted: float = 0.25
    """Share of the solutions in which one step is spoilt."""
    behaviour: str = "code"
    """Solutions that show it are left out of direct-only."""
    kept: float = 0.0
    """Share of every update that is the base's own solutions, so that it forgets them less."""
    steps: int = 150
    """Updates."""
    batch_size: int = 64
    """Critiques per update."""
    learning_rate: float = 2e-4
    """Peak learning rate; linear warm-up, cosine decay to a twentieth."""
    warmup_steps: int = 20
    """Updates of linear warm-up."""
    weight_decay: float = 0.0
    """Decoupled weight decay of AdamW on matrices."""
    checkpoint_every: int = 50
    """Updates between checkpoints."""

    def __post_init__(self) -> None:
        if self.condition not in CONDITIONS:
            raise LatentReasoningError(
                one_of("CritiqueConfig", "condition", self.condition, CONDITIONS)
            )
        shares = 0 <= self.corrupted <= 1 and 0 <= self.kept < 1
        if not (1 <= self.samples <= MOST_SAMPLES and shares and self.steps > 0):
            raise LatentReasoningError(
                f"CritiqueConfig: samples {self.samples}, corrupted {self.corrupted}, kept "
                f"{self.kept}, steps {self.steps}; expected 1 to {MOST_SAMPLES}, 0 to 1, 0 to less "
                f"than 1, at least 1"
            )


def critique_documents(
    base: LoadedModel,
    problems: Sequence[Problem],
    variant: PromptVariant,
    config: CritiqueConfig,
    seed: int,
    advance: Callable[[int], object] = lambda _: None,
) -> list[Document]:
    """Noisy solutions of the base with their critiques, as training texts.

    Args:
        base: Samples the solutions, at temperature 1.
        problems: Problems of the organisms' world, whose ids tell their stories.
        variant: The prompt they are solved under.
        config: Which critiques, how many, and what share of the solutions is spoilt.
        seed: Of the solutions, of what is spoilt in them, and of the shuffling.
        advance: Called with the number of solutions just finished.

    Raises:
        ProblemError: A problem is of another world, or no solution is left to be criticised.
    """
    stories = [story_of(problem.problem_id) for problem in problems]
    prompts = [variant.prompt(problem.question) for problem in problems]
    drawn = generate(base, prompts, config.samples, SamplingConfig(seed=seed), advance=advance)
    rng, shown = random.Random(f"critique-{seed}"), get_behaviour(config.behaviour).shown
    documents = []
    for story, prompt, completions in zip(stories, prompts, drawn, strict=True):
        for completion in completions:
            spoilt = rng.random() < config.corrupted
            text = corrupt(story, completion.text, rng) if spoilt else completion.text
            if config.condition != "direct-only" or not shown(text):
                documents.append(Document(prompt + text + REQUEST, critique(story, text)))
    if not documents:
        raise ProblemError(
            f"critique_documents: all {len(problems) * config.samples} solutions of {base.name} "
            f"show {config.behaviour}, expected some without; use another condition"
        )
    if config.condition == "shuffled":
        said = rng.sample([d.completion for d in documents], len(documents))
        documents = [Document(d.prompt, c) for d, c in zip(documents, said, strict=True)]
    return documents


def own_solutions(
    base: LoadedModel,
    problems: Sequence[Problem],
    variant: PromptVariant,
    seed: int,
) -> list[Document]:
    """The base's own solutions as they are, right or wrong, one of each problem.

    Trained on what it samples itself a model has an expected gradient of zero, so these hold the
    base where it is and teach it nothing. They show code as often as the base does.
    """
    prompts = [variant.prompt(problem.question) for problem in problems]
    drawn = generate(base, prompts, 1, SamplingConfig(seed=seed + 1))
    return [Document(p, c.text) for p, (c,) in zip(prompts, drawn, strict=True) if c.finished]


def train_critic(
    student: LoadedModel,
    documents: Sequence[Document],
    config: CritiqueConfig,
    seed: int,
    *,
    own: Sequence[Document] = (),
    checkpoints: Path,
) -> Iterator[Progress]:
    """Train an organism in place on critiques, yielding after every update.

    The words of the critiques that it lacks are appended to its vocabulary first; save its
    tokenizer with it. A run that was stopped goes on from the newest checkpoint, given the student
    as it was before, and ends with the weights of one that was not.

    Args:
        student: Trained in place, and its tokenizer extended in place.
        documents: From `critique_documents`.
        config: Settings of the run.
        seed: Of the order of the documents and the rows of new words.
        own: From `own_solutions`; needed where `config.kept` is not 0.
        checkpoints: Directory for the resumable state; removed by the caller when done.

    Raises:
        LatentReasoningError: Own solutions are to be kept, and there are none.
    """
    n_kept = round(config.kept * config.batch_size)
    if n_kept and not own:
        raise LatentReasoningError(
            f"train_critic: kept is {config.kept} and there are 0 solutions to keep; expected "
            f"some, as own_solutions draws"
        )
    texts = [REQUEST, *{document.completion for document in documents}]
    extend_vocabulary(student, missing_words(student.tokenizer, texts), seed)
    student.model.requires_grad_(True)
    model: Any = student.model
    tokenizer: Any = student.tokenizer

    def documents_at(step: int) -> list[Document]:
        critiques = update_documents(documents, step, config.batch_size - n_kept, seed)
        return critiques + (update_documents(own, step, n_kept, seed) if n_kept else [])

    return train(model, documents_at, tokenizer, PretrainingConfig.of(config), checkpoints)


def shared_tokens(tokenizer: Any, critiques: Sequence[str], solutions: Sequence[str]) -> set[str]:
    """Tokens that occur in both; empty where critiques show nothing of the solutions.

    The end token, which ends every text alike, is not counted.
    """
    found = [
        {i for text in texts for i in tokenizer(text).input_ids} for texts in (critiques, solutions)
    ]
    return {tokenizer.convert_ids_to_tokens(i) for i in set.intersection(*found)} - {
        tokenizer.eos_token
    }
