"""Whatever became of the file, the start goes on with what can be read, leaves alone what is not ours, and may be killed."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.domain.errors import DatabaseUnusable
from sora_studio.storage import rescue as rescue_module
from sora_studio.storage.backups import Backups
from sora_studio.storage.database import Database
from sora_studio.storage.rescue import Rescue
from sora_studio.storage.salvage import Salvaged
from tests.doubles.damage import (
    HARMS,
    a_middle_page,
    cut_off_a_quarter,
    cut_to_fifty_bytes,
    empty,
    fill_with_random_bytes,
    lose_a_page_in_the_middle,
    lose_the_first_page,
    put_garbage_into_the_log,
    write_text_over_it,
    zero_page,
)
from tests.doubles.libraries import Rows, make_library, rows_of
from tests.sampling import every

COUNT = 60
NOW = datetime(2026, 11, 21, 18, 5, 9, tzinfo=UTC)
Run = Callable[..., object]
Expect = Callable[[str], None]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("library") / "studio.db"
    make_library(path, COUNT)
    return path


@pytest.fixture
def path(library: Path, tmp_path: Path) -> Path:
    """A database of its own for the test, in a data folder with nothing else."""
    path = tmp_path / "data" / "studio.db"
    path.parent.mkdir()
    shutil.copyfile(library, path)
    return path


def back_up(path: Path, run: Run) -> None:
    database = Database(path)
    run(database.open())
    assert run(database.back_up(NOW))
    run(database.close())


def top_of_texts(path: Path) -> int:
    """The page through which SQLite reaches every text."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'versions'").fetchone()[0]


def with_a_log(path: Path) -> Rows:
    """As a killed process leaves it: the newest changes, one in every task, are in the log only."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE tasks SET seen_at = 5, revision = revision + 1000")
        rows = rows_of(path)
        for companion in ("", "-wal"):
            shutil.copyfile(f"{path}{companion}", f"{path}.kept{companion}")
    for companion in ("", "-wal"):
        Path(f"{path}.kept{companion}").replace(f"{path}{companion}")
    return rows


def open_once(path: Path, run: Run) -> Rescue | None:
    database = Database(path)
    rescue = run(database.open())
    run(database.close())
    assert rescue is None or isinstance(rescue, Rescue)
    return rescue


@pytest.mark.parametrize("harm", HARMS)
def test_every_kind_of_damage_starts_again_with_all_that_file_and_backup_have(
    path: Path, run: Run, harm: Callable[[Path], None], expect_log: Expect
) -> None:
    expect_log("studio.db is damaged")
    expected = rows_of(path)
    back_up(path, run)
    harm(path)
    harmed = path.read_bytes()
    rescue = open_once(path, run)
    assert rescue is not None
    assert rescue.kept is not None
    assert rescue.kept.tasks == COUNT
    assert rows_of(path) == expected
    assert rescue.aside.read_bytes() == harmed, "the old file is kept as it was"
    assert str(rescue.aside) in rescue.sentence
    assert open_once(path, run) is None, "it is whole now"
    left = sorted(file.name.split("-")[0] for file in path.parent.iterdir() if file.suffix != ".lock")
    assert left == ["backups", "studio.db", *["studio.db.damaged"] * (2 if harm is put_garbage_into_the_log else 1)]


@pytest.mark.parametrize("harm", [harm for harm in HARMS if harm is not empty])
def test_it_starts_again_without_a_backup_too(path: Path, run: Run, harm: Callable[[Path], None], expect_log: Expect) -> None:
    expect_log("studio.db is damaged")
    expected = rows_of(path)
    harm(path)
    rescue = open_once(path, run)
    assert rescue is not None
    assert rescue.kept is not None
    found = rows_of(path)
    if harm in (lose_the_first_page, put_garbage_into_the_log):
        assert found == expected
    if harm is lose_a_page_in_the_middle:
        assert set(found["tasks"]) == set(expected["tasks"])
    if harm is cut_off_a_quarter:
        assert 0 < rescue.kept.tasks < COUNT
    if harm in (cut_to_fifty_bytes, fill_with_random_bytes, write_text_over_it):
        assert rescue.sentence.startswith("The database was damaged, and neither it nor a backup has a readable task")


def test_the_log_of_a_killed_process_is_read_too(path: Path, run: Run, expect_log: Expect) -> None:
    expect_log("studio.db is damaged")
    top, expected = top_of_texts(path), with_a_log(path)
    log = Path(f"{path}-wal").read_bytes()
    zero_page(path, top)
    rescue = open_once(path, run)
    assert rescue is not None
    assert rows_of(path) == expected
    assert Path(f"{rescue.aside}-wal").read_bytes() == log
    assert not Path(f"{path}-wal").exists()


def test_an_empty_file_without_a_backup_is_a_new_one(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "studio.db"
    path.write_bytes(b"")
    assert open_once(path, run) is None
    assert rows_of(path)["tasks"] == {}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_damaged_file_of_another_program_or_a_newer_version_is_not_touched(path: Path, run: Run, number: int) -> None:
    sign, value, reason = [
        ("application_id", 77, "another program"),
        ("user_version", 99, "newer version"),
        ("application_id", 0, "another program"),
    ][number - 1]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA {sign} = {value}")
    zero_page(path, a_middle_page(path))
    before = path.read_bytes()
    for content in (before, before[: len(before) // 2]):
        path.write_bytes(content)
        with pytest.raises(DatabaseUnusable, match=reason):
            run(Database(path).open())
        assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir() if file.suffix != ".lock"] == ["studio.db"]


STARTER = """
import asyncio, os, signal, sys
from pathlib import Path
from sora_studio.storage.database import Database
path, kill_at = Path(sys.argv[1]), int(sys.argv[2])
seen = 0
def watch(event, values):
    global seen
    if event in ("open", "os.rename", "os.remove", "sqlite3.connect") and str(path.parent) in str(values[0]):
        seen += 1
        if seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
