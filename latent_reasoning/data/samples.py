"""Samples: one completion a row, the contract between generation and everything after it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from latent_reasoning.errors import ProblemError


@dataclass(frozen=True)
class Sample:
    """One completion of one problem under one condition: a row of samples.jsonl."""

    problem_id: str
    """The problem it answers."""
    completion: str
    """What the model wrote; data, never executed."""
    gold: str
    """The correct answer."""
    condition: str = "base"
    """The way it was produced: base, tuned, steered, ..."""
    sample: int = 0
    """Number of this completion among those of the same problem and condition."""
    prompt: str = ""
    """The text the model was given."""
    answer: str | None = None
    """The answer found in the completion, if any."""
    correct: bool = False
    """Whether the answer equals the gold answer."""
    behaviours: tuple[str, ...] = ()
    """Names of the behaviours the completion shows."""
    n_tokens: int = 0
    """Length of the completion in tokens."""
    settings: dict[str, Any] = field(default_factory=dict)
    """What it was drawn with: temperature, seed, limit, model."""


def write_samples(path: Path, samples: Iterable[Sample]) -> None:
    """Write samples as JSON lines, in the order given."""
    rows = (json.dumps(asdict(sample), ensure_ascii=False) for sample in samples)
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")


def read_samples(path: Path | str) -> list[Sample]:
    """Read samples from JSON lines; only problem_id, completion and gold are required.

    Raises:
        ProblemError: The file is missing or empty, or a row lacks a required field or has an
            unknown one.
    """
    path = Path(path)
    if not path.is_file():
        raise ProblemError(f"read_samples: no file {str(path)!r}; expected a samples.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines()
    samples = [_parse(line, f"{path.name}:{i}") for i, line in enumerate(lines, 1) if line.strip()]
    if not samples:
        raise ProblemError(f"read_samples: {str(path)!r} holds 0 samples, expected at least one")
    return samples


def _parse(line: str, where: str) -> Sample:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ProblemError(f"read_samples: {where} is not JSON ({error.msg})") from error
    known = {f.name for f in fields(Sample)}
    required = {"problem_id", "completion", "gold"}
    if not isinstance(row, dict) or not required <= row.keys() or not row.keys() <= known:
        found = ", ".join(row) if isinstance(row, dict) else type(row).__name__
        raise ProblemError(
            f"read_samples: {where} has {found}; expected at least "
            f"{', '.join(sorted(required))}, at most {', '.join(sorted(known))}"
        )
    row["behaviours"] = tuple(row.get("behaviours", ()))
    return Sample(**row)
