"""A feature's own tokens put into texts where it should be silent.

If the feature fires there as it does in its own texts, it fires on the tokens, whatever they are
about. The size of the rise is Cohen's d of the peak activation with and without them; the cut-offs
are those of "Falsifying Sparse Autoencoder Reasoning Features" (2601.05679): from 0.8 on, with
p < 0.01, a feature is token-driven, below 0.2 it depends on context.
"""

import math
import random
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from latent_reasoning.features.readings import FeatureReader

LARGE, SMALL, SIGNIFICANT = 0.8, 0.2, 0.01
MOST_D = 100.0
"""Where neither side varies, d has no bound; it is cut here."""
Ngram = tuple[int, ...]


class PlainText(NamedTuple):
    """A text that tokens are put into."""

    tokens: tuple[int, ...]
    """Its tokens."""
    start: int
    """First position where they may stand; peaks are taken from here on."""


class Injection(NamedTuple):
    """What happened when one feature's tokens were put into texts."""

    way: str
    """tokens, bigrams or trigram."""
    ngrams: tuple[Ngram, ...]
    """What was put in."""
    cohens_d: float
    """Rise of the peak in pooled standard deviations."""
    p_value: float
    """One-sided, of Welch's statistic under a normal distribution."""


def inject(
    reader: FeatureReader,
    column: int,
    texts: Sequence[PlainText],
    silent: Float[np.ndarray, " text"],
    ways: dict[str, tuple[Ngram, ...]],
    seed: int,
) -> Injection | None:
    """The way of injecting that raises a feature most; None where there is nothing to inject.

    Args:
        reader: Of the features that are tried.
        column: Which of them.
        texts: Texts without what the feature should stand for.
        silent: Peak of the feature in every text as it is.
        ways: What to put in, by name of the way: each piece once a text, at a random place.
        seed: Of the places.
    """
    tried = []
    for way, ngrams in ways.items():
        if not ngrams:
            continue
        rng = random.Random(f"{seed} {way} {column}")
        changed = [_with(text, ngrams, rng) for text in texts]
        peak = peaks(reader, [PlainText(c, t.start) for c, t in zip(changed, texts, strict=True)])
        d, p_value = rise(peak[:, column], silent)
        tried.append(Injection(way, ngrams, d, p_value))
    return max(tried, key=lambda injection: injection.cohens_d, default=None)


def peaks(reader: FeatureReader, texts: Sequence[PlainText]) -> Float[np.ndarray, "text d_sae"]:
    """Largest activation of every feature in the open part of every text."""
    read = reader.read([text.tokens for text in texts])
    found = [acts[text.start :].amax(dim=0) for acts, text in zip(read, texts, strict=True)]
    return np.stack([row.double().numpy() for row in found])


def rise(
    changed: Float[np.ndarray, " text"], silent: Float[np.ndarray, " text"]
) -> tuple[float, float]:
    """Cohen's d with pooled deviation, and the one-sided p-value of Welch's statistic.

    >>> rise(np.array([3.0, 5.0]), np.array([2.0, 4.0]))[0].__round__(3)
    0.707
    """
    difference = changed.mean() - silent.mean()
    variances = changed.var(ddof=1), silent.var(ddof=1)
    pooled = math.sqrt((variances[0] + variances[1]) / 2)
    error = math.sqrt(variances[0] / len(changed) + variances[1] / len(silent))
    if pooled == 0:
        d = 0.0 if difference == 0 else math.copysign(MOST_D, difference)
        return d, 1.0 if difference <= 0 else 0.0
    d = max(-MOST_D, min(MOST_D, difference / pooled))
    return float(d), 0.5 * math.erfc(difference / error / math.sqrt(2))


def _with(text: PlainText, ngrams: Sequence[Ngram], rng: random.Random) -> tuple[int, ...]:
    tokens = list(text.tokens)
    # From the back, so that no piece is put into another.
    places = sorted((rng.randint(text.start, len(tokens)) for _ in ngrams), reverse=True)
    for place, ngram in zip(places, ngrams, strict=True):
        tokens[place:place] = ngram
    return tuple(tokens)
