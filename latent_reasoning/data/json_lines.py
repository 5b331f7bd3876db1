"""JSON lines: one object a row, and in every error the line it stands on."""

import json
from pathlib import Path
from typing import Any

from latent_reasoning.errors import ProblemError


def read_rows(path: Path | str, call: str, what: str) -> list[tuple[str, dict[str, Any]]]:
    """Objects of a file, each with its place as `file:line`; blank lines are passed over.

    Args:
        path: A file of JSON lines.
        call: The function that is named in errors.
        what: What the file should hold, for the same purpose.

    Raises:
        ProblemError: The file is missing, not UTF-8, or a line is not a JSON object.
    """
    path = Path(path)
    if not path.is_file():
        raise ProblemError(f"{call}: no file {str(path)!r}; expected a .jsonl of {what}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProblemError(
            f"{call}: {str(path)!r} is not UTF-8 (byte {error.start}); save it as UTF-8"
        ) from error
    # str.splitlines would also break at U+2028 and its like, which JSON strings may hold as is.
    lines = enumerate(text.split("\n"), start=1)
    places = [(f"{path.name}:{i}", line) for i, line in lines if line.strip()]
    return [(where, _parse(line, f"{call}: {where}")) for where, line in places]


def _parse(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ProblemError(f"{where} is not JSON ({error.msg})") from error
    if not isinstance(row, dict):
        raise ProblemError(f"{where} is {type(row).__name__}, expected an object")
    return row
