"""Token sequences to record activations on, and which of their positions to keep."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from latent_reasoning.data.samples import Sample
from latent_reasoning.errors import ActivationError, one_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Positions = Literal["all", "prompt", "completion", "last_prompt"]


def parse_positions(name: str) -> Positions:
    """The choice of positions of a name.

    Raises:
        ActivationError: There is none.
    """
    for known in get_args(Positions):
        if name == known:
            return known
    raise ActivationError(one_of("record", "choice of positions", name, get_args(Positions)))


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
    token_labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Anything known about every token, for example the step of the solution it belongs to."""

    def __post_init__(self) -> None:
        for name, values in self.token_labels.items():
            if len(values) != len(self.tokens):
                raise ActivationError(
                    f"TokenSequence: problem {self.problem_id!r} has {len(values)} values of "
                    f"{name!r} for {len(self.tokens)} tokens; expected one a token"
                )
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


def sequence_of(tokenizer: "PreTrainedTokenizerBase", sample: Sample) -> TokenSequence:
    """Prompt and completion of a sample as one sequence, labelled with what the sample shows.

    The two are tokenised apart, as the model wrote them: together a merge could cross the border.
    Labels are `condition` and, for every behaviour the sample shows, its name with "yes".
    """
    prompt = tokenizer(sample.prompt).input_ids
    completion = tokenizer(sample.completion, add_special_tokens=False).input_ids
    return TokenSequence(
        tokens=(*prompt, *completion),
        n_prompt=len(prompt),
        problem_id=sample.problem_id,
        sample=sample.sample,
        labels={"condition": sample.condition} | dict.fromkeys(sample.behaviours, "yes"),
    )
