"""Films arrive whole or not at all: through cuts, restarts, liars, full disks and slow origins; and never with the key."""

import asyncio
import errno
import json
import random
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sora_studio.domain import errors
from sora_studio.domain.ports import TransferProgress
from sora_studio.gateway import transfer as transfer_module
from sora_studio.gateway.part_file import PartFile
from sora_studio.gateway.transfer import MAX_FRUITLESS, FilmTransfer
from tests.canary import QUERY
from tests.unit.gateway.doubles import Answering, HastyClock, Origin, run, serving

FILM = random.Random(7).randbytes(50_000)
LINK = f"https://cdn.example/film.mp4?{QUERY}"


def fetch(
    origin: httpx.AsyncBaseTransport,
    part: Path,
    *,
    link: str = LINK,
    clock: HastyClock | None = None,
    on_progress: Callable[[TransferProgress], None] = lambda _: None,
    forget: bool = True,
) -> None:
    async def scenario() -> None:
        films = FilmTransfer(gateway_is_loopback=False, clock=clock or HastyClock(), transport=origin)
        try:
            await films.fetch(link, part, on_progress)
            if forget:
                await films.forget(part)
        finally:
            await films.close()

    run(scenario())


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "clips" / "film.part"


def test_a_film_arrives_and_nothing_else_is_left(part: Path) -> None:
    origin = Origin(FILM)
    fetch(origin, part)
    assert part.read_bytes() == FILM
    assert list(part.parent.iterdir()) == [part]
    (request,) = origin.requests
    assert "Authorization" not in request.headers
    assert request.headers["Accept-Encoding"] == "identity"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 30_000), max_size=8), piece=st.integers(500, 60_000))
def test_however_often_it_is_cut_each_byte_is_asked_for_once(tmp_path: Path, cuts: list[int], piece: int) -> None:
    part = tmp_path / "film.part"
    part.unlink(missing_ok=True)
    origin = Origin(FILM, *[Answering(cut_after=cut) for cut in cuts], piece=piece)
    fetch(origin, part)
    assert part.read_bytes() == FILM
    at, expected = 0, list[str | None]()
    for cut in [*cuts, len(FILM)]:
        expected.append(f"bytes={at}-" if at else None)
        at += cut
        if at >= len(FILM):
            break
    assert origin.ranges == expected or origin.ranges == expected[:-1]


def test_a_later_start_goes_on_with_what_is_there_although_the_link_is_new(part: Path) -> None:
    with pytest.raises(errors.LinkExpired):
        fetch(Origin(FILM, Answering(cut_after=20_000), Answering(status=403)), part)
    assert part.read_bytes() == FILM[:20_000]
    assert "signature" not in (part.parent / "film.part.json").read_text("utf-8")
    origin = Origin(FILM)
    fetch(origin, part, link="https://cdn.example/film.mp4?signature=new")
    assert origin.ranges == ["bytes=20000-"]
    assert origin.requests[0].headers["If-Range"] == '"one"'
    assert part.read_bytes() == FILM


def test_another_film_behind_the_link_begins_anew(part: Path) -> None:
    with pytest.raises(errors.LinkExpired):
        fetch(Origin(FILM, Answering(cut_after=20_000), Answering(status=410)), part)
    other = FILM[::-1][:30_000]
    fetch(Origin(other, etag='"two"'), part)
    assert part.read_bytes() == other


@pytest.mark.parametrize(
    "note", [None, b"", b"{", b"[]", b'{"validator": 5, "total_bytes": 1}', b'{"validator": "x", "total_bytes": 3}']
)
def test_bytes_without_a_believable_note_prove_nothing(part: Path, note: bytes | None) -> None:
    part.parent.mkdir()
    part.write_bytes(b"something else")
    if note is not None:
        (part.parent / "film.part.json").write_bytes(note)
    origin = Origin(FILM)
    fetch(origin, part)
    assert origin.ranges == [None]
    assert part.read_bytes() == FILM


def test_a_film_that_was_whole_before_a_kill_is_not_asked_for_again(part: Path) -> None:
    part.parent.mkdir()
    part.write_bytes(FILM)
    (part.parent / "film.part.json").write_text(json.dumps({"validator": '"one"', "total_bytes": len(FILM)}), "utf-8")
    origin = Origin(FILM)
    fetch(origin, part)
    assert origin.requests == []


