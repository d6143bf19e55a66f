"""A film of 500 MB lent through the relay: speed, memory of both sides, and how late the window's loop is meanwhile."""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.clock import Clock
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.gateway.picture_checker import HttpPictureChecker
from sora_studio.gateway.relay_client import RelayClient
from sora_studio.relay.embedded import EmbeddedRelay
from tests.benchmarks.figures import Figure, percentile
from tests.doubles.lent_films import MB, lent_film
from tests.e2e.test_relay import TOKEN, relay

FILM_BYTES = 500 * MB
HEARTBEAT_S = 0.005
IDLE_S = 2.0
AIM_MS, AIM_GROWTH_MB = 8.0, 20.0
HANDLE = "abcdefghijklmnopqrstuv.mp4"


class Watch:
    """Records how late this loop is woken, and how much memory each process takes at most."""

    def __init__(self, *processes: int) -> None:
        self.late_ms = list[float]()
        self._before = {process: resident_mb(process) for process in processes}
        self._most = dict(self._before)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            due = time.perf_counter() + HEARTBEAT_S
            await asyncio.sleep(HEARTBEAT_S)
            self.late_ms.append((time.perf_counter() - due) * 1000)
            for process, most in self._most.items():
                self._most[process] = max(most, resident_mb(process))

    def growth_mb(self, process: int) -> float:
        """Return by how much a process grew at most."""
        return self._most[process] - self._before[process]


def resident_mb(process: int) -> float:
    """Return a process's resident memory."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def watched(watch: Watch, work: Awaitable[object]) -> float:
    """Return the seconds that the work took."""
    watching, begun = asyncio.ensure_future(watch.run()), time.perf_counter()
    await work
    took_s = time.perf_counter() - begun
    watching.cancel()
    return took_s


@asynccontextmanager
async def client_of(base_url: str, token: str) -> AsyncGenerator[RelayClient]:
    """A client that has spoken to the relay before, as the program's has."""
    client = RelayClient(base_url, token=lambda: token, clock=Clock())
    await client.greet()
    try:
        yield client
    finally:
        await client.close()


def tell(name: str, watch: Watch, took_s: float, processes: dict[str, int]) -> None:
    """Print the figures of one upload."""
    Figure(f"{name}, 500 MB", f"{FILM_BYTES / 1e6 / took_s:.0f} MB/s").tell()
    late_ms = percentile(watch.late_ms, 99)
    told = f"p99 {late_ms:.1f}, most {max(watch.late_ms):.1f} ms"
    Figure(f"{name}, window's loop late by", told, f"p99 under {AIM_MS:.0f} ms", met=late_ms < AIM_MS).tell()
    for side, process in processes.items():
        growth_mb = watch.growth_mb(process)
        told, aim = f"{growth_mb:.1f} MB", f"under {AIM_GROWTH_MB:.0f} MB"
        Figure(f"{name}, memory of the {side} grows by", told, aim, met=growth_mb < AIM_GROWTH_MB).tell()


async def idle() -> None:
    """Show how late the loop is on this machine while nothing is lent."""
    watch = Watch()
    await watched(watch, asyncio.sleep(IDLE_S))
    Figure("lending, window's loop late by while idle", f"p99 {percentile(watch.late_ms, 99):.1f} ms").tell()


async def to_a_server(folder: Path, film: PreparedFile) -> None:
    """Lend through a relay in a process of its own, as on a server."""
    with relay(folder, token=TOKEN) as (process, base_url, _):
        async with client_of(base_url, TOKEN) as client:
            sides = {"program": os.getpid(), "relay": process.pid}
            watch = Watch(*sides.values())
            took_s = await watched(watch, client.publish(film, HANDLE, lifetime_s=600))
            tell("lending to a server", watch, took_s, sides)


async def within_the_program(folder: Path, film: PreparedFile) -> None:
    """Lend through the program's own relay, which shares its lock with the window's thread."""
    server = EmbeddedRelay(folder)
    await server.start()
    async with client_of(server.base_url, server.token) as client:
        sides = {"program": os.getpid()}
        watch = Watch(*sides.values())
        url = ""

        async def publish() -> None:
            nonlocal url
            url = await client.publish(film, HANDLE, lifetime_s=600)

        took_s = await watched(watch, publish())
        tell("lending in the program", watch, took_s, sides)
        begun = time.perf_counter()
        checker = HttpPictureChecker(gateway_is_loopback=True, clock=Clock())
        await checker.look_at_file(url)
        Figure("lending, a look at the film", f"{(time.perf_counter() - begun) * 1000:.0f} ms").tell()
        await checker.close()
    await server.stop()


def main() -> None:
    """Print the figures. Only Linux reports memory without another library."""
    if not Path("/proc/self/statm").exists():
        Figure("lending", "not measured on this system").tell()
        return
    application = QCoreApplication([])
    with tempfile.TemporaryDirectory() as folder, StudioEventLoop(application) as loop:
        film = lent_film(Path(folder), FILM_BYTES)
        ways: tuple[Callable[[Path, PreparedFile], Awaitable[None]], ...] = (to_a_server, within_the_program)
        loop.run_until_complete(idle())
        for number, way in enumerate(ways):
            (Path(folder) / str(number)).mkdir()
            loop.run_until_complete(way(Path(folder) / str(number), film))


if __name__ == "__main__":
    main()
