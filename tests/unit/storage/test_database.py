"""The database keeps what it said it keeps, refuses what is not its own, and never holds up the loop."""

import asyncio
import errno
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from sora_studio.domain.errors import DatabaseUnusable, StorageFull
from sora_studio.storage import database as database_module
from sora_studio.storage import migrations
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks

Run = Callable[..., object]
COUNT = "SELECT count(*) FROM notes"


@pytest.fixture
def database(tmp_path: Path, run: Run):
    database = Database(tmp_path / "data" / "studio.db")
    run(database.open())
    run(database.write(lambda connection: connection.execute("CREATE TABLE notes (text TEXT)")))
    yield database
    run(database.close())


def add_note(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO notes VALUES ('x')")


def count(connection: sqlite3.Connection) -> int:
    return connection.execute(COUNT).fetchone()[0]


def pragma(name: str) -> Callable[[sqlite3.Connection], object]:
    return lambda connection: connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_file_is_ours_durable_and_strict(database: Database, run: Run) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "busy_timeout": 5000}
    for ask in (database.write, database.read):
        assert {name: run(ask(pragma(name))) for name in expected} == expected
    assert run(database.read(pragma("application_id"))) == migrations.APPLICATION_ID
    assert run(database.read(pragma("user_version"))) == len(migrations.STEPS)


def test_a_reader_cannot_write(database: Database, run: Run) -> None:
    with pytest.raises(DatabaseUnusable):
        run(database.read(add_note))
    assert run(database.read(count)) == 0


def test_an_error_of_the_work_undoes_it_and_comes_through(database: Database, run: Run) -> None:
    def half(connection: sqlite3.Connection) -> None:
        add_note(connection)
        raise LookupError

    with pytest.raises(LookupError):
        run(database.write(half))
    run(database.write(add_note))
    assert run(database.read(count)) == 1


def test_a_mistake_in_sql_is_not_blamed_on_the_file(database: Database, run: Run) -> None:
    with pytest.raises(sqlite3.OperationalError):
        run(database.write(lambda connection: connection.execute("SELECT nonsense")))


def test_a_full_disk_is_told_and_leaves_no_half_write(database: Database, run: Run) -> None:
    def fill(connection: sqlite3.Connection) -> None:
        add_note(connection)
        connection.execute("INSERT INTO notes VALUES (zeroblob(1000000))")

    run(database.write(pragma("max_page_count = 50")))
    with pytest.raises(StorageFull):
        run(database.write(fill))
    assert run(database.read(count)) == 0
    run(database.write(pragma("max_page_count = 100000")))
    run(database.write(fill))
    assert run(database.read(count)) == 2


