"""Problems: what is asked, what the answer is, and which split a problem belongs to."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latent_reasoning.data.json_lines import read_rows
from latent_reasoning.errors import ProblemError

SPLITS = ("select", "calibrate", "test")


@dataclass(frozen=True)
class Problem:
    """One problem with its known answer."""

    problem_id: str
    """Identifies the problem across conditions and files."""
    question: str
    """The question as text, without any prompt template."""
    gold: str
    """The correct answer as text."""


@dataclass(frozen=True)
class ProblemSplits:
    """Three disjoint sets of problems, so that nothing is chosen on what it is tested on."""

    select: tuple[Problem, ...]
    """For finding features and directions."""
    calibrate: tuple[Problem, ...]
    """For choosing the steering coefficient."""
    test: tuple[Problem, ...]
    """For every number in the report."""


def split_of(key: str) -> str:
    """Split a problem belongs to, decided by a hash of its key alone: 30 / 20 / 50 percent.

    The same problem lands in the same split on every machine and in every file.
    """
    bucket = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=4).digest(), "big") % 100
    if bucket < 30:
        return "select"
    return "calibrate" if bucket < 50 else "test"


def split_problems(problems: Iterable[Problem]) -> ProblemSplits:
    """Divide problems into select, calibrate and test by the hash of their question.

    Raises:
        ProblemError: A split would be empty.
    """
    parts: dict[str, list[Problem]] = {name: [] for name in SPLITS}
    for problem in problems:
        parts[split_of(problem.question)].append(problem)
    empty = [name for name in SPLITS if not parts[name]]
    if empty:
        found = ", ".join(f"{name} {len(parts[name])}" for name in SPLITS)
        raise ProblemError(
            f"split_problems: no problem falls into {', '.join(empty)} (found {found}); "
            "give more problems, at least about 20"
        )
    return ProblemSplits(*(tuple(parts[name]) for name in SPLITS))


def read_problems(path: Path | str) -> list[Problem]:
    """Read problems from a JSON-lines file.

    The question is taken from `question` or `problem`, the answer from `answer` or `gold`, the id
    from `problem_id`, `unique_id` or `id` (else the line number). GSM8K's "#### 18" ending is read.

    Raises:
        ProblemError: The file is missing, empty, or a line is not such a record.
    """
    rows = read_rows(path, "read_problems", "problems")
    problems = [_problem(row, where) for where, row in rows]
    require_problems(problems, f"read_problems: {str(path)!r}")
    return problems


def require_problems(problems: Sequence[Problem], call: str) -> None:
    """Refuse an empty problem set and repeated ids.

    Raises:
        ProblemError: There is no problem, or two share an id.
    """
    if not problems:
        raise ProblemError(f"{call}: found 0 problems, expected at least one; add problems")
    seen: set[str] = set()
    for problem in problems:
        if problem.problem_id in seen:
            raise ProblemError(
                f"{call}: problem_id {problem.problem_id!r} occurs twice; expected unique ids"
            )
        seen.add(problem.problem_id)


def _problem(row: dict[str, Any], where: str) -> Problem:
    question = _first(row, ("question", "problem"), where)
    gold = _first(row, ("gold", "answer"), where).rsplit("####", maxsplit=1)[-1].strip()
    named = [key for key in ("problem_id", "unique_id", "id") if key in row]
    return Problem(str(row[named[0]]) if named else where, question, gold)


def _first(row: dict[str, Any], keys: tuple[str, ...], where: str) -> str:
    key = next((key for key in keys if key in row), None)
    if key is None:
        raise ProblemError(
            f"read_problems: {where} has keys {', '.join(row) or 'none'}; "
            f"expected {' or '.join(keys)}"
        )
    if not isinstance(row[key], str | int | float) or not str(row[key]).strip():
        raise ProblemError(
            f"read_problems: {where} has {key} {row[key]!r}; expected text or a number"
        )
    return str(row[key])
