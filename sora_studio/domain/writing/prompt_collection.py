"""The snippets, cards and templates that there are, and the files that they come from."""

from collections.abc import Iterator
from dataclasses import dataclass

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.writing.cards import Card
from sora_studio.domain.writing.prompt_item import PromptItem, Shelf, shelf_of
from sora_studio.domain.writing.snippets import Snippet
from sora_studio.domain.writing.templates import Template


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item and the name of its file. `text` is the file's; one that is not `own` came with the program."""

    item: PromptItem
    file: str
    own: bool
    text: str

    @property
    def shelf(self) -> Shelf:
        """Where it belongs."""
        return shelf_of(self.item)


@dataclass(frozen=True, slots=True)
class PromptCollection:
    """All items, on each shelf by name. `errors` are about files that cannot be used."""

    kept: tuple[KeptItem, ...] = ()
    errors: tuple[ProfileError, ...] = ()

    @property
    def snippets(self) -> tuple[Snippet, ...]:
        """The snippets by name."""
        return tuple(item for item in self._items() if isinstance(item, Snippet))

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards by name."""
        return tuple(item for item in self._items() if isinstance(item, Card))

    @property
    def templates(self) -> tuple[Template, ...]:
        """The templates by title."""
        return tuple(item for item in self._items() if isinstance(item, Template))

    def _items(self) -> Iterator[PromptItem]:
        return (kept.item for kept in self.kept)