def test_a_full_disk_behind_an_input_output_error_is_told(
    database: Database, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
        raise error

    with pytest.raises(DatabaseUnusable):
        run(database.write(fail))
    monkeypatch.setattr(database_module, "_NO_ROOM_BYTES", 1 << 70)
    with pytest.raises(StorageFull):
        run(database.write(fail))


@pytest.mark.parametrize(("code", "expected"), [(errno.ENOSPC, StorageFull), (errno.EACCES, DatabaseUnusable)])
def test_a_folder_that_cannot_be_made_is_told(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, code: int, expected: type[Exception]
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise OSError(code, "no")

    monkeypatch.setattr(Path, "mkdir", fail)
    with pytest.raises(expected):
        run(Database(tmp_path / "new" / "studio.db").open())


def test_a_write_cancelled_while_it_waits_never_runs(database: Database, run: Run) -> None:
    async def scene() -> int:
        held, go_on = threading.Event(), threading.Event()
        first = asyncio.create_task(database.write(lambda _: (held.set(), go_on.wait(10))))
        await asyncio.to_thread(held.wait, 10)
        second = asyncio.create_task(database.write(add_note))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        go_on.set()
        await first
        await database.write(lambda _: None)
        return await database.read(count)

    assert run(scene()) == 0


def test_a_write_cancelled_while_it_runs_is_done_whole(database: Database, run: Run) -> None:
    async def scene() -> int:
        held, go_on = threading.Event(), threading.Event()

        def both(connection: sqlite3.Connection) -> None:
            add_note(connection)
            held.set()
            go_on.wait(10)
            add_note(connection)

        running = asyncio.create_task(database.write(both))
        await asyncio.to_thread(held.wait, 10)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        go_on.set()
        await database.write(add_note)
        return await database.read(count)

    assert run(scene()) == 3


def test_reads_and_the_loop_go_on_while_a_write_takes_its_time(database: Database, run: Run) -> None:
    async def scene() -> int:
        held, go_on = threading.Event(), threading.Event()
        slow = asyncio.create_task(database.write(lambda connection: (add_note(connection), held.set(), go_on.wait(10))))
        await asyncio.to_thread(held.wait, 10)
        before = await database.read(count)
        go_on.set()
        await slow
        return before

    assert run(scene()) == 0
    assert run(database.read(count)) == 1


def test_a_reading_sees_one_moment(database: Database, run: Run) -> None:
    async def scene() -> tuple[int, int]:
        held, go_on = threading.Event(), threading.Event()

        def twice(connection: sqlite3.Connection) -> tuple[int, int]:
            first = count(connection)
            held.set()
            go_on.wait(10)
            return first, count(connection)

        reading = asyncio.create_task(database.read(twice))
        await asyncio.to_thread(held.wait, 10)
        await database.write(add_note)
        go_on.set()
        return await reading

    assert run(scene()) == (0, 0)


def test_another_process_is_waited_for(database: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> int:
        waiting = threading.Event()
        real_sleep = database_module.time.sleep
        monkeypatch.setattr(database_module.time, "sleep", lambda seconds: (waiting.set(), real_sleep(seconds)))
        await database.write(pragma("busy_timeout = 1"))
        other = sqlite3.connect(database.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        ours = asyncio.create_task(database.write(add_note))
        await asyncio.to_thread(waiting.wait, 10)
        other.execute("INSERT INTO notes VALUES ('theirs')")
        other.execute("COMMIT")
        other.close()
        await ours
        return await database.read(count)

    assert run(scene()) == 2


def test_a_file_held_for_good_is_given_up(database: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "PATIENCE_S", 0.1)
    run(database.write(pragma("busy_timeout = 1")))
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnusable, match="another program is using it"):
        run(database.write(add_note))
    other.close()
    run(database.write(add_note))


def test_it_outlives_a_loop(tmp_path: Path) -> None:
    database = Database(tmp_path / "studio.db")
    asyncio.run(database.open())
    asyncio.run(database.write(lambda connection: connection.execute("CREATE TABLE notes (text TEXT)")))
    assert asyncio.run(database.read(count)) == 0
    asyncio.run(database.close())


def test_closing_leaves_one_file_and_nothing_open(tmp_path: Path, run: Run) -> None:
    database = Database(tmp_path / "studio.db")
    run(database.open())
    run(database.close())
    run(database.close())
    assert files(tmp_path) == ["studio.db"]
    with pytest.raises(DatabaseUnusable, match="closed"):
        run(database.write(add_note))


def test_closing_waits_for_what_has_begun(database: Database, run: Run) -> None:
    async def scene() -> None:
        held, go_on = threading.Event(), threading.Event()
        running = asyncio.create_task(database.write(lambda connection: (held.set(), go_on.wait(10), add_note(connection))))
        await asyncio.to_thread(held.wait, 10)
        closing = asyncio.create_task(database.close())
        await asyncio.sleep(0)
        go_on.set()
        await closing
        await running

    run(scene())
    run(database.open())
    assert run(database.read(count)) == 1


def foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()


def newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(migrations.STEPS) + 1}")
    connection.close()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (foreign, "another program"),
        (newer, "newer version"),
    ],
)
@pytest.mark.parametrize("guest", [False, True])
def test_a_file_that_is_not_ours_is_refused_and_not_changed(
    tmp_path: Path, run: Run, make: Callable[[Path], object], reason: str, guest: bool
) -> None:
    path = tmp_path / "studio.db"
    make(path)
    before = path.read_bytes()
    with pytest.raises(DatabaseUnusable, match=reason):
        run(Database(path).open(guest=guest))
    assert path.read_bytes() == before
    assert files(tmp_path) == ["studio.db"]


