"""The relay's web application: lent files and callbacks for everyone with an address, the rest for the token's owner."""

import asyncio
import hashlib
import json
import logging
import re
import traceback
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import asdict
from enum import StrEnum
from http import HTTPStatus
from typing import cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from sora_studio.domain.relay import CALLBACKS_PATH, HANDLE, PICTURES_PATH, is_callback_secret, is_token
from sora_studio.relay.guard import CONNECTION, GuardedProtocol, Visit
from sora_studio.relay.lent_file import LentFile
from sora_studio.relay.limits import Limits, Refused
from sora_studio.relay.mailbox import Mailbox, MailboxUnusable
from sora_studio.relay.pictures import Pictures, media_type_of

HEADERS = {
    "Server": "sora-studio-relay",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
}
"""Headers of every response, including the server's own errors."""
_LINE_BY_LINE = {"X-Accel-Buffering": "no"}
"""Keeps a proxy (nginx and compatible ones) from buffering the stream."""
_NO_ID_FROM = 10**40
_LONGEST_TASK_ID = 200
_METHOD_WORDS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_log = logging.getLogger(__name__)


class _Kind(StrEnum):
    """The kind of a path: the log names only this, never the path."""

    PICTURE = "picture"
    CALLBACK = "callback"
    GREETING = "greeting"
    LOAN = "loan"
    STREAM = "stream"
    UNKNOWN = "unknown"


_BELOW = {PICTURES_PATH: _Kind.PICTURE, CALLBACKS_PATH: _Kind.CALLBACK, "/v1/pictures/": _Kind.LOAN}
_AT = {"/v1/relay": _Kind.GREETING, "/v1/callbacks": _Kind.STREAM}
_METHODS = {
    _Kind.PICTURE: ("GET", "HEAD"),
    _Kind.CALLBACK: ("POST",),
    _Kind.GREETING: ("GET",),
    _Kind.LOAN: ("PUT", "DELETE"),
    _Kind.STREAM: ("GET",),
}
_PRIVATE = frozenset({_Kind.GREETING, _Kind.LOAN, _Kind.STREAM})


class RelayApp:
    """The ASGI application. It never raises, and never reveals a path, token or body, in a response or in the log."""

    def __init__(self, *, token: str, public_url: str, pictures: Pictures, mailbox: Mailbox, limits: Limits) -> None:
        self._token, self._public_url = token, public_url
        self._pictures, self._mailbox, self._limits = pictures, mailbox, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        kind, name = _read_path(str(scope["path"]))
        is_owner = kind in _PRIVATE and self._has_token(request)
        connection = cast("GuardedProtocol", scope["state"][CONNECTION])
        with closing(await connection.admit(request, is_owner=is_owner)) as visit:
            try:
                response = await self._answer(request, visit, kind, name)
            except Refused as refused:
                response = Response(status_code=refused.status, headers=refused.headers)
            except ClientDisconnect:
                return
            except Exception as error:  # strangers learn no details
                _log_failure(error)
                response = Response(status_code=HTTPStatus.INTERNAL_SERVER_ERROR)
            _log_answer(request.method, kind, response.status_code)
            try:
                async with asyncio.timeout(None if kind is _Kind.STREAM else self._limit_s(response)):
                    await response(scope, receive, send)
            except Exception as error:  # the status line may be out already
                visit.cut()
                if not isinstance(error, TimeoutError):
                    _log_failure(error)

    def _limit_s(self, response: Response) -> float:
        """Return how long a stranger may take to fetch a response."""
        return self._limits.answer_s + int(response.headers.get("content-length", "0")) / self._limits.slowest_bytes_per_s

    async def _answer(self, request: Request, visit: Visit, kind: _Kind, name: str) -> Response:
        if not visit.is_welcome:
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": "1", "Connection": "close"})
        if kind in _PRIVATE and not visit.is_owner:
            raise Refused(HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})
        match kind:
            case _Kind.UNKNOWN:
                raise Refused(HTTPStatus.NOT_FOUND)
            case _ if request.method not in _METHODS[kind]:
                raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": ", ".join(_METHODS[kind])})
            case _Kind.PICTURE:
                return await self._lend(name)
            case _Kind.CALLBACK:
                return await self._take_callback(request, name)
            case _Kind.GREETING:
                return JSONResponse(await self._greeting())
            case _Kind.STREAM:
                lines = self._lines(self._place_in_stream(request))
                return StreamingResponse(lines, headers=_LINE_BY_LINE, media_type="application/x-ndjson")
            case _Kind.LOAN:
                return await self._change_loan(request, name)

    def _has_token(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return is_token(self._token, token) and scheme.lower() == "bearer"

    async def _lend(self, handle: str) -> Response:
        path = self._pictures.find(handle)
        if path is None:
            raise Refused(HTTPStatus.NOT_FOUND)
        try:
            facts = await asyncio.to_thread(path.stat)
        except OSError:
            raise Refused(HTTPStatus.NOT_FOUND) from None
        return LentFile(path, facts, media_type_of(handle))

    async def _change_loan(self, request: Request, handle: str) -> Response:
        if not HANDLE.fullmatch(handle):
            raise Refused(HTTPStatus.BAD_REQUEST)
        if request.method == "DELETE":
            await self._pictures.remove(handle)
            return Response(status_code=HTTPStatus.NO_CONTENT)
        async with _in_time(self._limits.stall_s) as limit:
            content = _flowing(request, limit, self._limits.stall_s)
            try:
                await self._take_file(request, handle, content)
            except Refused:
                if _announced_bytes(request) <= self._limits.picture_bytes:  # more is not worth the time
                    await _read_out(content, most=self._limits.picture_bytes)
                raise
        return JSONResponse({"url": f"{self._public_url}{PICTURES_PATH}{handle}"}, HTTPStatus.CREATED)

    async def _take_file(self, request: Request, handle: str, content: AsyncIterator[bytes]) -> None:
        lifetime_s = _whole_number(request.headers.get("lifetime", ""))
        if not 0 < lifetime_s <= self._limits.lifetime_s:
            raise Refused(HTTPStatus.BAD_REQUEST)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != media_type_of(handle):
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        await self._pictures.put(handle, content, size_bytes=_announced_bytes(request), lifetime_s=lifetime_s)

    async def _take_callback(self, request: Request, secret: str) -> Response:
        """Store a callback whatever its body says: it only triggers a status query, so only the task in question matters."""
        if not is_callback_secret(self._token, secret):
            raise Refused(HTTPStatus.NOT_FOUND)
        async with _in_time(self._limits.callback_s):
            body = await self._read_callback(request)
        try:
            await self._mailbox.add(secret, hashlib.sha256(body).digest(), _read_task_id(body))
        except MailboxUnusable as error:  # probably a full disk: the service retries
            _log_failure(error)
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "30"}) from None
        return JSONResponse({"code": 200, "message": "success"})

    async def _read_callback(self, request: Request) -> bytes:
        body, most = bytearray(), self._limits.callback_bytes
        if _announced_bytes(request) > most:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return bytes(body)

    async def _greeting(self) -> dict[str, object]:
        """Return the address, the epoch of the cursors, and which films and sounds would be taken."""
        return {
            "public_url": self._public_url,
            "epoch": self._mailbox.epoch,
            "film_bytes": self._limits.film_bytes,
            "free_bytes": await self._pictures.free_bytes(),
        }

    def _place_in_stream(self, request: Request) -> int:
        after = _whole_number(request.query_params.get("after", "0"))
        if after < 0:
            raise Refused(HTTPStatus.BAD_REQUEST)
        return after if request.query_params.get("epoch") == self._mailbox.epoch else 0

    async def _lines(self, after: int) -> AsyncIterator[bytes]:
        yield _line(await self._greeting())
        async with aclosing(self._mailbox.pages(after)) as pages:
            async for page in pages:  # one chunk per page: a disconnected reader is noticed between two chunks
                yield b"".join(_line(asdict(entry)) for entry in page) or _line({})


