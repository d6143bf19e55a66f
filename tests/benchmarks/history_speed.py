"""The history of 100,000 tasks over 30,000 texts: migration, search, decisions, and the command line."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sora_studio.domain.judgement import ClipRef, Judgement, Verdict
from sora_studio.domain.query import parse
from sora_studio.storage import migrations
from sora_studio.storage.database import Database
from sora_studio.storage.history import SqliteHistory
from sora_studio.storage.library_queries import LibraryQueries
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.history import TASKS, make

NOW = datetime(2026, 11, 28, 21, tzinfo=UTC)
TYPED = (
    "slow dolly golden harbour",
    "ra",
    "镜头缓慢",
    "handheld rain kept stars:>=3",
    "neon OR candle",
    "project:Rain tag:hero wide",
)
TIMES = 40


def _keys() -> list[str]:
    """Every text that stands in the box while these are typed."""
    return [text[:length] for text in TYPED for length in range(1, len(text) + 1)]


async def _search(database: Database) -> list[float]:
    queries, found = LibraryQueries(database), list[float]()
    for text in _keys():
        begun = time.perf_counter()
        await queries.index(parse(text), now=NOW, today=NOW.date())
        found.append((time.perf_counter() - begun) * 1000)
    return found


async def _spell(database: Database) -> list[float]:
    """Return how long it takes to find the words that each typed one may have been meant for."""
    queries, words = LibraryQueries(database), {word for text in TYPED for word in text.split() if word.isalpha()}
    return [await _timed(queries.words_near(f"{word[1]}{word[0]}{word[2:]}")) for word in words if len(word) > 2]


async def _sort(database: Database) -> dict[str, float]:
    queries, took = LibraryQueries(database), dict[str, float]()
    for sort in ("newest", "oldest", "stars", "cost", "duration"):
        query = parse(f"sort:{sort}")
        took[sort] = percentile([await _timed(queries.index(query, now=NOW, today=NOW.date())) for _ in range(9)], 50)
    return took


async def _timed(work: Awaitable[object]) -> float:
    begun = time.perf_counter()
    await work
    return (time.perf_counter() - begun) * 1000


async def _decide(database: Database) -> dict[str, list[float]]:
    history, took = SqliteHistory(database), {"rate one": list[float](), "trash one": list[float](), "undo one": list[float]()}
    for task in range(TASKS - TIMES, TASKS):
        took["rate one"].append(await _timed(history.judge([ClipRef(task)], Judgement(stars=4, verdict=Verdict.KEPT))))
        begun = time.perf_counter()
        former = await history.trash([ClipRef(task)], at=NOW)
        took["trash one"].append((time.perf_counter() - begun) * 1000)
        took["undo one"].append(await _timed(history.put_back(former)))
    return took


def _command_s(folder: Path) -> float:
    command = [sys.executable, "-m", "sora_studio", "tasks", "--search", "rain harb", "--limit", "50", "--json"]
    environment, took = {**os.environ, "SORA_STUDIO_DATA_DIR": str(folder)}, list[float]()
    for _ in range(9):
        begun = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        took.append(time.perf_counter() - begun)
    return percentile(took, 50)


def older(path: Path, newer: Path) -> None:
    """Make the file that version 6 would have of the same tasks."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrations.migrate(connection, path, begin=lambda: connection.execute("BEGIN"), steps=migrations.STEPS[:6])
        connection.execute("ATTACH ? AS newer", (str(newer),))
        shared = {row[1] for row in connection.execute("PRAGMA table_info(tasks)")} - {"prompt"}
        columns = ", ".join(sorted(shared))
        connection.execute("BEGIN")
        connection.execute(
            f"INSERT INTO tasks ({columns}, prompt) SELECT {', '.join(f'tasks.{name}' for name in sorted(shared))}, text "
            "FROM newer.tasks AS tasks JOIN newer.versions AS versions ON versions.id = tasks.version"
        )
        connection.execute("INSERT INTO task_words (task, folded) SELECT id, lower(prompt) FROM tasks")
        connection.execute("COMMIT")


async def _migrate_s(path: Path) -> float:
    database, begun = Database(path), time.perf_counter()
    await database.open()
    took = time.perf_counter() - begun
    await database.close()
    return took


async def _measure(folder: Path, path: Path) -> None:
    old = folder / "old" / "studio.db"
    old.parent.mkdir()
    older(old, path)
    took_s = await _migrate_s(old)
    Figure("100,000 tasks of version 6, backed up and migrated", f"{took_s:.1f} s", "< 60 s", took_s < 60).tell()
    Figure(
        "tasks --search … --limit 50 --json, whole process",
        f"{(took := _command_s(folder)) * 1000:.0f} ms",
        "< 300 ms",
        took < 0.3,
    ).tell()
    database = Database(path)
    await database.open()
    for _ in range(2):  # the second time, the pages are in memory
        found = await _search(database)
    p95 = percentile(found, 95)
    words = f"p50 {percentile(found, 50):.0f}  p95 {p95:.0f}  longest {max(found):.0f} ms"
    Figure(f"{len(found)} keys in the search box, key to ids", words, "p95 < 50 ms", p95 < 50).tell()
    words = f"p50 {percentile(spelt := await _spell(database), 50):.0f}  p95 {(p95 := percentile(spelt, 95)):.0f} ms"
    Figure("words of the index near a misspelt one", words, "p95 < 100 ms", p95 < 100).tell()
    for name, took_ms in (await _sort(database)).items():
        Figure(f"the whole library by {name}", f"{took_ms:.0f} ms", "< 50 ms", took_ms < 50).tell()
    for name, times in (await _decide(database)).items():
        p95 = percentile(times, 95)
        Figure(f"{name}, on disk", f"p50 {percentile(times, 50):.1f}  p95 {p95:.1f} ms", "< 16 ms", p95 < 16).tell()
    await database.close()


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        path = make(Path(folder))
        asyncio.run(_measure(Path(folder), path))


if __name__ == "__main__":
    main()
