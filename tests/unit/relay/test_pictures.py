"""A lent picture can be fetched by whoever holds its address, until it ends, and nothing else can be put or fetched."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from starlette.requests import ClientDisconnect

from sora_studio.domain.media_types import SUFFIXES
from sora_studio.relay import pictures
from sora_studio.relay.limits import Limits, Refused
from sora_studio.relay.pictures import Pictures
from tests.doubles.lent_films import HEADS
from tests.unit.relay.conftest import JPEG, PATIENCE_S, Bench, hang_up_of_an_idle_one, until

HANDLE = "a-picture-that-was-lent.jpg"
KINDS = [
    ("jpg", "image/jpeg", JPEG),
    ("png", "image/png", b"\x89PNG\r\n\x1a\n and more"),
    ("webp", "image/webp", b"RIFF\x10\0\0\0WEBPVP8 and more"),
    *((SUFFIXES[kind][1:], kind, head + bytes(40)) for kind, head in HEADS.items()),
]
FILM = "a-film-that-was-lent-out.mp4"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


async def _pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


@pytest.mark.parametrize(("suffix", "kind", "content"), KINDS)
def test_a_file_is_lent_as_what_it_is_until_it_is_withdrawn(
    with_relay: Callable[..., None], suffix: str, kind: str, content: bytes
) -> None:
    async def check(bench: Bench) -> None:
        handle = f"a-picture-that-was-lent.{suffix}"
        put = await bench.put(handle, content, kind=kind)
        assert (put.status_code, put.json()) == (201, {"url": f"{bench.relay.base_url}/p/{handle}"})
        fetched, head = await bench.stranger.get(put.json()["url"]), await bench.stranger.head(put.json()["url"])
        assert (fetched.status_code, fetched.content, fetched.headers["content-type"]) == (200, content, kind)
        assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(content)))
        for _ in range(2):
            assert (await bench.studio.delete(f"/v1/pictures/{handle}")).status_code == 204
        assert (await bench.stranger.get(put.json()["url"])).status_code == 404
        assert bench.files() == {}

    with_relay(check)


def test_putting_again_replaces(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        for content in (JPEG, JPEG + b"2"):
            assert (await bench.put(HANDLE, content)).status_code == 201
            assert (await bench.stranger.get(f"/p/{HANDLE}")).content == content
        assert (await bench.put(HANDLE, b"none")).status_code == 415
        assert bench.files() == {HANDLE: JPEG + b"2"}

    with_relay(check)


@pytest.mark.parametrize(
    ("handle", "content", "kind", "lifetime", "status"),
    [
        ("short.jpg", JPEG, "image/jpeg", "60", 400),
        ("a-picture-that-was-lent.gif", JPEG, "image/jpeg", "60", 400),
        ("..%2Fa-picture-that-was-lent.jpg", JPEG, "image/jpeg", "60", 400),
        (HANDLE, JPEG, "image/jpeg", "0", 400),
        (HANDLE, JPEG, "image/jpeg", "604801", 400),
        (HANDLE, JPEG, "image/jpeg", "soon", 400),
        (HANDLE, JPEG, "image/png", "60", 415),
        (HANDLE, JPEG, "text/html", "60", 415),
        (HANDLE, KINDS[1][2], "image/jpeg", "60", 415),
        (HANDLE, b"", "image/jpeg", "60", 415),
        (HANDLE, b"\xff\xd8", "image/jpeg", "60", 415),
        (HANDLE, b"\xff\xd8\xff" + bytes(1000), "image/jpeg", "60", 413),
        (FILM, b"<!doctype html><title>A film</title>", "video/mp4", "60", 415),
        (FILM, JPEG, "video/mp4", "60", 415),
        (FILM, HEADS["audio/wav"], "video/mp4", "60", 415),
        (FILM, HEADS["video/mp4"] + bytes(3000), "video/mp4", "60", 413),
    ],
)
def test_what_is_no_picture_is_not_kept(
    with_relay: Callable[..., None], handle: str, content: bytes, kind: str, lifetime: str, status: int
) -> None:
    async def check(bench: Bench) -> None:
        assert (await bench.put(handle, content, kind=kind, lifetime=lifetime)).status_code == status
        assert bench.files() == {}

    with_relay(check, Limits(picture_bytes=1000, film_bytes=3000))


def test_an_address_ends_like_one_that_never_was(tmp_path: Path) -> None:
    async def check() -> None:
        clock = Clock()
        pictures = Pictures(tmp_path / "p", Limits(), clock)
        await pictures.put(HANDLE, _pieces(JPEG), size_bytes=0, lifetime_s=60)
        clock.now += 59.9
        assert pictures.find(HANDLE) == tmp_path / "p" / HANDLE
        clock.now += 0.1
        assert pictures.find(HANDLE) is None
        await pictures.sweep()
        assert list((tmp_path / "p").iterdir()) == []

    asyncio.run(check())


def test_a_restart_knows_when_each_address_ends_and_clears_what_was_not_complete(tmp_path: Path) -> None:
    async def check() -> None:
        clock, folder = Clock(), tmp_path / "p"
        first = Pictures(folder, Limits(), clock)
        await first.put(HANDLE, _pieces(JPEG), size_bytes=0, lifetime_s=60)
        await first.put("b" + HANDLE, _pieces(JPEG), size_bytes=0, lifetime_s=120)
        (folder / "half.part").write_bytes(b"x")
        (folder / "notes.txt").write_bytes(b"not ours")
        (folder / ("c" + HANDLE)).mkdir()
        clock.now += 60
        second = Pictures(folder, Limits(), clock)
        assert (second.find(HANDLE), second.find("b" + HANDLE)) == (None, folder / ("b" + HANDLE))
        assert second.find("c" + HANDLE) is None
        await second.sweep()
        assert sorted(path.name for path in folder.iterdir()) == sorted(["b" + HANDLE, "c" + HANDLE, "notes.txt"])

    asyncio.run(check())


def test_what_was_withdrawn_while_it_could_not_be_deleted_is_not_lent_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(path: Path, **_: object) -> None:
        raise PermissionError(13, "somebody reads it", str(path))

    async def check() -> None:
        clock, folder = Clock(), tmp_path / "p"
        first = Pictures(folder, Limits(), clock)
        await first.put(HANDLE, _pieces(JPEG), size_bytes=0, lifetime_s=60)
        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", held)
            await first.remove(HANDLE)
        assert (folder / HANDLE).exists()
        second = Pictures(folder, Limits(), clock)
        assert second.find(HANDLE) is None
        await second.sweep()
        assert list(folder.iterdir()) == []

    asyncio.run(check())


def test_who_loses_patience_while_a_picture_takes_its_place_can_withdraw_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check() -> None:
        placing, may_place = threading.Event(), threading.Event()

        def place_late(*asked: object) -> None:
            placing.set()
            may_place.wait(PATIENCE_S)
            place(*asked)  # pyright: ignore[reportArgumentType]

        place = pictures._place
        monkeypatch.setattr(pictures, "_place", place_late)
        lent = Pictures(tmp_path / "p", Limits(), Clock())
        putting = asyncio.ensure_future(lent.put(HANDLE, _pieces(JPEG), size_bytes=0, lifetime_s=60))
        await asyncio.to_thread(placing.wait, PATIENCE_S)
        putting.cancel()
        may_place.set()
        await asyncio.wait((putting,))
        assert putting.cancelled()
        await lent.remove(HANDLE)
        assert list((tmp_path / "p").iterdir()) == []

    asyncio.run(check())


def test_no_picture_outlives_seven_days_whatever_its_file_says(tmp_path: Path) -> None:
    async def check() -> None:
        clock, folder = Clock(), tmp_path / "p"
        folder.mkdir()
        (folder / HANDLE).write_bytes(JPEG)
        os.utime(folder / HANDLE, (2e9, 2e9))
        pictures = Pictures(folder, Limits(), clock)
        clock.now += 7 * 24 * 3600
        assert pictures.find(HANDLE) is None

    asyncio.run(check())


@pytest.mark.parametrize("limits", [Limits(files=2), Limits(files_bytes=len(JPEG) * 2 + 1)])
def test_there_is_room_for_so_many_and_what_ended_makes_room(tmp_path: Path, limits: Limits) -> None:
    async def put(pictures: Pictures, handle: str, lifetime_s: int, announced: int) -> None:
        await pictures.put(handle, _pieces(JPEG[:3], JPEG[3:]), size_bytes=announced, lifetime_s=lifetime_s)

    async def check() -> None:
        clock = Clock()
        pictures = Pictures(tmp_path / "p", limits, clock)
        await put(pictures, "a" + HANDLE, 60, 0)
        await put(pictures, "b" + HANDLE, 120, 0)
        for announced in (0, len(JPEG)):
            with pytest.raises(Refused) as refused:
                await put(pictures, "c" + HANDLE, 60, announced)
            assert refused.value.status is HTTPStatus.INSUFFICIENT_STORAGE
        assert len(list((tmp_path / "p").iterdir())) == 2
        await put(pictures, "b" + HANDLE, 120, 0)
        clock.now += 60
        await put(pictures, "c" + HANDLE, 60, 0)
        assert sorted(path.name for path in (tmp_path / "p").iterdir()) == ["b" + HANDLE, "c" + HANDLE]

    asyncio.run(check())


def test_films_have_a_limit_of_their_own_which_counts_while_they_arrive(tmp_path: Path) -> None:
    async def check() -> None:
        lent, film = Pictures(tmp_path / "p", Limits(picture_bytes=10, film_bytes=3000)), HEADS["video/mp4"].ljust(3000, b"x")
        await lent.put(FILM, _pieces(film[:1000], film[1000:]), size_bytes=0, lifetime_s=60)
        read = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal read
            while True:
                read += 1000
                yield film[:1000]

        with pytest.raises(Refused) as refused:
            await lent.put("b" + FILM, endless(), size_bytes=0, lifetime_s=60)
        assert refused.value.status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert read == 4000
        assert [path.name for path in (tmp_path / "p").iterdir()] == [FILM]

    asyncio.run(check())


def test_room_is_kept_for_what_is_arriving_and_free_again_when_it_breaks_off(tmp_path: Path) -> None:
    async def check() -> None:
        lent = Pictures(tmp_path / "p", Limits(files_bytes=1000))
        began, breaks_off = asyncio.Event(), asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield JPEG
            began.set()
            await breaks_off.wait()
            raise ClientDisconnect

        putting = asyncio.ensure_future(lent.put(HANDLE, slow(), size_bytes=800, lifetime_s=60))
        await began.wait()
        assert await lent.free_bytes() == 200
        with pytest.raises(Refused) as refused:
            await lent.put("b" + HANDLE, _pieces(JPEG), size_bytes=len(JPEG), lifetime_s=60)
        assert refused.value.status is HTTPStatus.INSUFFICIENT_STORAGE
        breaks_off.set()
        with pytest.raises(ClientDisconnect):
            await putting
        assert await lent.free_bytes() == 1000
        await lent.put("b" + HANDLE, _pieces(JPEG), size_bytes=len(JPEG), lifetime_s=60)
        assert await lent.free_bytes() == 1000 - len(JPEG)

    asyncio.run(check())


def test_a_part_of_the_disk_stays_free(tmp_path: Path) -> None:
    async def check() -> None:
        lent = Pictures(tmp_path / "p", Limits(spare_bytes=1 << 60))
        assert await lent.free_bytes() == 0
        with pytest.raises(Refused) as refused:
            await lent.put(HANDLE, _pieces(JPEG), size_bytes=len(JPEG), lifetime_s=60)
        assert refused.value.status is HTTPStatus.INSUFFICIENT_STORAGE
        assert list((tmp_path / "p").iterdir()) == []

    asyncio.run(check())


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    async def check() -> None:
        pictures = Pictures(tmp_path / "p", Limits())
        monkeypatch.setattr("sora_studio.relay.pictures.os.fsync", full)
        with pytest.raises(Refused) as refused:
            await pictures.put(HANDLE, _pieces(JPEG), size_bytes=0, lifetime_s=60)
        assert refused.value.status is HTTPStatus.INSUFFICIENT_STORAGE
        assert (pictures.find(HANDLE), list((tmp_path / "p").iterdir())) == (None, [])

    asyncio.run(check())


@pytest.mark.parametrize(
    ("limits", "type_", "first", "status"),
    [
        (Limits(files=0), "image/jpeg", JPEG, 507),
        (Limits(files_bytes=10), "image/jpeg", JPEG, 507),
        (Limits(), "image/png", JPEG, 415),
        (Limits(), "image/jpeg", b"no picture", 415),
    ],
)
def test_who_sends_slowly_and_reads_nothing_meanwhile_hears_the_refusal(
    with_relay: Callable[..., None], limits: Limits, type_: str, first: bytes, status: int
) -> None:
    """A refusal said into the middle of a picture is lost with the connection: most clients read only after they have sent."""

    async def check(bench: Bench) -> None:
        body = first.ljust(100_000, b"x")
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
            head = f"PUT /v1/pictures/{HANDLE} HTTP/1.1\r\nHost: r\r\nAuthorization: Bearer {bench.relay.token}\r\n"
            head += f"Content-Type: {type_}\r\nLifetime: 60\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body[:500])
            await writer.drain()
            answer = asyncio.create_task(reader.readuntil(b"\r\n\r\n"))
            await hang_up_of_an_idle_one(bench)
            assert not answer.done(), "it was said too early to be heard"
            writer.write(body[500:])
            assert (await answer).startswith(f"HTTP/1.1 {status} ".encode())
            writer.close()
        assert bench.files() == {}

    with_relay(check, replace(limits, head_s=0.1))


@pytest.mark.parametrize("announced", [True, False])
def test_what_is_larger_than_any_picture_is_not_read_to_its_end(with_relay: Callable[..., None], announced: bool) -> None:
    async def check(bench: Bench) -> None:
        sent = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                yield JPEG.ljust(500, b"x")
                sent += 500

        length = {"Content-Length": "1000000000"} if announced else {}
        headers = {"Content-Type": "image/jpeg", "Lifetime": "60", **length}
        with pytest.raises(httpx.TransportError):
            await bench.studio.put(f"/v1/pictures/{HANDLE}", content=endless(), headers=headers)
        assert sent < 1_000_000_000
        assert bench.files() == {}

    with_relay(check, Limits(picture_bytes=1000, head_s=0.1))


def test_an_upload_that_breaks_off_leaves_nothing(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", bench.port)
        head = f"PUT /v1/pictures/{HANDLE} HTTP/1.1\r\nHost: r\r\nAuthorization: Bearer {bench.relay.token}\r\n"
        writer.write(f"{head}Content-Type: image/jpeg\r\nLifetime: 60\r\nContent-Length: 5000\r\n\r\n".encode() + JPEG)
        await writer.drain()
        await until(lambda: bool(bench.names()))
        writer.close()
        await until(lambda: not bench.names())
        assert (await bench.stranger.get(f"/p/{HANDLE}")).status_code == 404

    with_relay(check)


def test_a_file_that_is_gone_is_not_found(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        await bench.put(HANDLE)
        (bench.folder / "pictures" / HANDLE).unlink()
        assert (await bench.stranger.get(f"/p/{HANDLE}")).status_code == 404

    with_relay(check)
