"""Reads values of JSON from outside, and names what is not as it should be."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar, cast

from sora_studio.domain.models.values import MAX_NUMBER, OptionValue

Choice = TypeVar("Choice", bound=StrEnum)
MOST_TEXT_CHARS = 1 << 20


class Malformed(ValueError):
    """A value is not what it should be; the message is the end of a sentence about the file."""


class Fields:
    """The fields of one JSON object. Every method raises `Malformed` for a value of another kind."""

    def __init__(self, value: object, what: str = "it") -> None:
        if not isinstance(value, dict):
            raise Malformed(f"{what} is not an object")
        self._values = cast("Mapping[str, object]", value)

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        """Return a text; empty for null or nothing."""
        value = self._values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > MOST_TEXT_CHARS:
            raise Malformed(f"{name!r} is not a text")
        return value

    def text_or_none(self, name: str) -> str | None:
        """Return a text; None for null, nothing, or an empty one."""
        return self.text(name) or None

    def whole(self, name: str, *, least: int = 0, most: int = MAX_NUMBER) -> int | None:
        """Return a whole number; None for null or nothing."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Malformed(f"{name!r} is not a whole number from {least:,} to {most:,}")
        return value

    def number(self, name: str) -> float | None:
        """Return a number; None for null or nothing."""
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MAX_NUMBER:  # nor NaN
            raise Malformed(f"{name!r} is not a number")
        return float(value)

    def flag(self, name: str) -> bool:
        """Return true or false; false for null or nothing."""
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            raise Malformed(f"{name!r} is neither true nor false")
        return bool(value)

    def time(self, name: str) -> datetime | None:
        """Return a time with its zone; None for null or nothing."""
        text = self.text(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
            moment.timestamp()
        except (ValueError, OverflowError, OSError):
            raise Malformed(f"{name!r} is not a time") from None
        if moment.tzinfo is None:
            raise Malformed(f"{name!r} is a time without its zone")
        return moment

    def choice(self, name: str, choices: type[Choice]) -> Choice | None:
        """Return one of the choices; None for null or nothing."""
        text = self.text(name)
        if not text:
            return None
        found = next((choice for choice in choices if choice == text), None)
        if found is None:
            raise Malformed(f"{name!r} is {text[:40]!r}, which this version does not know")
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self._list(name)
        if not all(isinstance(value, str) and len(value) <= MOST_TEXT_CHARS for value in values):
            raise Malformed(f"{name!r} is not a list of texts")
        return tuple(map(str, values))

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return a list of numbers."""
        values = self._list(name)
        if not all(isinstance(value, int | float) and abs(value) <= MAX_NUMBER for value in values):
            raise Malformed(f"{name!r} is not a list of numbers")
        return tuple(float(cast("float", value)) for value in values)

    def tables(self, name: str) -> Iterator["Fields"]:
        """Yield the objects of a list."""
        return (Fields(value, f"an entry of {name!r}") for value in self._list(name))

    def table(self, name: str) -> "Fields":
        """Return an object; an empty one for null or nothing."""
        value = self._values.get(name)
        return Fields({} if value is None else value, repr(name))

    def names(self) -> tuple[str, ...]:
        """Return the names of the fields."""
        return tuple(self._values)

    def options(self, name: str) -> dict[str, OptionValue]:
        """Return options by field."""
        value = self.table(name)._values  # noqa: SLF001 - of the same class
        if not all(isinstance(one, str | int | float | bool) for one in value.values()):
            raise Malformed(f"{name!r} contains what is no option's value")
        return {field: cast("OptionValue", one) for field, one in value.items()}

    def _list(self, name: str) -> list[object]:
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise Malformed(f"{name!r} is not a list")
        return cast("list[object]", value)


def parsed(text: bytes | str) -> Fields:
    """Return the JSON object. Raises `Malformed`."""
    try:
        return Fields(json.loads(text))
    except (ValueError, RecursionError) as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed("it is not JSON") from None
