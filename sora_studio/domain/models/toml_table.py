"""A profile table while it is parsed: values are read by name and kind, and unread keys are rejected."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Concatenate, ParamSpec, TypeVar

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.toml_lines import KeyPath, Toml, key_lines, line_of
from sora_studio.domain.models.values import MAX_NUMBER, OptionValue, is_whole, listed, shown

MAX_SECONDS = 10 * 366 * 86_400
"""Ten years: beyond any service, and within the range of dates."""

_FORMAT = re.compile(r"[a-z0-9]+")
P = ParamSpec("P")
T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


class Table:
    """Reads values of one table; every method raises `ProfileError` with the line of the key that is at fault."""

    def __init__(self, content: Mapping[str, Toml], text: str, source: str, path: KeyPath = ()) -> None:
        self._content, self._text, self._source, self._path = content, text, source, path
        self._asked = set[str]()

    def error(self, key: str, reason: str, *inner: str | int) -> ProfileError:
        """Return an error about `key`, or about the value at `inner` within it."""
        line = line_of((*self._path, key, *inner), self._lines)
        return ProfileError(self._source, line, "".join(map(_printable, reason)))

    def finish(self) -> None:
        """Raise for the first key that was not read."""
        for key in self._content:
            if key not in self._asked:
                raise self.error(key, f"The key {key!r} is not known{self._place}.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def maybe(self, read: Callable[Concatenate[str, P], T], key: str, *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Return what one of the other methods reads; None when the key is missing."""
        return read(key, *args, **kwargs) if key in self._content else None

    def text(self, key: str) -> str:
        """Return one non-blank line of text."""
        return self._checked_text(key, self.value(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return one or more different lines."""
        return tuple(self._checked_text(key, item, position) for position, item in enumerate(self.items(key)))

    def word(self, key: str, words: type[Word]) -> Word:
        """Return one of an enumeration's words."""
        text = self.text(key)
        try:
            return words(text)
        except ValueError:
            raise self.error(key, f"{key} is {text!r}, which is none of {listed(words)}.") from None

    def names(self, key: str, known: Sequence[str], what: str) -> tuple[str, ...]:
        """Return one or more different names, each of which must be known. `what` is what they name, as `a mode`."""
        names = self.texts(key)
        for position, name in enumerate(names):
            if name not in known:
                raise self.error(key, f"{name!r} is not {what}; there is {listed(known, 'and')}.", position)
        return names

    def flag(self, key: str) -> bool:
        """Return true or false."""
        value = self.value(key)
        if not isinstance(value, bool):
            raise self.error(key, f"{key} must be true or false, not {_kind(value)}.")
        return value

    def day(self, key: str) -> date:
        """Return a date without a time."""
        value = self.value(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.error(key, f"{key} must be a date such as 2026-11-28, not {_kind(value)}.")
        return value

    def integer(self, key: str, *, at_least: int) -> int:
        """Return a whole number."""
        value = self.value(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(key, f"{key} must be a whole number, not {_kind(value)}.")
        if value < at_least:
            raise self.error(key, f"{key} must be at least {at_least}; it is {quoted(value)}.")
        if value > MAX_NUMBER:
            raise self.error(key, f"{key} is too large.")
        return value

    def number(self, key: str) -> float:
        """Return a finite number, 0 or more."""
        return self._checked_number(key, self.value(key))

    def positive(self, key: str) -> float:
        """Return a finite number above 0."""
        number = self.number(key)
        if number <= 0:
            raise self.error(key, f"{key} must be more than 0.")
        return number

    def signed(self, key: str) -> float:
        """Return a finite number, which may be below 0."""
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_NUMBER:
            raise self.error(key, f"{key} must be a number, not {_kind(value)}.")
        return value

    def seconds(self, key: str) -> float:
        """Return a time above 0, at most ten years."""
        return self._checked_seconds(key, self.value(key))

    def span(self, key: str) -> tuple[float, float]:
        """Return the shortest and the longest time, in seconds."""
        value: Toml = self.value(key)
        if not isinstance(value, list) or len(value) != 2:
            raise self.error(key, f"{key} must be a list of two numbers: the shortest and the longest time.")
        shortest, longest = (self._checked_seconds(key, item, position) for position, item in enumerate(value))
        if shortest > longest:
            raise self.error(key, f"The shortest time ({shortest:g}) is more than the longest ({longest:g}).")
        return shortest, longest

    def amount(self, key: str) -> tuple[float, float]:
        """Return the lowest and the highest amount: a number stands for both."""
        value: Toml = self.value(key)
        if not isinstance(value, list):
            number = self._checked_number(key, value)
            return number, number
        if len(value) != 2:
            raise self.error(key, f"{key} must be a number, or a list of two: the lowest and the highest.")
        low, high = (self._checked_number(key, item, position) for position, item in enumerate(value))
        if low > high:
            raise self.error(key, f"The lowest amount ({low:g}) is more than the highest ({high:g}).")
        return low, high

    def formats(self, key: str) -> tuple[str, ...]:
        """Return one or more names of decoders or containers in lower case."""
        formats = self.texts(key)
        for position, name in enumerate(formats):
            if not _FORMAT.fullmatch(name):
                raise self.error(key, f"{name!r} is not the name of a format in lower case, such as 'jpeg'.", position)
        return formats

    def check_order(self, low_key: str, low: float | None, high_key: str, high: float | None) -> None:
        """Raise if both limits are stated and the lower one is above the higher one."""
        if low is not None and high is not None and low > high:
            raise self.error(low_key, f"{low_key} ({shown(low)}) is more than {high_key} ({shown(high)}).")

    def scalar(self, key: str) -> OptionValue:
        """Return one line of text, a number or a boolean."""
        return self.checked_scalar(key, self.value(key))

    def scalars(self, key: str) -> tuple[OptionValue, ...]:
        """Return one or more different scalars."""
        return tuple(self.checked_scalar(key, item, position) for position, item in enumerate(self.items(key)))

    def one_or_more(self, key: str) -> tuple[OptionValue, ...]:
        """Return the scalars of a list, or a single one."""
        return self.scalars(key) if isinstance(self._content.get(key), list) else (self.scalar(key),)

    def table(self, key: str) -> "Table":
        """Return a table within this one."""
        return self._checked_table(key, self.value(key))

    def tables(self, key: str) -> list["Table"]:
        """Return the tables of a list `[[key]]`; none when it is missing."""
        if key not in self._content:
            return []
        value: Toml = self.value(key)
        if not isinstance(value, list):
            raise self.error(key, f"{key} must be a list of tables [[{key}]], not {_kind(value)}.")
        return [self._checked_table(key, item, position) for position, item in enumerate(value)]

    def inner(self, key: str, position: int, content: Toml) -> "Table":
        """Return the table that stands at a position of a list."""
        return self._checked_table(key, content, position)

    def value(self, key: str) -> Toml:
        """Return what stands there, whatever it is."""
        self._asked.add(key)
        if key not in self._content:
            raise self.error(key, f"The key {key!r} is missing{self._place}.")
        return self._content[key]

    def items(self, key: str) -> list[Toml]:
        """Return a list of one or more different values."""
        value: Toml = self.value(key)
        if not isinstance(value, list):
            raise self.error(key, f"{key} must be a list, not {_kind(value)}.")
        if not value:
            raise self.error(key, f"{key} must contain at least one value.")
        seen = set[object]()
        for position, item in enumerate(value):
            if isinstance(item, list | dict):
                continue  # tables are compared by their readers
            if (type(item), item) in seen:
                raise self.error(key, f"{key} contains {quoted(item)} twice.", position)
            seen.add((type(item), item))
        return value

    def checked_scalar(self, key: str, value: Toml, *inner: int) -> OptionValue:
        """Return the value if it is one line of text, a number or a boolean."""
        if isinstance(value, str):
            return self._checked_text(key, value, *inner)
        if isinstance(value, int | float) and abs(value) <= MAX_NUMBER:
            return value
        raise self.error(key, f"{key} takes text, numbers, true and false, not {_kind(value)}.", *inner)

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return key_lines(self._text)

    @property
    def _place(self) -> str:
        names = [name for name in self._path if isinstance(name, str)]
        return f" in [{'.'.join(names)}]" if names else ""

    def _checked_text(self, key: str, value: Toml, *inner: int) -> str:
        if not isinstance(value, str):
            raise self.error(key, f"{key} must be text in quotes, not {_kind(value)}.", *inner)
        if not value.strip() or not value.isprintable():
            raise self.error(key, f"{key} must be one line of text that says something.", *inner)
        return value

    def _checked_number(self, key: str, value: Toml, *inner: int) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.error(key, f"{key} must be a number, not {_kind(value)}.", *inner)
        if value > MAX_NUMBER:
            raise self.error(key, f"{key} is too large.", *inner)
        if not value >= 0:  # NaN neither
            raise self.error(key, f"{key} must be 0 or more; it is {quoted(value)}.", *inner)
        return value

    def _checked_seconds(self, key: str, value: Toml, *inner: int) -> float:
        seconds = self._checked_number(key, value, *inner)
        if not 0 < seconds <= MAX_SECONDS:
            raise self.error(key, f"{key} must be more than 0 and at most {MAX_SECONDS:,} seconds.", *inner)
        return seconds

    def _checked_table(self, key: str, value: Toml, *inner: int) -> "Table":
        if not isinstance(value, dict):
            raise self.error(key, f"{key} must be a table, not {_kind(value)}.", *inner)
        return Table(value, self._text, self._source, (*self._path, key, *inner))


def quoted(value: Toml) -> str:
    """Return the value as written in the file; what is long or has no short form by its kind."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | float) or (isinstance(value, int) and abs(value) <= MAX_NUMBER):
        return repr(value)
    return _kind(value)


def _printable(letter: str) -> str:
    """Return a letter of a reason, which is one line even if it quotes a key."""
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode()


def _kind(value: Toml) -> str:
    if is_whole(value):
        return "a number"
    kinds = {bool: "true or false", float: "a number with a fraction", str: "text", list: "a list", dict: "a table"}
    return next((word for kind, word in kinds.items() if isinstance(value, kind)), "a date")
