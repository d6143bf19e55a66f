"""The client of the remote service: create, status and balance, within the service's rate limits."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from sora_studio.clock import Clock
from sora_studio.domain.errors import InvalidSetting, KeyMissing, KeyRejected, RateLimited, StudioError
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.proxies import DIRECT, Proxies
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.settings import check_base_url
from sora_studio.gateway import faults
from sora_studio.gateway.answers import Answer, read_answer
from sora_studio.gateway.connections import USER_AGENT, keep_addresses_out_of_the_log, trusted_authorities
from sora_studio.gateway.pacing import MAX_IN_FLIGHT, Priority, RequestBudget
from sora_studio.gateway.proxied_transport import open_transport
from sora_studio.gateway.wire import from_wire, task_id_of, to_wire, usd_of

_log = logging.getLogger(__name__)
MAX_ANSWER_BYTES = 1 << 20
"""A real response has a few hundred bytes; one this large is not the service's."""

_KEEPALIVE_S = 30.0
_CONNECT_S, _WRITE_S = 10.0, 30.0
_BALANCE_LANE, _BALANCE_PER_MINUTE = "", 30
_KEY = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class _Patience:
    """Time-outs in seconds: between two pieces of a response, and for the whole exchange."""

    read_s: float
    whole_s: float


# The response to a create says what was paid for and is worth waiting for; queries can be retried.
_FOR_CREATE = _Patience(read_s=120.0, whole_s=180.0)
_FOR_QUESTION = _Patience(read_s=30.0, whole_s=60.0)


