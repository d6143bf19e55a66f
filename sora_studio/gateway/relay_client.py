"""A relay as the studio sees it: pictures go up, reports come down, and a stranger's look proves the way from outside."""

import asyncio
import contextlib
import json
import math
import os
import re
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from urllib.parse import urlencode, urlsplit

import httpx

from sora_studio.clock import Clock
from sora_studio.domain.errors import InvalidSetting, PassingError, RouteUnusable, ServiceUnavailable, StudioError
from sora_studio.domain.picture import PIXEL, PreparedPicture
from sora_studio.domain.ports import Callback, RelayGreeting
from sora_studio.domain.proxies import DIRECT, Proxies
from sora_studio.domain.relay import NONCE_BYTES, callback_secret, is_callback_secret
from sora_studio.domain.settings import RELAY_TOKEN_VARIABLE, check_relay_url, is_loopback
from sora_studio.gateway import relay_faults
from sora_studio.gateway.addresses import LinkRefused
from sora_studio.gateway.connections import USER_AGENT, keep_addresses_out_of_the_log, trusted_authorities
from sora_studio.gateway.proxied_transport import open_transport
from sora_studio.gateway.relay_wire import Lines, LineTooLong, address_from, callback_from, greeting_from, is_relay
from sora_studio.gateway.web_source import WebSource

HEARTBEAT_TIMEOUT_S = 30.0
"""A relay says something every 10 s."""
UPLOAD_TIMEOUT_S = 300.0
"""10 MB over a line of 35 KB a second."""
MAX_ANSWER_BYTES = 1 << 16
MAX_VISIT_BYTES = 20_000_000
"""Twice the largest picture that the service takes."""

_CONNECT_S, _EXCHANGE_S = 10.0, 30.0
_MAX_CONNECTIONS = 16
_PIECE_BYTES = 1 << 16
_TOKEN = re.compile(r"[\x21-\x7e]+")
_LOOK = "Look at the relay's address in Settings."


