"""A migration that fails or is killed at any of its statements leaves a file that opens, with every row."""

import asyncio
import gzip
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.errors import StorageFull
from sora_studio.domain.models.draft import Medium, first_pictures
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.picture import Crop, PictureEdit
from sora_studio.domain.query import parse
from sora_studio.domain.task import Phase
from sora_studio.storage import migrations
from sora_studio.storage.backups import Backups
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.storage.library_queries import LibraryQueries
from sora_studio.storage.rescue import opening
from sora_studio.storage.tasks import SqliteTasks
from tests.sampling import every
from tests.unit.services.rig import sora_2

VERSIONS = range(len(migrations.STEPS))
"""What a file may have been before: new, or of any older version."""
OLD_TASK = """
    INSERT INTO tasks (revision, state, phase, gateway, created_at, take, takes, model, route, options, images, prompt)
    VALUES (1, 'unknown', 'unknown', 'g', 5, 1, 1, 'sora-2', 'auto', '{}', '[]', 'A harbour')
"""
WITH_VERSIONS = 7
"""From here on a text is a version."""
AS_VERSION = (
    "INSERT INTO documents (id, revision, created_at) VALUES (1, 1, 5)",
    """
    INSERT INTO versions (id, document, revision, created_at, kind, model, mode, route, options, images, media, edits, text)
    VALUES (1, 1, 1, 5, 'sent', 'sora-2', '', 'auto', '{}', '[]', '{}', '{}', 'A harbour')
    """,
    "UPDATE tasks SET version = 1, prompt = ''",
)
Shape = list[tuple[str, str]]


def make(path: Path, version: int) -> None:
    """A file of that version with a task in it, in the mode in which the program leaves it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if version:
            connection.execute("PRAGMA journal_mode = WAL")
            steps = migrations.STEPS[:version]
            migrations.migrate(connection, path, begin=lambda: connection.execute("BEGIN"), steps=steps)
            connection.execute(OLD_TASK)
        if version >= WITH_VERSIONS:
            for statement in AS_VERSION:
                connection.execute(statement)


def shape(path: Path) -> Shape:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(
            connection.execute("SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'")
        )


def open_and_close(path: Path, *, guest: bool = False) -> None:
    """There is nothing to mend."""

    async def run() -> None:
        database = Database(path)
        assert await database.open(guest=guest) is None
        await database.close()

    asyncio.run(run())


def check(path: Path, version: int, expected: Shape) -> None:
    """It opens, is of today's shape, and has what it had."""
    open_and_close(path)
    assert shape(path) == expected
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        prompts = [row[0] for row in connection.execute("SELECT text FROM tasks JOIN versions ON versions.id = version")]
    assert prompts == (["A harbour"] if version else [])


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Shape:
    path = tmp_path_factory.mktemp("new") / "studio.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrations.migrate(connection, path, begin=lambda: connection.execute("BEGIN"))
    return shape(path)


class Failing(sqlite3.Connection):
    """Has no more room from a given statement on."""

    left = 0

    def execute(self, sql: str, parameters: object = (), /) -> sqlite3.Cursor:
        if self.left == 0:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        self.left -= 1
        return super().execute(sql, parameters)  # pyright: ignore[reportArgumentType] - passed on as it came


