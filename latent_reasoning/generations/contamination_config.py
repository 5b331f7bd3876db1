"""Settings of a contamination check: what the user asks for, nothing heavy imported."""

from dataclasses import dataclass
from pathlib import Path

from latent_reasoning.errors import LatentReasoningError


@dataclass(frozen=True)
class ContaminationConfig:
    """Does a model know the problems by heart? It completes parts of them and solves them changed.

    Partial prompts: the share of questions it completes word for word, without any template. Then
    accuracy and behaviours on the problems as they are, renumbered, reframed and, from a file of
    your own, told anew.
    """

    model: str = "organism:latent"
    """The model: an embedded organism, a local directory, or a hub name."""
    problems: Path | None = None
    """File of problems, or a benchmark such as gsm8k; default, for organisms: generated ones."""
    prompt: str = "boxed"
    """Template of the solved problems: none, plain, boxed, lipsum, steps, code, solve-python,
    python, few-shot, qwen-boxed or chat; for organisms the name of a source."""
    shares: str = "0.4,0.6,0.8"
    """Shares of a question shown as a partial prompt, with commas."""
    renarrated: Path | None = None
    """File of the same problems told anew, with the same ids."""
    n_problems: int = 200
    """Problems used, at most."""
    max_new_tokens: int = 512
    """Longest completion, in tokens."""
    seed: int = 0
    """Seed of new numbers and resamples; completions are greedy."""
    output: Path | None = None
    """Folder for the results; default runs/contamination-<model>--<problems>."""

    def __post_init__(self) -> None:
        if min(self.n_problems, self.max_new_tokens) < 1:
            raise LatentReasoningError(
                f"contamination: n_problems is {self.n_problems}, max_new_tokens "
                f"{self.max_new_tokens}; expected at least 1"
            )
        _ = self.share_values

    @property
    def share_values(self) -> list[float]:
        """The shares as numbers.

        Raises:
            LatentReasoningError: One of them is not between 0 and 1.
        """
        try:
            shares = sorted({float(word) for word in self.shares.split(",")})
        except ValueError:
            shares = [0.0]
        if not all(0 < share < 1 for share in shares):
            raise LatentReasoningError(
                f"contamination: found shares {self.shares!r}, expected numbers between 0 and 1 "
                "such as 0.4,0.6"
            )
        return shares

    @property
    def directory(self) -> Path:
        """Where the results go."""
        if self.output is not None:
            return self.output
        local = self.model.startswith(("/", "."))
        named = Path(self.model).name if local else self.model.rsplit(":", 1)[-1]
        model = named.replace("/", "-")
        problems = "generated" if self.problems is None else self.problems.name.split(".")[0]
        return Path("runs") / f"contamination-{model}--{problems}"
