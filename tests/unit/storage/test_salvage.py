"""What is on whole pages is there again, whichever page is lost; what only a backup has is added; nothing stops the program."""

import random
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sora_studio.storage import migrations
from sora_studio.storage.rows import clip_from_row, draft_from_row
from sora_studio.storage.salvage import Salvaged, salvage
from sora_studio.storage.sqlite_pages import SqlitePages
from sora_studio.storage.task_snapshots import read_tasks
from tests.doubles.libraries import PAGE, Rows, make_library, mark, pages_with, prompt, rows_of, sign
from tests.sampling import every

COUNT = 60
PHASE, PROMPT = 3, 24
"""Columns of a task: what derives from its clips, and the text that older versions kept in its row."""
Harm = Callable[[bytearray, int], None]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("library") / "studio.db"
    make_library(path, COUNT)
    return path


def zero(content: bytearray, at: int) -> None:
    content[at : at + PAGE] = bytes(PAGE)


def scramble(content: bytearray, at: int) -> None:
    content[at : at + PAGE] = random.Random(at).randbytes(PAGE)


def swap(content: bytearray, at: int) -> None:
    """An old page of the file in the place of another: each is fine by itself."""
    content[at : at + PAGE] = content[-PAGE:]


def places(content: bytes) -> dict[str, dict[int, set[int]]]:
    """The pages that each row lies on, found by its words."""
    return {
        "tasks": {number: pages_with(content, sign(number)) for number in range(1, COUNT + 1)},
        "versions": {number: pages_with(content, mark(number)[:6]) for number in range(1, COUNT + 1)},
    }


