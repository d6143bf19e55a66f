"""Many presses at the same moment, from several processes on one data folder, make one task."""

import asyncio
import subprocess
import sys
from pathlib import Path

from sora_studio.domain.ports import TaskFilter
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks

PROCESSES, ROUNDS = 4, 25
PRESSER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sora_studio.domain.errors import RequestRepeated
from sora_studio.domain.request import GenerationRequest
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks

async def press() -> None:
    database = Database(Path(sys.argv[1]))
    await database.open()
    tasks = SqliteTasks(database)
    print("ready", flush=True)
    for line in sys.stdin:
        request = GenerationRequest("sora-2", line.strip())
        try:
            added = await tasks.add([request] * 2, gateway="g", at=datetime.now(UTC), repeat_after=timedelta(minutes=1))
        except RequestRepeated as repeated:
            print("asks", repeated.task, flush=True)
        else:
            print("made", *(task.id for task in added), flush=True)
    await database.close()

asyncio.run(press())
"""


def test_of_many_presses_in_several_processes_exactly_one_is_first(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    pressers = [
        subprocess.Popen(
            [sys.executable, "-c", PRESSER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    answers = list[list[str]]()
    try:
        assert [_line(presser) for presser in pressers] == ["ready"] * PROCESSES
        for number in range(ROUNDS):
            for presser in pressers:
                assert presser.stdin is not None
                presser.stdin.write(f"prompt {number}\n")
                presser.stdin.flush()
            answers.append([_line(presser) for presser in pressers])
    finally:
        for presser in pressers:
            presser.communicate()
    for number, said in enumerate(answers):
        assert sorted(word.split()[0] for word in said) == ["asks"] * (PROCESSES - 1) + ["made"]
        assert {word.split()[-1] for word in said} == {str(2 * number + 2)}, "the question names the task that was made"
    assert asyncio.run(_count(path)) == 2 * ROUNDS
    sys.stdout.write(
        f"\n{ROUNDS} requests, each from {PROCESSES} processes at once: {ROUNDS * PROCESSES} presses, {ROUNDS} submissions\n"
    )


def _line(presser: "subprocess.Popen[str]") -> str:
    assert presser.stdout is not None
    return presser.stdout.readline().strip()


async def _count(path: Path) -> int:
    database = Database(path)
    await database.open()
    found = await SqliteTasks(database).find(TaskFilter(removed=True), limit=1000)
    await database.close()
    return len(found)