def test_a_film_that_was_not_taken_before_a_kill_is_not_asked_for_again(part: Path) -> None:
    fetch(Origin(FILM), part, forget=False)
    again = Origin(FILM, Answering(status=410))
    fetch(again, part)
    assert again.requests == []
    assert part.read_bytes() == FILM
    assert list(part.parent.iterdir()) == [part]


@pytest.mark.parametrize("cut_at", [0, 20_000])
def test_without_room_for_the_rest_and_a_reserve_nothing_is_written(
    part: Path, monkeypatch: pytest.MonkeyPatch, cut_at: int
) -> None:
    if cut_at:
        halfway(part)
    free = len(FILM) - cut_at + 1000 * 1000 * 1000 // 20 - 1
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(total=1000 * 1000 * 1000, free=free))
    with pytest.raises(errors.StorageFull, match="no room"):
        fetch(Origin(FILM), part)
    assert not cut_at or part.read_bytes() == FILM[:cut_at]
    assert bool(cut_at) is part.exists()
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(total=1000 * 1000 * 1000, free=free + 1))
    fetch(Origin(FILM), part)
    assert part.read_bytes() == FILM


def halfway(part: Path) -> None:
    part.parent.mkdir()
    part.write_bytes(FILM[:20_000])
    (part.parent / "film.part.json").write_text(json.dumps({"validator": '"one"', "total_bytes": None}), "utf-8")


@pytest.mark.parametrize(
    "lie",
    [
        {"Content-Range": "bytes 10000-49999/50000"},
        {"Content-Range": None},
        {"Content-Range": "bytes 20000-49999/*"},
        {"ETag": '"another"'},
    ],
)
def test_a_rest_that_does_not_fit_is_dropped_and_the_film_begins_anew(part: Path, lie: dict[str, str | None]) -> None:
    halfway(part)
    origin = Origin(FILM, Answering(headers=lie))
    fetch(origin, part)
    assert origin.ranges == ["bytes=20000-", None]
    assert part.read_bytes() == FILM


def test_an_answer_that_there_is_no_more_completes_only_a_film_of_that_size(part: Path) -> None:
    halfway(part)
    whole = Origin(FILM[:20_000])
    fetch(whole, part)
    assert part.read_bytes() == FILM[:20_000]
    assert whole.ranges == ["bytes=20000-"]

    part.unlink()
    part.parent.rmdir()
    halfway(part)
    shorter = Origin(FILM[:500])
    fetch(shorter, part)
    assert shorter.ranges == ["bytes=20000-", None]
    assert part.read_bytes() == FILM[:500]


def test_more_bytes_than_announced_are_believed_by_nobody(part: Path) -> None:
    origin = Origin(FILM, Answering(body=FILM + b"more", headers={"Content-Length": str(len(FILM))}))
    fetch(origin, part)
    assert len(origin.requests) == 2
    assert part.read_bytes() == FILM
    with pytest.raises(errors.ServiceUnavailable):
        fetch(Origin(FILM, *[Answering(body=FILM + b"x")] * 9), part)


def test_fewer_bytes_than_announced_are_asked_for(part: Path) -> None:
    origin = Origin(FILM, Answering(body=FILM[:30_000]))
    fetch(origin, part)
    assert origin.ranges == [None, "bytes=30000-"]
    assert part.read_bytes() == FILM


def test_a_film_of_unannounced_length_ends_where_its_body_ends(part: Path) -> None:
    seen: list[TransferProgress] = []
    fetch(Origin(FILM, Answering(headers={"Content-Length": None})), part, on_progress=seen.append)
    assert part.read_bytes() == FILM
    assert (seen[-1].received_bytes, seen[-1].total_bytes) == (len(FILM), len(FILM))


def test_an_origin_without_a_validator_is_asked_for_everything_again(part: Path) -> None:
    without = {"ETag": None}
    origin = Origin(FILM, Answering(cut_after=9_000, headers=without), Answering(headers=without))
    fetch(origin, part)
    assert origin.ranges == [None, None]
    assert part.read_bytes() == FILM


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")]
)
def test_tries_in_vain_come_to_an_end_and_keep_what_arrived(part: Path, failure: Exception) -> None:
    origin = Origin(FILM, Answering(cut_after=20_000), *[Answering(error=failure)] * 50)
    with pytest.raises(errors.ConnectionFailed) as caught:
        fetch(origin, part)
    assert len(origin.requests) == 1 + MAX_FRUITLESS
    assert part.read_bytes() == FILM[:20_000]
    assert QUERY not in repr(vars(caught.value))
    assert caught.value.__context__ is None


