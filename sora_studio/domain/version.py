"""A version: a text as it was at one moment, with the options and media that it had then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Phase

MOST_NAME = 80
"""Characters of a version's name."""


class VersionKind(StrEnum):
    """Why a version was kept. One that was sent or named is kept for ever; a sent one may have a name, too."""

    SENT = "sent"
    NAMED = "named"
    AUTOSAVE = "autosave"


@dataclass(frozen=True, slots=True)
class Version:
    """An immutable text of a document. Tasks that were sent with this text refer to it. Its number is its id."""

    id: int
    document: int
    created_at: datetime
    kind: VersionKind
    request: GenerationRequest
    name: str = ""


@dataclass(frozen=True, slots=True)
class Take:
    """A task that was made with a version; `clips` is how many clips it has, `poster` the picture of the first."""

    task: int
    phase: Phase
    clips: int
    poster: Path | None = None


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """A version as a list shows it, with its takes that are not in the trash, oldest first."""

    version: Version
    takes: Sequence[Take] = ()

    @property
    def is_folded(self) -> bool:
        """Whether it stands among the autosaves: it was neither sent nor named."""
        return self.version.kind is VersionKind.AUTOSAVE

    @property
    def clips(self) -> int:
        """The number of clips of all takes."""
        return sum(take.clips for take in self.takes)