class GatewayClient:
    """The gateway over HTTP, for one base URL.

    The key is read for every request, is sent to that URL's origin only (redirects are not followed, and a loopback gateway is
    never reached through a proxy), and appears in no log or error. A create is sent at most once, and its errors say that
    nothing was started only if that is proven.
    """

    def __init__(
        self,
        base_url: str,
        *,
        key: Callable[[], str | None],
        clock: Clock,
        proxies: Proxies = DIRECT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        keep_addresses_out_of_the_log()
        self._base_url = _askable(base_url)
        self._key = key
        self._clock = clock
        self._budget = RequestBudget(clock=clock)
        # A kept-alive connection may be dead unnoticed (a laptop that slept). Queries can be retried, but a create would end
        # with an unknown outcome, so it always opens its own connection.
        self._kept = self._open_client(transport, proxies, keep=MAX_IN_FLIGHT)
        self._fresh = self._open_client(transport, proxies, keep=0)

    @property
    def requests_last_minute(self) -> int:
        """Requests within the last 60 s, over all models."""
        return self._budget.requests_last_minute

    async def close(self) -> None:
        """Close every connection and cancel waiting requests."""
        await self._budget.close()
        await self._kept.aclose()
        await self._fresh.aclose()

    async def create(
        self,
        request: GenerationRequest,
        profile: ModelProfile,
        addresses: Mapping[str, str],
        *,
        callback_url: str | None = None,
        claim: Callable[[], Awaitable[bool]],
    ) -> str | None:
        """Start a paid task and return its task id. With a `callback_url` the service also reports the task's end there.

        `addresses` are those of the request's media, by their sources.

        `claim` is awaited after rate limiting, right before the first byte is sent. If it returns False, nothing is sent and
        None is returned; if it raises, nothing is sent and its error is raised.

        Raises `ConnectionFailed`, `RateLimited` and `Intercepted` only if nothing was started; `OutcomeUnknown` if the task may
        have started (`InterceptedCreate` if something else answered in the service's place); `KeyMissing`, `KeyRejected`,
        `OutOfCredit`, `ModelForbidden` and `RequestRefused` if the service refused.
        """
        path = f"/api/v1/generateTask/{quote(profile.slug, safe='')}"
        body = json.dumps(to_wire(request, profile, addresses, callback_url=callback_url), separators=(",", ":")).encode()
        async with self._budget.place(profile.slug, per_minute=profile.limits.requests_per_minute, priority=Priority.CREATE):
            if not await claim():
                return None
            post = self._request(self._fresh, "POST", path, self._current_key(), _FOR_CREATE, body=body)
            answer = await self._answer(self._fresh, post, _FOR_CREATE, faults.create_breakdown)
            task_id = task_id_of(answer.data) if answer.is_success else None
            if task_id is not None:
                return task_id
            raise self._obeyed(faults.create_refusal(answer), profile.slug)

    async def status(self, profile: ModelProfile, task_id: str, *, urgent: bool = False) -> RemoteStatus:
        """Return a task's status; `urgent` goes first. Raises `TaskUnknown`, `PassingError`, or `UserError` about the key."""
        path = f"/api/v1/statusTask/{quote(profile.slug, safe='')}?taskId={quote(task_id, safe='')}"
        priority = Priority.URGENT if urgent else Priority.ROUTINE
        async with self._budget.place(profile.slug, per_minute=profile.limits.requests_per_minute, priority=priority):
            get = self._request(self._kept, "GET", path, self._current_key(), _FOR_QUESTION)
            answer = await self._answer(self._kept, get, _FOR_QUESTION, faults.question_breakdown)
            status = from_wire(answer.data, task_id, base_url=self._base_url) if answer.is_success else None
            if status is not None:
                return status
            raise self._obeyed(faults.status_refusal(answer), profile.slug)

    async def balance(self) -> float:
        """Return the key's balance in US dollars. Raises like `status`."""
        return await self._balance(self._current_key())

    async def balance_of(self, key: str) -> float:
        """Return the balance of another key than the current one, to test it. Raises like `balance`."""
        return await self._balance(_usable(key))

    async def _balance(self, key: str) -> float:
        async with self._budget.place(_BALANCE_LANE, per_minute=_BALANCE_PER_MINUTE, priority=Priority.URGENT):
            get = self._request(self._kept, "GET", "/api/v1/apikeys/current-balance", key, _FOR_QUESTION)
            answer = await self._answer(self._kept, get, _FOR_QUESTION, faults.question_breakdown)
            usd = usd_of(answer.data) if answer.is_success else None
            if usd is not None:
                return usd
            raise self._obeyed(faults.balance_refusal(answer), _BALANCE_LANE)

    def _current_key(self) -> str:
        key = self._key()
        if not key:
            raise KeyMissing
        return _usable(key)

    def _open_client(self, transport: httpx.AsyncBaseTransport | None, proxies: Proxies, *, keep: int) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=MAX_IN_FLIGHT, max_keepalive_connections=keep, keepalive_expiry=_KEEPALIVE_S)
        trust = trusted_authorities()
        return httpx.AsyncClient(
            transport=transport or open_transport(self._base_url, proxies, trust=trust, limits=limits),
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"},
        )

    def _request(
        self, client: httpx.AsyncClient, method: str, path: str, key: str, patience: _Patience, *, body: bytes | None = None
    ) -> httpx.Request:
        headers = {"Authorization": f"Bearer {key}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        # The budget admits as many requests as the pool has connections, so no pool time-out is needed.
        timeout = httpx.Timeout(connect=_CONNECT_S, write=_WRITE_S, read=patience.read_s, pool=None)
        return client.build_request(method, self._base_url + path, headers=headers, content=body, timeout=timeout)

    async def _answer(
        self,
        client: httpx.AsyncClient,
        request: httpx.Request,
        patience: _Patience,
        breakdown: Callable[[Exception], StudioError],
    ) -> Answer:
        """Send once and return the whole response; `breakdown` maps errors.

        Errors never chain the HTTP error, which contains the request and so the key.
        """
        try:
            async with asyncio.timeout(patience.whole_s):
                response = await client.send(request, stream=True)
                try:
                    body = await _read_bounded(response)
                finally:
                    await response.aclose()
        except Exception as error:
            if not isinstance(error, faults.NETWORK_TROUBLE):
                _log.exception("A request failed because of a bug in the program")
            failure = breakdown(error)
        else:
            retry_after = response.headers.get("Retry-After")
            return read_answer(response.status_code, body, retry_after=retry_after, now=self._clock.now())
        raise failure

    def _obeyed(self, failure: StudioError, lane: str) -> StudioError:
        """Pause the lane for the requested `Retry-After`, if any, and return the failure."""
        if isinstance(failure, RateLimited) and failure.retry_after_s is not None:
            self._budget.hold_back(lane, failure.retry_after_s)
        return failure


async def _read_bounded(response: httpx.Response) -> bytes:
    """Return the body; empty if it is too long. An interrupted HTML page is returned as far as it arrived."""
    body = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                return b""
    except faults.NETWORK_TROUBLE:
        if "html" not in response.headers.get("Content-Type", "").lower():
            raise
    return bytes(body)


def _askable(base_url: str) -> str:
    """Return the checked address. Raises `InvalidSetting` if httpx cannot use it."""
    url = check_base_url(base_url)
    try:
        httpx.URL(url)
    except httpx.InvalidURL:
        raise InvalidSetting(f"{url!r} is not an address.") from None
    return url


def _usable(key: str) -> str:
    """Return the stripped key. Raises `KeyRejected` if it cannot be sent in a header."""
    key = key.strip()
    if not _KEY.fullmatch(key):
        raise KeyRejected("The API key contains characters that no key has.", advice="Copy it again and enter it in Settings.")
    return key
