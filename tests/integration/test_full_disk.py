"""A disk that really is full: what was acknowledged stays, what waits goes on once there is room, nothing is corrupted."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sora_studio.domain.errors import StorageFull
from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.services.clips import retrieval
from sora_studio.simulator.serve import running
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks
from tests.integration.stage import ALL, all_ready, frames_of, request, run, running_studio, until

DISK_MB = 64


class SmallDisk:
    """A disk of its own, and a file that takes its room away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Not a byte is left."""
        with self._ballast.open("ab", buffering=0) as file:
            size = 1 << 20
            while size:
                try:
                    file.write(b"\0" * size)
                except OSError:
                    size //= 2

    def empty(self) -> None:
        """There is room again."""
        self._ballast.unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux may make a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this container may not mount")
    yield SmallDisk(folder)
    subprocess.run(["umount", str(folder)], check=True)


def is_sound(database: Path) -> bool:
    with sqlite3.connect(database) as connection:
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return verdict == "ok"


def test_the_database_keeps_what_it_acknowledged_and_goes_on(small_disk: SmallDisk) -> None:
    path = small_disk.folder / "studio.db"
    wish = GenerationRequest("sora-2", "A harbour at dawn. " * 400)

    async def add_until_full(tasks: SqliteTasks) -> list[int]:
        acknowledged = list[int]()
        while True:
            try:
                (task,) = await tasks.add([wish], gateway="g", at=datetime.now(UTC))
            except StorageFull:
                return acknowledged
            acknowledged.append(task.id)

    async def story() -> None:
        database = Database(path)
        await database.open()
        tasks, acknowledged = SqliteTasks(database), list[int]()
        for _ in range(3):
            (task,) = await tasks.add([wish], gateway="g", at=datetime.now(UTC))
            acknowledged.append(task.id)
            small_disk.fill()
            acknowledged += await add_until_full(tasks)
            assert {task.id for task in await tasks.find(TaskFilter(), limit=10**6)} == set(acknowledged)
            small_disk.empty()
            assert await tasks.transition(acknowledged[-1], TaskState.SENDING)
        await database.close()
        again = Database(path)
        await again.open()
        assert {task.id for task in await SqliteTasks(again).find(TaskFilter(), limit=10**6)} == set(acknowledged)
        await again.close()

    run(story())
    assert is_sound(path)


def test_a_task_survives_a_disk_that_fills_up_under_it(small_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieval, "FOLDER_CHECK_S", 0.5)

    async def story() -> None:
        with running(speed=100) as simulator:
            async with running_studio(small_disk.folder, simulator.url, speed=100) as studio:
                causes = set[str]()
                studio.events.subscribe(lambda _: causes.update(notice.cause for notice in studio.notices.current))
                await studio.submission.submit(request())
                await until(studio, lambda tasks: tasks[0].state is TaskState.PENDING)
                small_disk.fill()
                with pytest.raises(StorageFull):
                    await studio.submission.submit(request("No room for this one"))
                await until(studio, lambda _: bool(causes & {"storage", "output"}))
                small_disk.empty()
                (done,) = await until(studio, all_ready)
                assert "fault" not in causes
                path = done.clips[0].path
                assert path is not None
                assert frames_of(path) > 0
                await until(studio, lambda _: not studio.notices.current)
                assert len(await studio.tasks.find(ALL, limit=9)) == 1
            assert len(simulator.state.charges) == 1

    run(story())
    assert is_sound(small_disk.folder / "data" / "studio.db")
