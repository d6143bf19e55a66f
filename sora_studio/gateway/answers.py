"""Reads whatever came back over HTTP as the service's envelope, without trusting that it is one."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias, cast

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

MAX_RETRY_AFTER_S = 3600.0
"""No wish of the other side keeps the program silent for longer."""

MAX_WORDS_CHARS = 2000
"""Enough for any explanation that a person would read."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}(\.0*)?", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, as far as it can be read.

    `status` is HTTP's; `code` the envelope's own number and `word` its own name (`INSUFFICIENT_CREDITS`) where it has one.
    `is_envelope` is False for HTML, nothing, or JSON of another shape: then only `status` and `retry_after_s` mean anything.
    """

    status: int
    is_envelope: bool = False
    code: int | None = None
    word: str = ""
    words: str = ""
    """What the service says about it, as plain text; may be empty."""
    data: JsonValue = None
    retry_after_s: float | None = None

    @property
    def verdicts(self) -> frozenset[int]:
        """Every number in the answer that is not a success: HTTP's, the envelope's, or both when they disagree."""
        return frozenset(number for number in (self.status, self.code) if number is not None and not 200 <= number < 300)

    @property
    def is_success(self) -> bool:
        """Nothing in it says no, and there is an envelope that says yes."""
        return self.is_envelope and not self.verdicts and not self.word

    @property
    def detail(self) -> str:
        """The service's own words, or at least its number."""
        return self.words or f"HTTP {self.status}"


def read_answer(status: int, body: bytes, *, retry_after: str | None, now: datetime) -> Answer:
    """An answer from its parts; never raises. `now` turns a `Retry-After` date into seconds."""
    wait_s = None if retry_after is None else retry_after_s(retry_after, now=now)
    envelope = _json_object(body)
    if envelope is None:
        return Answer(status, retry_after_s=wait_s)
    code, data = envelope.get("code"), envelope.get("data")
    number = integer(code)
    return Answer(
        status,
        is_envelope=True,
        code=number,
        word=text(code) if number is None else "",
        words=_words(envelope),
        data=data,
        retry_after_s=wait_s,
    )


def retry_after_s(value: str, *, now: datetime) -> float | None:
    """`Retry-After` as seconds from `now`, whether it came as a number or as an HTTP date; None when it is neither."""
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), MAX_RETRY_AFTER_S)
    try:
        when = parsedate_to_datetime(value)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        wait_s = (when - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait_s, 0.0), MAX_RETRY_AFTER_S)


def integer(value: JsonValue) -> int | None:
    """A whole number, also when it came as a string or with a zero fraction; None for anything else (True is no number)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value.strip().partition(".")[0])
    return None


def text(value: JsonValue, *, max_chars: int = MAX_WORDS_CHARS) -> str:
    """Text from outside, trimmed, bounded and free of what no file or database can hold; empty when it is no text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    bounded = str(value).strip()[:max_chars]
    return bounded.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def parse_json(body: bytes | str) -> JsonValue:
    """What the JSON says; None when it is none (`null` says as little)."""
    try:
        return cast("JsonValue", json.loads(body))
    except (ValueError, RecursionError):
        return None


def _json_object(body: bytes) -> dict[str, JsonValue] | None:
    value = parse_json(body)
    return value if isinstance(value, dict) else None


def _words(envelope: dict[str, JsonValue]) -> str:
    """The most telling of the places where the service explains itself."""
    data = envelope.get("data")
    error = data.get("error") if isinstance(data, dict) else envelope.get("error")
    if isinstance(error, dict):
        error = error.get("message")
    return text(error) or text(envelope.get("message"))
