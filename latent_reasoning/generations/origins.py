"""Origins: what the names of files and their first rows say of conditions and tasks."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from latent_reasoning.data.reading import stem_of
from latent_reasoning.generations.fields import Fields, condition_of, value_at

_PART = re.compile(r"-\d{5}-of-\d{5}$")
_HARNESS = re.compile(r"samples_(?P<task>.+?)(?:_\d{4}-\d\d-\d\dT.*)?\.jsonl?(?:\.gz)?")


def file_labels(paths: Sequence[Path]) -> list[str]:
    """A name for each file: its own, for logs that of its folder, both if one is not enough."""
    stems = [stem_of(path) for path in paths]
    folders = [path.absolute().parent.name for path in paths]
    logs = [_HARNESS.fullmatch(path.name) for path in paths]
    if len(paths) > 1 and all(logs):
        tasks = [(folder, log["task"]) for folder, log in zip(folders, logs, strict=True) if log]
        if len(set(tasks)) == len(tasks):
            return folders
    # The parts of one data set are one condition: train-00000-of-00002.
    wholes = [_PART.sub("", stem) for stem in stems]
    alike = Counter(wholes)
    placed = Counter(set(zip(folders, wholes, strict=True)))
    labels = []
    for path, folder, stem, whole in zip(paths, folders, stems, wholes, strict=True):
        several = sum(count for (_, other), count in placed.items() if other == whole)
        if alike[whole] == 1 or (several == 1 and stem != whole):
            labels.append(whole)
        else:
            labels.append(f"{folder}/{whole}" if several > 1 else path.name)
    return labels


def name_one_condition(
    mapped: Sequence[tuple[Fields, Sequence[dict[str, Any]]]], paths: Sequence[Path]
) -> bool:
    """Whether files name one condition for the same problems, so that only they tell it apart.

    Files of one condition with other problems each are parts of it.
    """
    said: set[str | None] = set()
    problems: set[str] = set()
    repeated = False
    for (fields, rows), path in zip(mapped, paths, strict=True):
        said |= {condition_of(row, fields.condition) if fields.condition else None for row in rows}
        task, key = task_of(path, rows), fields.problem or fields.question
        here = {f"{task}/{value_at(row, key)}" for row in rows} if key else {"?"}
        repeated |= not problems.isdisjoint(here)
        problems |= here
    return len(said) == 1 and repeated


def task_of(path: Path, rows: Sequence[dict[str, Any]]) -> str | None:
    """The task of a log, within which its problem ids count; None for other files."""
    log = _HARNESS.fullmatch(path.name)
    if log and rows and "doc_id" in rows[0]:
        return log["task"]
    inspected = bool(rows) and {"epoch", "output", "task"} <= rows[0].keys()
    return rows[0]["task"] if inspected and isinstance(rows[0]["task"], str) else None
