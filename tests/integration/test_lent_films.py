"""A film through the relay: up as a stream, out in ranges, gone when withdrawn, and nothing of it is ever whole in memory."""

import asyncio
import hashlib
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from sora_studio.clock import Clock
from sora_studio.domain.errors import ConnectionFailed, PassingError, PublishingFailed
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.media_types import WebFile
from sora_studio.gateway import upload_body
from sora_studio.gateway.picture_checker import HttpPictureChecker
from sora_studio.gateway.relay_client import RelayClient
from sora_studio.relay.embedded import EmbeddedRelay
from sora_studio.relay.limits import Limits
from tests.doubles.lent_films import MB, lent_film
from tests.integration.test_relay_client import relayed
from tests.unit.relay.conftest import PLAIN, until

HANDLE = "abcdefghijklmnopqrstuv.mp4"
MOST_IN_MEMORY = 6 * MB


def stranger() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False, verify=PLAIN)


async def digest_of(url: str) -> str:
    """What a stranger downloads there."""
    digest = hashlib.sha256()
    async with stranger() as http, http.stream("GET", url) as response:
        assert (response.status_code, response.headers["content-type"]) == (200, "video/mp4")
        async for piece in response.aiter_raw():
            digest.update(piece)
    return digest.hexdigest()


@asynccontextmanager
async def memory_stays_flat() -> AsyncGenerator[None]:
    """Of both sides, which share this process."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MOST_IN_MEMORY
    finally:
        tracemalloc.stop()


def test_a_film_is_streamed_up_and_out_and_is_gone_when_withdrawn(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with relayed(tmp_path / "relay") as (relay, client):
            film = lent_film(tmp_path, 30 * MB)
            await client.greet()
            async with memory_stays_flat():
                url = await client.publish(film, HANDLE, lifetime_s=60)
                assert await digest_of(url) == film.fingerprint
            assert url == f"{relay.base_url}/p/{HANDLE}"
            checker = HttpPictureChecker(gateway_is_loopback=True, clock=Clock())
            assert await checker.look_at_file(url) == WebFile("mp4", film.size_bytes)
            await checker.close()
            async with stranger() as http:
                head = await http.head(url)
                end = await http.get(url, headers={"Range": f"bytes={film.size_bytes - 2}-"})
                await client.withdraw(HANDLE)
                assert (await http.get(url)).status_code == 404
            assert (head.headers["content-length"], head.headers["accept-ranges"]) == (str(film.size_bytes), "bytes")
            assert (end.status_code, end.content) == (206, b"\0!")
            assert list((tmp_path / "relay" / "pictures").iterdir()) == []
            film.path.unlink()

    asyncio.run(scenario())


def test_a_restarted_relay_goes_on_lending(tmp_path: Path) -> None:
    film = lent_film(tmp_path)

    async def scenario() -> None:
        async with relayed(tmp_path / "relay") as (_, client):
            await client.publish(film, HANDLE, lifetime_s=60)
        async with relayed(tmp_path / "relay") as (relay, client):
            url = f"{relay.base_url}/p/{HANDLE}"
            assert await digest_of(url) == film.fingerprint
            assert (await client.greet()).free_bytes <= Limits().files_bytes - film.size_bytes
            await client.withdraw(HANDLE)
            async with stranger() as http:
                assert (await http.head(url)).status_code == 404

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("limits", "kind", "words"),
    [
        (Limits(film_bytes=2 * MB), PublishingFailed, "The film has 3.00 MB; the relay takes 2.00 MB"),
        (Limits(files_bytes=2 * MB), PassingError, "no room for one more film"),
        (Limits(spare_bytes=1 << 60), PassingError, "no room for one more film"),
    ],
    ids=["too large", "no room", "disk full"],
)
def test_what_the_relay_would_refuse_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: Limits, kind: type[Exception], words: str
) -> None:
    async def never(_file: PreparedFile, _stall: asyncio.Timeout) -> AsyncGenerator[bytes]:
        raise AssertionError("it was sent")
        yield b""

    monkeypatch.setattr(upload_body, "pieces_of_file", never)

    async def scenario() -> None:
        async with relayed(tmp_path / "relay", limits) as (_, client):
            with pytest.raises(kind, match=words) as caught:
                await client.publish(lent_film(tmp_path), HANDLE, lifetime_s=60)
            assert type(caught.value) is kind

    asyncio.run(scenario())


def test_a_relay_that_ends_during_an_upload_leaves_nothing_and_is_worth_another_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film, parts = lent_film(tmp_path, 12 * MB), tmp_path / "relay" / "pictures"
    read, at_half, ended = upload_body._read, asyncio.Event(), asyncio.Event()

    async def pausing(file: PreparedFile, offset: int, buffer: bytearray) -> int:
        if offset >= file.size_bytes // 2:
            at_half.set()
            await ended.wait()
        return await read(file, offset, buffer)

    monkeypatch.setattr(upload_body, "_read", pausing)

    async def scenario() -> None:
        relay = EmbeddedRelay(tmp_path / "relay")
        await relay.start()
        client = RelayClient(relay.base_url, token=lambda: relay.token, clock=Clock())
        uploading = asyncio.ensure_future(client.publish(film, HANDLE, lifetime_s=60))
        await at_half.wait()
        await until(lambda: any(path.stat().st_size for path in parts.iterdir()))
        await relay.stop()
        ended.set()
        with pytest.raises(PassingError) as caught:
            await uploading
        assert type(caught.value) is PassingError
        assert list(parts.iterdir()) == []
        with pytest.raises(ConnectionFailed):
            await client.publish(film, HANDLE, lifetime_s=60)
        await client.close()

    asyncio.run(scenario())


def test_a_film_that_changes_during_its_upload_is_not_lent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film, read = lent_film(tmp_path), upload_body._read_now

    def growing(file: PreparedFile, offset: int, buffer: bytearray) -> int:
        if offset:
            with file.path.open("ab") as more:
                more.write(b"more")
        return read(file, offset, buffer)

    monkeypatch.setattr(upload_body, "_read_now", growing)

    async def scenario() -> None:
        async with relayed(tmp_path / "relay") as (_, client):
            with pytest.raises(PublishingFailed, match="copy changed while it was sent"):
                await client.publish(film, HANDLE, lifetime_s=60)
            await until(lambda: list((tmp_path / "relay" / "pictures").iterdir()) == [])
            film.path.unlink()
            with pytest.raises(PublishingFailed, match="cannot be read: No such file or directory"):
                await client.publish(film, HANDLE, lifetime_s=60)

    asyncio.run(scenario())


def test_each_piece_renews_the_time_for_the_next_and_reading_takes_none_of_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        read, times = upload_body._read, list[float | None]()

        async def watched(file: PreparedFile, offset: int, buffer: bytearray) -> int:
            assert stall.when() is None
            return await read(file, offset, buffer)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(upload_body, "_read", watched)
            async with asyncio.timeout(upload_body.STALL_S) as stall:
                async for piece in upload_body.pieces_of_file(lent_film(tmp_path), stall):
                    assert 0 < len(piece) <= upload_body.PIECE_BYTES
                    times.append(stall.when())
        assert times == sorted(times, key=lambda at: at or 0.0)
        assert len(set(times)) > 1

    asyncio.run(scenario())
