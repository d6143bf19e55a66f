"""A version: a text as it was at one moment, with the options and media that it had then."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sora_studio.domain.request import GenerationRequest


class VersionKind(StrEnum):
    """Why a version was kept. One that was sent or named is kept for ever."""

    SENT = "sent"
    NAMED = "named"
    AUTOSAVE = "autosave"


@dataclass(frozen=True, slots=True)
class Version:
    """An immutable text of a document. Tasks that were sent with this text refer to it."""

    id: int
    document: int
    created_at: datetime
    kind: VersionKind
    request: GenerationRequest
    name: str = ""
