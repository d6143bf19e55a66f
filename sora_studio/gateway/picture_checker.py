"""Looks at a picture's web address as the service will: from outside, with nobody's login, before anything is paid for."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator

import httpx

from sora_studio.clock import Clock
from sora_studio.domain.errors import ConnectionFailed, InvalidRequest, Problem, ServiceUnavailable, StudioError
from sora_studio.domain.picture import MEDIA_TYPES, WebPicture, address_name, format_name
from sora_studio.domain.proxies import DIRECT, Proxies
from sora_studio.domain.request import excess, megabytes
from sora_studio.gateway.addresses import LinkRefused
from sora_studio.gateway.answers import retry_after_s
from sora_studio.gateway.picture_header import ENOUGH_BYTES, PictureHeader, kind_of, read_header
from sora_studio.gateway.ranges import content_length
from sora_studio.gateway.unreachable import why_unreached
from sora_studio.gateway.web_source import TooManyRedirects, WebSource

LOOK_S = 15.0
"""The longest that a whole look takes, redirects and all."""
REMEMBER_S = 60.0
"""How long a good answer is taken for the next question too: the same address is looked at while typing and on sending."""

_MAX_REMEMBERED = 64
_KIND_BYTES = 32
_TAKEN = "The service takes JPEG, PNG and WebP"
_ACCEPT = "image/jpeg, image/png, image/webp, */*;q=0.1"
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
    "": f"is no picture that can be recognised. {_TAKEN}.",
}


class _NotAPicture(Exception):
    """Carries what is wrong as the rest of a sentence about the address."""


class HttpPictureChecker:
    """Judges what an address serves by its first bytes and its size; no login, no key, no way into the person's own network.

    With a loopback gateway (the simulator) addresses of this machine are fine. Good answers are remembered for a minute.
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
        self._seen = OrderedDict[tuple[str, int], tuple[float, WebPicture]]()

    async def close(self) -> None:
        """Close every connection."""
        await self._source.close()

    async def look(self, url: str, *, max_bytes: int) -> WebPicture:
        """What stands there. Raises `InvalidRequest` with a sentence when no picture does (another answer than 200, another
        type, more than `max_bytes`, an address that only this machine reaches), `PassingError` when nobody could look now.
        """
        at, known = self._seen.get((url, max_bytes), (0.0, None))
        if known is not None and self._clock.monotonic() - at < REMEMBER_S:
            return known
        try:
            async with asyncio.timeout(LOOK_S):
                picture = await self._look(url, max_bytes)
        except _NotAPicture as wrong:
            failure: StudioError = _problem(f"{address_name(url)} {wrong}")
        except LinkRefused as refused:
            failure = _problem(f"The service cannot fetch {address_name(url)}: {refused.reason}.")
        except TooManyRedirects:
            failure = _problem(f"{address_name(url)} redirects too often.")
        except (httpx.HTTPError, TimeoutError) as error:
            failure = ConnectionFailed(
                f"{address_name(url)} cannot be looked at: {why_unreached(error)}.", detail=type(error).__name__
            )
        else:
            self._remember((url, max_bytes), picture)
            return picture
        raise failure

    async def _look(self, url: str, max_bytes: int) -> WebPicture:
        async with self._source.open(url, {}) as response:
            self._check_passing(url, response)
            _check_answer(response)
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
        """Raises `ServiceUnavailable` for what says nothing about the picture and goes away by itself."""
        status = response.status_code
        if status in _PASSING or status >= 500:
            wait_s = retry_after_s(response.headers.get("Retry-After", ""), now=self._clock.now())
            raise ServiceUnavailable(
                f"{address_name(url)} has a passing problem ({status}).", detail=f"HTTP {status}", retry_after_s=wait_s
            )

    def _remember(self, key: tuple[str, int], picture: WebPicture) -> None:
        self._seen[key] = (self._clock.monotonic(), picture)
        self._seen.move_to_end(key)
        if len(self._seen) > _MAX_REMEMBERED:
            self._seen.popitem(last=False)


def _check_answer(response: httpx.Response) -> None:
    status, coding = response.status_code, response.headers.get("Content-Encoding", "identity").casefold()
    if status != 200:
        raise _NotAPicture(_STATUSES.get(status, f"answers {status} and no picture."))
    if coding != "identity":
        raise _NotAPicture("comes compressed although nobody asked for it: the service might not read it.")


async def _read_head(pieces: AsyncIterator[bytes], head: bytearray, *, says_page: bool) -> tuple[str, PictureHeader]:
    """Fill `head` with as many bytes as tell what this is."""
    due = _KIND_BYTES
    async for piece in pieces:
        head += piece
        if len(head) < due:
            continue
        kind, header = _judge(head)
        if kind not in MEDIA_TYPES or (header and header.is_animated is not None) or len(head) >= ENOUGH_BYTES:
            break
        due = 2 * len(head)  # so that a slow drip is not judged byte by byte
    kind, header = _judge(head)
    if kind not in MEDIA_TYPES:
        raise _NotAPicture(_KINDS.get("page" if says_page and not kind else kind, f"is a {format_name(kind)} file. {_TAKEN}."))
    if header is None:
        raise _NotAPicture(f"says that it is a {format_name(kind)} picture, but its beginning is damaged.")
    if header.is_animated:
        raise _NotAPicture("is animated. The service takes still pictures.")
    return kind, header


def _judge(head: bytearray) -> tuple[str, PictureHeader | None]:
    first = bytes(head[:ENOUGH_BYTES])
    kind = kind_of(first)
    return kind, read_header(kind, first)


async def _count(pieces: AsyncIterator[bytes], count: int, *, most: int) -> int:
    """The body's bytes, of which `count` were read already; not read further than `most`, nor kept."""
    while count < most and (piece := await anext(pieces, None)) is not None:
        count += len(piece)
    return count


def _problem(sentence: str) -> InvalidRequest:
    return InvalidRequest([Problem("images", sentence)])
