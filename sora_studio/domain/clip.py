"""A clip: one result link of a task, and the file that it becomes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sora_studio.domain.judgement import Verdict

KEPT_SUFFIX = ".kept"


class ClipState(StrEnum):
    """`remote → downloading → saved`; `expired` when the service no longer serves it, `missing` when a saved file is gone."""

    REMOTE = "remote"
    DOWNLOADING = "downloading"
    SAVED = "saved"
    EXPIRED = "expired"
    MISSING = "missing"


NOT_WRITTEN = "It could not be written; tried again soon."
"""The trouble of a clip whose folder refused it."""
CLIP_TRANSITIONS: dict[ClipState, frozenset[ClipState]] = {
    ClipState.REMOTE: frozenset({ClipState.DOWNLOADING, ClipState.EXPIRED}),
    ClipState.DOWNLOADING: frozenset({ClipState.SAVED, ClipState.REMOTE, ClipState.EXPIRED}),
    ClipState.SAVED: frozenset({ClipState.MISSING}),
    ClipState.EXPIRED: frozenset({ClipState.REMOTE}),
    ClipState.MISSING: frozenset({ClipState.REMOTE, ClipState.SAVED, ClipState.EXPIRED}),
}


@dataclass(frozen=True, slots=True)
class ClipCounts:
    """How many clips are on disk, how many are expired or missing on a listed task, and how many are still to be saved."""

    on_disk: int = 0
    absent: int = 0
    to_save: int = 0

    @property
    def all(self) -> int:
        """Return how many clips there should be in total."""
        return self.on_disk + self.absent + self.to_save


@dataclass(frozen=True, slots=True)
class ClipFile:
    """Path of a clip's file and whether it existed at the last check. `path` is text: a library has many thousands."""

    clip: int
    path: str
    is_saved: bool


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """What opening a video file found."""

    width: int
    height: int
    duration_s: float
    has_audio: bool


@dataclass(frozen=True, slots=True)
class Clip:
    """One result of a task. `index` counts from 0 within the task; `url` may be signed, so it never reaches a log or a file."""

    id: int
    task: int
    index: int
    state: ClipState
    url: str
    expires_at: datetime
    path: Path | None = None
    poster: Path | None = None
    size_bytes: int | None = None
    film: FilmFacts | None = None
    trouble: str | None = None
    """Why the clip is not saved yet, or what it is if not a film, as a sentence; None when all is well."""
    stars: int = 0
    verdict: Verdict | None = None
    note: str = ""
    trashed_at: datetime | None = None
    filmstrip: Path | None = None
    poster_at_s: float | None = None
    """The time of the frame that the person chose for the poster; None for the middle."""

    @property
    def kept(self) -> Path | None:
        """A complete file that could not be opened as a film, kept until the user decides; None when there is none."""
        is_kept = self.state is ClipState.REMOTE and self.path is not None and self.path.suffix == KEPT_SUFFIX
        return self.path if is_kept else None

    @property
    def plays(self) -> bool:
        """Whether the saved file is a film. A file saved as it came may be anything."""
        return self.state is ClipState.SAVED and (self.film is not None or self.trouble is None)
