"""Files of model profiles: where each comes from, what it holds or why it cannot be read, and what is typed but not saved."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.profile import ModelProfile


class Origin(StrEnum):
    """Whose file it is. `REPLACES`: the user's own, in place of a shipped one with the same name."""

    SHIPPED = "shipped"
    OWN = "own"
    REPLACES = "replaces"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file in the list. `has_unsaved`: an unsaved text is kept for it.

    `profile` is what is in use, None if nothing is. `error` says why the file cannot be read; the shipped one that it would
    replace is then in use.
    """

    name: str
    origin: Origin
    profile: ModelProfile | None = None
    error: ProfileError | None = None
    has_unsaved: bool = False


@dataclass(frozen=True, slots=True)
class ModelText:
    """What the editor opens: the text of a profile, or of a proposal for one.

    `text` is empty for a new file. `own` is the text of the user's own file of this name, None without one; `is_shipped` says
    whether there is a shipped one. `unsaved` was typed earlier and not saved, None if nothing was.
    """

    name: str
    text: str
    own: str | None = None
    is_shipped: bool = False
    unsaved: str | None = None
    proposal: Path | None = None

    @property
    def origin(self) -> Origin:
        """Where the file in use comes from."""
        if self.own is None and self.is_shipped:
            return Origin.SHIPPED
        return Origin.REPLACES if self.is_shipped else Origin.OWN
