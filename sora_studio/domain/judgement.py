"""What a person decides about clips: stars, keep or reject, tags, notes, and the project they belong to."""

from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.errors import InvalidSetting

MOST_STARS = 5
MOST_TAG_CHARACTERS = 60


class Verdict(StrEnum):
    """Kept or rejected; a clip without one is not decided yet."""

    KEPT = "kept"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ClipRef:
    """All clips of a task, or one of them; `clip` counts from 0."""

    task: int
    clip: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A change to clips; what is None or empty stays as it is. A note of no words removes it.

    `added_note` goes on a line of its own below the note that is there.
    """

    stars: int | None = None
    verdict: Verdict | None = None
    clears_verdict: bool = False
    tags: tuple[str, ...] = ()
    untags: tuple[str, ...] = ()
    note: str | None = None
    added_note: str = ""
    project: int | None = None
    clears_project: bool = False

    def __post_init__(self) -> None:
        """Refuse stars that do not exist."""
        if self.stars is not None and not 0 <= self.stars <= MOST_STARS:
            raise ValueError(f"{self.stars} stars")


def check_tag(name: str) -> str:
    """Return a tag's name without needless space. Raises `InvalidSetting` if it is no usable name."""
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise InvalidSetting("A tag needs a name.")
    if len(name) > MOST_TAG_CHARACTERS:
        raise InvalidSetting(f"A tag has at most {MOST_TAG_CHARACTERS} characters.")
    return name
