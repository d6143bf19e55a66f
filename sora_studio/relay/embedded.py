"""The relay within the program: on loopback, in its own thread, so that a busy window delays no request."""

import asyncio
import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.relay.folder import opened
from sora_studio.relay.limits import Limits

if TYPE_CHECKING:
    from sora_studio.relay.server import RelayServer


class EmbeddedRelay:
    """The relay of one folder on 127.0.0.1. Without a `public_url` it reports the address where it listens.

    `base_url` and `token` are set by `start`; the token survives a restart.
    """

    def __init__(self, folder: Path, *, port: int = 0, public_url: str = "", limits: Limits | None = None) -> None:
        self._folder, self._port, self._public_url = folder, port, public_url
        self._limits = limits or Limits()
        self._held = contextlib.ExitStack()
        self._server: RelayServer | None = None
        self._thread: threading.Thread | None = None
        self._starting: asyncio.Future[None] | None = None
        self.base_url = ""
        self.token = ""

    async def start(self) -> None:
        """Return once it answers. Raises OSError for a taken port, `InvalidSetting` for an unusable folder or address."""
        self._starting = asyncio.ensure_future(asyncio.to_thread(self._start))
        try:
            await asyncio.shield(self._starting)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Return when the thread has ended; open streams are cut. Fine when it never started."""
        await asyncio.shield(self._end())

    async def _end(self) -> None:
        if self._starting is not None:  # the thread finishes starting even when its caller was cancelled
            await asyncio.gather(self._starting, return_exceptions=True)
        await asyncio.to_thread(self._stop)

    def _start(self) -> None:
        # The web server's libraries take 3 MB, and few programs run a relay.
        from sora_studio.relay.server import RelayServer, address_in_ascii, listen, origin_of  # noqa: PLC0415

        public_url = address_in_ascii(self._public_url)
        listener = self._held.enter_context(listen("127.0.0.1", self._port))
        folder = self._held.enter_context(opened(self._folder, self._limits))
        self.base_url, self.token = origin_of(listener), folder.token
        started = threading.Event()
        server = RelayServer(folder, public_url=public_url or self.base_url, on_started=started.set, limits=self._limits)

        def serve() -> None:
            try:
                server.serve_on(listener)
            finally:
                started.set()

        self._server, self._thread = server, threading.Thread(target=serve, name="relay", daemon=True)
        self._thread.start()
        started.wait()
        if not server.started:
            raise OSError("the relay did not start")

    def _stop(self) -> None:
        server, self._server = self._server, None
        thread, self._thread = self._thread, None
        if server and thread:
            server.should_exit = True
            thread.join()
        self._held.close()
