"""Every kind of misbehaviour of an origin, at every position: the clips' folder contains the origin's film, or nothing.

A real origin on loopback, a real film, the real download. Bytes are counted where they leave the origin.
"""

import asyncio
import random
import socket
import struct
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from sora_studio.domain.clip import ClipState, FilmFacts
from sora_studio.domain.errors import LinkExpired, PassingError, StudioError
from sora_studio.domain.events import EventBus
from sora_studio.domain.ports import TransferProgress
from sora_studio.gateway.transfer import FilmTransfer
from sora_studio.media.film import inspect_film
from sora_studio.services.clips.saving import ClipSaver, Shelf
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.notices import Notices
from sora_studio.services.runtime.supervision import Supervisor
from sora_studio.services.tasks.task_writer import TaskWriter
from tests.benchmarks.figures import Figure
from tests.doubles.films import write_film
from tests.doubles.gateway import ScriptedGateway
from tests.doubles.tasks import MemoryTasks
from tests.unit.gateway.doubles import HastyClock, serving
from tests.unit.services.clips.test_retrieval import finished
from tests.unit.services.rig import GATEWAY, sora_2

CHUNK_BYTES = 65_536
POINTS = 250
DRIP_S = 10.0
"""Delay of each byte from an origin that drips."""
LOOP_TURNS = 60


class Way(StrEnum):
    """Misbehaviour of the origin: at the cut, or when asked for the rest."""

    CLOSED = "connection closed"
    RESET = "connection reset"
    OTHER_FILM = "another film behind the link"
    WRONG_ETAG = "wrong ETag"
    RANGE_IGNORED = "Range ignored"
    SHIFTED = "Content-Range shifted"
    OTHER_TOTAL = "Content-Range of another total"
    SURPLUS = "surplus bytes"
    SHORT = "length announced too short"
    NO_LENGTH = "no length, and cut"
    DRIP = "slow drip"
    UNSATISFIED = "416"
    EXPIRED = "link expired, fresh one from the status"


HONEST = frozenset({Way.CLOSED, Way.RESET, Way.DRIP, Way.EXPIRED})
"""With these the rest can be resumed, so that hardly anything is fetched twice."""


@cache
def film(number: int) -> bytes:
    """Return one of two real films of different lengths, each with some hundred kilobytes of noise in a box at the end."""
    with tempfile.TemporaryDirectory() as folder:
        pictures = write_film(Path(folder) / "film.mp4", frames=(30, 40)[number]).read_bytes()
    noise = random.Random(number).randbytes((350_000, 400_000)[number])
    return pictures + (len(noise) + 8).to_bytes(4) + b"free" + noise