def check_that_all_can_be_read(path: Path) -> None:
    """By the program's own reading, and by the tables' own rules."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for row in connection.execute("SELECT id, phase FROM tasks").fetchall():
            assert read_tasks(connection, [row["id"]])[0].phase == row["phase"]
        versions = [row["id"] for row in connection.execute("SELECT id FROM versions ORDER BY id")]
        assert [row["rowid"] for row in connection.execute("SELECT rowid FROM version_words ORDER BY rowid")] == versions
        for row in connection.execute("SELECT * FROM clips"):
            clip_from_row(row)
        for row in connection.execute("SELECT * FROM drafts"):
            draft_from_row(row)


def without(row: tuple[object, ...], *columns: int) -> list[object]:
    return [value for place, value in enumerate(row) if place not in columns]


def test_nothing_is_lost_or_changed_when_nothing_is_damaged(library: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.db"
    assert salvage(library, None, target) == Salvaged(tasks=COUNT, from_backup=0, in_part=0)
    assert rows_of(target) == rows_of(library)
    check_that_all_can_be_read(target)
    assert [path.name for path in tmp_path.iterdir()] == ["new.db"]


@pytest.mark.parametrize(("harm", "step"), [(zero, 5), (scramble, 11), (swap, 13)])
def test_each_page_in_turn_costs_no_row_of_another_page(library: Path, tmp_path: Path, harm: Harm, step: int) -> None:
    whole, expected = library.read_bytes(), rows_of(library)
    lie, damaged, target = places(whole), tmp_path / "damaged.db", tmp_path / "new.db"
    checked, all_ids = 0, set(expected["tasks"])
    numbers = range(1, len(whole) // PAGE + 1, every(step))
    for number in numbers:
        content = bytearray(whole)
        harm(content, (number - 1) * PAGE)
        damaged.write_bytes(content)
        kept = salvage(damaged, None, target)
        found = rows_of(target)
        for table, rows in lie.items():
            for row, pages in rows.items():
                if number not in pages:
                    derived = (PHASE,) if table == "tasks" else ()
                    assert without(found[table][row], *derived) == without(expected[table][row], *derived), (number, row)
                    checked += 1
        assert set(found["tasks"]) == all_ids, number
        assert kept.tasks == len(found["tasks"])
        check_that_all_can_be_read(target)
    assert checked > 2 * COUNT * len(numbers) * 0.8
    sys.stdout.write(f"{harm.__name__}: {len(numbers)} pages one by one, {checked} rows of other pages, none lost\n")


def test_the_table_above_the_rows_may_be_gone(library: Path, tmp_path: Path) -> None:
    """Every page that only says where others are, at once: SQLite would find nothing."""
    content = bytearray(library.read_bytes())
    for at in range(0, len(content), PAGE):
        if at == 0 or content[at] in (2, 5):
            zero(content, at)
    damaged, target = tmp_path / "damaged.db", tmp_path / "new.db"
    damaged.write_bytes(content)
    salvage(damaged, None, target)
    assert rows_of(target) == rows_of(library)


@pytest.fixture
def two_moments(library: Path, tmp_path: Path) -> tuple[Path, Path]:
    """An older backup that knows 40 tasks, and the library of now in which ten of these have changed."""
    backup, now = tmp_path / "backup.db", tmp_path / "now.db"
    shutil.copyfile(library, backup)
    shutil.copyfile(library, now)
    with closing(sqlite3.connect(backup)) as connection, connection:
        for table, column in (("clips", "task"), ("tasks", "id"), ("version_words", "rowid"), ("versions", "id")):
            connection.execute(f"DELETE FROM {table} WHERE {column} > 40")
        connection.execute("DELETE FROM drafts WHERE id > 4")
    with closing(sqlite3.connect(now)) as connection, connection:
        connection.execute("UPDATE tasks SET seen_at = 5, revision = revision + 10000 WHERE id % 4 = 0")
    return backup, now


def test_rows_of_the_backup_fill_the_gaps_and_newer_rows_win(two_moments: tuple[Path, Path], tmp_path: Path) -> None:
    backup, now = two_moments
    whole, expected, older = now.read_bytes(), rows_of(now), rows_of(backup)
    lie, damaged, target = places(whole), tmp_path / "damaged.db", tmp_path / "new.db"
    taken = 0
    for number in range(1, len(whole) // PAGE + 1, every(5)):
        content = bytearray(whole)
        zero(content, (number - 1) * PAGE)
        damaged.write_bytes(content)
        kept = salvage(damaged, backup, target)
        found = rows_of(target)
        for task, pages in lie["tasks"].items():
            if number not in pages:
                assert without(found["tasks"][task], PHASE) == without(expected["tasks"][task], PHASE)
            elif task <= 40:
                assert found["tasks"][task][-1] in (expected["tasks"][task][-1], older["tasks"][task][-1])
        for table, rows in older.items():
            assert set(rows) <= set(found[table]), "no row of the backup is left behind"
        assert set(found["tasks"]) == set(expected["tasks"]), "what the backup lacks, the words beside it tell of"
        taken += kept.from_backup
        check_that_all_can_be_read(target)
    assert taken > 5


def test_a_file_of_which_nothing_is_left_is_the_backup_again(two_moments: tuple[Path, Path], tmp_path: Path) -> None:
    backup, now = two_moments
    now.write_bytes(b"")
    assert salvage(now, backup, tmp_path / "new.db") == Salvaged(tasks=40, from_backup=40, in_part=0)
    assert rows_of(tmp_path / "new.db") == rows_of(backup)


def test_a_task_of_which_only_its_text_or_its_clips_are_left_waits_for_review(library: Path, tmp_path: Path) -> None:
    damaged, target = tmp_path / "damaged.db", tmp_path / "new.db"
    shutil.copyfile(library, damaged)
    with closing(sqlite3.connect(damaged)) as connection, connection:
        connection.execute("DELETE FROM tasks WHERE id IN (11, 12, 60)")
        connection.execute("DELETE FROM versions WHERE id IN (12, 13)")
    assert salvage(damaged, None, target) == Salvaged(tasks=COUNT, from_backup=0, in_part=4)
    with closing(sqlite3.connect(target)) as connection:
        connection.row_factory = sqlite3.Row
        text, clips, words, last = read_tasks(connection, [11, 12, 13, 60])
    assert (text.phase, text.request.prompt, text.gateway) == ("unknown", prompt(11), "https://api.example")
    assert (clips.phase, len(clips.clips), clips.request.prompt) == ("unsaved", 2, "(The prompt could not be read.)")
    assert (words.phase, words.request.prompt[:12]) == ("waiting", "m00013w m000")
    assert (last.phase, last.request.prompt) == ("unsaved", prompt(60))


def test_a_row_that_means_nothing_is_taken_from_the_backup(library: Path, tmp_path: Path) -> None:
    damaged, target = tmp_path / "damaged.db", tmp_path / "new.db"
    shutil.copyfile(library, damaged)
    with closing(sqlite3.connect(damaged)) as connection, connection:
        connection.execute("UPDATE tasks SET state = 'nonsense', revision = revision + 10000 WHERE id = 3")
        connection.execute("UPDATE tasks SET images = '[', revision = revision + 10000 WHERE id = 4")
        connection.execute("UPDATE clips SET state = 'nonsense' WHERE id = 2")
        connection.execute("UPDATE tasks SET created_at = 9223372036854775807 WHERE id = 5")
        connection.execute("UPDATE tasks SET revision = 9223372036854775807 WHERE id = 6")
        connection.execute("UPDATE tasks SET id = 9223372036854775807 WHERE id = 7")
        connection.execute("UPDATE sqlite_sequence SET seq = 9223372036854775807")
    assert salvage(damaged, library, target).from_backup == 5
    assert rows_of(target) == rows_of(library)


def test_keys_are_not_given_twice(library: Path, tmp_path: Path) -> None:
    damaged, target = tmp_path / "damaged.db", tmp_path / "new.db"
    shutil.copyfile(library, damaged)
    with closing(sqlite3.connect(damaged)) as connection, connection:
        connection.execute("UPDATE sqlite_sequence SET seq = 999 WHERE name = 'tasks'")
    salvage(damaged, None, target)
    with closing(sqlite3.connect(target)) as connection:
        assert dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))["tasks"] == 999


def make_old(path: Path, steps: int) -> Rows:
    """A file with the schema of so many steps and one task in it, with its text in its row as it was before version 7."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrations.migrate(connection, path, begin=lambda: connection.execute("BEGIN"), steps=migrations.STEPS[:steps])
        connection.execute(
            "INSERT INTO tasks (revision, state, phase, gateway, created_at, take, takes, model, route, options, images, "
            "prompt) VALUES (1, 'unknown', 'unknown', 'g', 5, 1, 1, 'sora-2', 'auto', '{}', '[]', 'A harbour')"
        )
        if steps < 7:
            connection.execute("INSERT INTO task_words VALUES (1, 'a harbour')")
    return rows_of(path)


