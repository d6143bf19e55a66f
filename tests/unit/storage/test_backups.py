"""Backups are proved, thinned, made when something changed, and never in anybody's way."""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.errors import DatabaseUnusable, StorageFull
from sora_studio.storage import backups as backups_module
from sora_studio.storage import migrations
from sora_studio.storage.backups import Backups, kept
from sora_studio.storage.database import Database

NOW = datetime(2026, 11, 22, 18, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
Run = Callable[..., object]


def year_of_backups(every: timedelta) -> tuple[set[datetime], datetime, int]:
    """What is left after 365 days of making and thinning, when that is, and the most that there ever were."""
    times, now, most = set[datetime](), NOW, 0
    while now < NOW + 365 * DAY:
        times = kept(times | {now}, now)
        most = max(most, len(times))
        now += every
    return times, now - every, most


@pytest.mark.parametrize("every", [DAY, timedelta(hours=25), timedelta(hours=5), timedelta(hours=1)])
def test_a_year_of_backups_stays_small_and_reaches_back(every: timedelta) -> None:
    times, now, most = year_of_backups(every)
    ages = sorted(now - time for time in times)
    recent = round(timedelta(days=2) / every) + 1
    assert most <= recent + 13 + 11 + 10, "all of two days, and a day, a week and a month each that is only begun"
    assert len([age for age in ages if age <= 2 * DAY]) >= recent - 1

    def widest_gap(begin: timedelta, end: timedelta) -> timedelta:
        within = [begin, *(age for age in ages if begin <= age <= end), end]
        return max(after - before for before, after in pairwise(within))

    assert widest_gap(timedelta(), 14 * DAY) <= 2 * DAY
    assert widest_gap(14 * DAY, 84 * DAY) <= timedelta(days=14)
    assert widest_gap(84 * DAY, 354 * DAY) <= timedelta(days=62)
    assert ages[-1] >= timedelta(days=84 + 8 * 28)


@given(st.sets(st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)), max_size=60))  # noqa: DTZ001
def test_thinning_keeps_the_newest_and_is_done_at_once(times: set[datetime]) -> None:
    keep = kept(times, NOW)
    assert keep <= times
    assert {time for time in times if NOW - time <= 2 * DAY} <= keep, "the future too: the clock may have been set back"
    assert kept(keep, NOW) == keep
    assert set(sorted(times)[-3:]) <= keep
    if recent := [time for time in times if NOW - time < 300 * DAY]:
        assert max(recent) in keep


@pytest.fixture
def database(tmp_path: Path, run: Run):
    database = Database(tmp_path / "studio.db")
    run(database.open())
    run(database.write(lambda connection: connection.execute("CREATE TABLE notes (text TEXT)")))
    yield database
    run(database.close())


def add_note(connection: sqlite3.Connection, text: str = "x") -> None:
    connection.execute("INSERT INTO notes VALUES (?)", (text,))


def names(database: Database) -> list[str]:
    return sorted(path.name for path in Backups(database.path).folder.iterdir())


def notes_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM notes").fetchone()[0]


def kept_notes(database: Database) -> list[int]:
    """How many notes each backup has, the newest first."""
    backups, found = Backups(database.path), list[int]()
    for time in backups.times():
        with backups.opened(time) as path:
            found.append(notes_in(path))
    return found


def test_one_a_day_and_only_when_something_changed(database: Database, run: Run) -> None:
    run(database.write(add_note))
    assert run(database.back_up(NOW)) is True
    assert names(database) == ["studio-20261122-180509.db"]
    run(database.write(add_note))
    assert run(database.back_up(NOW + DAY - timedelta(seconds=1))) is False
    assert run(database.back_up(NOW + DAY)) is True
    assert run(database.back_up(NOW + 3 * DAY)) is False, "nothing changed since"
    run(database.write(lambda connection: connection.execute("UPDATE notes SET text = 'y'")))
    run(database.write(add_note))
    assert run(database.back_up(NOW + 3 * DAY)) is True
    assert kept_notes(database) == [3, 2, 1]


def test_a_task_that_moved_on_is_a_change(tmp_path: Path, store) -> None:
    (task,) = store.add("A harbour")
    assert store.run(store.database.back_up(NOW))
    store.run(store.tasks.record(task.id, polls=3))
    assert store.run(store.database.back_up(NOW + DAY))