@dataclass
class Origin:
    """Serves the first film; misbehaves once, around byte `cut`, then works correctly."""

    way: Way
    cut: int
    clock: HastyClock
    sent_bytes: int = 0
    asked: int = 0
    number: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        self.asked += 1
        lines = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        if self.asked == 1:
            await self._first(writer)
            return
        if self.way is Way.EXPIRED and "/fresh" not in head:
            await self._say(writer, "403 Forbidden", {"Content-Length": "0"})
            return
        if self.way is Way.OTHER_FILM:
            self.number = 1
        whole, etag = film(self.number), f'"{self.number}"'
        start = 0
        if "range" in lines and lines.get("if-range") == etag:
            start = int(lines["range"].removeprefix("bytes=").removesuffix("-"))
        if self.asked == 2 and start:
            await self._lie(writer, start)
        else:
            await self._say(writer, *_answer(whole, etag, start), body=whole[start:])

    async def _first(self, writer: asyncio.StreamWriter) -> None:
        whole = film(0)
        headers = {"ETag": '"0"', "Content-Length": str(len(whole))}
        if self.way is Way.SHORT:
            headers["Content-Length"] = str(self.cut)
        elif self.way is Way.NO_LENGTH:
            del headers["Content-Length"]
        await self._say(writer, "200 OK", headers, body=whole[: self.cut])
        if self.way is Way.DRIP:
            for at in range(self.cut, min(self.cut + 8, len(whole))):
                self.clock.seconds += DRIP_S
                await self._send(writer, whole[at : at + 1])
                await asyncio.sleep(0.001)
        if self.way is Way.RESET:
            for _ in range(LOOP_TURNS):  # a reset drops what the system has buffered: let it arrive
                await asyncio.sleep(0)
            at_once = struct.pack("ii", 1, 0)  # closing sends a reset
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
            writer.transport.abort()

    async def _lie(self, writer: asyncio.StreamWriter, start: int) -> None:
        whole, total = film(0), len(film(0))
        status, headers = _answer(whole, '"0"', start)
        body = whole[start:]
        if self.way is Way.WRONG_ETAG:
            headers["ETag"] = '"9"'
        elif self.way is Way.RANGE_IGNORED:
            status, headers, body = "200 OK", {"ETag": '"0"', "Content-Length": str(total)}, whole
        elif self.way is Way.SHIFTED:
            headers["Content-Range"] = f"bytes {start - 1}-{total - 2}/{total}"
        elif self.way is Way.OTHER_TOTAL:
            headers["Content-Range"] = f"bytes {start}-{total}/{total + 1}"
        elif self.way is Way.SURPLUS:
            del headers["Content-Length"]
            body += b"and more" * 40
        elif self.way is Way.UNSATISFIED:
            status, headers, body = "416 Range Not Satisfiable", {"Content-Range": f"bytes */{start - 1}"}, b""
        await self._say(writer, status, headers, body=body)

    async def _say(self, writer: asyncio.StreamWriter, status: str, headers: dict[str, str], *, body: bytes = b"") -> None:
        lines = [f"HTTP/1.1 {status}", "Connection: close", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        await self._send(writer, body)

    async def _send(self, writer: asyncio.StreamWriter, body: bytes) -> None:
        self.sent_bytes += len(body)
        writer.write(body)
        await writer.drain()


def _answer(whole: bytes, etag: str, start: int) -> tuple[str, dict[str, str]]:
    headers = {"ETag": etag, "Content-Length": str(len(whole) - start)}
    if not start:
        return "200 OK", headers
    return "206 Partial Content", {**headers, "Content-Range": f"bytes {start}-{len(whole) - 1}/{len(whole)}"}


class Opened:
    """Inspects films for real, in this process."""

    async def inspect_film(self, path: Path) -> FilmFacts:
        def look() -> FilmFacts:
            with path.open("rb") as file:
                return inspect_film(file)

        return await asyncio.to_thread(look)

    async def save_poster(self, film: Path, poster: Path, *, max_edge: int, at_s: float | None = None) -> None:
        raise StudioError("No poster is wanted here.")


@dataclass(frozen=True)
class Outcome:
    """`twice_bytes` left the origin more than once."""

    way: Way
    cut: int
    saved: bool
    right: bool
    leftovers: tuple[str, ...]
    twice_bytes: int


async def bring(way: Way, cut: int, folder: Path) -> Outcome:
    """Download one clip, retrying as the program does; at most ten times."""
    clock = HastyClock()
    origin = Origin(way, cut, clock)
    async with _saver(clock, folder) as (saver, tasks, stop), serving(origin.serve) as base_url:
        task = await tasks.get(1)
        assert task is not None
        link = f"{base_url}/film.mp4"
        for _ in range(10):
            await tasks.record_clip(1, url=link)
            row = await tasks.get(1)
            assert row is not None
            try:
                await saver.save(row, row.clips[0], _ignore)
            except LinkExpired:
                link = f"{base_url}/fresh.mp4"
            except (PassingError, StudioError):
                continue
            else:
                break
        await stop()
    return _outcome(origin, folder)


def _outcome(origin: Origin, folder: Path) -> Outcome:
    films, whole = sorted(folder.glob("*.mp4")), film(origin.number)
    return Outcome(
        origin.way,
        origin.cut,
        saved=bool(films),
        right=all(path.read_bytes() == whole for path in films),
        leftovers=tuple(path.name for path in sorted(folder.glob("*.part*"))),
        twice_bytes=max(0, origin.sent_bytes - len(whole)),
    )


@asynccontextmanager
async def _saver(clock: HastyClock, folder: Path) -> AsyncIterator[tuple[ClipSaver, MemoryTasks, Callable[[], object]]]:
    tasks, events = MemoryTasks(), EventBus()
    notices = Notices(events)
    task_writer, supervisor = TaskWriter(tasks, clock, notices), Supervisor(clock, notices)
    gateway = ScriptedGateway(clock)
    core = Core(task_writer, gateway, {"sora-2": sora_2()}, events, notices, supervisor, clock, random.Random(1), GATEWAY)
    await finished(_Rows(tasks, clock))
    await tasks.transition_clip(1, ClipState.DOWNLOADING)
    transfer = FilmTransfer(gateway_is_loopback=True, clock=clock)
    shelf = Shelf(folder, "{slug} {id}", folder / "posters")
    yield ClipSaver(core, transfer, Opened(), lambda: shelf), tasks, transfer.close


@dataclass
class _Rows:
    tasks: MemoryTasks
    clock: HastyClock


def _ignore(_: TransferProgress) -> None:
    pass


def points(count: int) -> list[int]:
    """Return the positions where off-by-one errors are likely, and random ones (the same every time)."""
    length, rng = len(film(0)), random.Random(1)
    special = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, length - 1]
    return [*special, *(rng.randrange(length) for _ in range(count - len(special)))]


async def matrix(cuts: Iterable[int], folder: Path) -> list[Outcome]:
    """Run every misbehaviour at every position."""
    outcomes = list[Outcome]()
    for number, cut in enumerate(cuts):
        for way in Way:
            place = folder / f"{number} {way.name}"
            outcomes.append(await bring(way, cut, place))
    return outcomes


def main() -> None:
    """Run the whole matrix."""
    with tempfile.TemporaryDirectory() as folder:
        outcomes = asyncio.run(matrix(points(POINTS), Path(folder)))
    wrong = [outcome for outcome in outcomes if not outcome.right]
    saved = Counter(outcome.way for outcome in outcomes if outcome.saved)
    most = max(outcome.twice_bytes for outcome in outcomes if outcome.way in HONEST)
    Figure("transfers, matrix", f"{len(outcomes):,}: {POINTS} cuts × {len(Way)} ways, {sum(saved.values()):,} saved").tell()
    Figure("transfers, films that are not the origin's", str(len(wrong)), "0", met=not wrong).tell()
    Figure("transfers, most bytes fetched twice in a cut", f"{most:,}", f"{CHUNK_BYTES:,}", met=most <= CHUNK_BYTES).tell()
    for way in Way:
        if saved[way] < POINTS:
            print(f"{way}: {saved[way]} of {POINTS} saved")
    for outcome in wrong[:10]:
        print(outcome)


if __name__ == "__main__":
    main()
