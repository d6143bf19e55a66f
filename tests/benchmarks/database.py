"""The database: 200 kills during heavy writes, and the time to check, back up and repair 100,000 tasks."""

import asyncio
import shutil
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from sora_studio.clock import Clock
from sora_studio.domain.clip import ClipCounts
from sora_studio.domain.events import EventBus
from sora_studio.domain.request import GenerationRequest
from sora_studio.services.clips.file_presence import FilePresence
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.notices import Notices
from sora_studio.services.tasks.task_writer import TaskWriter
from sora_studio.storage.backups import Backups, connect_unchanging
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks
from tests.benchmarks.figures import Figure
from tests.integration.test_killed_writer import rows_that_survived

KILLS = 200
TASKS = 100_000
PROMPT = "Fog over the harbour. " * 35
AT = datetime(2026, 11, 22, tzinfo=UTC)
BEAT_S = 0.005


async def fill(path: Path) -> None:
    """Add tasks, many takes at a time, as fast as possible."""
    database = Database(path)
    await database.open()
    tasks = SqliteTasks(database)
    for _ in range(TASKS // 1000):
        await tasks.add([GenerationRequest("sora-2", PROMPT)] * 1000, gateway="g", at=AT)
    await database.close()


async def open_once(path: Path) -> tuple[float, str]:
    """Open the database; return the seconds it took, and what was repaired."""
    database, begun = Database(path), time.perf_counter()
    rescue = await database.open()
    took = time.perf_counter() - begun
    await database.close()
    return took, rescue.sentence.split(". ")[0] if rescue else ""


async def back_up(path: Path) -> tuple[float, float, float]:
    """Return the seconds for a backup, the longest delay of the loop meanwhile, and the slowest write."""
    database = Database(path)
    await database.open()
    tasks, longest, slowest = SqliteTasks(database), 0.0, 0.0
    begun = time.perf_counter()
    running = asyncio.create_task(database.back_up(AT))
    while not running.done():
        before = time.perf_counter()
        await asyncio.sleep(BEAT_S)
        longest = max(longest, time.perf_counter() - before - BEAT_S)
        before = time.perf_counter()
        await tasks.record(1, polls=int(before * 1000) % 1_000_000)
        slowest = max(slowest, time.perf_counter() - before)
    took = time.perf_counter() - begun
    await database.close()
    return took, longest, slowest


ADD_CLIPS = """
    INSERT INTO clips (task, position, state, url, expires_at, path)
    SELECT id, 0, 'saved', 'https://cdn.example/film', 5, ? FROM tasks
"""


async def look_at_files(path: Path) -> float:
    """Return the processor seconds of the file check on window activation, when every task has a clip on disk."""
    film = path.with_name("film.mp4")
    film.write_bytes(b"film")
    database = Database(path)
    await database.open()
    await database.write(lambda connection: connection.execute(ADD_CLIPS, (str(film),)))
    tasks, events, clock = SqliteTasks(database), EventBus(), Clock()
    writer = TaskWriter(tasks, clock, Notices(events))
    presence = FilePresence(cast("Core", SimpleNamespace(task_writer=writer, clock=clock)), is_owner=lambda: True)
    begun = time.process_time()
    await presence.look_at_all()
    took = time.process_time() - begun
    assert (await tasks.survey()).clips == ClipCounts(TASKS, 0)
    await database.write(lambda connection: connection.execute("DELETE FROM clips"))
    await database.close()
    return took


def damage(path: Path) -> None:
    """Zero every inner page, through which others are reached."""
    content = bytearray(path.read_bytes())
    for at in range(0, len(content), 4096):
        if at == 0 or content[at] in (2, 5):
            content[at : at + 4096] = bytes(4096)
    path.write_bytes(content)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "storm" / "studio.db"
        path.parent.mkdir()
        rows = rows_that_survived(path, (1 + number % 20 for number in range(KILLS)))
        told = f"{rows} acknowledged rows, none lost"
        Figure(f"database, {KILLS} × kill −9 during writes", told, "none lost", met=True).tell()
        path = Path(folder) / "big" / "studio.db"
        asyncio.run(fill(path))
        size = path.stat().st_size / 1e6
        with closing(connect_unchanging(path)) as connection:
            begun = time.perf_counter()
            connection.execute("PRAGMA quick_check(1)").fetchone()
            checked = time.perf_counter() - begun
        opened, _ = asyncio.run(open_once(path))
        Figure(f"database, quick_check of {TASKS:,} tasks ({size:.0f} MB)", f"{checked * 1000:.0f} ms").tell()
        Figure(f"database, opening with {TASKS:,} tasks", f"{opened * 1000:.0f} ms", "under 800 ms", met=opened < 0.8).tell()
        looked = asyncio.run(look_at_files(path))
        words = "under 1 s"
        Figure(f"database, file check of {TASKS:,} clips, processor", f"{looked:.2f} s", words, met=looked < 1.0).tell()
        took, longest, slowest = asyncio.run(back_up(path))
        Figure(f"database, verified backup of {TASKS:,} tasks", f"{took:.1f} s").tell()
        words = f"{longest * 1000:.0f} ms, slowest write {slowest * 1000:.0f} ms"
        Figure("database, longest loop delay during it", words, "under 50 ms", met=longest < 0.05).tell()
        shutil.rmtree(Backups(path).folder)
        damage(path)
        mended, words = asyncio.run(open_once(path))
        kept = words.endswith(f"{TASKS:,} tasks were kept")
        Figure(
            "database, repair without its inner pages",
            f"{mended:.1f} s, {words.rpartition(': ')[2]}",
            "all tasks",
            met=kept,
        ).tell()


if __name__ == "__main__":
    main()
