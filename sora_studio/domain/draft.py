"""A draft: the content of the editor and its controls, saved so that nothing typed is lost."""

from dataclasses import dataclass
from datetime import datetime

from sora_studio.domain.prompt import first_line
from sora_studio.domain.request import GenerationRequest

MOST_TITLE = 80
"""Characters of a first line that stands for the name."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The editor's content as a request that need not be valid yet, with the cursor position in Python characters."""

    id: int
    request: GenerationRequest
    takes: int = 1
    caret: int = 0
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """A draft as a list shows it. `name` is empty until the person names it; until then its first line is its title.

    `beginning` is the text, or enough of it for the first line.
    """

    id: int
    name: str
    beginning: str
    saved_at: datetime
    project: int | None = None
    trashed_at: datetime | None = None

    @property
    def title(self) -> str:
        """The name, else the first line of the text."""
        return self.name or first_line(self.beginning, MOST_TITLE) or "Empty draft"
