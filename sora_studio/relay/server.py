"""The relay as a server in any thread: uvicorn's configuration, and a quick shutdown."""

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
"""How long a transfer in progress may delay the shutdown."""
_KEEP_ALIVE_S = 5
_SWEEP_EVERY_S = 60
_BACKLOG = 512
_log = logging.getLogger(__name__)


class RelayServer(uvicorn.Server):
    """Serves an open folder until `should_exit`; leaves the process's signals alone. `on_started` is called once it answers."""

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
            proxy_headers=False,  # the guard decides which proxy to trust
            headers=list(HEADERS.items()),
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_GRACE_S,
        )
        config.limits, config.places = limits, Places(limits.per_address)
        super().__init__(config)

    def serve_on(self, listener: socket.socket) -> None:
        """Run an event loop in this thread until `should_exit`."""
        asyncio.run(self.serve(sockets=[listener]))

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to the program."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Call `on_started` once it answers."""
        await super().startup(sockets)
        self._sweeping = asyncio.create_task(self._sweep())
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End open streams at once."""
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
    """Return a listening socket, created with the TCP protocol: only then asyncio sets TCP_NODELAY, which saves 40 ms.

    Raises OSError when the address or port cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # on Windows it would let two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def address_in_ascii(url: str) -> str:
    """Return a public address in ASCII, as every service accepts it: an international host in its `xn--…` form.

    Raises `InvalidSetting` for other characters elsewhere, and for the few hosts that the standard library cannot convert.
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
            f"{quoted(url)} contains letters that not every service accepts.",
            advice="Write it in ASCII, a host of other letters as xn--…",
        )
    return address


def origin_of(listener: socket.socket) -> str:
    """Return the local address of a listener."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
