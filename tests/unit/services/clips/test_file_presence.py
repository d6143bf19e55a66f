"""What is said of files on disk is what is there, and finding out costs little however large the library is."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from sora_studio.domain.clip import ClipCounts, ClipFile, ClipState
from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.clips import file_presence
from sora_studio.services.clips.file_presence import TRUST_STAMPS_S, WALK_EVERY_S
from tests.doubles.clock import BEGIN
from tests.doubles.disks import disks_rest
from tests.doubles.tasks import MemoryTasks
from tests.unit.services.rig import GATEWAY, Rig, request, run


class CountingTasks(MemoryTasks):
    """Counts the rows that are read in full."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    async def get_many(self, tasks: Iterable[int]) -> list[Task]:
        found = await super().get_many(tasks)
        self.read += len(found)
        return found

    async def find(self, which: TaskFilter, *, limit: int, before: int | None = None) -> list[Task]:
        found = await super().find(which, limit=limit, before=before)
        self.read += len(found)
        return found


async def with_clips(tasks: MemoryTasks, folder: Path, count: int) -> list[Path]:
    """That many finished tasks, each with a clip on disk."""
    films = list[Path]()
    for number in range(count):
        (task,) = await tasks.add([request(str(number))], gateway=GATEWAY, at=BEGIN)
        for state in (TaskState.SENDING, TaskState.PENDING):
            await tasks.transition(task.id, state, task_id=f"remote-{number}")
        await tasks.succeed(task.id, ["https://cdn.example/film"], completed_at=BEGIN, expires_at=BEGIN)
        film = folder / f"{number}.mp4"
        write_film(film)
        films.append(film)
        (clip,) = tasks.rows[task.id].clips
        await tasks.transition_clip(clip.id, ClipState.DOWNLOADING)
        await tasks.transition_clip(clip.id, ClipState.SAVED, path=film)
    return films


def write_film(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"film")


def state_of(tasks: MemoryTasks, task: int) -> ClipState:
    return tasks.rows[task].clips[0].state


async def walk(rig: Rig) -> None:
    """Long enough for a look at all files, which rests between its pages."""
    for _ in range(10):
        await rig.clock.advance(0.1)
        await disks_rest()


async def return_to_the_window(rig: Rig) -> None:
    await rig.clock.advance(WALK_EVERY_S)
    rig.engine.file_presence.look_again()
    await walk(rig)


def test_returning_to_the_window_notices_moved_files_and_reads_no_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_presence, "PAGE", 7)

    async def main() -> None:
        tasks = CountingTasks()
        films = await with_clips(tasks, tmp_path / "clips", 20)
        async with Rig(tmp_path, tasks=tasks) as rig:
            await walk(rig)
            assert (await tasks.survey()).clips == ClipCounts(20)
            films[3].rename(tmp_path / "elsewhere.mp4")
            tasks.read = 0
            await return_to_the_window(rig)
            assert (state_of(tasks, 4), tasks.read) == (ClipState.MISSING, 1), "only what changed is read"
            (tmp_path / "elsewhere.mp4").rename(films[3])
            await return_to_the_window(rig)
            assert [state_of(tasks, task) for task in tasks.rows] == [ClipState.SAVED] * 20

    run(main())


