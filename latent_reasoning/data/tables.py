"""Tables in text: CSV and TSV with a header line, one row at a time."""

import csv
import json
import sys
from collections.abc import Iterator
from io import TextIOBase
from itertools import chain
from typing import Any

from latent_reasoning.data.record import Record
from latent_reasoning.errors import ProblemError


def table_records(stream: TextIOBase, name: str, delimiter: str) -> Iterator[Record]:
    """One record a row, named by the line it starts on; cells are text.

    A cell that holds a JSON list of strings, as several samples of one problem, is read as one.

    Args:
        stream: The file, opened as UTF-8 with `errors="surrogateescape"` and `newline=""`.
        name: Name of the file in places.
        delimiter: What stands between two cells; where the header has none, a semicolon, tab or
            comma that it has.

    Raises:
        ProblemError: There is no header, or it repeats a name.
    """
    # Completions are longer than the 128 KiB that the module allows a cell by default.
    csv.field_size_limit(sys.maxsize)
    first = stream.readline()
    if not first:
        return
    candidates = (delimiter, ";", "\t", ",")
    delimiter = next((one for one in candidates if one in first), delimiter)
    reader = csv.reader(chain([first], stream), delimiter=delimiter, strict=True)
    header = _header(reader, name)
    while True:
        place = f"{name}:{reader.line_num + 1}"
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(place, {}, f"is not a row of a table ({error})")
            continue
        if cells:
            yield _record(header, cells, place)


def _header(reader: Any, name: str) -> list[str]:
    try:
        header = [cell.strip() for cell in next(reader, [])]
    except csv.Error as error:
        raise ProblemError(f"{name}:1 is not a header of a table ({error})") from error
    if not header or len(set(header)) < len(header):
        raise ProblemError(
            f"{name}:1 has the header {', '.join(header) or 'nothing'!s:.200}; expected a line "
            "with the name of every column, each once"
        )
    return header


def _record(header: list[str], cells: list[str], place: str) -> Record:
    if len(cells) != len(header):
        return Record(place, {}, f"has {len(cells)} cells, expected {len(header)} as in the header")
    if any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
        return Record(place, {}, "is not UTF-8; save it as UTF-8")
    return Record(place, {column: _cell(cell) for column, cell in zip(header, cells, strict=True)})


def _cell(text: str) -> str | list[str]:
    if text.startswith('["') and text.endswith('"]'):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return text
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
    return text
