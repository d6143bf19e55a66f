"""Names in profiles: slugs, which become part of an address and of a file name, and fields of the wire's `input`."""

import re
from collections.abc import Set as AbstractSet

from sora_studio.domain.models.profile import MODE, ROUTE
from sora_studio.domain.models.toml_table import Table

PROMPT = "prompt"
HAS, LACKS = "has", "lacks"
RESERVED = frozenset({PROMPT, MODE, ROUTE, HAS, LACKS})
"""Fields that no option can have: the prompt, and words that mean something else in conditions."""
_SLUG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def is_slug(text: str) -> bool:
    """Return whether the text can name a model."""
    return _SLUG.fullmatch(text) is not None


def is_field(text: str) -> bool:
    """Return whether the text can name a field of the wire's `input`."""
    return _FIELD.fullmatch(text) is not None


def check_slug(table: Table, key: str, slug: str, *inner: int) -> str:
    """Return the slug; raises `ProfileError` if it is none."""
    if not is_slug(slug):
        reason = f"{slug!r} is not a slug: letters and digits, with '-', '.' and '_' between them, at most 64."
        raise table.error(key, reason, *inner)
    return slug


def check_field(table: Table, key: str, name: str, taken: AbstractSet[str] = frozenset({PROMPT})) -> str:
    """Return the name of a field; raises `ProfileError` if it is none, or taken."""
    if not _FIELD.fullmatch(name):
        raise table.error(key, f"{name!r} is not a field name: letters, digits and '_', not a digit first, at most 64.")
    if name in taken:
        raise table.error(key, f"The field {name!r} is already taken.")
    return name
