"""Finds the line of each key in a TOML text for error messages. The standard parser gives lines for syntax errors only.

Every statement (a header, or a key with its value) is parsed on its own by the standard parser; lines are added until it
parses, which handles multi-line strings and lists, quoted and dotted keys without a grammar of our own.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import TypeAlias

MAX_STATEMENT_LINES = 200
"""Longest statement that a person would write. Beyond it parsing takes ever longer; later keys only lose line numbers."""

KeyPath = tuple[str | int, ...]
"""Keys and, within lists, positions from 0."""
Toml: TypeAlias = "str | int | float | bool | date | time | list[Toml] | dict[str, Toml]"
"""Value types of the standard parser (a `datetime` is a `date`)."""


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the 1-based line of each key's statement, up to the first statement without an end. `text` must be valid TOML."""
    lines = dict[KeyPath, int]()
    lists = dict[KeyPath, int]()
    table: KeyPath = ()
    for number, statement, content in _statements(text):
        if not statement.lstrip().startswith("["):
            _note(content, table, number, lines)
            continue
        table = _absolute(_header_path(content), lists)
        if statement.lstrip().startswith("[["):
            lists[table] = lists.get(table, -1) + 1
            lines.setdefault(table, number)
            table = (*table, lists[table])
        lines.setdefault(table, number)
    return lines


def line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """Return the line of a key, or of the nearest table that would contain it; 0 for the file as a whole."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)


def _statements(text: str) -> Iterator[tuple[int, str, dict[str, Toml]]]:
    """Yield line number, text and content of each statement."""
    start, pending = 1, ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not pending:
            start = number
        pending += f"{line}\n"
        try:
            content: dict[str, Toml] = tomllib.loads(pending)
        except tomllib.TOMLDecodeError:
            if number - start >= MAX_STATEMENT_LINES:
                return
            continue
        if content:
            yield start, pending, content
        pending = ""


def _header_path(content: Mapping[str, Toml]) -> tuple[str, ...]:
    """Return the keys of a header, which was parsed as tables (or a list of one table) within one another."""
    for name, inner in content.items():
        first = inner[0] if isinstance(inner, list) else inner
        return (name, *(_header_path(first) if isinstance(first, dict) else ()))
    return ()


def _absolute(names: tuple[str, ...], lists: Mapping[KeyPath, int]) -> KeyPath:
    """Return a header's path: a list's name within it means the newest table of that list."""
    path: KeyPath = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if path in lists and position < len(names) - 1:
            path = (*path, lists[path])
    return path


def _note(value: Toml, path: KeyPath, number: int, lines: dict[KeyPath, int]) -> None:
    inner: Iterator[tuple[str | int, Toml]]
    if isinstance(value, dict):
        inner = iter(value.items())
    elif isinstance(value, list):
        inner = iter(enumerate(value))
    else:
        return
    for name, content in inner:
        lines.setdefault((*path, name), number)
        _note(content, (*path, name), number, lines)
