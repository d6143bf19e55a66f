"""A lent picture can be fetched by whoever holds its address, until it ends, and nothing else can be."""

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from sora_studio.relay.lending import LendingServer

_KINDS = [
    (b"\xff\xd8\xff\xe0 jpeg", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n png", "image/png"),
    (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
    (b"<html><script>", "application/octet-stream"),
    (b"", "application/octet-stream"),
]


class _Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def _lending(check: Callable[[LendingServer, httpx.AsyncClient], Awaitable[None]], clock: _Clock | None = None) -> None:
    async def run() -> None:
        server = LendingServer(clock or _Clock())
        await server.start()
        try:
            async with httpx.AsyncClient() as http:
                await check(server, http)
        finally:
            await server.stop()

    asyncio.run(run())


@pytest.mark.parametrize(("content", "kind"), _KINDS)
def test_a_lent_file_is_served_as_what_it_is(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "picture.html"
    path.write_bytes(content)

    async def check(server: LendingServer, http: httpx.AsyncClient) -> None:
        url = server.lend(path, lifetime_s=60)
        fetched, head = await http.get(url), await http.head(url)
        assert (fetched.status_code, fetched.content) == (200, content)
        assert fetched.headers["content-type"] == kind
        assert fetched.headers["x-content-type-options"] == "nosniff"
        assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(content)), b"")

    _lending(check)


def test_addresses_cannot_be_guessed_and_differ(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"x")

    async def check(server: LendingServer, http: httpx.AsyncClient) -> None:
        one, other = server.lend(path, lifetime_s=60), server.lend(path, lifetime_s=60)
        assert one != other
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{22}", one)
        base = one.rpartition("/")[0]
        for path_ in ("/", "/picture.png", f"{one[len(base) : -1]}", "/../" + path.name, f"{one[len(base) :]}/x"):
            assert (await http.get(base + path_)).status_code == 404

    _lending(check)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_there_is_nothing_but_fetching(tmp_path: Path, method: str) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"x")

    async def check(server: LendingServer, http: httpx.AsyncClient) -> None:
        assert (await http.request(method, server.lend(path, lifetime_s=60))).status_code == 405

    _lending(check)


def test_an_address_ends_like_one_that_never_was(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"x")
    clock = _Clock()

    async def check(server: LendingServer, http: httpx.AsyncClient) -> None:
        url, longer = server.lend(path, lifetime_s=60), server.lend(path, lifetime_s=120)
        clock.now += 59.9
        assert (await http.get(url)).status_code == 200
        clock.now += 0.1
        ended, never = await http.get(url), await http.get(f"{url[:-3]}abc")
        assert (ended.status_code, ended.content) == (never.status_code, b"") == (404, b"")
        server.lend(path, lifetime_s=1)
        assert (await http.get(longer)).status_code == 200

    _lending(check, clock)


def test_a_file_that_is_gone_is_not_found(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"x")

    async def check(server: LendingServer, http: httpx.AsyncClient) -> None:
        gone, folder = server.lend(path, lifetime_s=60), server.lend(tmp_path, lifetime_s=60)
        path.unlink()
        assert (await http.get(gone)).status_code == 404
        assert (await http.get(folder)).status_code == 404

    _lending(check)


def test_stopping_ends_the_thread_and_the_port(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"x")

    async def run() -> None:
        server = LendingServer()
        await server.stop()
        await server.start()
        url = server.lend(path, lifetime_s=60)
        assert "lending" in {thread.name for thread in threading.enumerate()}
        await server.stop()
        await server.stop()
        assert "lending" not in {thread.name for thread in threading.enumerate()}
        async with httpx.AsyncClient() as http:
            with pytest.raises(httpx.ConnectError):
                await http.get(url)

    asyncio.run(run())
