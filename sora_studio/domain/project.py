"""A project: a name for what belongs together, with a folder for its clips and options that new drafts begin with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.models.values import OptionValue

MOST_NAME_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Project:
    """`folder` is where the clips of its tasks go; None for the folder in the settings. `model` is empty for any."""

    id: int
    name: str
    folder: Path | None = None
    model: str = ""
    options: Mapping[str, OptionValue] = field(default_factory=dict[str, OptionValue])


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A query's text under a name, as it stands in the rail."""

    id: int
    name: str
    query: str


def check_name(name: str) -> str:
    """Return a project's name without needless space. Raises `InvalidSetting` if it is no usable name."""
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise InvalidSetting("A project needs a name.")
    if len(name) > MOST_NAME_CHARACTERS:
        raise InvalidSetting(f"A project's name has at most {MOST_NAME_CHARACTERS} characters.")
    return name
