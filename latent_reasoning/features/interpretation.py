"""Explanations of features by any model that answers text with text, and how good they are.

The model is a function you give: a local model, a call to a server, a person. An explanation is
scored by detection (Paulo et al., 2410.13928): shown texts one by one, does a reader who knows only
the explanation tell those on which the feature fires from those on which it does not? The score is
the mean of the two shares it gets right, 0.5 for guessing. Nothing here is called unless you do.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.contexts import Context

Ask = Callable[[str], str]
"""From a prompt to an answer."""
EXPLAIN = (
    "Below are excerpts of texts. A feature of a language model fires on the parts between << and "
    ">>. Say in one sentence what it stands for: what the parts have in common, in their context.\n"
)
JUDGE = (
    "A feature of a language model is described as: {explanation}\n"
    "Does the text between the lines contain what it stands for? Answer yes or no.\n---\n{text}\n"
    "---\n"
)
MARKED = 0.5
"""Share of a context's largest activation from which on a token is marked."""


@dataclass(frozen=True)
class Interpretation:
    """An explanation and how well it predicts the feature."""

    feature_id: int
    """The feature."""
    explanation: str
    """What the model said, one line; text of a model."""
    detection: float
    """Mean of the shares of firing and of silent texts that were told right."""
    found: float
    """Share of firing texts that were called so."""
    passed: float
    """Share of silent texts that were called silent."""
    n: int
    """Texts that were judged."""
    unclear: int
    """Answers that were neither yes nor no, counted as wrong."""


def interpret(
    feature_id: int,
    firing: Sequence[Context],
    silent: Sequence[Context],
    ask: Ask,
    *,
    judge: Ask | None = None,
    seed: int = 0,
) -> Interpretation:
    """Explain a feature from half of its contexts, and score the explanation on the other half.

    Args:
        feature_id: The feature.
        firing: Contexts on which it fires; every second one is explained from.
        silent: Contexts on which it does not.
        ask: Explains.
        judge: Judges; the same function if not given.
        seed: Of the order in which texts are judged.

    Raises:
        FeatureError: There are fewer than 2 firing contexts or no silent one.
    """
    if len(firing) < 2 or not silent:
        raise FeatureError(
            f"interpret: {len(firing)} firing and {len(silent)} silent contexts of feature "
            f"{feature_id}; expected at least 2 and 1"
        )
    shown, held = firing[::2], firing[1::2]
    answer = ask(EXPLAIN + "\n".join(f"- {marked(context)}" for context in shown))
    explanation = " ".join(answer.split())
    texts = [(context, True) for context in held] + [(context, False) for context in silent]
    random.Random(seed).shuffle(texts)
    right: dict[bool, list[bool]] = {True: [], False: []}
    unclear = 0
    for context, fires in texts:
        said = (judge or ask)(JUDGE.format(explanation=explanation, text="".join(context.tokens)))
        called = _yes_or_no(said)
        unclear += called is None
        right[fires].append(called is fires)
    found, passed = (sum(right[kind]) / len(right[kind]) for kind in (True, False))
    return Interpretation(
        feature_id, explanation, (found + passed) / 2, found, passed, len(texts), unclear
    )


def marked(context: Context) -> str:
    """A context on one line with the tokens that fire between << and >>.

    >>> marked(Context((" one", " two", " three"), (0.0, 2.0, 0.5), 1, 0))
    ' one<< two>> three'
    """
    values = [value or 0.0 for value in context.activations]
    least = MARKED * max(values)
    pieces = [
        f"<<{token}>>" if value >= least and value > 0 else token
        for token, value in zip(context.tokens, values, strict=True)
    ]
    return "".join(pieces).replace("\n", "\\n")


def _yes_or_no(answer: str) -> bool | None:
    word = answer.strip().lower().lstrip("*\"'").split(maxsplit=1)[:1]
    said = word[0].rstrip(".,!*\"'") if word else ""
    return {"yes": True, "no": False}.get(said)