def test_an_origin_that_cuts_for_ever_is_left_in_the_end(part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer_module, "MAX_ATTEMPTS", 5)
    origin = Origin(FILM, *[Answering(cut_after=10)] * 50)
    with pytest.raises(errors.ConnectionFailed):
        fetch(origin, part)
    assert len(origin.requests) == 5
    assert part.read_bytes() == FILM[:50]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_refused_link_is_expired_at_once(part: Path, status: int) -> None:
    origin = Origin(FILM, Answering(status=status))
    with pytest.raises(errors.LinkExpired):
        fetch(origin, part)
    assert len(origin.requests) == 1
    assert not part.exists()


@pytest.mark.parametrize(("status", "kind"), [(429, errors.RateLimited), (503, errors.ServiceUnavailable)])
def test_an_origin_that_asks_for_patience_is_left_alone(part: Path, status: int, kind: type[errors.PassingError]) -> None:
    origin = Origin(FILM, Answering(status=status, headers={"Retry-After": "40"}))
    with pytest.raises(kind) as caught:
        fetch(origin, part)
    assert caught.value.retry_after_s == 40.0
    assert len(origin.requests) == 1


def test_a_trickle_is_cut_and_taken_up_again(part: Path) -> None:
    clock = HastyClock()
    origin = Origin(FILM, piece=1000)
    slow_until = clock.seconds + 100

    def tick() -> None:
        clock.seconds += 10 if clock.seconds < slow_until else 0.001

    origin.tick = tick
    fetch(origin, part, clock=clock)
    assert len(origin.requests) > 1
    assert part.read_bytes() == FILM


def test_a_slow_but_honest_connection_is_left_in_peace(part: Path) -> None:
    clock = HastyClock()
    origin = Origin(FILM, piece=1000)

    def tick() -> None:
        clock.seconds += 0.5

    origin.tick = tick
    fetch(origin, part, clock=clock)
    assert len(origin.requests) == 1


def test_progress_comes_about_ten_times_a_second_and_ends_with_everything(part: Path) -> None:
    clock, seen = HastyClock(), list[TransferProgress]()
    origin = Origin(FILM, piece=100)

    def tick() -> None:
        clock.seconds += 0.01

    origin.tick = tick
    fetch(origin, part, clock=clock, on_progress=seen.append)
    assert 45 <= len(seen) <= 55
    assert seen[-1].received_bytes == seen[-1].total_bytes == len(FILM)
    assert [progress.received_bytes for progress in seen] == sorted(progress.received_bytes for progress in seen)
    assert seen[30].bytes_per_s == pytest.approx(10_000, rel=0.1)


