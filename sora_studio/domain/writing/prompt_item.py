"""Files of snippets, cards and templates: one TOML file holds one of them, and tells which.

kind = "template"               # or snippet, character, place, palette
title = "Trailer beat"          # of a template; the others have a name
about = "One turn in ten seconds"
seconds = 10
text = \"\"\"…\"\"\"

[[field]]
name = "hero"
label = "Who"
value = "an old ferryman"
"""

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TypeAlias

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.toml_file import parse_toml
from sora_studio.domain.models.toml_table import Table
from sora_studio.domain.prompt import find_unsendable, is_blank, place_of
from sora_studio.domain.writing.cards import Card, CardKind
from sora_studio.domain.writing.handles import HANDLE_RULE, is_handle
from sora_studio.domain.writing.malformed import MalformedText
from sora_studio.domain.writing.snippets import Snippet, insertion
from sora_studio.domain.writing.templates import Field, Template, field_names

PromptItem: TypeAlias = Snippet | Card | Template
MOST_FILE_CHARS = 100_000
"""Far beyond any prompt; keeps a wrong file in the folder from stalling the start."""


class Shelf(StrEnum):
    """Where an item belongs; also the name of its folder."""

    SNIPPETS = "snippets"
    CARDS = "cards"
    TEMPLATES = "templates"


class _Kind(StrEnum):
    SNIPPET = "snippet"
    TEMPLATE = "template"
    CHARACTER = "character"
    PLACE = "place"
    PALETTE = "palette"


def shelf_of(item: PromptItem) -> Shelf:
    """Return where an item belongs."""
    match item:
        case Snippet():
            return Shelf.SNIPPETS
        case Card():
            return Shelf.CARDS
        case Template():
            return Shelf.TEMPLATES


def title_of(item: PromptItem) -> str:
    """Return the words that name an item in lists and messages: `/beats`, `@anna`, `Trailer beat`."""
    match item:
        case Snippet():
            return f"/{item.name}"
        case Card():
            return f"@{item.name}"
        case Template():
            return item.title


def read_item(text: str, source: str) -> PromptItem:
    """Return the item that a file describes. `source` is the file's name, and without its ending that of a template.

    Raises `ProfileError` with the line for anything else.
    """
    if len(text) > MOST_FILE_CHARS:
        raise ProfileError(source, 0, f"It is longer than {MOST_FILE_CHARS:,} characters and cannot be a prompt.")
    table = parse_toml(text, source)
    kind = table.word("kind", _Kind)
    match kind:
        case _Kind.SNIPPET:
            item = _snippet(table)
        case _Kind.TEMPLATE:
            item = _template(table, source.removesuffix(".toml"))
        case _Kind.CHARACTER | _Kind.PLACE | _Kind.PALETTE:
            item = _card(table, CardKind(kind))
    table.finish()
    return item


def write_item(item: PromptItem) -> str:
    """Return the file of an item, which `read_item` reads, without the spaces around its text.

    Raises `ProfileError` for an item that no file can describe, such as one without a text.
    """
    text = "\n".join([*_lines(item), ""])
    read_item(text, f"{item.name}.toml")
    return text


def _snippet(table: Table) -> Snippet:
    text = _prose(table, "text")
    try:
        insertion(text)
    except MalformedText as malformed:
        raise table.error("text", malformed.title) from None
    return Snippet(_handle(table, "name"), text, table.maybe(table.text, "about") or "")


def _card(table: Table, kind: CardKind) -> Card:
    picture = table.maybe(table.text, "picture") or ""
    text = _prose(table, "text", blank=bool(picture))
    return Card(_handle(table, "name"), kind, text, picture)


def _template(table: Table, name: str) -> Template:
    text = _prose(table, "text")
    fields = tuple(map(_field, table.tables("field")))
    names = [field.name for field in fields]
    for position, field in enumerate(names):
        if field in names[:position]:
            raise table.error("field", f"There are two fields {field!r}.", position)
        if field not in field_names(text):
            raise table.error("field", f"The text has no [[{field}]].", position)
    if unknown := [field for field in field_names(text) if field not in names]:
        raise table.error("text", f"[[{unknown[0]}]] is not declared as a field.")
    about, seconds = table.maybe(table.text, "about") or "", table.maybe(table.seconds, "seconds")
    return Template(name, table.text("title"), text, fields, about, seconds)


def _field(table: Table) -> Field:
    field = Field(_handle(table, "name"), table.text("label"), table.text("value"))
    table.finish()
    return field


def _handle(table: Table, key: str) -> str:
    name = table.text(key)
    if not is_handle(name):
        raise table.error(key, f"{key} is {name!r}. {HANDLE_RULE}")
    return name


def _prose(table: Table, key: str, *, blank: bool = False) -> str:
    """Return text of one or more lines, without spaces around it."""
    value = table.value(key)
    if not isinstance(value, str):
        raise table.error(key, f"{key} must be text in quotes.")
    value = value.strip()
    if is_blank(value) and not blank:
        raise table.error(key, f"{key} must say something.")
    if (at := find_unsendable(value)) is not None:
        raise table.error(key, f"{place_of(value, at)} of {key} is a control character, which no prompt may have.")
    return value


def _lines(item: PromptItem) -> Iterator[str]:
    match item:
        case Snippet():
            yield from _pairs([("kind", "snippet"), ("name", item.name), ("about", item.about)])
            yield f"text = {_text(item.text)}"
        case Card():
            yield from _pairs([("kind", item.kind), ("name", item.name), ("picture", item.picture)])
            yield f"text = {_text(item.text)}"
        case Template():
            yield from _pairs([("kind", "template"), ("title", item.title), ("about", item.about)])
            if item.seconds is not None:
                yield f"seconds = {item.seconds:g}"
            yield f"text = {_text(item.text)}"
            for field in item.fields:
                yield from ("", "[[field]]", *_pairs([("name", field.name), ("label", field.label), ("value", field.value)]))


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f"{key} = {_line(value)}" for key, value in pairs if value)


def _line(text: str) -> str:
    """Return text as a TOML string of one line."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(text: str) -> str:
    """Return text as a TOML string that can be read and edited: of several lines where it has several."""
    if "\n" not in text:
        return _line(text)
    escaped = text.replace("\\", "\\\\").replace('"""', '""\\"').replace("\r", "\\r")
    if escaped.endswith('"'):
        escaped = f'{escaped[:-1]}\\"'
    return f'"""\n{escaped}"""'
