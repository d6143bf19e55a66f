"""The studio starts on every kind of damaged file with what can be read, says so once, and its owner may die at any time."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sora_studio.domain.errors import DatabaseUnusable
from sora_studio.domain.events import NoticeLevel
from sora_studio.services.runtime.notices import DATABASE
from sora_studio.storage.database import Database
from tests.doubles.damage import HARMS, a_middle_page, zero_page
from tests.doubles.libraries import AT, make_library
from tests.integration.stage import ALL, request, run, running_studio

NOBODY = "http://127.0.0.1:9"
COUNT = 20


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """With a backup of the day before."""
    path = tmp_path / "data" / "studio.db"
    make_library(path, COUNT)

    async def back_up() -> None:
        database = Database(path)
        await database.open()
        assert await database.back_up(AT)
        await database.close()

    run(back_up())
    return path


@pytest.mark.parametrize("harm", HARMS)
def test_the_studio_starts_and_works_on(
    tmp_path: Path, database: Path, harm: Callable[[Path], None], expect_log: Callable[[str], None]
) -> None:
    expect_log("studio.db is damaged")
    harm(database)

    async def scene() -> None:
        async with running_studio(tmp_path, NOBODY) as studio:
            (notice,) = [notice for notice in studio.notices.current if notice.cause == DATABASE]
            assert notice.level is NoticeLevel.WARNING
            assert f"{COUNT} tasks were kept" in notice.text
            assert len(await studio.tasks.find(ALL, limit=1000)) == COUNT
            (task,) = await studio.submission.submit(request())
            assert task.id == COUNT + 1
        async with running_studio(tmp_path, NOBODY) as studio:
            assert not [notice for notice in studio.notices.current if notice.cause == DATABASE], "said once"
            assert len(await studio.tasks.find(ALL, limit=1000)) == COUNT + 1

    run(scene())


@pytest.mark.parametrize(("sign", "value", "reason"), [("application_id", 77, "another"), ("user_version", 99, "newer")])
@pytest.mark.parametrize("is_damaged", [False, True])
def test_what_another_or_a_newer_program_wrote_is_refused_and_kept(
    tmp_path: Path, database: Path, sign: str, value: int, reason: str, is_damaged: bool
) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA {sign} = {value}")
    if is_damaged:
        zero_page(database, a_middle_page(database))
    before = database.read_bytes()

    async def scene() -> None:
        with pytest.raises(DatabaseUnusable, match=reason):
            async with running_studio(tmp_path, NOBODY):
                pass

    run(scene())
    assert database.read_bytes() == before
    assert not list(database.parent.glob("*.damaged*"))


def test_a_guest_neither_mends_nor_backs_up(tmp_path: Path, database: Path) -> None:
    async def scene() -> None:
        async with running_studio(tmp_path, NOBODY):
            zero_page(database, a_middle_page(database))
            async with running_studio(tmp_path, NOBODY) as guest:
                assert not guest.tracking.is_owner

    run(scene())
    assert not list(database.parent.glob("*.damaged*"))


def test_after_a_kill_of_the_owner_the_next_start_owns_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.integration.victim", str(tmp_path), NOBODY, "1"]
    for _ in range(3):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as victim:
            assert victim.stdout is not None
            assert victim.stdout.readline() == "begun\n"
            victim.kill()

        async def scene() -> None:
            async with running_studio(tmp_path, NOBODY) as studio:
                assert studio.tracking.is_owner

        run(scene())
