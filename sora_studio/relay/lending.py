"""Lends local pictures to a service on this machine: each under an address that nobody can guess and that soon ends."""

import asyncio
import contextlib
import secrets
import socket
import stat
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

_TOKEN_BYTES = 16
_GRACE_S = 1
"""How long a fetch under way may keep a closing server."""
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class _Loan:
    path: Path
    ends_at_s: float


class _Server(uvicorn.Server):
    """uvicorn that leaves the process's signals alone and tells when it answers."""

    started_event: threading.Event

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals belong to the program."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell when it answers."""
        await super().startup(sockets)
        self.started_event.set()


class LendingServer:
    """Serves lent files, and nothing else, on 127.0.0.1, in a thread of its own.

    An address holds 128 random bits; there is no listing, and an address that has ended answers like one that never was.
    `monotonic` gives seconds.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._loans = dict[str, _Loan]()
        self._listener: socket.socket | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    async def start(self) -> None:
        """Come back once it answers; raises OSError when this machine has no port left."""
        listener = self._listener = _listen()
        server = self._server = self._build()
        self._thread = threading.Thread(target=_run, args=(server, listener), name="lending", daemon=True)
        self._thread.start()
        await asyncio.to_thread(server.started_event.wait)

    def lend(self, path: Path, *, lifetime_s: float) -> str:
        """The address of a file for so many seconds; only after `start`."""
        assert self._listener is not None, "not started"
        now = self._monotonic()
        self._loans = {token: loan for token, loan in self._loans.items() if loan.ends_at_s > now}
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._loans[token] = _Loan(path, now + lifetime_s)
        host, port = self._listener.getsockname()[:2]
        return f"http://{host}:{port}/{token}"

    async def stop(self) -> None:
        """End every loan; comes back when the thread is gone. Fine when it never started."""
        if self._server is None or self._thread is None or self._listener is None:
            return
        self._server.should_exit = True
        await asyncio.to_thread(self._thread.join)
        self._listener.close()
        self._loans = {}
        self._server = self._thread = self._listener = None

    def _build(self) -> _Server:
        application = Starlette(routes=[Route("/{token}", self._on_request, methods=["GET", "HEAD"])])
        config = uvicorn.Config(
            application,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        server = _Server(config)
        server.started_event = threading.Event()
        return server

    async def _on_request(self, request: Request) -> Response:
        loan = self._loans.get(request.path_params["token"])
        if loan is None or loan.ends_at_s <= self._monotonic():
            return Response(status_code=404, headers=_HEADERS)
        opened = await asyncio.to_thread(_media_type, loan.path)
        if opened is None:
            return Response(status_code=404, headers=_HEADERS)
        return FileResponse(loan.path, media_type=opened, headers=_HEADERS)


def _listen() -> socket.socket:
    """A socket that says it is TCP: only then asyncio sends at once, instead of holding small answers back for 40 ms."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener


def _run(server: _Server, listener: socket.socket) -> None:
    try:
        asyncio.run(server.serve(sockets=[listener]))
    finally:
        server.started_event.set()


def _media_type(path: Path) -> str | None:
    """By the file's first bytes; None when it is no file that can be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            first = file.read(12)
    except OSError:
        return None
    if first.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if first.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if first[:4] == b"RIFF" and first[8:] == b"WEBP":
        return "image/webp"
    return "application/octet-stream"