def test_returning_checks_what_a_changed_folder_gained_or_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = set[str]()
    is_there = file_presence._is_there

    def noted(file: ClipFile) -> bool:
        looked_at.add(Path(file.path).name)
        return is_there(file)

    async def main() -> None:
        tasks = MemoryTasks()
        films = await with_clips(tasks, tmp_path / "clips", 5)
        os.utime(films[0].parent, (1e9, 1e9))
        async with Rig(tmp_path, tasks=tasks) as rig:
            await walk(rig)
            assert len(looked_at) == 5
            looked_at.clear()
            await return_to_the_window(rig)
            assert not looked_at
            (newer,) = await with_clips(tasks, tmp_path / "others", 1)
            newer.unlink()
            await return_to_the_window(rig)
            assert (state_of(tasks, 6), looked_at) == (ClipState.MISSING, {newer.name}), (
                "a clip that the last walk did not know"
            )
            await return_to_the_window(rig)
            looked_at.clear()
            films[3].rename(tmp_path / "elsewhere.mp4")
            await return_to_the_window(rig)
            assert (state_of(tasks, 4), looked_at) == (ClipState.MISSING, {films[3].name})
            films[3].mkdir()
            await return_to_the_window(rig)
            assert state_of(tasks, 4) is ClipState.MISSING, "a folder of that name is no film"
            films[3].rmdir()
            await return_to_the_window(rig)
            (tmp_path / "elsewhere.mp4").rename(films[3])
            await return_to_the_window(rig)
            assert state_of(tasks, 4) is ClipState.SAVED
            for folder in (films[0].parent, newer.parent):
                os.utime(folder, (1e9, 1e9))
            await return_to_the_window(rig)
            films[2].unlink()
            os.utime(films[0].parent, (1e9, 1e9))  # as on a file system that keeps a folder's time
            await return_to_the_window(rig)
            assert state_of(tasks, 3) is ClipState.SAVED
            await rig.clock.advance(TRUST_STAMPS_S)
            await return_to_the_window(rig)
            assert state_of(tasks, 3) is ClipState.MISSING

    monkeypatch.setattr(file_presence, "_is_there", noted)
    run(main())


def test_a_folder_that_cannot_be_looked_into_says_nothing_about_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = os.stat

    def forbidden(path: str | Path, **options: bool) -> os.stat_result:
        if str(path).endswith(".mp4"):
            raise PermissionError(13, "Permission denied")
        return stat(path, **options)

    async def main() -> None:
        tasks = MemoryTasks()
        await with_clips(tasks, tmp_path / "clips", 2)
        with monkeypatch.context() as patch:
            patch.setattr(os, "stat", forbidden)
            async with Rig(tmp_path, tasks=tasks) as rig:
                await walk(rig)
                assert (await tasks.survey()).clips == ClipCounts(2)
        assert [state_of(tasks, task) for task in tasks.rows] == [ClipState.SAVED] * 2

    run(main())


def test_a_clip_that_was_saved_late_is_known_from_then_on(tmp_path: Path) -> None:
    async def main() -> None:
        tasks = MemoryTasks()
        films = await with_clips(tasks, tmp_path / "clips", 2)
        (late,) = tasks.rows[1].clips
        films[0].unlink()
        await tasks.transition_clip(late.id, ClipState.MISSING)
        async with Rig(tmp_path, tasks=tasks) as rig:
            await walk(rig)
            write_film(films[0].with_name("again.mp4"))
            await tasks.transition_clip(late.id, ClipState.DOWNLOADING)
            await tasks.transition_clip(late.id, ClipState.SAVED, path=films[0].with_name("again.mp4"))
            await return_to_the_window(rig)
            assert state_of(tasks, 1) is ClipState.SAVED
            films[0].with_name("again.mp4").unlink()
            await return_to_the_window(rig)
            assert [state_of(tasks, task) for task in tasks.rows] == [ClipState.MISSING, ClipState.SAVED]

    run(main())


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")])
def test_a_folder_that_cannot_be_listed_has_its_files_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def forbidden(_: str) -> list[str]:
        raise error

    async def main() -> None:
        tasks = MemoryTasks()
        films = await with_clips(tasks, tmp_path / "clips", 3)
        with monkeypatch.context() as patch:
            patch.setattr(os, "listdir", forbidden)
            async with Rig(tmp_path, tasks=tasks) as rig:
                await walk(rig)
                films[1].unlink()
                await return_to_the_window(rig)
                assert [state_of(tasks, task) for task in tasks.rows] == [ClipState.SAVED, ClipState.MISSING, ClipState.SAVED]

    run(main())


def test_a_folder_that_is_taken_away_and_brought_back(tmp_path: Path) -> None:
    async def main() -> None:
        tasks = MemoryTasks()
        films = await with_clips(tasks, tmp_path / "clips", 3)
        async with Rig(tmp_path, tasks=tasks) as rig:
            await walk(rig)
            for place, state in ((tmp_path / "unplugged", ClipState.MISSING), (films[0].parent, ClipState.SAVED)):
                (films[0].parent if state is ClipState.MISSING else tmp_path / "unplugged").rename(place)
                await return_to_the_window(rig)
                assert [state_of(tasks, task) for task in tasks.rows] == [state] * 3

    run(main())
