"""Looking into the database changes nothing, beside an open window too, and tells damage as the next start would."""

import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.domain.errors import DatabaseUnusable
from sora_studio.storage.database import Database
from sora_studio.storage.inspection import NEWEST_VERSION, inspect_database

NOW = datetime(2026, 6, 20, tzinfo=UTC)
Run = Callable[..., object]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database of version 6 with 2,000 tasks."""
    path = tmp_path / "studio.db"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("version_6.db.gz").read_bytes()))
    return path


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Each file's time and content, but for the log's index: SQLite writes that for readers too."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.name.endswith("-shm"))
    return {str(file): (file.stat().st_mtime_ns, file.read_bytes()) for file in files}


def test_what_an_older_database_contains(old: Path) -> None:
    before = everything(old.parent)
    found = inspect_database(old, NOW)
    assert found is not None
    assert (found.version, found.tasks, found.size_bytes) == (6, 2000, old.stat().st_size)
    with closing(sqlite3.connect(old)) as connection:
        query = "SELECT count(*) FROM clips JOIN tasks ON tasks.id = task WHERE removed_at IS NULL AND path IS NOT NULL"
        assert len(found.clips) == connection.execute(query).fetchone()[0]
    assert {clip.is_saved for clip in found.clips} == {True, False}
    assert all(at > NOW for at in found.expiring)
    assert len(found.expiring) < 48
    assert {"pier.jpg", "1.jpg"} <= found.owned
    assert everything(old.parent) == before


def test_beside_an_open_window(tmp_path: Path, store) -> None:
    store.add("A harbour")
    assert (tmp_path / "studio.db-wal").stat().st_size, "nothing is in the file itself yet"
    before = everything(tmp_path)
    found = inspect_database(tmp_path / "studio.db", NOW)
    assert found is not None
    assert (found.version, found.tasks) == (NEWEST_VERSION, 1)
    assert everything(tmp_path) == before
    store.add("Another")
    found = inspect_database(tmp_path / "studio.db", NOW)
    assert found is not None
    assert found.tasks == 2


def test_the_trash_and_the_folders_of_projects(tmp_path: Path, store) -> None:
    hidden, trashed, shown = store.add("one", "two", "three")
    at = 1_000_000

    def work(connection: sqlite3.Connection) -> None:
        run = connection.execute
        for task in (hidden, trashed, shown):
            values = (task.id, "saved", f"/clips/{task.id}.mp4")
            run("INSERT INTO clips (task, position, url, expires_at, state, path) VALUES (?, 0, '', 0, ?, ?)", values)
        columns = "task, position, url, expires_at, state, path, trashed_at"
        run(f"INSERT INTO clips ({columns}) VALUES (?, 1, '', 0, 'saved', 'x', 1)", (shown.id,))
        run("UPDATE tasks SET removed_at = ? WHERE id = ?", (at, hidden.id))
        run("UPDATE tasks SET trashed_at = ? WHERE id = ?", (at, trashed.id))
        run("UPDATE tasks SET output_dir = '/elsewhere' WHERE id IN (?, ?)", (shown.id, hidden.id))
        run("INSERT INTO projects (revision, name, folder, created_at) VALUES (1, 'Boats', '/boats', 0)")

    store.run(store.database.write(work))
    found = inspect_database(tmp_path / "studio.db", NOW)
    assert found is not None
    assert [clip.path for clip in found.clips] == [f"/clips/{shown.id}.mp4"]
    assert found.folders == (Path("/boats"), Path("/elsewhere"))


def test_after_a_crash_the_log_counts_and_stays(tmp_path: Path, run: Run, store) -> None:
    store.add("A harbour")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("studio.db", "studio.db-wal"):
        (crashed / name).write_bytes((tmp_path / name).read_bytes())
    before = everything(crashed)
    found = inspect_database(crashed / "studio.db", NOW)
    assert found is not None
    assert found.tasks == 1
    assert everything(crashed) == before


def test_damage_is_told_and_left(old: Path) -> None:
    content = bytearray(old.read_bytes())
    content[4096 * 3 : 4096 * 40] = bytes(4096 * 37)
    old.write_bytes(content)
    before = everything(old.parent)
    with pytest.raises(DatabaseUnusable, match="it is damaged") as told:
        inspect_database(old, NOW)
    assert "start it again" in told.value.advice
    assert everything(old.parent) == before


def test_what_is_not_ours_is_told(tmp_path: Path, old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(DatabaseUnusable, match="a newer version"):
        inspect_database(old, NOW)
    old.write_bytes(b"no database at all" * 500)
    with pytest.raises(DatabaseUnusable, match="it is damaged"):
        inspect_database(old, NOW)
    old.unlink()
    assert inspect_database(old, NOW) is None
    (tmp_path / "studio.db.rescued-20261101-000000").write_bytes(b"")
    with pytest.raises(DatabaseUnusable, match="being repaired"):
        inspect_database(old, NOW)


def test_an_interrupted_creation_is_left_to_the_next_start(tmp_path: Path, run: Run) -> None:
    database = Database(tmp_path / "studio.db")
    run(database.open())
    run(database.close())
    (tmp_path / "studio.db-journal").write_bytes(b"hot")
    before = everything(tmp_path)
    with pytest.raises(DatabaseUnusable, match="interrupted"):
        inspect_database(tmp_path / "studio.db", NOW + timedelta(days=1))
    assert everything(tmp_path) == before
