"""A draft: the content of the editor and its controls, saved so that nothing typed is lost."""

from dataclasses import dataclass
from datetime import datetime

from sora_studio.domain.request import GenerationRequest


@dataclass(frozen=True, slots=True)
class Draft:
    """The editor's content as a request that need not be valid yet, with the cursor position in Python characters."""

    id: int
    request: GenerationRequest
    takes: int = 1
    caret: int = 0
    saved_at: datetime | None = None