def _read_path(path: str) -> tuple[_Kind, str]:
    for prefix, kind in _BELOW.items():
        if path.startswith(prefix):
            return kind, path.removeprefix(prefix)
    return _AT.get(path, _Kind.UNKNOWN), ""


def _read_task_id(body: bytes) -> str | None:
    """Return the task id in a callback; None when it cannot be read for any reason."""
    try:
        envelope: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    task_id = _field(_field(envelope, "data"), "taskid")
    if isinstance(task_id, int) and not isinstance(task_id, bool) and abs(task_id) < _NO_ID_FROM:
        task_id = str(task_id)
    if isinstance(task_id, str) and 0 < len(task_id) <= _LONGEST_TASK_ID and task_id.isprintable():
        return task_id
    return None


def _field(table: object, folded: str) -> object:
    """Return a field by its name, ignoring case, underscores and hyphens; None when it is missing."""
    if not isinstance(table, dict):
        return None
    fields = cast("dict[str, object]", table).items()
    return next((value for name, value in fields if name.replace("_", "").replace("-", "").lower() == folded), None)


def _whole_number(text: str) -> int:
    """Return the number; -1 when the text is not one."""
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else -1


def _announced_bytes(request: Request) -> int:
    """Return the announced size, 0 without one; h11 has already checked that it is a number."""
    return int(request.headers.get("content-length", "0"))


def _line(content: dict[str, object]) -> bytes:
    return json.dumps(content).encode() + b"\n"


async def _flowing(request: Request, limit: asyncio.Timeout, stall_s: float) -> AsyncGenerator[bytes]:
    """Yield a body that must not pause for longer than `stall_s`; storing it after its end has no limit."""
    async for chunk in request.stream():
        limit.reschedule(asyncio.get_running_loop().time() + stall_s)
        yield chunk
    limit.reschedule(None)


async def _read_out(content: AsyncIterator[bytes], *, most: int) -> None:
    """Drain the rest of a rejected body: most clients read no response before, and closing early could lose it."""
    async for chunk in content:
        most -= len(chunk)
        if most < 0:
            break


@asynccontextmanager
async def _in_time(seconds: float) -> AsyncGenerator[asyncio.Timeout]:
    """Limit the time for a body; after a timeout the connection is closed, because the rest may still arrive."""
    try:
        async with asyncio.timeout(seconds) as limit:
            yield limit
    except TimeoutError:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, {"Connection": "close"}) from None


def _log_answer(method: str, kind: _Kind, status: int) -> None:
    """Log successes at INFO and rejections at DEBUG, which only a stand-alone relay's operator would look at."""
    word = method if method in _METHOD_WORDS else "OTHER"
    _log.log(logging.INFO if status < HTTPStatus.BAD_REQUEST else logging.DEBUG, "%s %s %d", word, kind.value, status)


def _log_failure(error: BaseException) -> None:
    """Log where the error happened, but not its message, which may contain a path."""
    *_, last = traceback.extract_tb(error.__traceback__)
    _log.error("A request failed: %s in %s, line %s", type(error).__name__, last.name, last.lineno)
