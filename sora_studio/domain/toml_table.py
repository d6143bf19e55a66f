"""A profile table while it is parsed: values are read by name and kind, and unread keys are rejected."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.profile import OptionValue
from sora_studio.domain.toml_lines import KeyPath, Toml, key_lines, line_of

MAX_SECONDS = 10 * 366 * 86_400
"""Ten years: beyond any service, and within the range of dates."""


class Table:
    """Reads values of one table; every method raises `ProfileError` with the line of the key that is at fault."""

    def __init__(self, content: Mapping[str, Toml], text: str, source: str, path: KeyPath = ()) -> None:
        self._content, self._text, self._source, self._path = content, text, source, path
        self._asked = set[str]()

    def error(self, key: str, reason: str, *inner: str | int) -> ProfileError:
        """Return an error about `key`, or about the value at `inner` within it."""
        return ProfileError(self._source, line_of((*self._path, key, *inner), self._lines), reason)

    def finish(self) -> None:
        """Raise for the first key that was not read."""
        for key in self._content:
            if key not in self._asked:
                raise self.error(key, f"The key {key!r} is not known{self._place}.")

    def text(self, key: str) -> str:
        """Return one non-blank line of text."""
        return self._checked_text(key, self._value(key))

    def optional_text(self, key: str) -> str:
        """Return text like `text`; empty when the key is missing."""
        return self.text(key) if key in self._content else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return one or more different lines."""
        return tuple(self._checked_text(key, item, position) for position, item in enumerate(self._items(key)))

    def integer(self, key: str, *, at_least: int) -> int:
        """Return a whole number."""
        value = self._value(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(key, f"{key} must be a whole number, not {_kind(value)}.")
        if value < at_least:
            raise self.error(key, f"{key} must be at least {at_least}; it is {value}.")
        return value

    def number(self, key: str) -> float:
        """Return a finite number, 0 or more."""
        return self._checked_number(key, self._value(key))

    def seconds(self, key: str) -> float:
        """Return a time above 0, at most ten years."""
        return self._checked_seconds(key, self._value(key))

    def span(self, key: str) -> tuple[float, float]:
        """Return the shortest and the longest time, in seconds."""
        value: Toml = self._value(key)
        if not isinstance(value, list) or len(value) != 2:
            raise self.error(key, f"{key} must be a list of two numbers: the shortest and the longest time.")
        shortest, longest = (self._checked_seconds(key, item, position) for position, item in enumerate(value))
        if shortest > longest:
            raise self.error(key, f"The shortest time ({shortest:g}) is more than the longest ({longest:g}).")
        return shortest, longest

    def choices(self, key: str) -> tuple[OptionValue, ...]:
        """Return one or more different texts, whole numbers or booleans."""
        return tuple(self._checked_choice(key, item, position) for position, item in enumerate(self._items(key)))

    def choice(self, key: str, allowed: Sequence[OptionValue]) -> OptionValue:
        """Return one of `allowed`, of the same type."""
        value = self._checked_choice(key, self._value(key))
        if not _among(value, allowed):
            possible = ", ".join(map(_shown, allowed))
            raise self.error(key, f"{key} is {_shown(value)}, which is none of {possible}.")
        return value

    def conditions(self, key: str, choices: Mapping[str, Sequence[OptionValue]]) -> dict[str, OptionValue]:
        """Return fields and their required values, each of which must be a choice."""
        table = self.table(key)
        for name in table:
            if name not in choices:
                raise table.error(name, f"There is no option {name!r}.")
        return {name: table.choice(name, choices[name]) for name in table}

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def table(self, key: str) -> "Table":
        """Return a table within this one."""
        return self._checked_table(key, self._value(key))

    def optional_table(self, key: str) -> "Table | None":
        """Return a table within this one; None when it is missing."""
        return self.table(key) if key in self._content else None

    def tables(self, key: str) -> list["Table"]:
        """Return the tables of a list `[[key]]`; none when it is missing."""
        if key not in self._content:
            return []
        value: Toml = self._value(key)
        if not isinstance(value, list):
            raise self.error(key, f"{key} must be a list of tables [[{key}]], not {_kind(value)}.")
        return [self._checked_table(key, item, position) for position, item in enumerate(value)]

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return key_lines(self._text)

    @property
    def _place(self) -> str:
        names = [name for name in self._path if isinstance(name, str)]
        return f" in [{'.'.join(names)}]" if names else ""

    def _value(self, key: str) -> Toml:
        self._asked.add(key)
        if key not in self._content:
            raise self.error(key, f"The key {key!r} is missing{self._place}.")
        return self._content[key]

    def _items(self, key: str) -> list[Toml]:
        """Return a list of one or more different values."""
        value: Toml = self._value(key)
        if not isinstance(value, list):
            raise self.error(key, f"{key} must be a list, not {_kind(value)}.")
        if not value:
            raise self.error(key, f"{key} must contain at least one value.")
        for position, item in enumerate(value):
            if _among(item, value[:position]):
                raise self.error(key, f"{key} contains {_shown(item)} twice.", position)
        return value

    def _checked_text(self, key: str, value: Toml, *inner: int) -> str:
        if not isinstance(value, str):
            raise self.error(key, f"{key} must be text in quotes, not {_kind(value)}.", *inner)
        if not value.strip() or not value.isprintable():
            raise self.error(key, f"{key} must be one line of text that says something.", *inner)
        return value

    def _checked_number(self, key: str, value: Toml, *inner: int) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.error(key, f"{key} must be a number, not {_kind(value)}.", *inner)
        if value < 0 or not math.isfinite(value):
            raise self.error(key, f"{key} must be 0 or more; it is {value}.", *inner)
        return value

    def _checked_seconds(self, key: str, value: Toml, *inner: int) -> float:
        seconds = self._checked_number(key, value, *inner)
        if not 0 < seconds <= MAX_SECONDS:
            raise self.error(key, f"{key} must be more than 0 and at most {MAX_SECONDS:,} seconds.", *inner)
        return seconds

    def _checked_choice(self, key: str, value: Toml, *inner: int) -> OptionValue:
        if isinstance(value, str):
            return self._checked_text(key, value, *inner)
        if isinstance(value, int):
            return value
        raise self.error(key, f"{key} takes text, whole numbers, true and false, not {_kind(value)}.", *inner)

    def _checked_table(self, key: str, value: Toml, *inner: int) -> "Table":
        if not isinstance(value, dict):
            raise self.error(key, f"{key} must be a table, not {_kind(value)}.", *inner)
        return Table(value, self._text, self._source, (*self._path, key, *inner))


def _among(value: Toml, values: Sequence[object]) -> bool:
    """Compare value and type: 1 is not true, and not 1.0."""
    return any(value == other and type(value) is type(other) for other in values)


def _shown(value: Toml) -> str:
    """Return the value as written in the file."""
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _kind(value: Toml) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number with a fraction", str: "text", list: "a list"}
    return next(
        (word for kind, word in kinds.items() if isinstance(value, kind)), "a table" if isinstance(value, dict) else "a date"
    )
