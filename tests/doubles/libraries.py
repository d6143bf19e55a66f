"""A database with tasks, clips and drafts whose every row can be found again in the file's bytes."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sora_studio.domain.clip import ClipState
from sora_studio.domain.draft import Draft
from sora_studio.domain.intent import Intent
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.storage.tasks import SqliteTasks

AT = datetime(2026, 11, 22, 18, 5, 9, 123456, tzinfo=UTC)
GATEWAY = "https://api.example"
PAGE = 4096
Rows = dict[str, dict[int, tuple[object, ...]]]


def mark(task: int) -> str:
    """Stands all through a task's prompt."""
    return f"M{task:05d}W "


def sign(task: int) -> str:
    """Stands in a task's own row."""
    return f"/clips/{mark(task).strip()}"


def prompt(task: int) -> str:
    """Most fit on their page; every seventh fills several pages of its own."""
    return mark(task) * (2000 if task % 7 == 0 else 30)


async def _fill(path: Path, count: int) -> None:
    database = Database(path)
    await database.open()
    tasks, drafts = SqliteTasks(database), SqliteDrafts(database)
    for number in range(1, count + 1):
        request, intent = GenerationRequest("sora-2", prompt(number)), Intent(output_dir=Path(sign(number)))
        (task,) = await tasks.add([request], gateway=GATEWAY, at=AT, intents=[intent])
        assert task.id == number
        if number % 2 == 0:
            await tasks.transition(task.id, TaskState.SENDING, sent_at=AT)
            await tasks.transition(task.id, TaskState.PENDING, task_id=f"task_{number}", accepted_at=AT)
            url, expires_at = f"https://cdn.example/{mark(number)}.mp4", AT + timedelta(days=15)
            await tasks.succeed(task.id, [url, url + "?2"], completed_at=AT, expires_at=expires_at)
        if number % 4 == 0:
            (changed,) = await tasks.get_many([task.id])
            await tasks.transition_clip(changed.clips[0].id, ClipState.EXPIRED)
        if number % 10 == 0:
            await drafts.save(Draft(id=0, request=GenerationRequest("sora-2", prompt(number)), takes=1, caret=0), at=AT)
    await database.close()


def make_library(path: Path, count: int = 60) -> None:
    """So many tasks; half of them have two clips, one in ten has a draft of the same words."""
    with ThreadPoolExecutor(1) as thread:  # where a loop of its own disturbs no other
        thread.submit(lambda: asyncio.run(_fill(path, count))).result()


def rows_of(path: Path) -> Rows:
    """Every row of every table of ours."""
    with closing(sqlite3.connect(path)) as connection:
        tables = ("tasks", "versions", "clips", "drafts")
        known = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        return {
            table: {row[0]: row for row in connection.execute(f"SELECT * FROM {table}")} for table in tables if table in known
        }


def pages_with(content: bytes, sign: str) -> set[int]:
    """The numbers of the pages on which these words, or the end or beginning of them, stand."""
    found, raw = set[int](), sign.encode()
    at = content.find(raw)
    while at >= 0:
        found.add(at // PAGE + 1)
        at = content.find(raw, at + 1)
    return found
