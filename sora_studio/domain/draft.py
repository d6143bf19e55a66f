"""A draft: what stands in the editor and its controls, kept so that nothing typed is lost."""

from dataclasses import dataclass
from datetime import datetime

from sora_studio.domain.request import GenerationRequest


@dataclass(frozen=True, slots=True)
class Draft:
    """The editor's content as a request that need not be valid yet, with the caret's place in Python characters."""

    id: int
    request: GenerationRequest
    takes: int = 1
    caret: int = 0
    saved_at: datetime | None = None
