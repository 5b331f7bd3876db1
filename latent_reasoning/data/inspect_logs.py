"""Logs of inspect_ai: samples of a `.eval` archive or of a `.json` log, one at a time.

Every sample gets the model and the task of its log beside its own fields.
"""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from latent_reasoning.data.json_lines import as_record, why_not_json
from latent_reasoning.data.record import Record
from latent_reasoning.errors import ForeignFileError, ProblemError


def archive_records(path: Path) -> Iterator[Record]:
    """One record a sample of a `.eval` archive, named by its member.

    Raises:
        ForeignFileError: The archive holds no samples.
        ProblemError: The archive is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.startswith("samples/")]
            if not names:
                raise ForeignFileError(
                    f"{path.name} is an archive without samples/, expected an inspect_ai log"
                )
            head = _origin(_head(archive))
            for name in names:
                place = f"{path.name}:{name}"
                try:
                    record = as_record(json.loads(archive.read(name)), place)
                except (ValueError, RecursionError) as error:
                    record = Record(place, {}, f"is not JSON ({why_not_json(error)})")
                yield record._replace(row=record.row and head | record.row)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError) as error:
        raise ProblemError(f"{path.name} is not readable as an archive ({error})") from error


def log_records(log: dict[str, Any], name: str) -> Iterator[Record]:
    """One record a sample of a log that was parsed from JSON, counted from 1."""
    head = _origin(log)
    for number, sample in enumerate(log["samples"], start=1):
        record = as_record(sample, f"{name}:sample {number}")
        yield record._replace(row=record.row and head | record.row)


def is_log(value: Any) -> bool:
    """Whether a parsed JSON value is a log, with samples or, as one of an error, without."""
    return isinstance(value, dict) and isinstance(value.get("eval"), dict) and "status" in value


def _head(archive: zipfile.ZipFile) -> dict[str, Any]:
    for name in ("header.json", "_journal/start.json"):
        if name in archive.namelist():
            try:
                head = json.loads(archive.read(name))
            except (ValueError, RecursionError):
                return {}
            return head if isinstance(head, dict) else {}
    return {}


def _origin(log: dict[str, Any]) -> dict[str, Any]:
    spec = log.get("eval")
    if not isinstance(spec, dict):
        return {}
    return {name: spec[name] for name in ("model", "task") if isinstance(spec.get(name), str)}