async def start():
    database = Database(path)
    await database.open()
    await database.close()
sys.addaudithook(watch)
asyncio.run(start())
"""


def test_a_kill_at_any_step_of_the_mending_costs_nothing(path: Path, run: Run, expect_log: Expect) -> None:
    """Killed before every file that it opens, renames or removes; the next start finds everything, log and backup too."""
    back_up(path, run)
    top, expected = top_of_texts(path), with_a_log(path)
    zero_page(path, top)
    folder, damaged, log = path.parent, path.read_bytes(), Path(f"{path}-wal").read_bytes()
    template = folder.with_name("template")
    folder.rename(template)
    kill_at, code = 1, -signal.SIGKILL
    while code == -signal.SIGKILL:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder)
        starter = [sys.executable, "-c", STARTER, str(path), str(kill_at)]
        code = subprocess.run(starter, capture_output=True, check=False).returncode
        open_once(path, run)
        assert rows_of(path) == expected, kill_at
        (aside,) = (file for file in folder.glob("studio.db.damaged-*") if not file.name.endswith("-wal"))
        assert aside.read_bytes() == damaged, kill_at
        assert Path(f"{aside}-wal").read_bytes() == log, kill_at
        assert not list(folder.glob("*.salvage*")) + list(folder.glob("*.rescued*"))
        kill_at += every(3)
    assert code == 0
    assert kill_at > 15
    expect_log("studio.db is damaged")
    sys.stdout.write(f"the mending was killed up to step {kill_at}\n")


HOLDER = """
import asyncio, sys
from pathlib import Path
from sora_studio.storage.database import Database
async def hold():
    await Database(Path(sys.argv[1])).open()
    print("open", flush=True)
    sys.stdin.read()
asyncio.run(hold())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there an open file cannot be renamed")
def test_a_damaged_file_is_not_taken_away_from_a_process_that_has_it_open(path: Path, run: Run, expect_log: Expect) -> None:
    expect_log("studio.db is damaged")
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdin=-1, stdout=-1, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        zero_page(path, a_middle_page(path))
        harmed = path.read_bytes()
        with pytest.raises(DatabaseUnusable, match="another Sora Studio has it open"):
            run(Database(path).open())
        assert path.read_bytes() == harmed
        holder.kill()
    assert open_once(path, run) is not None