@pytest.mark.parametrize("headers", [{"Content-Length": "2000000001"}, {"Content-Length": None}])
def test_what_is_larger_than_any_clip_is_not_fetched(
    part: Path, headers: dict[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    if headers["Content-Length"] is None:
        monkeypatch.setattr(transfer_module, "MAX_FILM_BYTES", 30_000)
    with pytest.raises(errors.InvalidSetting):
        fetch(Origin(FILM, Answering(headers=headers)), part)
    assert not part.exists() or part.stat().st_size <= 30_000


def test_a_full_disk_is_told_and_what_fits_is_kept_for_later(part: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = PartFile.write

    def fill_up(film: PartFile, data: bytes) -> None:
        write(film, data[:10_000])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(PartFile, "write", fill_up)
        with pytest.raises(errors.StorageFull):
            fetch(Origin(FILM), part)
    origin = Origin(FILM)
    fetch(origin, part)
    assert origin.ranges == ["bytes=10000-"]
    assert part.read_bytes() == FILM


def test_a_folder_that_is_a_file_stays_the_systems_error(tmp_path: Path) -> None:
    (tmp_path / "clips").write_text("not a folder", "utf-8")
    with pytest.raises(OSError, match=r"(?i)exists|directory") as caught:
        fetch(Origin(FILM), tmp_path / "clips" / "film.part")
    assert not isinstance(caught.value, errors.StudioError)


def test_cancelling_keeps_what_had_arrived(part: Path) -> None:
    class Hanging(Origin):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            self.requests.append(request)

            async def body() -> object:
                yield FILM[:12_345]
                arrived.set()
                await asyncio.Event().wait()

            return httpx.Response(200, headers={"Content-Length": "50000", "ETag": '"one"'}, content=body())

    async def scenario() -> None:
        films = FilmTransfer(gateway_is_loopback=False, clock=HastyClock(), transport=Hanging(FILM))
        task = asyncio.create_task(films.fetch(LINK, part, lambda _: None))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await films.close()

    arrived = asyncio.Event()
    run(scenario())
    assert part.read_bytes() == FILM[:12_345]
    origin = Origin(FILM)
    fetch(origin, part)
    assert origin.ranges == ["bytes=12345-"]


class Redirecting(Origin):
    """Sends the first requests elsewhere."""

    def __init__(self, *targets: str) -> None:
        super().__init__(FILM)
        self.targets = list(targets)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.targets:
            self.requests.append(request)
            return httpx.Response(302, headers={"Location": self.targets.pop(0), "Set-Cookie": "a=b"})
        return await super().handle_async_request(request)


def test_redirects_are_followed_with_the_same_question_and_no_credentials(part: Path) -> None:
    halfway(part)
    origin = Redirecting("https://edge.example/a", "/b?c=d", "//third.example/e")
    fetch(origin, part)
    assert [str(request.url) for request in origin.requests[1:]] == [
        "https://edge.example/a",
        "https://edge.example/b?c=d",
        "https://third.example/e",
    ]
    assert {request.headers.get("Range") for request in origin.requests} == {"bytes=20000-"}
    assert all("Authorization" not in request.headers for request in origin.requests)


@pytest.mark.parametrize(
    "target",
    ["http://edge.example/a", "https://me:pw@edge.example/a", "file:///etc/passwd", "https://a:99999/", "https://[edge/a"],
)
def test_a_redirect_to_where_no_link_may_lead_is_not_taken(part: Path, target: str) -> None:
    origin = Redirecting(target)
    with pytest.raises(errors.InvalidSetting):
        fetch(origin, part)
    assert len(origin.requests) == 1


def test_redirects_in_circles_end(part: Path) -> None:
    origin = Redirecting(*["https://cdn.example/again"] * 50)
    with pytest.raises(errors.ServiceUnavailable):
        fetch(origin, part)
    assert len(origin.requests) == 6


def test_this_machine_is_never_asked_when_the_gateway_is_elsewhere(part: Path) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(1))

    async def scenario() -> None:
        async with serving(serve) as base_url:
            films = FilmTransfer(gateway_is_loopback=False, clock=HastyClock())
            port = base_url.rsplit(":", 1)[1]
            for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
                with pytest.raises(errors.InvalidSetting):
                    await films.fetch(f"https://{host}:{port}/film.mp4", part, lambda _: None)
            await films.close()

    run(scenario())
    assert asked == []


@pytest.mark.parametrize("abort", [True, False])
def test_a_real_connection_that_is_cut_is_taken_up_again(part: Path, abort: bool) -> None:
    film = FILM * 60
    ranges: list[bytes | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        wanted = next((line[7:] for line in head.split(b"\r\n") if line.lower().startswith(b"range: ")), None)
        ranges.append(wanted)
        assert b"authorization" not in head.lower()
        first = int(wanted.removeprefix(b"bytes=").removesuffix(b"-")) if wanted else 0
        status = b"206 Partial Content" if wanted else b"200 OK"
        span = b"Content-Range: bytes %d-%d/%d\r\n" % (first, len(film) - 1, len(film)) if wanted else b""
        writer.write(b'HTTP/1.1 %b\r\nETag: "one"\r\n%bContent-Length: %d\r\n\r\n' % (status, span, len(film) - first))
        writer.write(film[first : first + 1_200_000])
        await writer.drain()
        if abort and len(ranges) == 2:
            writer.transport.abort()

    async def scenario() -> None:
        async with serving(serve) as base_url:
            films = FilmTransfer(gateway_is_loopback=True, clock=HastyClock())
            await films.fetch(f"{base_url}/film.mp4", part, lambda _: None)
            await films.close()

    run(scenario())
    assert part.read_bytes() == film
    assert ranges[0] is None
    assert len(ranges) >= 3
