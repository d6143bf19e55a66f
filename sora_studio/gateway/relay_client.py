"""The client of a relay: uploads pictures, films and sounds, receives callbacks, and checks public access from outside."""

import asyncio
import contextlib
import json
import math
import os
import re
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from urllib.parse import urlencode

import httpx

from sora_studio.clock import Clock
from sora_studio.domain.errors import InvalidSetting, PassingError, RouteUnusable, ServiceUnavailable, StudioError
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.media_types import medium_of
from sora_studio.domain.picture import PIXEL, PreparedPicture
from sora_studio.domain.ports import Callback, RelayGreeting
from sora_studio.domain.proxies import DIRECT, Proxies
from sora_studio.domain.relay import NONCE_BYTES, callback_secret, is_callback_secret
from sora_studio.domain.settings import RELAY_TOKEN_VARIABLE, check_relay_url, is_loopback
from sora_studio.gateway import relay_faults, upload_body
from sora_studio.gateway.addresses import LinkRefused
from sora_studio.gateway.connections import USER_AGENT, keep_addresses_out_of_the_log, trusted_authorities
from sora_studio.gateway.proxied_transport import open_transport
from sora_studio.gateway.relay_wire import Lines, LineTooLong, address_from, callback_from, greeting_from, is_relay
from sora_studio.gateway.web_source import WebSource

HEARTBEAT_TIMEOUT_S = 30.0
"""Relays send a heartbeat every 10 s."""
UPLOAD_TIMEOUT_S = 300.0
"""For a picture: 10 MB at 35 KB/s. A film or sound has no limit but `upload_body.STALL_S`."""
MAX_ANSWER_BYTES = 1 << 16
MAX_VISIT_BYTES = 20_000_000
"""Twice the largest picture that the service takes."""

_CONNECT_S, _EXCHANGE_S = 10.0, 30.0
_MAX_CONNECTIONS = 16
_TOKEN = re.compile(r"[\x21-\x7e]+")
_LOOK = "Check the relay's address in Settings."