class RelayClient:
    """One relay over HTTP, on this machine or elsewhere.

    Its token goes to its own address alone (no redirect is followed, and a relay on loopback is never reached through a proxy)
    and is in no log and no error.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: Callable[[], str | None],
        clock: Clock,
        proxies: Proxies = DIRECT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        keep_addresses_out_of_the_log()
        self._base_url = self._public_url = _askable(base_url)
        self._token = token
        self._clock = clock
        self._proxies = proxies
        self._transport = transport
        self._client = self._open_client()

    async def close(self) -> None:
        """Close every connection. End the reading of callbacks first."""
        await self._client.aclose()

    @property
    def place(self) -> str:
        """By the address that the public uses, once the relay has told it."""
        return f"relay {self._public_url}"

    def knows(self, secret: str) -> bool:
        """Whether a task's secret was made for this relay, which takes no other's reports."""
        return is_callback_secret((self._token() or "").strip(), secret)

    def new_secret(self) -> str:
        """A task's secret, which the relay knows as one of ours without having been told."""
        return callback_secret(self._current_token(), os.urandom(NONCE_BYTES))

    async def greet(self) -> RelayGreeting:
        """Ask the relay who it is, as its owner. Raises like `callbacks`."""
        return self._greeted(await self._ask("GET", "/v1/relay"))

    async def callbacks(self, epoch: str = "", after: int = 0) -> AsyncGenerator[RelayGreeting | Callback | None]:
        """The greeting, then what is kept beyond cursor `after` (of that epoch; all of it for another), then what comes.

        None now and then shows that the line is alive. Raises `PublishingFailed` when the relay refuses us, a `PassingError`
        when the line breaks; it never ends by itself.
        """
        path = f"/v1/callbacks?{urlencode({'epoch': epoch, 'after': after})}"
        response = await self._opened(self._send("GET", path), self._base_url, within_s=_EXCHANGE_S)
        try:
            lines = Lines(response.aiter_raw())
            yield self._greeted(await self._line(lines))
            while True:
                yield callback_from(await self._line(lines))
        finally:
            await response.aclose()

    async def publish(self, picture: PreparedPicture, handle: str, *, lifetime_s: float) -> str:
        """The picture's public address; see the port."""
        headers = {"Content-Type": picture.media_type, "Lifetime": str(math.ceil(lifetime_s))}
        try:
            answer = await self._ask("PUT", f"/v1/pictures/{handle}", headers, picture.content)
        except PassingError as error:
            if error.retry_after_s is None:  # else it was the relay that spoke
                await self._bring_refusal()
            raise
        url = address_from(answer, handle)
        if url is None:
            raise relay_faults.stranger(self._base_url, 201)
        return url

    async def withdraw(self, handle: str) -> None:
        """Take it back; see the port."""
        await self._ask("DELETE", f"/v1/pictures/{handle}")

    async def check(self) -> str:
        """Publish a picture of one pixel, fetch it as a stranger would, and withdraw it; see the port."""
        await self.greet()
        handle = f"{secrets.token_urlsafe(16)}.png"
        url = await self.publish(PIXEL, handle, lifetime_s=60)
        try:
            found = await self.visit(url)
        finally:
            await self.withdraw(handle)
        if found != PIXEL.content:
            raise RouteUnusable(f"Something else than the test picture stands at {_origin(url)}.", advice=_LOOK)
        return url

    async def visit(self, url: str) -> bytes:
        """What a stranger finds at a public address of the relay. Raises with a sentence that says where the way breaks off."""
        return await self._as_stranger(url)

    async def report(self, url: str, task_id: str) -> None:
        """Post to a task's callback address what the service would. Raises like `visit`."""
        said = {"code": 200, "message": "success", "data": {"taskId": task_id, "state": "success"}}
        await self._as_stranger(url, json.dumps(said).encode())

    async def _bring_refusal(self) -> None:
        """Raise why we are not let in: what was said about that into the middle of an upload is lost with the connection."""
        with contextlib.suppress(PassingError):
            await self.greet()

    async def _ask(self, method: str, path: str, headers: dict[str, str] | None = None, content: bytes = b"") -> bytes:
        within_s = UPLOAD_TIMEOUT_S if content else _EXCHANGE_S
        response = await self._opened(self._send(method, path, headers, content), self._base_url, within_s=within_s)
        return await _body(response, self._base_url, max_bytes=MAX_ANSWER_BYTES)

    async def _as_stranger(self, url: str, post: bytes | None = None) -> bytes:
        """Over connections that know no token, nor a way into this machine's network unless the relay is here itself."""
        server = _origin(url)
        outside = WebSource(accept="*/*", loopback_allowed=is_loopback(url), proxies=self._proxies, transport=self._transport)
        try:
            if post is None:
                asked = outside.ask(url, headers={})
            else:
                asked = outside.ask(url, headers={"Content-Type": "application/json"}, method="POST", content=post)
            response = await self._opened(asked, server, within_s=_EXCHANGE_S)
            return await _body(response, server, max_bytes=MAX_VISIT_BYTES)
        except LinkRefused as refused:
            raise RouteUnusable(f"Nobody outside can use {server}: {refused.reason}.", advice=_LOOK) from None
        finally:
            await outside.close()

    async def _opened(self, asked: Awaitable[httpx.Response], server: str, *, within_s: float) -> httpx.Response:
        """The relay's good answer, its body not read yet. What is raised does not carry HTTP's error, which holds the token."""
        try:
            async with asyncio.timeout(within_s):
                response = await asked
        except StudioError:
            raise
        except Exception as error:
            failure = relay_faults.breakdown(error, server)
        else:
            if response.is_success and is_relay(response.headers):
                return response
            await response.aclose()
            failure = relay_faults.refusal(response.status_code, response.headers, server, now=self._clock.now())
        raise failure

    async def _line(self, lines: Lines) -> bytes:
        try:
            async with asyncio.timeout(HEARTBEAT_TIMEOUT_S):
                line = await lines.next()
        except LineTooLong:
            failure = ServiceUnavailable("What the relay says cannot be read.")
        except TimeoutError:
            failure = PassingError(f"{self._base_url} has fallen silent.")
        except Exception as error:
            failure = relay_faults.breakdown(error, self._base_url)
        else:
            if line is not None:
                return line
            failure = PassingError(f"{self._base_url} has ended the connection.")
        raise failure

    def _greeted(self, line: bytes) -> RelayGreeting:
        try:
            greeting = greeting_from(line)
        except InvalidSetting as invalid:
            raise RouteUnusable(invalid.title, advice=invalid.advice or _LOOK) from None
        if greeting is None:
            raise relay_faults.stranger(self._base_url, 200)
        self._public_url = greeting.public_url
        return greeting

    def _send(
        self, method: str, path: str, headers: dict[str, str] | None = None, content: bytes = b""
    ) -> Awaitable[httpx.Response]:
        """The relay's answer once it is awaited. Whoever reads it has an eye on the time."""
        headers = {"Authorization": f"Bearer {self._current_token()}", **(headers or {})}
        if content:
            headers["Content-Length"] = str(len(content))
        timeout = httpx.Timeout(connect=_CONNECT_S, write=_EXCHANGE_S, read=None, pool=None)
        request = self._client.build_request(
            method, self._base_url + path, headers=headers, content=_pieces(content) if content else None, timeout=timeout
        )
        return self._client.send(request, stream=True)

    def _current_token(self) -> str:
        token = (self._token() or "").strip()
        if not token:
            raise RouteUnusable(
                "The relay's token is missing.",
                advice=f"Enter it in Settings, Relay and callbacks, or set {RELAY_TOKEN_VARIABLE}.",
            )
        if not _TOKEN.fullmatch(token):
            raise RouteUnusable("The relay's token holds characters that no token has.", advice="Copy it once more.")
        return token

    def _open_client(self) -> httpx.AsyncClient:
        # A kept connection may be dead without our knowing, and a relay is asked seldom: every question opens its own.
        limits = httpx.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=0)
        trust = trusted_authorities()
        return httpx.AsyncClient(
            transport=self._transport or open_transport(self._base_url, self._proxies, trust=trust, limits=limits),
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"},
        )


async def _pieces(content: bytes) -> AsyncGenerator[bytes]:
    """So that each has its own time to be sent, and no copy of the whole waits for a slow line."""
    for begin in range(0, len(content), _PIECE_BYTES):
        yield content[begin : begin + _PIECE_BYTES]


async def _body(response: httpx.Response, server: str, *, max_bytes: int) -> bytes:
    """Its bytes, and no more of them than any good answer has; the connection is closed."""
    body = bytearray()
    try:
        async with asyncio.timeout(_EXCHANGE_S):
            async for piece in response.aiter_raw():
                body += piece
                if len(body) >= max_bytes:
                    break
    except Exception as error:
        failure = relay_faults.breakdown(error, server)
    else:
        return bytes(body)
    finally:
        await response.aclose()
    raise failure


def _origin(url: str) -> str:
    """What may be shown of a public address: the rest is a secret."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    except ValueError:
        return "the relay's public address"


def _askable(base_url: str) -> str:
    """The checked address; raises `InvalidSetting` for one that HTTP cannot ask."""
    url = check_relay_url(base_url)
    try:
        httpx.URL(url)
    except httpx.InvalidURL:
        raise InvalidSetting(f"{url!r} is not an address.") from None
    return url
