"""A copy is made once for all takes that need it, is used again, and stays while it may be in use."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sora_studio.domain.film_edit import FilmEdit, PreparedFile
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Role
from sora_studio.media.local import LocalMedia
from sora_studio.services.pictures import recordings as module
from sora_studio.services.pictures.recordings import UNUSED_FOR_S, Recordings
from tests.doubles.publications import Checker
from tests.unit.services.rig import run

FILM = MediaSlot(Role.VIDEO, MediaKind.VIDEO, "video_urls", ("m",))
TAKES = 8


class SlowCopies(LocalMedia):
    """Writes a small copy when it may, and tells that it is half done before."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.asked = asyncio.Event(), asyncio.Event()
        self.made, self.given_up = 0, 0

    async def prepare_recording(
        self, path: Path, edit: FilmEdit, slot: MediaSlot, folder: Path, progress: Callable[[float], None]
    ) -> PreparedFile:
        self.asked.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        progress(0.5)
        self.made += 1
        return _written(folder / "copy.mp4")


def _written(copy: Path) -> PreparedFile:
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(b"a copy")
    return PreparedFile(copy, "video/mp4", 6, "f" * 64)


class Desk:
    """Recordings with a film to copy."""

    def __init__(self, folder: Path) -> None:
        self.media, self.copies = SlowCopies(), folder / "prepared"
        self.recordings = Recordings(self.media, Checker(), self.copies)
        self.film, self.told = folder / "walk.mp4", list[float]()
        self.film.write_bytes(b"a film")

    def take(self) -> asyncio.Task[PreparedFile]:
        return asyncio.create_task(self.recordings.prepare(self.film, FilmEdit(), FILM, self.told.append))


def _aged(path: Path, age_s: float, size_bytes: int = 10) -> Path:
    path.write_bytes(bytes(size_bytes))
    used_at_s = time.time() - age_s
    os.utime(path, (used_at_s, used_at_s))
    return path


def test_takes_of_one_film_share_one_copy_and_its_progress(tmp_path: Path) -> None:
    async def story() -> None:
        desk = Desk(tmp_path)
        desk.media.gate.set()
        copies = await asyncio.gather(*(desk.take() for _ in range(TAKES)))
        assert (len(set(copies)), desk.media.made, desk.told) == (1, 1, [0.5] * TAKES)

    run(story())


def test_a_copy_goes_on_for_the_others_and_ends_with_its_last_waiter(tmp_path: Path) -> None:
    async def story() -> None:
        desk = Desk(tmp_path)
        takes = [desk.take() for _ in range(3)]
        await desk.media.asked.wait()
        takes[0].cancel()
        await asyncio.wait(takes[:1])
        assert desk.media.given_up == 0
        for take in takes:
            take.cancel()
        await asyncio.wait(takes)
        assert (desk.media.given_up, desk.media.made) == (1, 0)
        desk.media.gate.set()
        assert (await desk.take()).path.read_bytes() == b"a copy"

    run(story())


def test_a_copy_that_is_used_again_counts_as_new(tmp_path: Path) -> None:
    async def story() -> None:
        desk = Desk(tmp_path)
        desk.media.gate.set()
        copy = (await desk.take()).path
        os.utime(copy, (0, 0))
        await desk.take()
        assert (desk.media.made, copy.stat().st_mtime > time.time() - 60) == (1, True)
        copy.write_bytes(b"damaged")
        await desk.take()
        assert (desk.media.made, copy.read_bytes()) == (2, b"a copy")

    run(story())


def test_only_copies_unused_for_a_day_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_BYTES", 25)

    async def story() -> None:
        desk = Desk(tmp_path)
        desk.media.gate.set()
        desk.copies.mkdir()
        (desk.copies / "sora-studio-left").mkdir()
        unfinished = _aged(desk.copies / ".copy-x", 3 * UNUSED_FOR_S)
        oldest, old = (_aged(desk.copies / f"{age}.mp4", age * UNUSED_FOR_S) for age in (3, 2))
        recent = [_aged(desk.copies / f"recent{number}.mp4", UNUSED_FOR_S / 2) for number in range(2)]
        await desk.take()
        assert [file.exists() for file in (oldest, old, *recent, unfinished)] == [False, False, True, True, True]
        more = _aged(desk.copies / "more.mp4", 2 * UNUSED_FOR_S, size_bytes=1)
        os.utime(desk.film, (1, 1))
        await desk.take()
        assert (more.exists(), [file.exists() for file in recent]) == (False, [True, True])

    run(story())