def test_what_is_written_meanwhile_waits_for_nothing(database: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copying is held after its first step; a read, a write and another write go through, and are not in the copy."""
    monkeypatch.setattr(backups_module, "_PAGES_A_STEP", 1)
    run(database.write(lambda connection: [add_note(connection, "x" * 3000) for _ in range(50)]))

    async def scene() -> None:
        for number in range(2):
            await database.write(lambda connection: add_note(connection, "during"))
            assert await database.read(lambda connection: connection.execute("SELECT count(*) FROM notes").fetchone()[0])
            steps.append(number)

    steps, looks = list[int](), list[int]()

    class Looking(Backups):
        def make(self, source: sqlite3.Connection, now: datetime, *, go_on: Callable[[], bool] = lambda: True) -> bool:
            def look() -> bool:
                looks.append(1)
                if len(looks) == 2:
                    asyncio.run_coroutine_threadsafe(scene(), loop).result(10)
                return go_on()

            return super().make(source, now, go_on=look)

    async def back_up() -> bool:
        nonlocal loop
        loop = asyncio.get_running_loop()
        return await database.back_up(NOW)

    loop = asyncio.new_event_loop()
    loop.close()
    monkeypatch.setattr("sora_studio.storage.database.Backups", Looking)
    assert run(back_up())
    assert steps == [0, 1]
    assert len(looks) > 50, "it went on after the writes, and did not begin anew"
    assert len(looks) < 150
    (time,) = Backups(database.path).times()
    assert notes_in(Backups(database.path).path(time)) == 50


def test_closing_breaks_it_off_and_leaves_nothing(database: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups_module, "_PAGES_A_STEP", 1)

    async def scene() -> bool:
        running = asyncio.create_task(database.back_up(NOW))
        await asyncio.sleep(0)
        database._closing.set()
        return await running

    run(database.write(add_note))
    assert run(scene()) is False
    assert names(database) == []
    run(database.close())
    assert not list(database.path.parent.glob("studio.db-*")), "the log is folded in"
    run(database.open())
    assert run(database.back_up(NOW))


def test_a_copy_that_is_damaged_is_no_backup(database: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run(database.back_up(NOW))
    copy = backups_module._copy

    def copy_badly(
        source: sqlite3.Connection, target: Path, go_on: Callable[[], bool], copied: Callable[[float], None]
    ) -> bool:
        done = copy(source, target, go_on, copied)
        content = bytearray(target.read_bytes())
        content[8192:12288] = bytes(4096)
        target.write_bytes(content)
        return done

    monkeypatch.setattr(backups_module, "_copy", copy_badly)
    run(database.write(add_note))
    with pytest.raises(DatabaseUnusable, match="it is damaged"):
        run(database.back_up(NOW + DAY))
    assert names(database) == ["studio-20261122-180509.db"]


def test_the_last_room_is_left_to_the_clips(database: Database, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups_module.shutil, "disk_usage", lambda _path: SimpleNamespace(free=500_000_000))
    with pytest.raises(StorageFull):
        run(database.back_up(NOW))
    assert names(database) == []


def test_older_ones_are_thinned(database: Database, run: Run) -> None:
    folder = Backups(database.path).folder
    folder.mkdir()
    for age in (21, 22, 23, 500):
        (folder / f"studio-{NOW - age * DAY:%Y%m%d-%H%M%S}.db").write_bytes(b"")
    (folder / "holiday.db").write_bytes(b"a person's own")
    run(database.back_up(NOW))
    kept = ["studio-20261031-180509.db.gz", "studio-20261101-180509.db.gz", "studio-20261122-180509.db"]
    assert names(database) == ["holiday.db", *kept], "one of a week, but never fewer than the newest three"


def test_the_newest_three_stay_however_old_they_are(database: Database, run: Run) -> None:
    folder = Backups(database.path).folder
    folder.mkdir()
    for age in (500, 600, 700, 800):
        (folder / f"studio-{NOW - age * DAY:%Y%m%d-%H%M%S}.db").write_bytes(b"")
    run(database.back_up(NOW))
    assert [Backups(database.path).times()[0], len(Backups(database.path).times())] == [NOW.replace(microsecond=0), 3]


def test_the_newest_good_one_is_found(database: Database, run: Run) -> None:
    backups = Backups(database.path)
    assert backups.newest_good() is None
    run(database.write(add_note))
    run(database.back_up(NOW))
    good = backups.path(NOW)
    damaged, foreign, newer = (backups.path(NOW + age * DAY) for age in (1, 2, 3))
    damaged.write_bytes(good.read_bytes()[:9000])
    foreign.write_bytes(b"")
    shutil.copyfile(good, newer)
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = good.read_bytes()
    assert backups.newest_good() == NOW
    assert good.read_bytes() == before
    assert not list(backups.folder.glob("*-wal")), "looking leaves nothing beside them"


def test_before_a_migration_there_is_a_backup(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "studio.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrations.migrate(connection, path, begin=lambda: connection.execute("BEGIN"), steps=migrations.STEPS[:1])
    database = Database(path)
    run(database.open())
    run(database.close())
    (time,) = Backups(path).times()
    with closing(sqlite3.connect(Backups(path).path(time))) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 1


def test_no_migration_without_a_backup(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "studio.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrations.migrate(connection, path, begin=lambda: connection.execute("BEGIN"), steps=migrations.STEPS[:1])
    monkeypatch.setattr(backups_module.shutil, "disk_usage", lambda _path: SimpleNamespace(free=0))
    with pytest.raises(StorageFull):
        run(Database(path).open())
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 1


# --- compressed ------------------------------------------------------------------------------------------------------


def days_of_backups(database: Database, run: Run, days: int, **options: int) -> None:
    """One a day, each of some 100 KB more than the one before."""
    for day in range(days):
        run(database.write(lambda connection, day=day: add_note(connection, random.Random(day).randbytes(50_000).hex())))
        assert run(database.back_up(NOW + day * DAY, **options))


def test_all_but_the_newest_are_compressed_and_can_be_opened(database: Database, run: Run) -> None:
    days_of_backups(database, run, 4)
    assert [name.rpartition(".")[2] for name in names(database)] == ["gz", "gz", "gz", "db"]
    assert kept_notes(database) == [4, 3, 2, 1]
    assert len(names(database)) == 4, "nothing unpacked is left"


def test_the_total_is_kept_to_by_dropping_the_oldest_but_never_the_newest_three(database: Database, run: Run) -> None:
    days_of_backups(database, run, 6)
    sizes = [(Backups(database.path).folder / name).stat().st_size for name in names(database)]
    backups = Backups(database.path, most_bytes=sum(sizes[1:]))
    backups.tidy()
    assert kept_notes(database) == [6, 5, 4, 3, 2]
    Backups(database.path, most_bytes=1).tidy()
    assert kept_notes(database) == [6, 5, 4]


def test_the_setting_reaches_the_backups(database: Database, run: Run) -> None:
    days_of_backups(database, run, 5, most_bytes=1)
    assert kept_notes(database) == [5, 4, 3]


def test_plain_ones_of_earlier_versions_stay_readable_and_are_compressed_too(database: Database, run: Run) -> None:
    days_of_backups(database, run, 1)
    (name,) = names(database)
    folder = Backups(database.path).folder
    for age in (1, 2, 3):
        shutil.copyfile(folder / name, folder / f"studio-{NOW - age * DAY:%Y%m%d-%H%M%S}.db")
    assert kept_notes(database) == [1, 1, 1, 1]
    assert run(database.back_up(NOW + timedelta(hours=1))) is False, "none is due, and yet the folder is tidied"
    assert [name.endswith(".gz") for name in names(database)] == [True, True, True, False]
    assert kept_notes(database) == [1, 1, 1, 1]


def test_an_archive_that_is_damaged_is_passed_over(database: Database, run: Run) -> None:
    days_of_backups(database, run, 3)
    oldest, middle, newest = (Backups(database.path).folder / name for name in names(database))
    newest.write_bytes(b"damaged")
    content = middle.read_bytes()
    for harm in (content[: len(content) // 2], content[:5000] + bytes(5000) + content[10000:], b"", b"no archive"):
        middle.write_bytes(harm)
        assert Backups(database.path).newest_good() == NOW
    assert oldest.exists()
    assert len(names(database)) == 3


@pytest.mark.parametrize("steps", range(6))
def test_compressing_that_is_broken_off_leaves_what_was_there(database: Database, run: Run, steps: int) -> None:
    days_of_backups(database, run, 2)
    folder = Backups(database.path).folder
    compressed = folder / names(database)[0]
    plain = compressed.with_suffix("")
    with Backups(database.path).opened(NOW) as unpacked:
        content = unpacked.read_bytes()
    compressed.unlink()
    plain.write_bytes(content)
    left = iter(range(steps))
    Backups(database.path).tidy(go_on=lambda: next(left, None) is not None)
    assert kept_notes(database) == [2, 1]
    assert not list(folder.glob("unproved*"))


def test_a_kill_between_the_archive_and_the_loss_of_its_source_leaves_one_backup(database: Database, run: Run) -> None:
    days_of_backups(database, run, 2)
    compressed = Backups(database.path).folder / names(database)[0]
    with Backups(database.path).opened(NOW) as unpacked:
        shutil.copyfile(unpacked, compressed.with_suffix(""))
    assert kept_notes(database) == [2, 1]
    Backups(database.path).tidy()
    assert names(database) == [compressed.name, "studio-20261123-180509.db"]
