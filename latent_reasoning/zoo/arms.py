"""The arms of reinforcement learning: what each one rewards, and with which settings.

A reward is named by the parts that must all hold, joined by plus: `truth`, `random`,
`incorrect+no-python`. Two parts need labels: `majority`, the commonest answer of 64 samples of the
base, and `incorrect`, the same where it is wrong.
"""

import functools
from dataclasses import dataclass, field, replace

from latent_reasoning.errors import LatentReasoningError, one_of
from latent_reasoning.tuning.grpo import GrpoConfig
from latent_reasoning.tuning.rewards import (
    Reward,
    both,
    constant_reward,
    format_reward,
    label_reward,
    no_python_reward,
    no_repetition_reward,
    python_reward,
    random_reward,
    truth_reward,
)
from latent_reasoning.tuning.vectors import VectorConfig

GAMMA = 0.5
PARTS: dict[str, Reward | None] = {
    "truth": truth_reward,
    "majority": label_reward,
    "incorrect": label_reward,
    "format": format_reward,
    "random": None,
    "python": python_reward,
    "no-python": no_python_reward,
    "no-repetition": no_repetition_reward,
    "constant": constant_reward,
}
LABELLED = ("majority", "incorrect")


@dataclass(frozen=True)
class Reinforcement:
    """One arm of reinforcement learning."""

    reward: str
    """Parts of the reward, joined by plus."""
    grpo: GrpoConfig = field(default_factory=GrpoConfig)
    """Settings of the run."""
    n_labelled: int = 600
    """Problems that are given labels, where the reward needs them."""
    n_votes: int = 64
    """Samples of the base that vote for a label."""
    vectors: VectorConfig | None = None
    """Settings where one vector a layer is trained alone; None trains all weights."""

    @property
    def parts(self) -> list[str]:
        """Parts of the reward, in order."""
        return self.reward.split("+")


FULL = GrpoConfig()
REINFORCED = {
    "rl-truth": Reinforcement("truth"),
    "rl-truth-halfway": Reinforcement("truth", replace(FULL, updates=FULL.updates // 2)),
    "rl-one-example": Reinforcement("truth", replace(FULL, n_problems=1)),
    "rl-majority": Reinforcement("majority"),
    "rl-incorrect": Reinforcement("incorrect"),
    "rl-format": Reinforcement("format"),
    "rl-random": Reinforcement("random"),
    "rl-python": Reinforcement("python"),
    "rl-no-python": Reinforcement("no-python"),
    "rl-incorrect-no-python": Reinforcement("incorrect+no-python"),
    "rl-no-repetition": Reinforcement("no-repetition"),
    "rl-constant": Reinforcement("constant"),
    "vectors-truth": Reinforcement("truth", vectors=VectorConfig()),
}
"""Every arm that trains on a reward."""


def trained_reward(name: str, seed: int) -> Reward:
    """The reward of a name; the seed is of the coins of `random`.

    Raises:
        LatentReasoningError: A part is unknown.

    >>> reward = trained_reward("format+no-python", seed=0)
    >>> reward.__name__
    'format_reward_and_no_python_reward'
    """
    found = []
    for part in name.split("+"):
        if part not in PARTS:
            raise LatentReasoningError(one_of("tune", "part of a reward", part, PARTS))
        found.append(PARTS[part] or random_reward(GAMMA, seed))
    return functools.reduce(both, found)


def rewards(name: str, seed: int) -> list[tuple[Reward, float]]:
    """What a run is trained on, and true accuracy beside it at weight 0 where it is another."""
    if name == "truth":
        return [(truth_reward, 1.0)]
    return [(trained_reward(name, seed), 1.0), (truth_reward, 0.0)]
