"""Words that a tokenizer lacks, appended behind its vocabulary; nothing else changes.

Tokens keep their ids and texts their tokens. The rows of new words are shorter than others, so that
before any training the model gives them next to no probability, and not much shorter, so that they
are learnt soon.
"""

import re
from collections.abc import Iterable
from typing import Any

import torch

from latent_reasoning.models.loading import LoadedModel

PIECES = re.compile(r" ?[A-Za-z]+|\n| ?[^\sA-Za-z0-9]| ?[0-9]")
NEW_ROW = 0.5
"""Norm of a new row over the mean norm of the rows that were there."""


def missing_words(tokenizer: Any, texts: Iterable[str]) -> list[str]:
    """Pieces of texts (words and marks, with the space before them) that encoding would lose."""
    pieces = sorted({piece for text in texts for piece in PIECES.findall(text)})
    return [piece for piece in pieces if tokenizer.decode(tokenizer(piece).input_ids) != piece]


def extend_vocabulary(model: LoadedModel, words: Iterable[str], seed: int = 0) -> int:
    """Append words to the vocabulary of a model and its tokenizer, in place.

    Args:
        model: Changed in place: the tokenizer gets the words, the embedding rows for them, and the
            unembedding too where it is not the same matrix.
        words: Words that it lacks, as `missing_words` finds them.
        seed: Of the new rows.

    Returns:
        How many words were added.
    """
    from tokenizers import AddedToken

    tokenizer: Any = model.tokenizer
    old = len(tokenizer)
    added = tokenizer.add_tokens([AddedToken(word, normalized=False) for word in words])
    if not added:
        return 0
    if len(tokenizer) > model.d_vocab:
        # Quietly: new rows are set below, so that transformers need not say how it would.
        model.model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    inner: Any = model.model
    matrices = {id(m.weight): m.weight for m in (inner.get_input_embeddings(), inner.lm_head)}
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in matrices.values():
            rows = torch.randn(added, weight.shape[1], generator=generator)
            norm = NEW_ROW * weight[:old].norm(dim=1).mean()
            rows = rows / rows.norm(dim=1, keepdim=True)
            weight[old : old + added] = rows.to(weight) * norm
    return added
