"""What can be exported, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ExportFormat(StrEnum):
    """What an export writes, always into one file."""

    CSV = "csv"
    JSON = "json"
    HTML = "html"
    BUNDLE = "bundle"
    EVIDENCE = "evidence"


SUFFIXES = {
    ExportFormat.CSV: ".csv",
    ExportFormat.JSON: ".json",
    ExportFormat.HTML: ".html",
    ExportFormat.BUNDLE: ".zip",
    ExportFormat.EVIDENCE: ".json",
}
"""The usual ending of each format's file."""

Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export. `missing` are the files of clips that are said to be saved and could not be read."""

    path: Path
    tasks: int
    clips: int = 0
    missing: tuple[str, ...] = ()
