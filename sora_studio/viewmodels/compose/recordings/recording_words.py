"""Texts about a film or sound: its facts, what is sent of it, what a model takes, and what is wrong. Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sora_studio.domain.film_edit import FilmEdit
from sora_studio.domain.media_types import WebFile
from sora_studio.domain.models.draft import MediaFacts
from sora_studio.domain.models.profile import MediaKind, MediaSlot
from sora_studio.domain.models.values import listed
from sora_studio.domain.picture import format_name
from sora_studio.domain.recording import RecordingFacts
from sora_studio.viewmodels.compose.pictures.picture_words import Mark, name, pixels, size
from sora_studio.viewmodels.quantities import clock_text

COPIED_FIRST = "A copy is made before it is sent."
_SEPARATOR = " · "
_NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class SeenRecording:
    """The result of checking a film or sound with this edit: `facts` and `digest` of a local file, or `web` of an address.

    `sent` is what is known of the copy that would be sent; the size of one that is encoded anew is not known before.
    """

    kind: MediaKind
    edit: FilmEdit
    facts: RecordingFacts | None = None
    web: WebFile | None = None
    sent: MediaFacts | None = None
    offers_copy: bool = False
    problem: str = ""
    note: str = ""
    digest: str = ""

    @property
    def has_way_out(self) -> bool:
        """Whether a converted copy can be sent instead."""
        return bool(self.problem) and self.offers_copy

    @property
    def is_remade(self) -> bool:
        """Whether what is sent is encoded anew."""
        return self.sent is not None and self.sent.size_bytes is None


def length(seconds: float) -> str:
    """Return `0:12`, the whole seconds nearest to a length; at least one."""
    return clock_text(max(1, round(seconds)))


def seconds_text(seconds: float) -> str:
    """Return `12.3 s`, without a decimal where it is zero."""
    return f"{round(seconds, 1):g} s"


def spoken(source: str, seen: SeenRecording | None) -> str:
    """Return `walk.mp4, 0:12`."""
    return name(source) if seen is None or seen.facts is None else f"{name(source)}, {length(seen.facts.seconds)}"


def facts_line(seen: SeenRecording) -> str:
    """Return `MOV · 18 MB · 1920 × 1080 · 12.3 s`; empty while nothing is known."""
    if (facts := seen.facts) is not None:
        return _line(facts.format, facts.size_bytes, _sides(facts.width, facts.height), facts.seconds)
    if (web := seen.web) is not None:
        return _line(web.format, web.size_bytes, "", None)
    return ""


def what_is_sent(seen: SeenRecording) -> str:
    """Return what the service gets; empty if it cannot be sent as it is."""
    if seen.problem:
        return ""
    if (sent := seen.sent) is not None:
        return _line(sent.format, sent.size_bytes, _sides(sent.width, sent.height), sent.seconds)
    return "The address, unchanged." if seen.web is not None or seen.note else ""


def changes(seen: SeenRecording) -> list[str]:
    """Return how what is sent differs from the file, and that a copy is made, one short statement each."""
    facts, sent = seen.facts, seen.sent
    if facts is None or sent is None:
        return []
    said = list[str]()
    if (trim := seen.edit.trim) is not None:
        said.append(f"Cut to {seconds_text(trim.start_s)} – {seconds_text(min(trim.end_s, facts.seconds))}")
    if (sent.width, sent.height) != (facts.width or None, facts.height or None) and sent.width and sent.height:
        said.append(f"Scaled to {pixels(sent.width, sent.height)}")
    if sent.format is not None and sent.format != facts.format:
        said.append(f"Converted from {format_name(facts.format)} to {format_name(sent.format)}")
    elif seen.is_remade and trim is None:
        said.append("Encoded anew")
    return [*said, "Hidden details are removed", COPIED_FIRST.rstrip(".")]


def heading(seen: SeenRecording) -> str:
    """Return the heading above what is sent."""
    if not seen.problem:
        return "What is sent"
    return "Cannot be sent as it is" if seen.offers_copy else "Cannot be sent"


def limits(slot: MediaSlot, title: str) -> str:
    """Return what a model takes, such as `Seedance 2.0 takes MP4 or MOV, 2 to 15 s, up to 15 s together`."""
    said = list[str]()
    if slot.formats:
        said.append(listed(map(format_name, slot.formats)))
    if (span := _span(slot)) is not None:
        said.append(span)
    if slot.total_max_s is not None:
        said.append(f"up to {slot.total_max_s:g}{_NBSP}s together")
    if slot.max_bytes is not None:
        said.append(f"up to {size(slot.max_bytes)}")
    return f"{title} takes {', '.join(said)}." if said else ""


def problem(seen: SeenRecording) -> str:
    """Return the problem, with the alternative if there is one."""
    way_out = " Open it to send a copy that fits." if seen.has_way_out else ""
    return f"{seen.problem}{way_out}" if seen.problem else ""


def complained(seen: SeenRecording, complaint: str) -> SeenRecording:
    """Add a problem found after the check, unless the check had found one or planned a copy."""
    return replace(seen, problem=complaint, note="") if complaint and not seen.problem and not seen.sent else seen


def ways_out(sources: Iterable[str]) -> str:
    """Return where to accept the copies that fit, for files that cannot be sent as they are."""
    names = [name(source) for source in sources]
    if not names:
        return ""
    return f"Open {listed(names, 'and')} to send {'a copy that fits' if len(names) == 1 else 'copies that fit'}."


def mark(seen: SeenRecording) -> Mark | None:
    """Return the most important notice about a film or sound; None if it is sent without notable changes."""
    if seen.problem or seen.note:
        return Mark("error", problem(seen)) if seen.problem else Mark("clock", seen.note)
    if seen.sent is not None and seen.edit.trim is not None:
        return Mark("cut", f"Cut to {seconds_text(seen.sent.seconds or seen.edit.trim.seconds)}. {COPIED_FIRST}")
    if seen.sent is not None and seen.edit.convert:
        return Mark("refresh", f"Sent as {format_name(seen.sent.format or 'a copy')}. {COPIED_FIRST}")
    return None


def _span(slot: MediaSlot) -> str | None:
    if slot.min_s is not None and slot.max_s is not None:
        return f"{slot.min_s:g} to {slot.max_s:g}{_NBSP}s"
    if slot.max_s is not None:
        return f"up to {slot.max_s:g}{_NBSP}s"
    return f"at least {slot.min_s:g}{_NBSP}s" if slot.min_s is not None else None


def _sides(width: int | None, height: int | None) -> str:
    return pixels(width, height) if width and height else ""


def _line(format_: str | None, size_bytes: int | None, sides: str, seconds: float | None) -> str:
    parts = [
        format_name(format_) if format_ else "",
        size(size_bytes) if size_bytes is not None else "",
        sides,
        seconds_text(seconds) if seconds is not None else "",
    ]
    return _SEPARATOR.join(filter(None, parts))
