"""What the database has acknowledged survives a kill at any moment, and the file opens again."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.task import Task
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks

ROUNDS = 10
WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks

async def write_for_ever() -> None:
    database = Database(Path(sys.argv[1]))
    await database.open()
    tasks = SqliteTasks(database)
    while True:
        made = await tasks.add([GenerationRequest("sora-2", "cat " * 500)] * 3, gateway="g", at=datetime.now(UTC))
        await tasks.transition(made[0].id, TaskState.SENDING)
        print(*(task.id for task in made), flush=True)

asyncio.run(write_for_ever())
"""


def acknowledged_before_the_kill(path: Path, lines: int) -> list[list[int]]:
    """Kill a writer once it has acknowledged so many writes; all that it acknowledged until it was dead."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    with writer:
        assert writer.stdout is not None
        seen = [writer.stdout.readline() for _ in range(lines)]
        writer.kill()
        rest = writer.stdout.read().splitlines(keepends=True)
    return [[int(word) for word in line.split()] for line in (*seen, *rest) if line.endswith("\n")]


async def tasks_by_id(path: Path) -> dict[int, Task]:
    database = Database(path)
    await database.open()
    found = await SqliteTasks(database).find(TaskFilter(), limit=1_000_000)
    healthy = await database.read(lambda connection: connection.execute("PRAGMA integrity_check").fetchone()[0])
    await database.close()
    assert healthy == "ok"
    return {task.id: task for task in found}


def rows_that_survived(path: Path, lines: Iterable[int]) -> int:
    """Kill writers, each after so many acknowledged writes; how many rows were acknowledged, none of which may be lost."""
    acknowledged = list[list[int]]()
    for count in lines:
        acknowledged += acknowledged_before_the_kill(path, count)
        kept = asyncio.run(tasks_by_id(path))
        for first, *others in acknowledged:
            assert kept[first].state == "sending"
            assert all(kept[task].state == "waiting" for task in others)
        batches = Counter(task.batch for task in kept.values())
        assert set(batches.values()) == {3}, "a batch of three is added whole or not at all"
    assert not list(path.parent.glob("*.damaged-*")), "nothing had to be mended"
    return sum(map(len, acknowledged))


def test_every_acknowledged_row_survives_a_kill(tmp_path: Path) -> None:
    rows = rows_that_survived(tmp_path / "studio.db", range(1, 3 * ROUNDS, 3))
    assert rows >= 3 * sum(range(1, 3 * ROUNDS, 3))
    sys.stdout.write(f"{ROUNDS} kills, {rows} acknowledged rows, none lost\n")
