"""What the form of a snippet, card or template asks for, and the item that it makes. Pure functions."""

from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.prompt import is_blank
from sora_studio.domain.writing.cards import Card, CardKind
from sora_studio.domain.writing.handles import HANDLE_RULE, is_handle
from sora_studio.domain.writing.malformed import MalformedText
from sora_studio.domain.writing.prompt_item import PromptItem, Shelf, shelf_of
from sora_studio.domain.writing.snippets import Snippet, escape, insertion
from sora_studio.domain.writing.templates import Field, Template, field_names


class Help(StrEnum):
    """What the text of an item may contain."""

    SNIPPETS = (
        "$1, $2 … are tab stops, ${1:warm} begins with a word, and $0 is where the caret ends. Insert it with / and its name."
    )
    CARDS = "@ and the name in a prompt stand for this text, and for the picture."
    TEMPLATES = "[[subject]] is a field that is filled in when the template is used."


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in the form."""

    shelf: Shelf = Shelf.SNIPPETS
    name: str = ""
    about: str = ""
    text: str = ""
    kind: CardKind = CardKind.CHARACTER
    picture: str = ""

    @property
    def help(self) -> str:
        """What the text may contain."""
        return Help[self.shelf.name]


def entry_for_text(text: str) -> Entry:
    """Return the form of a new snippet that inserts this text."""
    return Entry(text=escape(text))


def entry_of(item: PromptItem) -> Entry:
    """Return the form of an item."""
    match item:
        case Snippet():
            return Entry(shelf_of(item), item.name, item.about, item.text)
        case Card():
            return Entry(shelf_of(item), item.name, "", item.text, item.kind, item.picture)
        case Template():
            return Entry(shelf_of(item), item.title, item.about, item.text)


def item_of(entry: Entry, former: PromptItem | None) -> PromptItem:
    """Return the item that the form describes. Fields of a template that `former` has keep their labels and values."""
    name, about, text = entry.name.strip(), " ".join(entry.about.split()), entry.text.strip()
    match entry.shelf:
        case Shelf.SNIPPETS:
            return Snippet(name.removeprefix("/"), text, about)
        case Shelf.CARDS:
            return Card(name.removeprefix("@"), entry.kind, text, entry.picture)
        case Shelf.TEMPLATES:
            kept = former if isinstance(former, Template) else Template(name, name, "")
            known = {field.name: field for field in kept.fields}
            fields = tuple(known.get(one) or _new_field(one) for one in field_names(text))
            return Template(kept.name, name, text, fields, about, kept.seconds)


def problem_of(entry: Entry) -> str:
    """Return why the form cannot be saved yet; empty if it can."""
    name = entry.name.strip()
    if not name:
        return "Give it a title." if entry.shelf is Shelf.TEMPLATES else "Give it a name."
    if entry.shelf is not Shelf.TEMPLATES and not is_handle(name.lstrip("/@")):
        return HANDLE_RULE
    if is_blank(entry.text) and not (entry.shelf is Shelf.CARDS and entry.picture):
        return "Write its text."
    try:
        if entry.shelf is Shelf.SNIPPETS:
            insertion(entry.text)
    except MalformedText as malformed:
        return malformed.title
    return ""


def _new_field(name: str) -> Field:
    words = name.replace("-", " ").replace("_", " ")
    return Field(name, words[:1].upper() + words[1:], words)
