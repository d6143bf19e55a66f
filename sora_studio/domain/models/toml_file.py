"""Parses a TOML file into its root table. Errors of syntax get the line, as those of content do."""

import re
import tomllib

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.toml_lines import Toml
from sora_studio.domain.models.toml_table import Table

MAX_NESTING = 20
"""Far deeper than any profile; dotted keys nest without limit."""

_SYNTAX_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def parse_toml(text: str, source: str) -> Table:
    """Return the root table; raises `ProfileError`, which names `source`, for text that is not TOML."""
    try:
        content: dict[str, Toml] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(text, source, str(error)) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, endlessly nested brackets
        raise ProfileError(source, 0, "It cannot be read as TOML.") from None
    if _is_nested_beyond(content, MAX_NESTING):
        raise ProfileError(source, 0, f"Its tables are nested more than {MAX_NESTING} deep.")
    return Table(content, text, source)


def _is_nested_beyond(content: Toml, depth: int) -> bool:
    """Return whether lists and tables are nested deeper. One level after another: recursion has a limit of its own."""
    level = [content]
    for _ in range(depth):
        level = [inner for outer in level for inner in _items(outer)]
    return any(isinstance(inner, list | dict) for inner in level)


def _items(value: Toml) -> list[Toml]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _syntax_error(text: str, source: str, message: str) -> ProfileError:
    place = _SYNTAX_LINE.search(message)
    if place is None:
        return ProfileError(source, 0, f"{message}.")
    line = int(place[1]) if place[1] else text.removesuffix("\n").count("\n") + 1
    return ProfileError(source, line, f"{message[: place.start()]}.")
