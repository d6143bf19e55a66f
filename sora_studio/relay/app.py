"""What a relay answers: pictures and callbacks to everybody who knows an address, the rest to who has the token."""

import asyncio
import hashlib
import json
import logging
import os
import re
import traceback
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, closing
from dataclasses import asdict
from enum import StrEnum
from http import HTTPStatus
from typing import cast

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from sora_studio.domain.relay import CALLBACKS_PATH, HANDLE, PICTURES_PATH, is_callback_secret, is_token
from sora_studio.relay.guard import CONNECTION, GuardedProtocol, Visit
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
"""Of every answer, whoever makes it."""
_LINE_BY_LINE = {"X-Accel-Buffering": "no"}
"""So that a proxy (nginx and those that follow it) holds nothing of a stream back."""
_NO_ID_FROM = 10**40
_LONGEST_TASK_ID = 200
_METHOD_WORDS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_log = logging.getLogger(__name__)


class _Kind(StrEnum):
    """What a path is for, which is all that the log says of it."""

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
    """The ASGI application. It never raises, and says nothing of a path, a token or a body to anybody or to its log."""

    def __init__(self, *, token: str, public_url: str, pictures: Pictures, mailbox: Mailbox, limits: Limits) -> None:
        self._token, self._public_url = token, public_url
        self._pictures, self._mailbox, self._limits = pictures, mailbox, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
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
            except Exception as error:  # whatever it is, a stranger is not told
                _log_failure(error)
                response = Response(status_code=HTTPStatus.INTERNAL_SERVER_ERROR)
            _log_answer(request.method, kind, response.status_code)
            try:
                async with asyncio.timeout(None if kind is _Kind.STREAM else self._limits.answer_s):
                    await response(scope, receive, send)
            except Exception as error:  # it is too late for a status
                visit.cut()
                if not isinstance(error, TimeoutError):
                    _log_failure(error)

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
                return JSONResponse(self._greeting())
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
        return _WholeFile(path, stat_result=facts, media_type=media_type_of(handle))

    async def _change_loan(self, request: Request, handle: str) -> Response:
        if not HANDLE.fullmatch(handle):
            raise Refused(HTTPStatus.BAD_REQUEST)
        if request.method == "DELETE":
            await self._pictures.remove(handle)
            return Response(status_code=HTTPStatus.NO_CONTENT)
        content = request.stream()
        async with _in_time(self._limits.picture_s):
            try:
                await self._take_picture(request, handle, content)
            except Refused:
                if _announced_bytes(request) <= self._limits.picture_bytes:
                    await _read_out(content, most=self._limits.picture_bytes)
                raise
        return JSONResponse({"url": f"{self._public_url}{PICTURES_PATH}{handle}"}, HTTPStatus.CREATED)

    async def _take_picture(self, request: Request, handle: str, content: AsyncIterator[bytes]) -> None:
        lifetime_s = _whole_number(request.headers.get("lifetime", ""))
        if not 0 < lifetime_s <= self._limits.lifetime_s:
            raise Refused(HTTPStatus.BAD_REQUEST)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != media_type_of(handle):
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        await self._pictures.put(handle, content, size_bytes=_announced_bytes(request), lifetime_s=lifetime_s)

    async def _take_callback(self, request: Request, secret: str) -> Response:
        """One of ours is believed whatever it says, for it is a hint only: what matters is which task it is about."""
        if not is_callback_secret(self._token, secret):
            raise Refused(HTTPStatus.NOT_FOUND)
        async with _in_time(self._limits.callback_s):
            body = await self._read_callback(request)
        try:
            await self._mailbox.add(secret, hashlib.sha256(body).digest(), _read_task_id(body))
        except MailboxUnusable as error:  # a full disk most likely: the service comes again
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

    def _greeting(self) -> dict[str, str]:
        return {"public_url": self._public_url, "epoch": self._mailbox.epoch}

    def _place_in_stream(self, request: Request) -> int:
        after = _whole_number(request.query_params.get("after", "0"))
        if after < 0:
            raise Refused(HTTPStatus.BAD_REQUEST)
        return after if request.query_params.get("epoch") == self._mailbox.epoch else 0

    async def _lines(self, after: int) -> AsyncIterator[bytes]:
        yield _line(self._greeting())
        async with aclosing(self._mailbox.pages(after)) as pages:
            async for page in pages:  # in one piece: between two of them the loop hears that the reader has left
                yield b"".join(_line(asdict(entry)) for entry in page) or _line({})


class _WholeFile(FileResponse):
    """All of a file, whatever part is asked for; nothing of its time, which is when its address ends."""

    def set_stat_headers(self, stat_result: os.stat_result) -> None:
        """Its size alone."""
        self.headers["Content-Length"] = str(stat_result.st_size)
        del self.headers["accept-ranges"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Without what would make it an answer in parts."""
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)


def _read_path(path: str) -> tuple[_Kind, str]:
    for prefix, kind in _BELOW.items():
        if path.startswith(prefix):
            return kind, path.removeprefix(prefix)
    return _AT.get(path, _Kind.UNKNOWN), ""


def _read_task_id(body: bytes) -> str | None:
    """The id that a callback names; None when it cannot be read, whatever the reason."""
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
    """A field by its name without case, underscores and hyphens; None when there is none."""
    if not isinstance(table, dict):
        return None
    fields = cast("dict[str, object]", table).items()
    return next((value for name, value in fields if name.replace("_", "").replace("-", "").lower() == folded), None)


def _whole_number(text: str) -> int:
    """-1 for what is none."""
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else -1


def _announced_bytes(request: Request) -> int:
    """0 when nothing is announced; the server below has seen to it that it is a number."""
    return int(request.headers.get("content-length", "0"))


def _line(content: dict[str, str] | dict[str, object]) -> bytes:
    return json.dumps(content).encode() + b"\n"


async def _read_out(content: AsyncIterator[bytes], *, most: int) -> None:
    """The rest of what is refused: its sender hears nothing before, and a connection that ends amid it takes the answer too."""
    async for chunk in content:
        most -= len(chunk)
        if most < 0:
            break


@asynccontextmanager
async def _in_time(seconds: float) -> AsyncGenerator[None]:
    """For a body; a connection on which it did not come in time is of no more use."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, {"Connection": "close"}) from None


def _log_answer(method: str, kind: _Kind, status: int) -> None:
    """What strangers try is of interest only to who runs a relay by itself: there it is shown."""
    word = method if method in _METHOD_WORDS else "OTHER"
    _log.log(logging.INFO if status < HTTPStatus.BAD_REQUEST else logging.DEBUG, "%s %s %d", word, kind.value, status)


def _log_failure(error: BaseException) -> None:
    """Where it happened, but not the error's words: they may hold a path."""
    *_, last = traceback.extract_tb(error.__traceback__)
    _log.error("A request failed: %s in %s, line %s", type(error).__name__, last.name, last.lineno)