def test_a_guest_waits_for_the_opening_and_writes_nothing_while_it_is_mended(
    path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with rescue_module.opening(path):
        monkeypatch.setattr(rescue_module, "OPENING_WITHIN_S", 0.1)
        with pytest.raises(DatabaseUnusable, match="another Sora Studio is opening it"):
            run(Database(path).open(guest=True))
    path.with_name("studio.db.rescued-20261122-180509").write_bytes(path.read_bytes())
    with pytest.raises(DatabaseUnusable, match="it is being repaired"):
        run(Database(path).open(guest=True))


@pytest.mark.skipif(sys.platform == "win32", reason="rights are kept otherwise there")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_cannot_be_written_is_told_and_left_alone(
    library: Path, tmp_path_factory: pytest.TempPathFactory, what: str
) -> None:
    """By another user's process where this one may do everything."""
    folder = tmp_path_factory.mktemp("rights")
    for above in (folder, *folder.parents[:2]):
        above.chmod(0o755)
    path = folder / "data" / "studio.db"
    path.parent.mkdir()
    shutil.copyfile(library, path)
    zero_page(path, a_middle_page(path))
    before = path.read_bytes()
    path.chmod(0o444)
    path.parent.chmod(0o555 if what == "folder" else 0o777)
    script = (
        "import asyncio, os, sys; from pathlib import Path; from sora_studio.storage.database import Database\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "asyncio.run(Database(Path(sys.argv[1])).open())"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)
    assert "DatabaseUnusable: studio.db cannot be opened: Permission denied." in ended.stderr
    assert path.read_bytes() == before
    path.parent.chmod(0o755)


def test_the_person_reads_what_was_kept_and_where_the_old_file_is() -> None:
    aside, at = Path("/data/studio.db.damaged-20261122-180509"), datetime(2026, 11, 21, 12, tzinfo=UTC)

    def words(tasks: int, from_backup: int, in_part: int) -> str:
        return Rescue(aside, Salvaged(tasks, from_backup, in_part), at).sentence

    begun, where = "The database was damaged and has been repaired", f"The damaged file is kept as {aside}."
    day = f"{at.astimezone():%d %B %Y, %H:%M}"
    assert words(1, 0, 0) == f"{begun}: 1 task was kept. {where}"
    assert words(1200, 3, 0) == f"{begun}: 1,200 tasks were kept, 3 of them from the backup of {day}. {where}"
    assert words(12, 0, 2) == f"{begun}: 12 tasks were kept; 2 could be read only in part. {where}"
    assert Rescue(aside, None, None).sentence == f"{begun}. {where}"


def test_the_backup_that_is_used_is_not_changed(path: Path, run: Run, expect_log: Expect) -> None:
    expect_log("studio.db is damaged")
    back_up(path, run)
    (backup,) = Backups(path).folder.iterdir()
    before = backup.read_bytes()
    empty(path)
    rescue = open_once(path, run)
    assert rescue is not None
    assert rescue.kept == Salvaged(COUNT, from_backup=COUNT, in_part=0)
    assert rescue.backup_at == NOW
    assert backup.read_bytes() == before


def test_a_compressed_backup_fills_the_gaps_when_the_newest_one_is_damaged(path: Path, run: Run, expect_log: Expect) -> None:
    expect_log("studio.db is damaged")
    back_up(path, run)
    expected = rows_of(path)
    backups = Backups(path)
    (name,) = backups.folder.iterdir()
    newest = backups.folder / f"studio-{NOW + timedelta(days=1):%Y%m%d-%H%M%S}.db"
    newest.write_bytes(b"damaged")
    backups.tidy()
    assert backups.path(NOW).suffix == ".gz"
    assert not name.exists()
    path.write_bytes(b"")
    rescue = open_once(path, run)
    assert rescue is not None
    assert rescue.backup_at == NOW
    assert rows_of(path) == expected
