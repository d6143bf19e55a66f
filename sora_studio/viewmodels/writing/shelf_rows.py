"""Templates, snippets and cards as the lines of one list. Pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.writing.cards import Card, CardExpansion
from sora_studio.domain.writing.prompt_collection import KeptItem, PromptCollection
from sora_studio.domain.writing.prompt_item import PromptItem, Shelf, title_of
from sora_studio.domain.writing.snippets import Snippet, insertion
from sora_studio.domain.writing.templates import Template, fill

SHELVES = (Shelf.TEMPLATES, Shelf.SNIPPETS, Shelf.CARDS)
_MOST_ERRORS = 3
_MOST_ABOUT = 160
"""Characters."""


@dataclass(frozen=True, slots=True)
class ShelfRow:
    """The heading of a shelf with the number of its items, or one item of it."""

    shelf: Shelf
    kept: KeptItem | None = None
    count: int = 0

    @property
    def title(self) -> str:
        """The heading, or the name of the item."""
        return title_of(self.kept.item) if self.kept else self.shelf.value.capitalize()

    @property
    def about(self) -> str:
        """What the item is for, else how its text begins."""
        return _about(self.kept.item) if self.kept else ""

    @property
    def note(self) -> str:
        """What kind of item it is, and whether it is the user's own."""
        if self.kept is None:
            return f"{self.count:,}" if self.count else "none yet"
        return " · ".join(filter(None, (_kind(self.kept.item), "yours" if self.kept.own else "")))

    @property
    def spoken(self) -> str:
        """Return the line as a screen reader says it."""
        return ", ".join(filter(None, (self.title, self.note, self.about)))


def rows(collection: PromptCollection, typed: str) -> list[ShelfRow]:
    """Return the lines: those whose title, use or text has all typed words; shelves without any only if nothing is typed."""
    wanted = typed.casefold().split()
    found = list[ShelfRow]()
    for shelf in SHELVES:
        kept = [one for one in collection.kept if one.shelf is shelf and _has(one, wanted)]
        if kept or not wanted:
            found += [ShelfRow(shelf, count=len(kept)), *(ShelfRow(shelf, one) for one in kept)]
    return found


def best(found: Iterable[ShelfRow], typed: str) -> KeptItem | None:
    """Return the first item whose name begins with what was typed."""
    wanted = typed.strip().casefold().lstrip("/@")
    kept = (row.kept for row in found if row.title.casefold().lstrip("/@").startswith(wanted))
    return next(filter(None, kept), None) if wanted else None


def preview(item: PromptItem, collection: PromptCollection) -> str:
    """Return what an item puts into a prompt."""
    match item:
        case Snippet():
            return insertion(item.text).text
        case Template():
            return fill(item, {}).text
        case Card():
            return CardExpansion(collection.cards).expand(f"@{item.name}").text


def error_lines(errors: Sequence[ProfileError]) -> list[str]:
    """Return why files cannot be used, each with its name and place; of many the first ones and how many more there are."""
    left = len(errors) - _MOST_ERRORS
    return [*(error.title for error in errors[:_MOST_ERRORS]), *([f"And {left:,} more."] if left > 0 else ())]


def _has(kept: KeptItem, wanted: list[str]) -> bool:
    item = kept.item
    text = "\n".join((title_of(item), _about(item), _kind(item), item.text)).casefold()
    return all(word in text for word in wanted)


def _about(item: PromptItem) -> str:
    if not isinstance(item, Card) and item.about:
        return item.about
    text = insertion(item.text).text if isinstance(item, Snippet) else item.text
    return " ".join(text[: 2 * _MOST_ABOUT].split())[:_MOST_ABOUT]


def _kind(item: PromptItem) -> str:
    match item:
        case Card():
            return item.kind.value
        case Template() if item.seconds is not None:
            return f"{item.seconds:g} s"
        case _:
            return ""
