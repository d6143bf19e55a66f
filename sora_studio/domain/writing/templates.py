"""Templates: prompts with fields to fill in. `[[subject]]` is a field; its name and what stands there first are declared.

Double square brackets mean nothing to variations (`{…|…}`), snippets (`$1`), cards (`@…`) or the tags of models (`<<<…>>>`),
and lists of numbers in JSON (`[[1, 2]]`) are no names. Only declared fields are replaced, in the template's own text: what is
filled in is never read again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sora_studio.domain.writing.handles import is_handle
from sora_studio.domain.writing.snippets import Insertion, Stop

_FIELD = re.compile(r"\[\[([^\[\]\s]+)\]\]")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a template. `label` asks for it in words; `value` stands there until something else is filled in."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt with fields, written for a clip of `seconds` (None: for any). `name` is that of its file."""

    name: str
    title: str
    text: str
    fields: tuple[Field, ...] = ()
    about: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A prompt that a template made; `spans` are the places of the fields: name, start and end."""

    text: str
    spans: tuple[tuple[str, int, int], ...]


def field_names(text: str) -> tuple[str, ...]:
    """Return the names of the fields in a text, in order, each once."""
    return tuple(dict.fromkeys(found[1] for found in _FIELD.finditer(text) if is_handle(found[1])))


def fill(template: Template, values: Mapping[str, str]) -> Filled:
    """Return the prompt. A field without a value, or with a blank one, keeps its own."""
    known = {field.name: values.get(field.name, "").strip() or field.value for field in template.fields}
    parts, spans, length, at = list[str](), list[tuple[str, int, int]](), 0, 0
    for found in _FIELD.finditer(template.text):
        name = found[1]
        if name not in known:
            continue
        before = template.text[at : found.start()]
        start = length + len(before)
        length, at = start + len(known[name]), found.end()
        parts += [before, known[name]]
        spans.append((name, start, length))
    return Filled("".join([*parts, template.text[at:]]), tuple(spans))


def insertion(template: Template) -> Insertion:
    """Return the text with its fields as tab stops, in their order; those of one name are typed together."""
    filled, labels = fill(template, {}), {field.name: field.label for field in template.fields}
    spans = dict[str, list[tuple[int, int]]]()
    for name, start, end in filled.spans:
        spans.setdefault(name, []).append((start, end))
    stops = [Stop(number, tuple(spans[name]), labels[name]) for number, name in enumerate(spans, start=1)]
    end = len(filled.text)
    return Insertion(filled.text, (*stops, Stop(0, ((end, end),))))
