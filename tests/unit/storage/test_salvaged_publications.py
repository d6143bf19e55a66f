"""A database that was mended or restored takes nothing for public longer than its link, and forgets nothing that may be."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sora_studio.domain.picture import PictureRoute, PreparedPicture
from sora_studio.domain.request import GenerationRequest
from sora_studio.storage.database import Database
from sora_studio.storage.publications import IDLE, LIVE, STANDING, SqlitePublications
from sora_studio.storage.salvage import salvage
from sora_studio.storage.tasks import SqliteTasks

AT = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
ENDS = AT + timedelta(hours=6)
CAT, DOG = (PreparedPicture(name, "image/png", 4, 4) for name in (b"cat", b"dog"))
Story = Callable[[SqlitePublications, SqliteTasks], Awaitable[None]]


def tell(path: Path, story: Story) -> None:
    async def on_file() -> None:
        database = Database(path)
        await database.open()
        try:
            await story(SqlitePublications(database), SqliteTasks(database))
        finally:
            await database.close()

    asyncio.run(on_file())


async def publish(store: SqlitePublications, tasks: SqliteTasks, picture: PreparedPicture) -> int:
    (task,) = await tasks.add([GenerationRequest("sora-2", "A harbour")], gateway="https://service.example", at=AT)
    publication = await store.begin(
        picture,
        route=PictureRoute.BUCKET,
        place="a bucket",
        handle=f"{picture.fingerprint}.png",
        name="picture.png",
        task=task.id,
        at=AT,
        expires_at=ENDS,
    )
    await store.complete(publication.id, f"https://bucket.example/{publication.handle}")
    return publication.id


def test_of_file_and_backup_the_newer_word_about_a_picture_counts_and_none_is_forgotten(tmp_path: Path) -> None:
    file, backup, target = tmp_path / "studio.db", tmp_path / "backup.db", tmp_path / "new.db"

    async def before(store: SqlitePublications, tasks: SqliteTasks) -> None:
        await publish(store, tasks, CAT)

    async def after(store: SqlitePublications, tasks: SqliteTasks) -> None:
        await store.withdraw(1, at=AT)
        await publish(store, tasks, DOG)

    async def judge(store: SqlitePublications, tasks: SqliteTasks) -> None:
        assert [(row.fingerprint, row.tasks) for row in await store.standing()] == [(DOG.fingerprint, (2,))]
        assert await publish(store, tasks, CAT) == 3

    tell(file, before)
    shutil.copyfile(file, backup)
    tell(file, after)
    salvage(file, backup, target)
    tell(target, judge)


def test_what_an_old_backup_takes_for_public_ends_with_its_link(tmp_path: Path) -> None:
    backup, target = tmp_path / "backup.db", tmp_path / "new.db"
    lost = tmp_path / "studio.db"

    async def before(store: SqlitePublications, tasks: SqliteTasks) -> None:
        await publish(store, tasks, CAT)

    async def judge(store: SqlitePublications, _: SqliteTasks) -> None:
        later = ENDS + timedelta(days=30)
        assert await store.live(CAT.fingerprint, place="a bucket", until=later) is None
        assert [row.id for row in await store.idle(now=later)] == [1]

    tell(backup, before)
    lost.write_bytes(bytes(100_000))
    salvage(lost, backup, target)
    tell(target, judge)


def test_a_picture_whose_tasks_are_gone_is_needed_by_nobody_and_an_unreadable_row_stops_nothing(tmp_path: Path) -> None:
    file, target = tmp_path / "studio.db", tmp_path / "new.db"

    async def before(store: SqlitePublications, tasks: SqliteTasks) -> None:
        await publish(store, tasks, CAT)
        await publish(store, tasks, DOG)

    async def judge(store: SqlitePublications, _: SqliteTasks) -> None:
        assert [row.fingerprint for row in await store.standing()] == [CAT.fingerprint]
        assert [row.id for row in await store.idle(now=AT)] == [1]

    tell(file, before)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM tasks WHERE id = 1")
        connection.execute("INSERT INTO tombstones VALUES (1, 5)")
        connection.execute("UPDATE publications SET route = 'carrier pigeon' WHERE id = 2")
        connection.commit()
        connection.execute("VACUUM")
    salvage(file, None, target)
    tell(target, judge)


def test_the_questions_about_pictures_touch_only_those_that_stand(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"

    async def nothing(_: SqlitePublications, __: SqliteTasks) -> None:
        return None

    tell(path, nothing)
    values = {"fingerprint": "", "place": "", "until": 0, "now": 0, "over": "[]"}
    with closing(sqlite3.connect(path)) as connection:
        for query in (LIVE, STANDING, IDLE):
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", values)]
            assert any("publications" in step and "INDEX publications_live" in step for step in plan), plan
