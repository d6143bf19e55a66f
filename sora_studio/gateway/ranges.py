"""Range arithmetic of resumed downloads: which bytes a response contains, and whether they continue the stored ones."""

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
    """A response's body: the film's bytes from `offset` up to `end` (None: until the body ends).

    `total_bytes` is None if the origin does not send it. `validator` identifies this version of the film in a later `If-Range`;
    empty if the origin sends none.
    """

    offset: int
    end: int | None
    total_bytes: int | None
    validator: str
    encoding: str = ""
    """The content encodings, innermost first; `total_bytes` and `offset` count compressed bytes."""


def content_encoding(headers: Mapping[str, str]) -> str:
    """Return the compressions in `Content-Encoding`, joined by commas.

    Servers and upload tools put many other words there (`none`, `binary`, `utf-8`, `aws-chunked`), which do not change the
    bytes and are ignored.
    """
    words = (word.strip().casefold().removeprefix("x-") for word in headers.get("Content-Encoding", "").split(","))
    return ",".join(word for word in words if word in _COMPRESSIONS)


def resume_headers(size_bytes: int, validator: str) -> dict[str, str]:
    """Return headers that request the rest of a film, or all of it if it has changed. Empty if nothing can be resumed."""
    return {"Range": f"bytes={size_bytes}-", "If-Range": validator} if size_bytes and validator else {}


def whole(headers: Mapping[str, str]) -> Arrival:
    """Return the arrival of a 200: the film from its first byte."""
    length = content_length(headers)
    return Arrival(0, length, length, strong_validator(headers), content_encoding(headers))


def continuation(
    headers: Mapping[str, str], *, size_bytes: int, total_bytes: int | None, validator: str, encoding: str = ""
) -> Arrival | None:
    """Return the arrival of a 206 if it provably continues the same film at `size_bytes`; else None.

    The compression must match too: `Last-Modified` is the same for a film and for its compressed form.
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


def total_bytes(headers: Mapping[str, str]) -> int | None:
    """Return the whole file's size from a 206, or None if it is missing or invalid."""
    match = _SPAN.fullmatch(headers.get("Content-Range", "").strip())
    return None if match is None or match[3] == "*" else int(match[3])


def unsatisfied_total(headers: Mapping[str, str]) -> int | None:
    """Return the film's size from a 416."""
    match = _UNSATISFIED.fullmatch(headers.get("Content-Range", "").strip())
    return int(match[1]) if match else None


def strong_validator(headers: Mapping[str, str]) -> str:
    """Return a strong ETag, else `Last-Modified`; empty if there is neither. A weak ETag does not identify the bytes."""
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
    """Return `Content-Length`, or None if it is missing or not a number."""
    value = headers.get("Content-Length", "").strip()
    return int(value) if _LENGTH.fullmatch(value) else None