@pytest.mark.parametrize("steps", range(1, len(migrations.STEPS) + 1))
@pytest.mark.parametrize("is_header_lost", [False, True])
def test_a_file_and_a_backup_of_an_older_version_are_brought_up_to_date(
    tmp_path: Path, steps: int, is_header_lost: bool
) -> None:
    damaged, backup = tmp_path / "damaged.db", tmp_path / "backup.db"
    old = make_old(damaged, steps)
    shutil.copyfile(damaged, backup)
    if is_header_lost:
        content = bytearray(damaged.read_bytes())
        zero(content, 0)
        damaged.write_bytes(content)
    before = backup.read_bytes()
    for source in (None, backup):
        kept = salvage(damaged, source, tmp_path / "new.db")
        assert kept == Salvaged(tasks=1, from_backup=0, in_part=0)
        (row,) = rows_of(tmp_path / "new.db")["tasks"].values()
        (was,) = old["tasks"].values()
        assert without(row[:PROMPT]) == without(was[:PROMPT])
        assert [version[-2] for version in rows_of(tmp_path / "new.db")["versions"].values()] == ["A harbour"]
        assert SqlitePages(tmp_path / "new.db").user_version == len(migrations.STEPS)
    assert backup.read_bytes() == before


def test_random_harm_all_over_is_survived(library: Path, tmp_path: Path) -> None:
    whole, source = library.read_bytes(), random.Random(11)
    damaged, target = tmp_path / "damaged.db", tmp_path / "new.db"
    for _ in range(60 // every(4)):
        content = bytearray(whole)
        for _ in range(source.choice([3, 100, 3000])):
            content[source.randrange(len(content))] = source.randrange(256)
        damaged.write_bytes(content[: source.choice([len(content), source.randrange(len(content))])])
        salvage(damaged, None, target)
        check_that_all_can_be_read(target)
