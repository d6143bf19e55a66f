"""A local film or sound on its way to the service: the user's edits, and the published copy."""

from dataclasses import dataclass
from pathlib import Path

FILM_ENDINGS = ("mp4", "m4v", "mov", "webm", "mkv", "avi", "mpg", "mpeg", "ts", "mts", "3gp", "ogv", "wmv", "flv")
SOUND_ENDINGS = ("mp3", "wav", "m4a", "aac", "flac", "ogg", "oga", "opus", "wma", "aif", "aiff")
"""Extensions of files that may contain a film or a sound, if only to send a converted copy."""


@dataclass(frozen=True, slots=True)
class Trim:
    """The part to keep, in seconds from the beginning. Raises ValueError for an empty part."""

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        """Check that something is left."""
        if not 0 <= self.start_s < self.end_s:
            raise ValueError("a trim keeps a part")

    @property
    def seconds(self) -> float:
        """Length of the part."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class FilmEdit:
    """The user's changes to make before a film or sound is published. Metadata are always removed.

    `convert` accepts a copy in another container, codec or size, for a file that could not be sent as it is.
    """

    trim: Trim | None = None
    convert: bool = False


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """The published copy of a film or sound, as a file of the program's own; `fingerprint` is its SHA-256 in hex."""

    path: Path
    media_type: str
    size_bytes: int
    fingerprint: str
