"""Rewards as callables that TRL's GRPOTrainer accepts, usable in anyone's own run.

Each takes the completions and the dataset's columns by name and returns one number a completion.
The definitions are those of Spurious Rewards (2506.10947). A completion is a text or, for chat
models, a list of messages whose contents are joined.
"""

import os
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.traces.answers import extract_answer, same_answer
from latent_reasoning.traces.answers_written import find_boxed

Reward = Callable[..., list[float]]
SHORTEST_REPEAT, LONGEST_REPEAT, REPEATS = 10, 256, 10


def truth_reward(completions: Sequence[Any], gold: Sequence[str], **_: Any) -> list[float]:
    r"""1 where the answer of a completion equals the gold answer, else 0.

    Args:
        completions: Written by the policy.
        gold: The dataset's column of gold answers, one a completion.

    >>> truth_reward(["so \\boxed{4}", "so \\boxed{5}", "so"], gold=["4", "4", "4"])
    [1.0, 0.0, 0.0]
    """
    return [
        float(same_answer(extract_answer(_text(completion)), answer))
        for completion, answer in zip(completions, gold, strict=True)
    ]


def label_reward(completions: Sequence[Any], label: Sequence[str], **_: Any) -> list[float]:
    r"""1 where the answer of a completion equals a label that need not be true.

    With the majority answer of the base as label this is majority vote; with that label on problems
    where it is wrong, it is the incorrect reward. `labels.py` makes both.

    Args:
        completions: Written by the policy.
        label: The dataset's column of labels, one a completion.

    >>> label_reward(["so \\boxed{1/2}", "so \\boxed{5}"], label=["0.5", "4"])
    [1.0, 0.0]
    """
    return truth_reward(completions, gold=label)


def format_reward(completions: Sequence[Any], **_: Any) -> list[float]:
    r"""1 where a completion has at least one box with something in it, right or wrong.

    >>> format_reward(["so \\boxed{wrong}", "so \\boxed{ }", "4", ""])
    [1.0, 0.0, 0.0, 0.0]
    """
    return [float(find_boxed(_text(completion)) is not None) for completion in completions]


def python_reward(completions: Sequence[Any], **_: Any) -> list[float]:
    """1 where a completion contains the string python, in capitals or not.

    >>> python_reward(["Let us use Python.", "Let us not."])
    [1.0, 0.0]
    """
    return [float("python" in _text(completion).lower()) for completion in completions]


def no_python_reward(completions: Sequence[Any], **_: Any) -> list[float]:
    """1 where a completion does not contain the string python.

    >>> no_python_reward(["Let us use Python.", ""])
    [0.0, 1.0]
    """
    return [1.0 - earned for earned in python_reward(completions)]


def no_repetition_reward(completions: Sequence[Any], **_: Any) -> list[float]:
    """0 where something of 10 to 256 characters stands more than ten times in a row, else 1.

    >>> no_repetition_reward(["and so on, " * 10, "and so on, " * 11])
    [1.0, 0.0]
    """
    return [float(not _repeats(_text(completion))) for completion in completions]


def constant_reward(completions: Sequence[Any], **_: Any) -> list[float]:
    """1 for everything: a reward without variance, so that every advantage is zero.

    >>> constant_reward(["right", ""])
    [1.0, 1.0]
    """
    return [1.0] * len(completions)


def random_reward(gamma: float, seed: int) -> Reward:
    """A coin that shows 1 with chance gamma, thrown for every completion whatever it says.

    The throws are decided by the seed, the update and the rank of the process, so that a resumed
    run sees the same ones and no two processes do.

    Raises:
        LatentReasoningError: Gamma is no chance.

    >>> coin = random_reward(0.5, seed=0)
    >>> coin([""] * 4) == coin(["other"] * 4), sum(coin([""] * 1000)) / 1000
    (True, 0.495)
    """
    if not 0 <= gamma <= 1:
        raise LatentReasoningError(f"random_reward: gamma {gamma}; expected a chance, 0 to 1")

    def random_reward(completions: Sequence[Any], **columns: Any) -> list[float]:
        state = columns.get("trainer_state")
        update = 0 if state is None else state.global_step
        rng = random.Random(f"random-reward-{seed}-{update}-{process_rank()}")
        return [float(rng.random() < gamma) for _ in completions]

    return random_reward


def both(first: Reward, second: Reward) -> Reward:
    r"""1 where both of two rewards are 1, else 0.

    >>> both(format_reward, no_python_reward)(["\\boxed{4}", "python \\boxed{4}", "4"])
    [1.0, 0.0, 0.0]
    """

    def reward(completions: Sequence[Any], **columns: Any) -> list[float]:
        earned = zip(first(completions, **columns), second(completions, **columns), strict=True)
        return [float(a == b == 1.0) for a, b in earned]

    # TRL logs every reward under its name.
    reward.__name__ = f"{reward_name(first)}_and_{reward_name(second)}"
    return reward


def process_rank() -> int:
    """Number of this process under a launcher of several; 0 without one."""
    return int(os.environ.get("RANK", "0"))


def reward_name(reward: Reward) -> str:
    """The name under which TRL logs a reward."""
    return reward.__name__


def _text(completion: Any) -> str:
    if isinstance(completion, str):
        return completion
    return "\n".join(str(message.get("content") or "") for message in completion)


def _repeats(text: str) -> bool:
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    longest = min(LONGEST_REPEAT, len(points) // (REPEATS + 1))
    return any(_periodic(points, n) for n in range(SHORTEST_REPEAT, longest + 1))


def _periodic(points: np.ndarray, period: int) -> bool:
    """Whether more than `REPEATS` equal pieces of this length follow one another."""
    breaks = np.flatnonzero(points[period:] != points[:-period])
    edges = np.concatenate([[-1], breaks, [len(points) - period]])
    return bool(np.diff(edges).max() - 1 >= period * REPEATS)
