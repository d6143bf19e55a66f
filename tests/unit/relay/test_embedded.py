"""The relay within the program: there when started, gone when stopped, and the same one again after a restart."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from sora_studio.domain.errors import InvalidSetting
from sora_studio.relay import embedded
from sora_studio.relay.embedded import EmbeddedRelay
from sora_studio.relay.folder import RelayFolder, opened
from sora_studio.relay.limits import Limits
from tests.unit.relay.conftest import PATIENCE_S, running, until

HANDLE = "a-picture-that-was-lent.jpg"


def test_it_keeps_its_token_its_callbacks_and_its_epoch_over_a_restart(tmp_path: Path) -> None:
    async def check() -> None:
        async with running(tmp_path / "relay") as bench:
            secret, token = bench.new_secret(), bench.relay.token
            await bench.stranger.post(f"/c/{secret}", content=b"{}")
            before = await bench.callbacks(1)
        async with running(tmp_path / "relay", public_url="https://relay.example.org") as bench:
            assert bench.relay.token == token
            greeting, entry = await bench.callbacks(1)
            assert greeting == {**before[0], "public_url": "https://relay.example.org"}
            assert (entry, entry["secret"]) == (before[1], secret)

    asyncio.run(check())


@pytest.fixture
def open_handed() -> Iterator[None]:
    """As on most systems: what is made without a word about its rights is everybody's to read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.skipif(os.name == "nt", reason="there the folder's own rights hold")
@pytest.mark.usefixtures("open_handed")
@pytest.mark.parametrize("made_by", ["the relay", "somebody", "an older relay"])
def test_nobody_else_reads_the_token_or_a_secret(tmp_path: Path, made_by: str) -> None:
    async def check() -> None:
        folder = tmp_path / "relay"
        if made_by != "the relay":
            folder.mkdir()
        if made_by == "an older relay":
            for name in ("mailbox.db", "mailbox.db-wal", "mailbox.db-shm"):
                (folder / name).touch()
        async with running(folder) as bench:
            await bench.stranger.post(f"/c/{bench.new_secret()}", content=b"{}")
            assert (folder / "token").read_text() == bench.relay.token + "\n"
            rights = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
            assert {name for name, mode in rights.items() if mode & 0o077} <= {"relay.lock"}, "which is empty"
            assert {"token", "mailbox.db", "mailbox.db-wal", "mailbox.db-shm", "pictures"} <= rights.keys()
            assert made_by != "the relay" or folder.stat().st_mode & 0o777 == 0o700

    asyncio.run(check())


def test_pictures_that_ended_meanwhile_are_deleted_at_the_next_start(tmp_path: Path) -> None:
    async def check() -> None:
        async with running(tmp_path / "relay") as bench:
            await bench.put(HANDLE)
            file = tmp_path / "relay" / "pictures" / HANDLE
            assert file.exists()
        os.utime(file, (1, 1))  # its time is when its address ends
        async with running(tmp_path / "relay"):
            await until(lambda: not file.exists())

    asyncio.run(check())


def test_its_public_address_is_told_in_letters_that_every_service_takes(tmp_path: Path) -> None:
    async def check() -> None:
        async with running(tmp_path / "relay", public_url="https://münchen.example") as bench:
            assert (await bench.put(HANDLE)).json() == {"url": f"https://xn--mnchen-3ya.example/p/{HANDLE}"}
            assert (await bench.callbacks(0))[0]["public_url"] == "https://xn--mnchen-3ya.example"
        with pytest.raises(InvalidSetting, match="letters that not every service accepts"):
            await EmbeddedRelay(tmp_path / "relay", public_url="https://straße.example").start()

    asyncio.run(check())


def test_stopping_ends_the_thread_the_port_and_every_open_stream_at_once(tmp_path: Path) -> None:
    async def check() -> None:
        relay = EmbeddedRelay(tmp_path / "relay")
        await relay.stop()
        await relay.start()
        assert "relay" in {thread.name for thread in threading.enumerate()}
        bearer = {"Authorization": f"Bearer {relay.token}"}
        async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient(base_url=relay.base_url, trust_env=False) as http:
            async with http.stream("GET", "/v1/callbacks", headers=bearer) as stream:
                lines = stream.aiter_lines()
                assert "epoch" in await anext(lines)
                _, silent = await asyncio.open_connection("127.0.0.1", int(relay.base_url.rpartition(":")[2]))
                await relay.stop()
                assert [line async for line in lines] == []
                silent.close()
            await relay.stop()
            with pytest.raises(httpx.ConnectError):
                await http.get("/")
        assert not {"relay", "mailbox_0"} & {thread.name for thread in threading.enumerate()}

    asyncio.run(check())


def test_it_starts_again_on_the_port_that_it_had(tmp_path: Path) -> None:
    async def check() -> None:
        async with running(tmp_path / "relay") as bench:
            port = bench.port
            await bench.stranger.get("/")
        relay = EmbeddedRelay(tmp_path / "relay", port=port)
        await relay.start()
        await relay.stop()
        await relay.start()
        assert relay.base_url == f"http://127.0.0.1:{port}"
        await relay.stop()

    asyncio.run(check())


def test_one_that_nobody_waits_for_any_more_is_gone_before_the_next_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_open = threading.Event(), threading.Event()

    @contextmanager
    def opened_late(folder: Path, limits: Limits) -> Iterator[RelayFolder]:
        begun.set()
        may_open.wait(PATIENCE_S)
        with opened(folder, limits) as found:
            yield found

    async def check() -> None:
        monkeypatch.setattr(embedded, "opened", opened_late)
        starting = asyncio.ensure_future(EmbeddedRelay(tmp_path / "relay").start())
        await asyncio.to_thread(begun.wait, PATIENCE_S)
        starting.cancel()
        may_open.set()
        with pytest.raises(asyncio.CancelledError):
            await starting
        async with running(tmp_path / "relay"):
            assert [thread.name for thread in threading.enumerate()].count("relay") == 1

    asyncio.run(check())


def test_a_taken_port_or_folder_is_said_and_nothing_is_left_running(tmp_path: Path) -> None:
    async def check() -> None:
        async with running(tmp_path / "relay") as bench:
            with pytest.raises(OSError, match="in use"):
                await EmbeddedRelay(tmp_path / "other", port=bench.port).start()
            with pytest.raises(InvalidSetting, match="Another relay uses"):
                await EmbeddedRelay(tmp_path / "relay").start()
            assert [thread.name for thread in threading.enumerate()].count("relay") == 1
        async with running(tmp_path / "other"):
            pass

    asyncio.run(check())
