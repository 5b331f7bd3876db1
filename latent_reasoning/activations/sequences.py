"""Token sequences to record activations on, and which of their positions to keep."""

from dataclasses import dataclass, field
from typing import Literal

from latent_reasoning.errors import ActivationError

Positions = Literal["all", "prompt", "completion", "last_prompt"]


@dataclass(frozen=True)
class TokenSequence:
    """A prompt and its completion as token ids, with where they come from."""

    tokens: tuple[int, ...]
    """Token ids; `tokens[:n_prompt]` is the prompt, the rest the completion."""
    n_prompt: int
    """Number of prompt tokens, at least 1."""
    problem_id: str
    """The problem the prompt poses."""
    sample: int = 0
    """Number of the completion among those of the same problem."""
    labels: dict[str, str] = field(default_factory=dict)
    """Anything known about the whole sequence, for example its behaviour or its correctness."""

    def __post_init__(self) -> None:
        if not 1 <= self.n_prompt <= len(self.tokens):
            raise ActivationError(
                f"TokenSequence: problem {self.problem_id!r} has {len(self.tokens)} tokens, "
                f"{self.n_prompt} of them prompt; expected at least 1 prompt token and no more "
                f"than there are tokens"
            )

    def kept(self, positions: Positions) -> range:
        """Positions to record."""
        ranges = {
            "all": range(len(self.tokens)),
            "prompt": range(self.n_prompt),
            "completion": range(self.n_prompt, len(self.tokens)),
            "last_prompt": range(self.n_prompt - 1, self.n_prompt),
        }
        return ranges[positions]
