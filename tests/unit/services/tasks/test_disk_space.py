"""A full disk holds back what could not be saved, says so once, loses nothing, and everything goes on by itself."""

import asyncio
import errno
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from sora_studio.domain.clip import ClipState
from sora_studio.domain.disk_space import CLIP_BYTES, MOST_RESERVE_BYTES, has_room, reserve_bytes
from sora_studio.domain.errors import InvalidSetting, StorageFull
from sora_studio.domain.events import NoticeRaised
from sora_studio.domain.task import TaskState
from sora_studio.services.tasks.task_writer import ROOM_CHECK_S
from tests.doubles.disks import disks_rest
from tests.doubles.gateway import DONE
from tests.unit.services.rig import Rig, request, run

DISK_BYTES = 100_000_000_000


@dataclass
class Disk:
    """As the system describes one."""

    free: int
    total: int = DISK_BYTES


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk of the clips' folder; the test says how much is free."""
    disk = Disk(DISK_BYTES)
    monkeypatch.setattr("shutil.disk_usage", lambda _: disk)
    return disk


def room_for(clips: int) -> int:
    return MOST_RESERVE_BYTES + clips * CLIP_BYTES


@pytest.mark.parametrize(
    ("disk_bytes", "reserve"), [(8_000_000, 400_000), (10_240_000_000, 512_000_000), (10**13, 512_000_000)]
)
def test_the_reserve_is_a_twentieth_and_at_most_512_mb(disk_bytes: int, reserve: int) -> None:
    assert reserve_bytes(disk_bytes) == reserve
    assert has_room(free_bytes=reserve + 7, disk_bytes=disk_bytes, wanted_bytes=7)
    assert not has_room(free_bytes=reserve + 6, disk_bytes=disk_bytes, wanted_bytes=7)


def test_a_request_whose_clip_would_have_no_room_is_answered_with_a_sentence(tmp_path: Path, disk: Disk) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            disk.free = room_for(3) - 1
            with pytest.raises(StorageFull, match="enough space") as told:
                await rig.engine.submission.submit(request(), takes=3)
            assert "your prompt is kept" in told.value.sentence
            assert not rig.tasks.rows
            await rig.engine.submission.submit(request(), takes=2)
            await rig.advance(0.1)
            with pytest.raises(StorageFull):
                await rig.engine.submission.submit(request("another"), takes=1 + 1)
            assert len(rig.tasks.rows) == 2

    run(story())


def test_what_waits_is_held_with_one_notice_and_goes_on_by_itself(tmp_path: Path, disk: Disk) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await rig.tasks.add([request(f"{number}") for number in range(6)], gateway=rig.core.gateway_name, at=rig.clock.now())
        disk.free = room_for(4)
        async with rig:
            await rig.advance(60)
            assert rig.states().count(TaskState.PENDING) == 4
            assert rig.states().count(TaskState.WAITING) == 2
            assert [event.cause for event in rig.told(NoticeRaised) if isinstance(event, NoticeRaised)] == ["room"]
            disk.free = room_for(6)
            await rig.advance(6)
            await rig.until(lambda: "room" not in rig.notices())
            await rig.advance(1)
            assert rig.states().count(TaskState.PENDING) == 6
            assert len(rig.gateway.created) == 6

    run(story())


def test_a_disk_that_tells_nothing_holds_nothing_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(_: object) -> None:
        raise OSError

    async def story() -> None:
        async with Rig(tmp_path) as rig:
            monkeypatch.setattr("shutil.disk_usage", silent)
            await rig.submit("one")
            assert rig.state() is TaskState.PENDING

    run(story())


def obstacle(kind: str, place: Path) -> str:
    """Put something where the clips' folder should be; the reason that is given for it."""
    if kind == "file":
        place.touch()
        return "is not a folder"
    place.symlink_to(place.with_name("nowhere"))
    return "is a link that leads to no folder"


@pytest.mark.parametrize("kind", ["file", "link"])
def test_nothing_is_ordered_for_a_folder_that_cannot_be_written(tmp_path: Path, kind: str) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            reason = obstacle(kind, place := tmp_path / "clips")
            with pytest.raises(InvalidSetting) as told:
                await rig.engine.submission.submit(request())
            assert told.value.title == f"Clips cannot be saved in {place}: {place} {reason}."
            assert "Nothing was sent, and your prompt is kept." in told.value.sentence
            assert (rig.tasks.rows, rig.gateway.created) == ({}, [])
            assert os.listdir(tmp_path) == ["clips"]  # noqa: PTH208 - a moment's look
            place.unlink()
            await rig.submit("one")
            assert rig.state() is TaskState.PENDING

    run(story())


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_waits_for_a_folder_that_cannot_be_written_is_held_and_goes_on_by_itself(tmp_path: Path, kind: str) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await rig.tasks.add([request("one")], gateway=rig.core.gateway_name, at=rig.clock.now())
        reason = obstacle(kind, place := tmp_path / "clips")
        async with rig:
            await rig.advance(60)
            assert (rig.state(), rig.gateway.created) == (TaskState.WAITING, [])
            (notice,) = [event for event in rig.told(NoticeRaised) if isinstance(event, NoticeRaised)]
            assert notice.cause == "room"
            assert notice.text.startswith(
                f"Clips cannot be saved in {place}: {place} {reason}. Waiting tasks are sent automatically"
            )
            place.unlink()
            while "room" in rig.notices():  # real threads look at the folder: how long that takes, no clock of the test says
                await rig.advance(ROOM_CHECK_S)
                await disks_rest()
            await rig.advance(1)
            assert rig.state() is TaskState.PENDING
            assert len(rig.gateway.created) == 1

    run(story())


def test_a_disk_that_has_room_but_takes_no_file_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a used-up quota, or a disk that has no names left."""

    def refuse(**_: object) -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    async def story() -> None:
        async with Rig(tmp_path) as rig:
            monkeypatch.setattr("tempfile.TemporaryFile", refuse)
            with pytest.raises(StorageFull, match="enough space"):
                await rig.engine.submission.submit(request())
            assert not rig.tasks.rows

    run(story())


def test_a_full_database_around_a_transfer_is_no_mistake_of_the_program(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.statuses["remote-1"] = [DONE]
        gate = rig.transfer.gate = asyncio.Event()
        async with rig:
            await rig.submit("one")
            await rig.advance(181)
            await rig.until(lambda: rig.transfer.running)
            rig.tasks.trouble = StorageFull()
            gate.set()
            await rig.until(lambda: rig.notices() & {"storage", "output"})
            await rig.advance(30)
            assert "fault" not in rig.notices()
            rig.tasks.trouble = None
            for _ in range(10):
                await rig.advance(6)
                await rig.until(lambda: not rig.transfer.running)
            await rig.until(lambda: rig.row().clips[0].state is ClipState.SAVED and not rig.notices())

    run(story())