class RelayClient:
    """One relay over HTTP, on this machine or elsewhere.

    The token is sent to the relay's address only (redirects are not followed, and a loopback relay is never reached through a
    proxy), and appears in no log or error.
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
        """Close every connection. Stop iterating over `callbacks` first."""
        await self._client.aclose()

    @property
    def place(self) -> str:
        """The relay's name for publications: by its public address, once that is known."""
        return f"relay {self._public_url}"

    def knows(self, secret: str) -> bool:
        """Return whether a callback secret was made for this relay, which rejects all others."""
        return is_callback_secret((self._token() or "").strip(), secret)

    def new_secret(self) -> str:
        """Return a new callback secret, which the relay can verify without having stored it."""
        return callback_secret(self._current_token(), os.urandom(NONCE_BYTES))

    async def greet(self) -> RelayGreeting:
        """Request the relay's greeting with our token. Raises like `callbacks`."""
        return self._greeted(await self._ask("GET", "/v1/relay"))

    async def callbacks(self, epoch: str = "", after: int = 0) -> AsyncGenerator[RelayGreeting | Callback | None]:
        """Yield the greeting, then stored callbacks after cursor `after` (all of them if `epoch` differs), then new ones.

        Yields None for each heartbeat. Raises `PublishingFailed` if the relay refuses us, and a `PassingError` if the
        connection breaks; never ends by itself.
        """
        path = f"/v1/callbacks?{urlencode({'epoch': epoch, 'after': after})}"
        response = await self._opened(self._send("GET", path), self._base_url, asyncio.timeout(_EXCHANGE_S))
        try:
            lines = Lines(response.aiter_raw())
            yield self._greeted(await self._line(lines))
            while True:
                yield callback_from(await self._line(lines))
        finally:
            await response.aclose()

    async def publish(self, picture: PreparedPicture | PreparedFile, handle: str, *, lifetime_s: float) -> str:
        """Upload a picture, film or sound and return its public address; see the port."""
        if isinstance(picture, PreparedFile):  # asked first: most refusals of a large upload get lost with the connection
            relay_faults.require_room(picture, await self.greet(), self._base_url)
        try:
            answer = await self._upload(picture, handle, lifetime_s)
        except PassingError as error:
            if error.retry_after_s is None:  # otherwise the relay itself answered
                await self._bring_refusal()
            raise
        url = address_from(answer, handle)
        if url is None:
            raise relay_faults.stranger(self._base_url, 201)
        return url

    async def withdraw(self, handle: str) -> None:
        """Withdraw a picture, film or sound; see the port."""
        await self._ask("DELETE", f"/v1/pictures/{handle}")

    async def check(self) -> str:
        """Publish a one-pixel picture, fetch it as an outsider would, and withdraw it; see the port."""
        await self.greet()
        handle = f"{secrets.token_urlsafe(16)}.png"
        url = await self.publish(PIXEL, handle, lifetime_s=60)
        try:
            found = await self.visit(url)
        finally:
            await self.withdraw(handle)
        if found != PIXEL.content:
            raise RouteUnusable(
                f"{relay_faults.shown_origin(url)} returned something other than the test picture.", advice=_LOOK
            )
        return url

    async def visit(self, url: str) -> bytes:
        """Return what a public relay address serves to outsiders. Raises errors that name the broken part of the route."""
        return await self._as_stranger(url)

    async def report(self, url: str, task_id: str) -> None:
        """Post what the service would to a task's callback address. Raises like `visit`."""
        said = {"code": 200, "message": "success", "data": {"taskId": task_id, "state": "success"}}
        await self._as_stranger(url, json.dumps(said).encode())

    async def _bring_refusal(self) -> None:
        """Raise the relay's refusal, if any: one that was sent during an upload is lost with the connection."""
        with contextlib.suppress(PassingError):
            await self.greet()

    async def _upload(self, picture: PreparedPicture | PreparedFile, handle: str, lifetime_s: float) -> bytes:
        if isinstance(picture, PreparedFile):
            limit, write_s = asyncio.timeout(upload_body.STALL_S), None
            content = upload_body.pieces_of_file(picture, limit)
        else:
            limit, write_s = asyncio.timeout(UPLOAD_TIMEOUT_S), _EXCHANGE_S
            content = upload_body.pieces_of_picture(picture.content)
        headers = {
            "Content-Type": picture.media_type,
            "Content-Length": str(picture.size_bytes),
            "Lifetime": str(math.ceil(lifetime_s)),
        }
        sent = self._send("PUT", f"/v1/pictures/{handle}", headers, content, write_s=write_s)
        response = await self._opened(sent, self._base_url, limit, medium=medium_of(picture.media_type))
        return await _body(response, self._base_url, max_bytes=MAX_ANSWER_BYTES)

    async def _ask(self, method: str, path: str) -> bytes:
        response = await self._opened(self._send(method, path), self._base_url, asyncio.timeout(_EXCHANGE_S))
        return await _body(response, self._base_url, max_bytes=MAX_ANSWER_BYTES)

    async def _as_stranger(self, url: str, post: bytes | None = None) -> bytes:
        """Request without our token, and without access to this machine's network unless the relay itself is on loopback."""
        server = relay_faults.shown_origin(url)
        outside = WebSource(accept="*/*", loopback_allowed=is_loopback(url), proxies=self._proxies, transport=self._transport)
        try:
            if post is None:
                asked = outside.ask(url, headers={})
            else:
                asked = outside.ask(url, headers={"Content-Type": "application/json"}, method="POST", content=post)
            response = await self._opened(asked, server, asyncio.timeout(_EXCHANGE_S))
            return await _body(response, server, max_bytes=MAX_VISIT_BYTES)
        except LinkRefused as refused:
            raise RouteUnusable(f"{server} cannot be used from outside: {refused.reason}.", advice=_LOOK) from None
        finally:
            await outside.close()

    async def _opened(
        self, asked: Awaitable[httpx.Response], server: str, limit: asyncio.Timeout, *, medium: str = "picture"
    ) -> httpx.Response:
        """Return the relay's successful response, its body unread. Errors never chain HTTP's, which contains the token."""
        try:
            async with limit:
                response = await asked
        except StudioError:
            raise
        except Exception as error:
            failure = relay_faults.breakdown(error, server)
        else:
            if response.is_success and is_relay(response.headers):
                return response
            await response.aclose()
            status, now = response.status_code, self._clock.now()
            failure = relay_faults.refusal(status, response.headers, server, now=now, medium=medium)
        raise failure

    async def _line(self, lines: Lines) -> bytes:
        try:
            async with asyncio.timeout(HEARTBEAT_TIMEOUT_S):
                line = await lines.next()
        except LineTooLong:
            failure = ServiceUnavailable("The relay sent something that cannot be read.")
        except TimeoutError:
            failure = PassingError(f"{self._base_url} has stopped responding.")
        except Exception as error:
            failure = relay_faults.breakdown(error, self._base_url)
        else:
            if line is not None:
                return line
            failure = PassingError(f"{self._base_url} has closed the connection.")
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
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        content: AsyncGenerator[bytes] | None = None,
        *,
        write_s: float | None = _EXCHANGE_S,
    ) -> Awaitable[httpx.Response]:
        """Send a request; the caller limits the time to read the response. `write_s` is the limit for each piece."""
        headers = {"Authorization": f"Bearer {self._current_token()}", **(headers or {})}
        timeout = httpx.Timeout(connect=_CONNECT_S, write=write_s, read=None, pool=None)
        request = self._client.build_request(method, self._base_url + path, headers=headers, content=content, timeout=timeout)
        return self._client.send(request, stream=True)

    def _current_token(self) -> str:
        token = (self._token() or "").strip()
        if not token:
            raise RouteUnusable(
                "The relay's token is missing.",
                advice=f"Enter it in Settings, Relay and callbacks, or set {RELAY_TOKEN_VARIABLE}.",
            )
        if not _TOKEN.fullmatch(token):
            raise RouteUnusable("The relay's token contains characters that no token has.", advice="Copy it again.")
        return token

    def _open_client(self) -> httpx.AsyncClient:
        # A kept-alive connection may be dead unnoticed, and requests are rare: each opens its own.
        limits = httpx.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=0)
        trust = trusted_authorities()
        return httpx.AsyncClient(
            transport=self._transport or open_transport(self._base_url, self._proxies, trust=trust, limits=limits),
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"},
        )


async def _body(response: httpx.Response, server: str, *, max_bytes: int) -> bytes:
    """Read and close the response; returns `max_bytes` or a little more at most."""
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


def _askable(base_url: str) -> str:
    """Return the checked address. Raises `InvalidSetting` if httpx cannot use it."""
    url = check_relay_url(base_url)
    try:
        httpx.URL(url)
    except httpx.InvalidURL:
        raise InvalidSetting(f"{url!r} is not an address.") from None
    return url
