"""Checks the web address of a picture, film or sound as the service will see it: from outside, without a login."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Generic, TypeVar

import httpx

from sora_studio.clock import Clock
from sora_studio.domain.errors import ConnectionFailed, InvalidRequest, Problem, ServiceUnavailable, StudioError
from sora_studio.domain.media_types import WebFile
from sora_studio.domain.picture import MEDIA_TYPES, WebPicture, address_name, format_name
from sora_studio.domain.proxies import DIRECT, Proxies
from sora_studio.domain.request import excess, megabytes
from sora_studio.gateway import media_header
from sora_studio.gateway.addresses import LinkRefused
from sora_studio.gateway.answers import retry_after_s
from sora_studio.gateway.media_header import NotAFilm, read_format
from sora_studio.gateway.picture_header import ENOUGH_BYTES, PictureHeader, kind_of, read_header
from sora_studio.gateway.ranges import content_length, total_bytes
from sora_studio.gateway.unreachable import why_unreached
from sora_studio.gateway.web_source import TooManyRedirects, WebSource

LOOK_S = 15.0
"""Time limit for a whole check, including redirects."""
REMEMBER_S = 60.0
"""How long a good result is cached: an address is checked while typing and again on sending."""

_MAX_REMEMBERED = 64
_KIND_BYTES = 32
_TAKEN = "Use a JPEG or PNG picture"
_ACCEPT = "image/jpeg, image/png, image/webp, */*;q=0.1"
_BEGINNING = {"Accept": "video/*, audio/*, */*;q=0.1", "Range": f"bytes=0-{media_header.ENOUGH_BYTES - 1}"}
_PASSING = frozenset({408, 425, 429})
_STATUSES = {
    401: "needs a login (401), which the service does not have.",
    403: "needs a login (403), or its link has ended: the service could not fetch it either.",
    404: "answers 404: nothing is there.",
    410: "answers 410: nothing is there any more.",
}
_KINDS = {
    "page": "is a web page, not a picture. Copy the address of the picture itself.",
    "svg": f"is an SVG drawing. {_TAKEN}.",
    "avif": f"is an AVIF file. {_TAKEN}.",
    "film": "is a film, not a picture.",
    "pdf": "is a PDF document, not a picture.",
    "": f"is not a known picture format. {_TAKEN}.",
}


Found = TypeVar("Found")
Key = TypeVar("Key")


class _NotAPicture(Exception):
    """Its message completes a sentence that begins with the address."""


class _Recent(Generic[Key, Found]):
    """An LRU cache of good results."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._results = OrderedDict[Key, tuple[float, Found]]()

    def get(self, key: Key) -> Found | None:
        """Return the result unless it is too old."""
        at, found = self._results.get(key, (0.0, None))
        return found if self._clock.monotonic() - at < REMEMBER_S else None

    def keep(self, key: Key, found: Found) -> None:
        """Remember a result, and evict the oldest if there are too many."""
        self._results[key] = (self._clock.monotonic(), found)
        self._results.move_to_end(key)
        if len(self._results) > _MAX_REMEMBERED:
            self._results.popitem(last=False)


