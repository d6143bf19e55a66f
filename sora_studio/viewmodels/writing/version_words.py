"""The words of the list of versions and of a comparison, also as a screen reader says them. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from sora_studio.domain.task import Phase
from sora_studio.domain.version import Version, VersionEntry, VersionKind
from sora_studio.domain.writing.comparison import Comparison
from sora_studio.domain.writing.difference import RunKind
from sora_studio.services.writing.versions import Change
from sora_studio.viewmodels.library.tile_words import day_text

SEPARATOR = " · "
NOW = "now"
MOST_POSTERS = 3
_MOST_SAID = 6
"""Changes that are said one by one; more would be a speech."""
_SHORT = 60
_UNFINISHED = frozenset({Phase.WAITING, Phase.SENDING, Phase.PENDING, Phase.PROCESSING, Phase.UNKNOWN})


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in the list: two lines, and the posters of its first clips. `change` is what it changed, as a sentence."""

    version: Version
    title: str
    words: str
    change: str
    posters: tuple[Path, ...]
    is_folded: bool

    @property
    def spoken(self) -> str:
        """The row as a sentence."""
        kept = {VersionKind.SENT: "sent", VersionKind.NAMED: "named", VersionKind.AUTOSAVE: "saved in a pause"}
        return ", ".join(filter(None, (self.title, kept[self.version.kind], self.words.replace(SEPARATOR, ", "), self.change)))


@dataclass(frozen=True, slots=True)
class DaySection:
    """The versions of one day: those that stay for ever, and the autosaves."""

    title: str
    rows: tuple[VersionRow, ...]
    autosaves: tuple[VersionRow, ...]

    @property
    def fold_title(self) -> str:
        """The title of the fold with the autosaves."""
        count = len(self.autosaves)
        return f"{count} autosave{'s' * (count != 1)}"


def sections(
    entries: Sequence[VersionEntry], changes: Mapping[int, Change], *, current: int | None, today: date
) -> list[DaySection]:
    """Return the list by local day, the newest first. `current` is the version whose text is that of now."""
    rows = [_row(entry, changes.get(entry.version.id), is_now=entry.version.id == current) for entry in entries]
    days = groupby(rows, key=lambda row: row.version.created_at.astimezone().date())
    found = list[DaySection]()
    for day, group in days:
        of_day = list(group)
        kept = tuple(row for row in of_day if not row.is_folded)
        found.append(DaySection(day_text(day, today), kept, tuple(row for row in of_day if row.is_folded)))
    return found


def title_of(version: Version) -> str:
    """Return what a version is called: its name, its number, or when it was saved by itself."""
    if version.name:
        return f"“{version.name}”"
    return f"Saved {_time(version.created_at)}" if version.kind is VersionKind.AUTOSAVE else f"Version {version.id}"


def compared_text(before: str, after: str, comparison: Comparison) -> str:
    """Return the heading of a comparison: `Version 3 → now · +9 −6 words`."""
    counted = _counted(comparison.text.added, comparison.text.removed)
    return SEPARATOR.join(filter(None, (f"{before} → {after}", counted or ("same text" if comparison.text.is_same else ""))))


def spoken_comparison(comparison: Comparison) -> str:
    """Return the changes as sentences."""
    if comparison.is_same:
        return "Nothing has changed."
    runs = [run for run in comparison.text.runs if run.kind is not RunKind.SAME and run.text.strip()]
    said = [f"{run.kind.value.capitalize()}: {_shortened(run.text)}." for run in runs[:_MOST_SAID]]
    more = len(runs) - len(said)
    said += [f"And {more} more change{'s' * (more != 1)} of the text."] if more > 0 else []
    said += [f"{change.title}: {change.before}, then {change.after}." for change in comparison.setup]
    return " ".join(said)


def _row(entry: VersionEntry, change: Change | None, *, is_now: bool) -> VersionRow:
    version = entry.version
    title = title_of(version)
    words = [
        "" if entry.is_folded else _time(version.created_at),
        "named" if version.kind is VersionKind.NAMED else "",
        f"version {version.id}" if version.name and not entry.is_folded else "",
        _clips(entry),
        _signed(change.added, change.removed) if change else "",
        _shortened(change.first) if change and entry.is_folded else "",
    ]
    posters = tuple(take.poster for take in reversed(entry.takes) if take.poster is not None)[:MOST_POSTERS]
    said = f"{change.added} words added, {change.removed} removed" if change and change.added + change.removed else ""
    title = f"{title}{SEPARATOR}{NOW}" if is_now else title
    return VersionRow(version, title, SEPARATOR.join(filter(None, words)), said, posters, entry.is_folded)


def _clips(entry: VersionEntry) -> str:
    words = list[str]()
    if entry.clips:
        words.append(f"{entry.clips} clip{'s' * (entry.clips != 1)}")
    if running := sum(take.phase in _UNFINISHED for take in entry.takes):
        words.append(f"{running} under way")
    if failed := sum(take.phase is Phase.FAILED for take in entry.takes):
        words.append(f"{failed} failed")
    if not words and entry.version.kind is VersionKind.SENT:
        words.append("sent")
    return SEPARATOR.join(words)


def _counted(added: int, removed: int) -> str:
    return f"{_signed(added, removed)} word{'s' * (added + removed != 1)}" if added + removed else ""


def _signed(added: int, removed: int) -> str:
    return " ".join(filter(None, (f"+{added:,}" if added else "", f"−{removed:,}" if removed else "")))


def _time(at: datetime) -> str:
    return f"{at.astimezone():%H:%M}"


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1].rstrip()}…"
