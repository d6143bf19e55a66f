"""The arithmetic of resumed downloads: which bytes an answer brings, and whether they continue the ones that are there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

_SPAN = re.compile(r"bytes\s+(\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII | re.IGNORECASE)
_UNSATISFIED = re.compile(r"bytes\s+\*/(\d{1,18})", re.ASCII | re.IGNORECASE)
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)
_COMPRESSIONS = frozenset({"gzip", "deflate", "br", "zstd", "compress"})
_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]*"')


@dataclass(frozen=True, slots=True)
class Arrival:
    """An answer's body: the film's bytes from `offset` up to `end` (None: until the body ends).

    `total_bytes` is None when the origin does not say. `validator` names this very film in a later `If-Range`; empty when the
    origin gives nothing that could.
    """

    offset: int
    end: int | None
    total_bytes: int | None
    validator: str
    encoding: str = ""
    """The compressions that the origin names, innermost first; `total_bytes` and `offset` count what they made."""


def content_encoding(headers: Mapping[str, str]) -> str:
    """The compressions in `Content-Encoding`, joined by commas.

    Servers and uploading programs leave many other words there (`none`, `binary`, `utf-8`, `aws-chunked`), and they mean that
    the bytes are what they are.
    """
    words = (word.strip().casefold().removeprefix("x-") for word in headers.get("Content-Encoding", "").split(","))
    return ",".join(word for word in words if word in _COMPRESSIONS)


def resume_headers(size_bytes: int, validator: str) -> dict[str, str]:
    """What asks for the rest of a film, or for all of it if it is another one by now. Empty when nothing could be continued."""
    return {"Range": f"bytes={size_bytes}-", "If-Range": validator} if size_bytes and validator else {}


def whole(headers: Mapping[str, str]) -> Arrival:
    """The body of a 200: the film from its first byte."""
    length = content_length(headers)
    return Arrival(0, length, length, strong_validator(headers), content_encoding(headers))


def continuation(
    headers: Mapping[str, str], *, size_bytes: int, total_bytes: int | None, validator: str, encoding: str = ""
) -> Arrival | None:
    """The body of a 206, if it provably goes on at `size_bytes` in the film of that total and validator; else None.

    A time as validator is the same for a film and for its compressed form, so the compression must be the same as well.
    """
    match = _SPAN.fullmatch(headers.get("Content-Range", "").strip())
    if match is None:
        return None
    first, last = int(match[1]), int(match[2])
    total = total_bytes if match[3] == "*" else int(match[3])
    fits = first == size_bytes and total is not None and first <= last < total and total_bytes in (None, total)
    says_so = content_length(headers) in (None, last - first + 1)
    same_film = not headers.get("ETag") or not validator.startswith('"') or headers["ETag"].strip() == validator
    same_film = same_film and content_encoding(headers) == encoding
    return Arrival(first, last + 1, total, validator, encoding) if fits and says_so and same_film else None


def unsatisfied_total(headers: Mapping[str, str]) -> int | None:
    """The film's size as a 416 tells it."""
    match = _UNSATISFIED.fullmatch(headers.get("Content-Range", "").strip())
    return int(match[1]) if match else None


def strong_validator(headers: Mapping[str, str]) -> str:
    """A strong ETag, else the time of the last change; empty when there is neither. A weak ETag does not name the bytes."""
    etag = headers.get("ETag", "").strip()
    if _STRONG_ETAG.fullmatch(etag):
        return etag
    changed = headers.get("Last-Modified", "").strip()
    try:
        parsedate_to_datetime(changed)
    except (ValueError, TypeError, IndexError):
        return ""
    return changed


def content_length(headers: Mapping[str, str]) -> int | None:
    """`Content-Length`; None when there is none or it is no number."""
    value = headers.get("Content-Length", "").strip()
    return int(value) if _LENGTH.fullmatch(value) else None