class HttpPictureChecker:
    """Checks an address by the first bytes and the size of its content; sends no credentials, never enters the user's network.

    With a loopback gateway (the simulator), addresses of this machine are allowed. Good results are cached for a minute.
    """

    def __init__(
        self,
        *,
        gateway_is_loopback: bool,
        clock: Clock,
        proxies: Proxies = DIRECT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._source = WebSource(
            accept=_ACCEPT, loopback_allowed=gateway_is_loopback, plain_allowed=True, proxies=proxies, transport=transport
        )
        self._pictures = _Recent[tuple[str, int], WebPicture](clock)
        self._files = _Recent[str, WebFile](clock)

    async def close(self) -> None:
        """Close every connection."""
        await self._source.close()

    async def look(self, url: str, *, max_bytes: int) -> WebPicture:
        """Return the picture at `url`. Raises `InvalidRequest`, with a sentence, if the service cannot use it (status not 200,
        other type, more than `max_bytes`, private address), and `PassingError` if it could not be checked now.
        """
        found = self._pictures.get((url, max_bytes))
        if found is None:
            found = await _judged(url, self._look(url, max_bytes))
            self._pictures.keep((url, max_bytes), found)
        return found

    async def look_at_file(self, url: str) -> WebFile:
        """Return the format and size of the film or sound at `url`, of which only the beginning is fetched.

        Raises like `look`, but what is unknown is not refused: only pages, pictures and other files that are certainly neither.
        """
        found = self._files.get(url)
        if found is None:
            found = await _judged(url, self._look_at_file(url))
            self._files.keep(url, found)
        return found

    async def _look(self, url: str, max_bytes: int) -> WebPicture:
        async with self._source.open(url, {}) as response:
            self._check_passing(url, response)
            _check_answer(response, "picture", 200)
            head, pieces = bytearray(), response.aiter_raw()
            kind, header = await _read_head(pieces, head, says_page="html" in response.headers.get("Content-Type", ""))
            said_bytes = content_length(response.headers)
            size_bytes = await _count(pieces, len(head), most=max_bytes + 1) if said_bytes is None else said_bytes
        if said_bytes is not None and said_bytes > max_bytes:
            raise _NotAPicture(excess(said_bytes, max_bytes))
        if size_bytes > max_bytes:
            raise _NotAPicture(f"has more than the {megabytes(max_bytes)} allowed.")
        return WebPicture(kind, header.width, header.height, size_bytes)

    def _check_passing(self, url: str, response: httpx.Response) -> None:
        """Raise `ServiceUnavailable` for temporary failures, which say nothing about the picture."""
        status = response.status_code
        if status in _PASSING or status >= 500:
            wait_s = retry_after_s(response.headers.get("Retry-After", ""), now=self._clock.now())
            raise ServiceUnavailable(
                f"{address_name(url)} has a temporary problem ({status}).", detail=f"HTTP {status}", retry_after_s=wait_s
            )

    async def _look_at_file(self, url: str) -> WebFile:
        async with self._source.open(url, _BEGINNING) as response:
            self._check_passing(url, response)
            _check_answer(response, "film or sound", 200, 206)
            head = bytearray()
            async for piece in response.aiter_raw():
                head += piece
                if len(head) >= media_header.ENOUGH_BYTES:
                    break
            headers = response.headers
            size_bytes = content_length(headers) if response.status_code == 200 else total_bytes(headers)
        return WebFile(read_format(bytes(head[: media_header.ENOUGH_BYTES]), headers.get("Content-Type", "")), size_bytes)


async def _judged(url: str, looking: Coroutine[Any, Any, Found]) -> Found:
    """Return what was found, or raise one of the errors of `HttpPictureChecker.look`."""
    try:
        async with asyncio.timeout(LOOK_S):
            return await looking
    except (_NotAPicture, NotAFilm) as wrong:
        failure: StudioError = _problem(f"{address_name(url)} {wrong}")
    except LinkRefused as refused:
        failure = _problem(f"The service cannot fetch {address_name(url)}: {refused.reason}.")
    except TooManyRedirects:
        failure = _problem(f"{address_name(url)} redirects too often.")
    except (httpx.HTTPError, TimeoutError) as error:
        failure = ConnectionFailed(
            f"{address_name(url)} cannot be looked at: {why_unreached(error)}.", detail=type(error).__name__
        )
    raise failure


def _check_answer(response: httpx.Response, medium: str, *allowed: int) -> None:
    status, coding = response.status_code, response.headers.get("Content-Encoding", "identity").casefold()
    if status not in allowed:
        raise _NotAPicture(_STATUSES.get(status, f"answers {status} and no {medium}."))
    if coding != "identity":
        raise _NotAPicture("is sent with HTTP compression, which the service might not read.")


async def _read_head(pieces: AsyncIterator[bytes], head: bytearray, *, says_page: bool) -> tuple[str, PictureHeader]:
    """Fill `head` until it identifies the picture; return its kind and header."""
    due = _KIND_BYTES
    async for piece in pieces:
        head += piece
        if len(head) < due:
            continue
        kind, header = _judge(head)
        if kind not in MEDIA_TYPES or (header and header.is_animated is not None) or len(head) >= ENOUGH_BYTES:
            break
        due = 2 * len(head)  # exponential, so that a slow trickle is not parsed byte by byte
    kind, header = _judge(head)
    if kind not in MEDIA_TYPES:
        raise _NotAPicture(_KINDS.get("page" if says_page and not kind else kind, f"is a {format_name(kind)} file. {_TAKEN}."))
    if header is None:
        raise _NotAPicture(f"says that it is a {format_name(kind)} picture, but its header is damaged.")
    if header.is_animated:
        raise _NotAPicture("is animated. The service takes still pictures.")
    return kind, header


def _judge(head: bytearray) -> tuple[str, PictureHeader | None]:
    first = bytes(head[:ENOUGH_BYTES])
    kind = kind_of(first)
    return kind, read_header(kind, first)


async def _count(pieces: AsyncIterator[bytes], count: int, *, most: int) -> int:
    """Return the body's size, of which `count` bytes were already read. Stops at `most` and keeps nothing."""
    while count < most and (piece := await anext(pieces, None)) is not None:
        count += len(piece)
    return count


def _problem(sentence: str) -> InvalidRequest:
    return InvalidRequest([Problem("images", sentence)])
