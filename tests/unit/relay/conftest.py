"""A relay in a thread on a folder of its own, and whoever talks to it."""

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from sora_studio.domain.relay import callback_secret
from sora_studio.relay.embedded import EmbeddedRelay
from sora_studio.relay.limits import Limits

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(200))
PATIENCE_S = 10
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that speak plain http: reading all the authorities' certificates takes each of them 25 ms."""


@dataclass
class Bench:
    """A running relay; `studio` shows the token, `stranger` knows nothing."""

    relay: EmbeddedRelay
    folder: Path
    studio: httpx.AsyncClient
    stranger: httpx.AsyncClient

    @property
    def port(self) -> int:
        return int(self.relay.base_url.rpartition(":")[2])

    def new_secret(self) -> str:
        return callback_secret(self.relay.token, secrets.token_bytes(16))

    async def put(
        self, handle: str, content: bytes = JPEG, *, kind: str = "image/jpeg", lifetime: str = "60"
    ) -> httpx.Response:
        headers = {"Content-Type": kind, "Lifetime": lifetime}
        return await self.studio.put(f"/v1/pictures/{handle}", content=content, headers=headers)

    def files(self) -> dict[str, bytes]:
        """What lies in the folder of pictures."""
        return {path.name: path.read_bytes() for path in (self.folder / "pictures").iterdir()}

    def names(self) -> list[str]:
        """The same, while they come and go."""
        return [path.name for path in (self.folder / "pictures").iterdir()]

    async def callbacks(self, count: int, query: str = "") -> list[dict[str, object]]:
        """The greeting and the first entries of the stream."""
        lines = list[dict[str, object]]()
        async with asyncio.timeout(PATIENCE_S), self.studio.stream("GET", f"/v1/callbacks{query}") as stream:
            async for line in stream.aiter_lines():
                lines.append(httpx.Response(200, text=line).json())
                if len(lines) > count:
                    break
        return lines


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread brings about; raises TimeoutError when it never comes."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - nobody there could set an event
            await asyncio.sleep(0)


async def hang_up_of_an_idle_one(bench: Bench) -> None:
    """Wait for as long as the relay lets a connection say nothing, by its own measure: on one that is opened for it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    async with asyncio.timeout(PATIENCE_S):
        with contextlib.suppress(ConnectionError):
            await reader.read()
    writer.close()


@asynccontextmanager
async def running(folder: Path, limits: Limits | None = None, **options: str) -> AsyncIterator[Bench]:
    relay = EmbeddedRelay(folder, limits=limits, **options)  # pyright: ignore[reportArgumentType]
    await relay.start()
    bearer = {"Authorization": f"Bearer {relay.token}"}
    try:
        async with (
            httpx.AsyncClient(base_url=relay.base_url, headers=bearer, trust_env=False, verify=PLAIN) as studio,
            httpx.AsyncClient(base_url=relay.base_url, trust_env=False, verify=PLAIN) as stranger,
        ):
            yield Bench(relay, folder, studio, stranger)
    finally:
        await relay.stop()


Check = Callable[[Bench], Awaitable[None]]


@pytest.fixture
def with_relay(tmp_path: Path) -> Callable[..., None]:
    """`with_relay(check, limits)` runs a check against a relay; the same folder each time in a test."""

    def run(check: Check, limits: Limits | None = None) -> None:
        async def go() -> None:
            async with running(tmp_path / "relay", limits) as bench:
                await check(bench)

        asyncio.run(go())

    return run
