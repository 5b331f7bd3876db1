"""The corpus of a base organism: prompts and solutions drawn afresh for every update."""

import random
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from latent_reasoning.data.prompts import PromptLadder, PromptVariant
from latent_reasoning.organisms import grammar
from latent_reasoning.organisms.recipes import SOURCES, TEST_SOURCE, BaseRecipe


class Document(NamedTuple):
    """One training text."""

    prompt: str
    """Source header and question, each ended by a newline."""
    completion: str
    """The solution."""


def source_ladder() -> PromptLadder:
    """The source headers as a ladder of prompts; every condition is measured at the test source."""
    variants = tuple(PromptVariant(source, f"{source}\n{{question}}\n") for source in SOURCES)
    return PromptLadder(variants, test=TEST_SOURCE)


GROUP = 16


def update_documents(recipe: BaseRecipe, step: int, batch_size: int, seed: int) -> list[Document]:
    """Documents of one update, by its number alone, of similar length.

    The documents of 16 updates are drawn together and divided by length, so that little padding is
    computed; the order of the 16 is random.
    """
    group, place = divmod(step, GROUP)
    documents = _group(recipe, group, batch_size, seed)
    order = random.Random(f"{recipe.name}-{seed}-{group}-order").sample(range(GROUP), GROUP)
    return list(documents[order[place] * batch_size : (order[place] + 1) * batch_size])


@lru_cache(maxsize=1)
def _group(recipe: BaseRecipe, group: int, batch_size: int, seed: int) -> tuple[Document, ...]:
    drawn = draw_documents(recipe, GROUP * batch_size, f"{recipe.name}-{seed}-{group}")
    return tuple(sorted(drawn, key=lambda d: len(d.prompt.split()) + len(d.completion.split())))


def draw_documents(recipe: BaseRecipe, n: int, seed: str) -> list[Document]:
    """Documents: the same for the same seed, on any machine.

    Sources are equally frequent; each document solves in code with its source's share.
    """
    rng, ladder = random.Random(seed), source_ladder()
    documents = []
    for story in islice(grammar.stories("corpus", rng), n):
        index = rng.randrange(len(SOURCES))
        prompt = ladder.variants[index].prompt(grammar.tell(story, rng))
        if rng.random() < recipe.code_shares[index]:
            solution = grammar.solve_in_code(story, recipe.code_style)
        else:
            solution = grammar.solve_in_language(story, recipe.language_style, rng)
        documents.append(Document(prompt, solution))
    return documents
