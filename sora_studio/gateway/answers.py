"""Parses HTTP responses as the service's envelope, without trusting that they are one.

A login page, proxy or firewall can answer in the service's place, in HTML or in JSON of its own. Only the service's envelope
(`code`, `message`, `data`) is authoritative; field names match in any spelling (`taskId`, `task_id`, `TaskID`).
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TypeAlias, cast

from sora_studio.domain import failures

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

MAX_RETRY_AFTER_S = 3600.0
"""The longest `Retry-After` that is honoured."""

MAX_WORDS_CHARS = 2000
"""Longer than any useful explanation."""

_MAX_ENCODINGS = 4
_TITLE = re.compile(rb"<title[^>]*>([^<]*)", re.IGNORECASE)
_TITLE_WITHIN_BYTES, _MAX_TITLE_CHARS = 16_384, 60
_ENVELOPE_FIELDS = frozenset({"message", "msg", "data"})
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}(\.0*)?", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """One parsed response.

    `status` is HTTP's; `code` is the envelope's number, or `word` its name (`INSUFFICIENT_CREDITS`). `is_envelope` is False for
    HTML, an empty body, or JSON of another shape: a refusal in it is not the service's.
    """

    status: int
    is_envelope: bool = False
    is_object: bool = False
    """It is at least a JSON object: a result in it can be used, even if other fields are missing."""
    code: int | None = None
    word: str = ""
    words: str = ""
    """The service's message as plain text; may be empty."""
    data: JsonValue = None
    retry_after_s: float | None = None
    breaks_off: bool = False
    """It starts like JSON, as the service's responses do, but cannot be parsed."""
    page_title: str = ""
    """The title of an HTML page, such as `Sign in to Hotel WiFi`."""

    @property
    def verdicts(self) -> frozenset[int]:
        """All non-success numbers of the response: HTTP's, the envelope's, or both if they differ."""
        return frozenset(number for number in (self.status, self.code) if number is not None and not 200 <= number < 300)

    @property
    def is_success(self) -> bool:
        """Whether nothing in it is a refusal. It is only a yes if `data` has the result."""
        return self.is_object and not self.verdicts and not self.word

    @property
    def detail(self) -> str:
        """The service's message, or else the HTTP status."""
        return self.words or f"HTTP {self.status}"

    @property
    def intruder(self) -> str:
        """The HTTP status and page title of a response that is not the service's."""
        return f'HTTP {self.status}, "{self.page_title}"' if self.page_title else f"HTTP {self.status}"


def read_answer(status: int, body: bytes, *, retry_after: str | None, now: datetime) -> Answer:
    """Parse a response; never raises. `now` converts a `Retry-After` date to seconds."""
    wait_s = None if retry_after is None else retry_after_s(retry_after, now=now)
    envelope = decoded(parse_json(body))
    if not isinstance(envelope, dict):
        breaks_off = envelope is None and body.lstrip().startswith((b"{", b"["))
        return Answer(status, retry_after_s=wait_s, breaks_off=breaks_off, page_title=_page_title(body))
    code, data = field(envelope, "code"), decoded(field(envelope, "data"))
    if data is None and field(envelope, "taskId") is not None:
        data = envelope  # the result without an envelope
    number = integer(code)
    word = text(code) if number is None else ""
    return Answer(
        status,
        is_envelope=_is_the_services(envelope, status, number, word),
        is_object=True,
        code=number,
        word=word,
        words=_words(envelope),
        data=data,
        retry_after_s=wait_s,
    )


def retry_after_s(value: str, *, now: datetime) -> float | None:
    """Return `Retry-After`, a number or an HTTP date, as seconds from `now`; None if it is neither."""
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
    """Return a whole number, also from a string or with a zero fraction; None for anything else, including booleans."""
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
    """Return untrusted text trimmed, bounded, and without NULs and lone surrogates; empty if it is not text or a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    bounded = str(value).strip()[:max_chars]
    return bounded.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def parse_json(body: bytes | str) -> JsonValue:
    """Return the parsed JSON; None if it is invalid or `null`."""
    try:
        return cast("JsonValue", json.loads(body))
    except (ValueError, RecursionError):
        return None


def decoded(value: JsonValue) -> JsonValue:
    """Return the value, parsed if it is a JSON string: even with a byte order mark, or encoded several times."""
    for _ in range(_MAX_ENCODINGS):
        if not isinstance(value, str):
            break
        words = value.strip("\ufeff \t\r\n")
        inner = parse_json(words) if words.startswith(("{", "[", '"')) else None
        if inner is None:
            break
        value = inner
    return value


def folded(name: str) -> str:
    """Return a field name without case, underscores and hyphens."""
    return name.casefold().replace("_", "").replace("-", "")


def field(table: JsonValue, name: str) -> JsonValue:
    """Return a field's value by its name in any spelling; None if there is no such field or `table` is not an object."""
    if not isinstance(table, dict):
        return None
    if (value := table.get(name)) is not None:
        return value
    wanted = folded(name)
    return next((value for other, value in table.items() if folded(other) == wanted), None)


def _is_the_services(envelope: dict[str, JsonValue], status: int, number: int | None, word: str) -> bool:
    """Return whether it has the envelope's shape and a matching code, or a word that only the service uses.

    The service's code repeats the HTTP status, except that an error may come with 200. Any other mismatch is not the service's.
    """
    if not failures.KNOWN_CODES.isdisjoint({word.upper(), _words(envelope).upper()}):
        return True
    if number is None or _ENVELOPE_FIELDS.isdisjoint(map(folded, envelope)):
        return False
    return number // 100 == status // 100 or (200 <= status < 300 and 400 <= number < 600)


def _page_title(body: bytes) -> str:
    """Return an HTML page's title as short plain text; empty if there is none."""
    match = _TITLE.search(body[:_TITLE_WITHIN_BYTES])
    return " ".join(unescape(text(match[1].decode("utf-8", "replace"))).split())[:_MAX_TITLE_CHARS] if match else ""


def _words(envelope: dict[str, JsonValue]) -> str:
    """Return the most specific of the service's messages."""
    data = decoded(field(envelope, "data"))
    error = field(data, "error") if isinstance(data, dict) else field(envelope, "error")
    if isinstance(error, dict):
        error = field(error, "message")
    return text(error) or text(field(envelope, "message")) or text(field(envelope, "msg"))