@pytest.mark.parametrize("version", VERSIONS)
def test_a_disk_that_is_full_at_any_statement(
    tmp_path: Path, version: int, expected: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, tried, is_done = sqlite3.connect, version % every(7), False
    while not is_done:
        path = tmp_path / f"{tried}" / "studio.db"
        path.parent.mkdir()
        make(path, version)

        def failing(target: object, tried: int = tried, **options: object) -> sqlite3.Connection:
            connection = connect(target, factory=Failing, **options)  # pyright: ignore[reportArgumentType]
            connection.left = tried
            return connection

        with monkeypatch.context() as patch:
            patch.setattr("sora_studio.storage.database.sqlite3.connect", failing)
            try:
                open_and_close(path, guest=version == 0)
                is_done = True
            except StorageFull:
                tried += every(7)
        check(path, version, expected)
    assert tried > 10
    sys.stdout.write(f"from version {version}: failed at {tried} statements, opened after each\n")


KILLED = """
import os, signal, sqlite3, sys
from pathlib import Path
from sora_studio.storage import migrations
path, left = Path(sys.argv[1]), int(sys.argv[2])
connection = sqlite3.connect(path, isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("PRAGMA cache_spill = 1")
def count(statement):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
connection.set_trace_callback(count)
migrations.migrate(connection, path, begin=lambda: connection.execute("BEGIN IMMEDIATE"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("version", VERSIONS)
def test_a_kill_at_any_statement(tmp_path: Path, version: int, expected: Shape) -> None:
    """Some statements of each version, beginning with one of the first four."""
    tried, code = version % every(4), -signal.SIGKILL
    while code == -signal.SIGKILL:
        path = tmp_path / f"{tried}" / "studio.db"
        path.parent.mkdir()
        make(path, version)
        command = [sys.executable, "-c", KILLED, str(path), str(tried)]
        code = subprocess.run(command, check=False, capture_output=True).returncode
        check(path, version, expected)
        tried += every(13)
    assert code == 0
    assert tried > 9


def test_a_file_that_version_4_wrote_keeps_everything_and_is_backed_up_first(tmp_path: Path, expected: Shape) -> None:
    path = tmp_path / "studio.db"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("version_4.db.gz").read_bytes()))

    async def run() -> None:
        database = Database(path)
        assert await database.open() is None
        store = SqliteTasks(database)
        found = await store.get_many(range(1, 6))
        assert [(task.request.prompt, task.phase) for task in found] == [
            ("A harbour at dawn", Phase.READY),
            ("雾中的港口", Phase.DOWNLOADING),
            ("Rain on a tin roof 🌧", Phase.FAILED),
            ("A lighthouse", Phase.PENDING),
            ("Never sent", Phase.WAITING),
        ]
        assert await store.has_task_id("remote-4")
        assert not await store.has_task_id("remote-5")
        newest = max(task.revision for task in found)
        assert await store.changed_since(newest) == (newest, [])
        assert await store.record(1, polls=3)
        assert await store.changed_since(newest) == (newest + 1, [1])
        draft = await SqliteDrafts(database).latest()
        assert draft is not None
        assert draft.request.prompt == "What stood in the editor"
        await database.close()

    asyncio.run(run())
    assert shape(path) == expected
    (time,) = Backups(path).times()
    with closing(sqlite3.connect(Backups(path).path(time))) as copy:
        assert copy.execute("PRAGMA user_version").fetchone()[0] == 4
        assert copy.execute("SELECT count(*) FROM tasks").fetchone()[0] == 5


def test_a_file_that_version_5_wrote_keeps_its_pictures_and_gets_modes(tmp_path: Path, expected: Shape) -> None:
    """Made by that version: 13 tasks of four models that ended, two that wait, and a draft with a crop."""
    path = tmp_path / "studio.db"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("version_5.db.gz").read_bytes()))

    async def run() -> None:
        database = Database(path)
        assert await database.open() is None
        store = SqliteTasks(database)
        tasks = {task.id: task for task in await store.get_many(range(1, 16))}
        assert len(tasks) == 15
        assert {task.request.model for task in tasks.values()} == {
            *("sora-2", "seedance-2-0", "kling-3-0-std", "veo-3-1", "kling-2-6")
        }
        assert tasks[7].request.media == first_pictures("/tmp/harbour.png")
        assert tasks[10].request.sources[0].endswith(" 🌊.jpg")
        bell, rooftops = tasks[14], tasks[15]
        assert (bell.phase, bell.request.mode, bell.request.profile, bell.input_digest) == (Phase.WAITING, "", "", "")
        assert bell.request.edits == {"/pictures/bell.jpg": PictureEdit(Crop(0.1, 0.0, 0.5, 1.0), convert=True)}
        assert bell.request.completed(sora_2()).mode == "image-to-video"
        assert rooftops.request.sources == ("https://example.com/a.png", "/pictures/lone\udcff.png")
        draft = await SqliteDrafts(database).latest()
        assert draft is not None
        assert (draft.request.sources, draft.request.set_aside, draft.takes) == (("/pictures/bell.jpg",), {}, 4)
        film = Medium("/films/walk.mp4", MediaKind.VIDEO)
        new = replace(bell.request, mode="edit", media={Role.VIDEO: (film,)}, edits={}, seen={}, profile="ab" * 32)
        (added,) = await store.add([new], gateway="g", at=bell.created_at, input_digests=["cd" * 32])
        kept = await store.get(added.id)
        assert kept is not None
        assert (kept.request, kept.input_digest) == (new, "cd" * 32)
        await database.close()

    asyncio.run(run())
    assert shape(path) == expected
    (time,) = Backups(path).times()
    with closing(sqlite3.connect(Backups(path).path(time))) as copy:
        assert copy.execute("PRAGMA user_version").fetchone()[0] == 5
        assert copy.execute("SELECT count(*) FROM tasks").fetchone()[0] == 15


def test_a_file_of_two_thousand_tasks_keeps_every_text_once_and_every_draft(tmp_path: Path, expected: Shape) -> None:
    """Made by version 6: 547 texts in 2,000 tasks of every state, in many scripts, and two drafts."""
    path = tmp_path / "studio.db"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("version_6.db.gz").read_bytes()))
    with closing(sqlite3.connect(path)) as connection:
        before = dict(connection.execute("SELECT id, prompt FROM tasks").fetchall())
        facts = "id, state, phase, task_id, created_at, measured_usd, seen_at, removed_at, options, images, edits, media"
        rows = connection.execute(f"SELECT {facts} FROM tasks ORDER BY id").fetchall()
        clips = connection.execute("SELECT id, task, state, path, poster, width FROM clips ORDER BY id").fetchall()
    texts = {number: to_text(prompt) for number, prompt in before.items()}

    async def run() -> None:
        database = Database(path)
        assert await database.open() is None
        store = SqliteTasks(database)
        found = await store.get_many(texts)
        assert {task.id: task.request.prompt for task in found} == texts
        assert len({task.version for task in found}) == len(set(texts.values())) == 547
        assert all(task.day == task.created_at.astimezone().date().toordinal() - 719163 for task in found)
        draft = await SqliteDrafts(database).latest()
        assert draft is not None
        assert (draft.request.prompt, draft.takes) == ("Harbour at dawn\nmist lifts off the water", 4)
        again, new = await store.add(
            [found[0].request, replace(found[0].request, prompt="A new text")], gateway="g", at=found[0].created_at
        )
        assert (again.version, new.version) == (found[0].version, 2001)
        with_words = [number for number, text in texts.items() if "镜头缓慢" in text]
        index = await LibraryQueries(database).index(
            parse("镜头缓慢 in:hidden"), now=new.created_at, today=new.created_at.date(), with_clips=False
        )
        assert [task for task in index.ids if task <= 2000] == list(reversed(with_words))
        await database.close()

    asyncio.run(run())
    assert shape(path) == expected
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(f"SELECT {facts} FROM tasks WHERE id <= 2000 ORDER BY id").fetchall() == rows
        assert connection.execute("SELECT id, task, state, path, poster, width FROM clips ORDER BY id").fetchall() == clips
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT count(*) FROM documents WHERE id IN (SELECT id FROM drafts)").fetchone()[0] == 2
    (time,) = Backups(path).times()
    with closing(sqlite3.connect(Backups(path).path(time))) as copy:
        assert dict(copy.execute("SELECT id, prompt FROM tasks").fetchall()) == before


def test_versions_from_before_groups_were_taken_are_what_was_written(tmp_path: Path, expected: Shape) -> None:
    """Made by version 7: a draft that was sent with braces in it, a named version, autosaves, and 300 tasks."""
    path = tmp_path / "studio.db"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("version_7.db.gz").read_bytes()))
    listed = "SELECT id, document, kind, name, text FROM versions ORDER BY id"
    with closing(sqlite3.connect(path)) as connection:
        before = connection.execute(listed).fetchall()
        texts = dict(connection.execute("SELECT tasks.id, text FROM tasks JOIN versions ON versions.id = version").fetchall())

    async def run() -> None:
        database = Database(path)
        assert await database.open() is None
        found = await SqliteTasks(database).get_many(texts)
        assert {task.id: task.request.as_written for task in found} == {key: to_text(text) for key, text in texts.items()}
        assert all(not task.request.written for task in found)
        draft = await SqliteDrafts(database).latest()
        assert draft is not None
        assert (draft.request.prompt, draft.takes) == ("@anna on a roof \ud83d", 3)
        queries = LibraryQueries(database)
        assert await queries.stale([301]) == {301}  # its draft was written on
        await database.close()

    asyncio.run(run())
    assert shape(path) == expected
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(listed).fetchall() == before
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    (time,) = Backups(path).times()
    with closing(sqlite3.connect(Backups(path).path(time))) as copy:
        assert copy.execute(listed).fetchall() == before
        assert copy.execute("PRAGMA user_version").fetchone()[0] == WITH_VERSIONS


def test_a_migration_tells_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("version_6.db.gz").read_bytes()))
    told, threads = list[float](), set[str]()

    def on_update(fraction: float) -> None:
        told.append(fraction)
        threads.add(threading.current_thread().name)

    async def run() -> None:
        database = Database(path)
        await database.open(on_update=on_update)
        await database.close()
        count = len(told)
        await database.open(on_update=on_update)
        await database.close()
        assert len(told) == count

    asyncio.run(run())
    assert told == sorted(told)
    assert told[0] <= 0.1
    assert 0.9 < told[-1] <= 1
    assert len(told) > 20
    assert threads == {threading.current_thread().name}


def test_a_cancelled_migration_leaves_the_file_as_it_was_and_its_backup(
    tmp_path: Path, expected: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "studio.db"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("version_6.db.gz").read_bytes()))
    before = shape(path)
    go_on, index_words = threading.Event(), migrations.index_words

    def index(text: str) -> str:
        go_on.wait(10)
        return index_words(text)

    async def run() -> None:
        in_the_middle = asyncio.Event()

        def on_update(fraction: float) -> None:
            if fraction > 0.3:
                in_the_middle.set()

        opening_it = asyncio.create_task(Database(path).open(on_update=on_update))
        await in_the_middle.wait()
        opening_it.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening_it

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "index_words", index)
        asyncio.run(run())
        go_on.set()
        with opening(path):  # which the migration's thread holds until it has rolled back
            assert shape(path) == before
    (time,) = Backups(path).times()
    for file in (path, Backups(path).path(time)):
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone()[0] == 6
            assert connection.execute("SELECT count(*) FROM tasks WHERE prompt <> ''").fetchone()[0] > 1900
            assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    open_and_close(path)
    assert shape(path) == expected


def to_text(stored: str | bytes) -> str:
    return stored.decode(errors="surrogatepass") if isinstance(stored, bytes) else stored
