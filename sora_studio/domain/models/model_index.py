"""Reads the service's public index of models. Untrusted: names are checked, texts cleaned, and paths kept below the base."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sora_studio.domain.models.names import is_slug
from sora_studio.domain.models.published_field import items, table, words

MAX_MODELS = 200
_VIDEO = "video"
_PATH = re.compile(r"(/[A-Za-z0-9_-][A-Za-z0-9_.-]*){1,12}", re.ASCII)
"""No empty part and none that begins with a dot, no query, no fragment, no escapes: it cannot lead out of the base."""
_MAX_PATH_CHARS = 300


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One video model. `schema_path` continues the base address; empty if the index names no usable one."""

    slug: str
    title: str
    schema_path: str = ""


@dataclass(frozen=True, slots=True)
class ModelIndex:
    """The video models, each once. `listed` are the slugs of all categories; `skipped` counts entries that are not used."""

    entries: tuple[IndexEntry, ...]
    listed: frozenset[str]
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """One schema as it was read: its bytes, and what they hold. With `trouble`, a sentence, it could not be read."""

    address: str
    raw: bytes = b""
    content: object = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class PublishedModels:
    """The index, and the schema of each of its entries, by slug."""

    index: ModelIndex
    schemas: Mapping[str, SchemaFile]


def read_index(content: object, base: str) -> ModelIndex | None:
    """Return the index that a parsed file holds; None if it is none or empty. Never raises."""
    rows = items(table(content).get("models"))
    if not rows:
        return None
    entries, listed, skipped = dict[str, IndexEntry](), set[str](), 0
    for row in map(table, rows):
        slug = row.get("model_id", row.get("slug"))
        if not isinstance(slug, str) or not is_slug(slug):
            skipped += 1
            continue
        listed.add(slug)
        if row.get("category") != _VIDEO or slug in entries:
            continue
        if len(entries) == MAX_MODELS:
            skipped += 1
            continue
        entries[slug] = IndexEntry(slug, words(row.get("title")) or slug, _path(row, base))
    return ModelIndex(tuple(entries.values()), frozenset(listed), skipped)


def _path(row: Mapping[str, object], base: str) -> str:
    path = row.get("schema_path")
    if not isinstance(path, str):
        return ""
    path = path.removeprefix(base)
    path = path if path.startswith("/") else f"/{path}"
    return path if len(path) <= _MAX_PATH_CHARS and _PATH.fullmatch(path) else ""
