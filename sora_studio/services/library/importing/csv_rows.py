"""Reads the rows of a CSV file, whatever program wrote it."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sora_studio.disk_calls import WORK_WITHIN_S, on_disk
from sora_studio.domain.errors import FileUnusable, FolderSilent
from sora_studio.services.library.exporting.tables import plain_cell

MOST_BYTES = 64 << 20
MOST_CELL_CHARS = 1 << 20
_SEPARATORS = (",", ";", "\t")
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""Excel's "Unicode text" begins with one; UTF-8 needs none."""
_NOTHING = "Nothing was imported."


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row: its number as a spreadsheet counts them, and its cells by column; a column may occur several times."""

    number: int
    cells: tuple[tuple[str, str], ...]


async def read_rows(path: Path) -> tuple[tuple[str, ...], list[CsvRow]]:
    """Return the names of the columns, and the rows that are not empty.

    Commas, semicolons or tabs separate cells, whichever the first row has most of. Raises `FileUnusable` for what is no table,
    and `FolderSilent`.
    """
    try:
        return await on_disk(path.parent, lambda: _read(path), within_s=WORK_WITHIN_S)
    except FolderSilent:
        raise
    except OSError as error:
        raise FileUnusable(f"{path} cannot be read: {error.strerror or error}.", advice=_NOTHING) from error


def _read(path: Path) -> tuple[tuple[str, ...], list[CsvRow]]:
    content = _content(path)
    if len(content) > MOST_BYTES:
        raise FileUnusable(f"{path.name} is too large for a table of prompts.", advice=_NOTHING)
    try:
        text = content.decode(_MARKS.get(content[:2], "utf-8-sig"))
    except UnicodeDecodeError as error:
        advice = f"Save it as CSV in UTF-8. {_NOTHING}"
        raise FileUnusable(f"{path.name} is not UTF-8 text.", advice=advice) from error
    records = _records(path, text)
    columns = tuple(name.strip() for name in next(records, ()))
    return columns, [row for row in _rows(path, columns, records) if row.cells]


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _records(path: Path, text: str) -> Iterator[list[str]]:
    former = csv.field_size_limit(MOST_CELL_CHARS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator_of(text), strict=True)
    try:
        yield from reader
    except csv.Error as error:
        words = f"{path.name}, line {reader.line_num}: {_csv_words(error)}."
        raise FileUnusable(words, advice=_NOTHING) from error
    finally:
        csv.field_size_limit(former)


def _csv_words(error: csv.Error) -> str:
    words = str(error)
    if "unexpected end" in words:
        return "a quotation mark is never closed"
    if "field larger" in words:
        return "a cell is too long"
    return words


def _separator_of(text: str) -> str:
    """Return the separator that the first row has most of, outside quotation marks."""
    counts, is_quoted = dict.fromkeys(_SEPARATORS, 0), False
    for character in text:
        if character == '"':
            is_quoted = not is_quoted
        elif not is_quoted and character in "\r\n":
            break
        elif not is_quoted and character in counts:
            counts[character] += 1
    return max(_SEPARATORS, key=lambda separator: counts[separator])


def _rows(path: Path, columns: tuple[str, ...], records: Iterator[list[str]]) -> Iterator[CsvRow]:
    for number, record in enumerate(records, start=2):
        if any(cell.strip() for cell in record[len(columns) :]):
            raise FileUnusable(f"{path.name}, row {number}: it has more cells than there are columns.", advice=_NOTHING)
        cells = zip(columns, map(plain_cell, record), strict=False)
        yield CsvRow(number, tuple((column, cell) for column, cell in cells if cell.strip()))