@pytest.mark.parametrize("content", [b"SQLite format 3\0" + b"x" * 5000, b"hello " * 100])
def test_a_guest_leaves_a_damaged_file_to_the_owner(tmp_path: Path, run: Run, content: bytes) -> None:
    path = tmp_path / "studio.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseUnusable, match=r"not a database|damaged") as told:
        run(Database(path).open(guest=True))
    assert "start it again: what can be read is kept" in told.value.sentence
    assert path.read_bytes() == content
    assert files(tmp_path) == ["studio.db"]


def test_a_guest_does_not_convert_the_file_under_an_older_program(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "studio.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrations.migrate(connection, path, begin=lambda: connection.execute("BEGIN"), steps=migrations.STEPS[:1])
    before = path.read_bytes()
    with pytest.raises(DatabaseUnusable, match="an older version of Sora Studio is using it"):
        run(Database(path).open(guest=True))
    assert path.read_bytes() == before


def files(folder: Path) -> list[str]:
    """What lies there besides locks."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_a_folder_in_the_files_place_is_refused(tmp_path: Path, run: Run) -> None:
    with pytest.raises(DatabaseUnusable):
        run(Database(tmp_path).open())


def test_damage_is_told_when_it_is_met(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "studio.db"
    database = Database(path)
    run(database.open())
    run(database.close())
    with closing(sqlite3.connect(path)) as connection:
        ((root,),) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'tasks'").fetchall()
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    run(database.open(guest=True))
    with pytest.raises(DatabaseUnusable, match="damaged"):
        run(database.read(lambda connection: connection.execute("SELECT * FROM tasks").fetchall()))
    run(database.close())


def test_many_openings_of_a_new_file_at_once_agree(tmp_path: Path) -> None:
    async def open_and_close() -> None:
        database = Database(tmp_path / "studio.db")
        await database.open()
        await database.close()

    with ThreadPoolExecutor(6) as threads:
        for done in [threads.submit(lambda: asyncio.run(open_and_close())) for _ in range(12)]:
            done.result()


def test_a_step_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    good, bad = ("CREATE TABLE a (x)", "INSERT INTO a VALUES (1)"), ("CREATE TABLE b (x)", "INSERT INTO nowhere VALUES (1)")

    def upgrade(*steps: tuple[str, ...]) -> None:
        migrations.migrate(connection, tmp_path / "x.db", begin=lambda: connection.execute("BEGIN IMMEDIATE"), steps=steps)

    with pytest.raises(sqlite3.OperationalError):
        upgrade(good, bad)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")]
    assert (tables, pragma("user_version")(connection)) == (["a"], 1)
    upgrade(good, ("CREATE TABLE b (x)",))
    assert pragma("user_version")(connection) == 2
    assert connection.execute("SELECT count(*) FROM a").fetchone()[0] == 1
    connection.close()


def test_a_file_from_before_money_was_counted_opens_with_every_row(tmp_path: Path, run) -> None:
    path = tmp_path / "studio.db"
    connection = sqlite3.connect(path, isolation_level=None)
    migrations.migrate(connection, path, begin=lambda: connection.execute("BEGIN IMMEDIATE"), steps=migrations.STEPS[:1])
    connection.execute(
        "INSERT INTO tasks (revision, state, phase, gateway, created_at, take, takes, model, route, options, images, prompt) "
        "VALUES (1, 'unknown', 'unknown', 'g', 5, 1, 1, 'sora-2', 'auto', '{}', '[]', 'A harbour')"
    )
    connection.close()
    database = Database(path)
    run(database.open())
    (task,) = run(SqliteTasks(database).get_many([1]))
    assert (task.request.prompt, task.state, task.estimated_usd, task.measured_usd) == ("A harbour", "unknown", None, None)
    assert run(database.read(pragma("user_version"))) == len(migrations.STEPS)
    run(database.close())
