"""The words of a filter session, on the screen and for a screen reader. Pure functions."""

from dataclasses import dataclass

from sora_studio.domain.decision import Decision, Fate, JudgedClip, decided_words
from sora_studio.domain.judgement import Verdict
from sora_studio.viewmodels.library.filter_session import FilterSession
from sora_studio.viewmodels.library.tile_words import SEPARATOR, stars_text

KEYS = "P keep · X reject · U clear · 0–5 stars · Del trash · → skip · ← back · Enter end"
GONE = "This clip is no longer there."
IN_TRASH = "This clip was moved to the trash."
MISSING = "The file is no longer where it was saved."
UNPLAYABLE = "This file cannot be played."
SILENT = "The clip's folder does not answer."
CAN_SKIP = "Skip it with →, or decide all the same."


@dataclass(frozen=True, slots=True)
class Mark:
    """A decision as shown: an icon, its word, and the style sheet's role for both."""

    icon: str
    words: str
    role: str


_FATES = {
    Fate.KEEP: Mark("check", "Keep", "ready"),
    Fate.REJECT: Mark("close", "Reject", "failed"),
    Fate.TRASH: Mark("trash", "To the trash", "review"),
    Fate.CLEAR: Mark("", "Not decided", "secondary"),
}
_VERDICTS = {
    Verdict.KEPT: Mark("check", "Kept before", "secondary"),
    Verdict.REJECTED: Mark("close", "Rejected before", "secondary"),
}


def mark_of(clip: JudgedClip, decision: Decision | None) -> Mark:
    """Return what is pending for a clip, else what was decided before."""
    if decision is not None and decision.fate is not None:
        return _FATES[decision.fate]
    return _FATES[Fate.CLEAR] if clip.verdict is None else _VERDICTS[clip.verdict]


def position_text(session: FilterSession) -> str:
    """Return `7 of 48`, or nothing while the clips are read."""
    return "" if not session.total else f"{min(session.place + 1, session.total):,} of {session.total:,}"


def left_out_text(session: FilterSession) -> str:
    """Return `12 decided already are left out · 3 have no film`, or nothing."""
    decided, absent = session.left_out, session.absent
    words = (
        f"{decided:,} decided already {'is' if decided == 1 else 'are'} left out" if decided else "",
        f"{absent:,} {'has' if absent == 1 else 'have'} no film" if absent else "",
    )
    return SEPARATOR.join(filter(None, words))


def begun_text(session: FilterSession) -> str:
    """Return `48 clips · 12 decided already are left out`."""
    clips = "1 clip" if session.total == 1 else f"{session.total:,} clips"
    return SEPARATOR.join(filter(None, (clips, left_out_text(session))))


def summary_text(session: FilterSession) -> str:
    """Return `31 kept · 9 rejected · 8 not decided`."""
    words = (
        decided_words(session.decisions),
        f"{session.undecided:,} not decided" if session.undecided else "",
        f"{session.unchanged:,} unchanged" if session.unchanged else "",
    )
    return SEPARATOR.join(filter(None, words))


def spoken_clip(session: FilterSession, length_s: float | None) -> str:
    """Return `Clip 7 of 48, 10 seconds, undecided`."""
    if (clip := session.current) is None:
        return "End of the clips"
    seconds = 0 if length_s is None else round(length_s)
    length = f"{seconds} second{'s' * (seconds != 1)}" if length_s is not None else ""
    words = (f"Clip {position_text(session)}", length, spoken_mark(session, clip), stars_text(session.stars(clip)))
    return ", ".join(filter(None, words))


def spoken_mark(session: FilterSession, clip: JudgedClip) -> str:
    """Return `keep`, or `undecided`."""
    mark = mark_of(clip, session.pending(clip))
    return "undecided" if not mark.icon else mark.words.lower()
