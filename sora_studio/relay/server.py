"""The relay as a server in whatever thread it is run: what uvicorn is told, and how it ends without keeping anybody waiting."""

import asyncio
import contextlib
import logging
import socket
import sys
import unicodedata
from collections.abc import Callable, Generator
from urllib.parse import urlsplit, urlunsplit

import uvicorn

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.settings import quoted
from sora_studio.relay.app import HEADERS, RelayApp
from sora_studio.relay.folder import RelayFolder
from sora_studio.relay.guard import GuardedConfig, GuardedProtocol
from sora_studio.relay.limits import Limits
from sora_studio.relay.mailbox import MailboxUnusable
from sora_studio.relay.places import Places

_GRACE_S = 1
"""How long a fetch under way may keep a closing relay."""
_KEEP_ALIVE_S = 5
_SWEEP_EVERY_S = 60
_BACKLOG = 512
_log = logging.getLogger(__name__)


class RelayServer(uvicorn.Server):
    """Serves an open folder until `should_exit`; leaves the process's signals alone. `on_started` tells that it answers."""

    def __init__(
        self, folder: RelayFolder, *, public_url: str, on_started: Callable[[], None], limits: Limits | None = None
    ) -> None:
        limits = limits or Limits()
        self._folder, self._on_started = folder, on_started
        self._sweeping: asyncio.Task[None] | None = None
        app = RelayApp(
            token=folder.token, public_url=public_url, pictures=folder.pictures, mailbox=folder.mailbox, limits=limits
        )
        config = GuardedConfig(
            app,
            http=GuardedProtocol,
            ws="none",
            interface="asgi3",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # whom to believe is the guard's business
            headers=list(HEADERS.items()),
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_GRACE_S,
        )
        config.limits, config.places = limits, Places(limits.per_address)
        super().__init__(config)

    def serve_on(self, listener: socket.socket) -> None:
        """Run a loop of its own in this thread until `should_exit`."""
        asyncio.run(self.serve(sockets=[listener]))

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals belong to the program."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell when it answers."""
        await super().startup(sockets)
        self._sweeping = asyncio.create_task(self._sweep())
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Open streams end at once."""
        if self._sweeping:
            self._sweeping.cancel()
        self._folder.mailbox.hush()
        await super().shutdown(sockets)

    async def _sweep(self) -> None:
        while True:
            await self._folder.pictures.sweep()
            try:
                await self._folder.mailbox.sweep()
            except MailboxUnusable as error:
                _log.warning("Old callbacks could not be dropped: %s", error)
            await asyncio.sleep(_SWEEP_EVERY_S)


def listen(host: str, port: int) -> socket.socket:
    """A socket that says it is TCP: only then asyncio sends at once, instead of holding small answers back for 40 ms.

    Raises OSError when the address or port cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there it would let two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def address_in_ascii(url: str) -> str:
    """A public address as every service takes it: a host of other letters in its registered form (`xn--…`).

    Raises `InvalidSetting` for other letters elsewhere, and for those few hosts whose form the standard library does not know.
    """
    if url.isascii():
        return url
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        registered = host.encode("idna").decode("ascii")
        is_same = registered.encode("ascii").decode("idna") == unicodedata.normalize("NFKC", host)
    except UnicodeError:
        registered, is_same = "", False
    address = urlunsplit(parts._replace(netloc=f"{registered}:{parts.port}" if parts.port else registered))
    if not is_same or not address.isascii():
        raise InvalidSetting(
            f"{quoted(url)} holds letters that not every service takes.",
            advice="Write it in ASCII, a host of other letters as xn--…",
        )
    return address


def origin_of(listener: socket.socket) -> str:
    """Where it is reached on this machine."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
