"""Rewards as callables that TRL's GRPOTrainer accepts, usable in anyone's own run."""

from typing import Any

from latent_reasoning.traces.answers import extract_answer, same_answer


def truth_reward(completions: list[str], gold: list[str], **_: Any) -> list[float]:
    r"""1 where the answer of a completion equals the gold answer, else 0.

    Args:
        completions: Texts written by the policy.
        gold: The dataset's column of gold answers, one a completion.

    >>> truth_reward(["so \\boxed{4}", "so \\boxed{5}", "so"], gold=["4", "4", "4"])
    [1.0, 0.0, 0.0]
    """
    return [
        float(same_answer(extract_answer(completion), answer))
        for completion, answer in zip(completions, gold, strict=True)
    ]
