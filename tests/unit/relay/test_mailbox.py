"""A callback that was answered is kept, once, in order, for as long as it is promised and no longer."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import aclosing, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.relay.limits import Limits
from sora_studio.relay.mailbox import Entry, Mailbox, MailboxUnusable
from tests.unit.relay.conftest import until


class Clock:
    now = datetime(2026, 11, 22, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def kept(mailbox: Mailbox, after: int = 0) -> list[Entry]:
    """Everything up to the first sign of life."""
    entries = list[Entry]()
    async with aclosing(mailbox.pages(after)) as reading:
        async for page in reading:
            if not page:
                break
            entries += page
    return entries


def test_the_promised_limits() -> None:
    limits = Limits()
    assert (limits.callback_bytes, limits.callback_s, limits.head_s, limits.per_address) == (65_536, 10, 10, 16)
    assert limits.callbacks_kept == timedelta(days=7)


def test_a_commit_is_on_the_disk_itself_before_it_counts(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path / "mailbox.db", Limits())
    (synchronous,) = mailbox._thread.submit(lambda: mailbox._connection.execute("PRAGMA synchronous").fetchone()).result()
    mailbox.close()
    assert synchronous == 2, "FULL: no other promise survives a power cut, which no test can make"


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., Mailbox]:
    """`opened(…)` opens the same file each time, with limits; a sign of life comes at once."""

    def open_it(clock: Clock | None = None, **limits: int | timedelta) -> Mailbox:
        return Mailbox(tmp_path / "mailbox.db", Limits(heartbeat_s=0, **limits), clock or Clock())  # pyright: ignore[reportArgumentType]

    return open_it


def test_what_was_taken_is_there_again_after_a_restart_in_order(opened: Callable[..., Mailbox]) -> None:
    async def check() -> None:
        mailbox = opened()
        await asyncio.gather(*(mailbox.add(f"secret{n}", b"digest", f"task{n}") for n in range(1200)))
        mailbox.close()
        again = opened()
        assert again.epoch == mailbox.epoch
        entries = await kept(again)
        assert [entry.cursor for entry in entries] == list(range(1, 1201))
        assert [entry.task_id for entry in entries] == [f"task{n}" for n in range(1200)]
        assert await kept(again, 1199) == entries[1199:]
        again.close()

    asyncio.run(check())


def test_the_same_is_kept_once_and_a_secret_has_sixteen_at_most(opened: Callable[..., Mailbox]) -> None:
    async def check() -> None:
        mailbox = opened()
        for _ in range(3):
            await mailbox.add("secret", b"same", "task")
        await asyncio.gather(*(mailbox.add("secret", bytes([n]), None) for n in range(100)))
        await mailbox.add("other", b"same", "task")
        secrets = [entry.secret for entry in await kept(mailbox)]
        assert (secrets.count("secret"), secrets.count("other")) == (16, 1)
        mailbox.close()

    asyncio.run(check())


def test_the_oldest_make_room(opened: Callable[..., Mailbox]) -> None:
    async def check() -> None:
        mailbox = opened(callbacks=10)
        for n in range(25):
            await mailbox.add(f"secret{n}", b"", None)
        assert [entry.secret for entry in await kept(mailbox)] == [f"secret{n}" for n in range(15, 25)]
        mailbox.close()

    asyncio.run(check())


def test_after_seven_days_a_callback_is_dropped_and_its_cursor_never_comes_again(opened: Callable[..., Mailbox]) -> None:
    async def check() -> None:
        clock = Clock()
        mailbox = opened(clock)
        await mailbox.add("old", b"", None)
        clock.now += timedelta(days=7)
        await mailbox.sweep()
        assert [entry.secret for entry in await kept(mailbox)] == ["old"]
        clock.now += timedelta(milliseconds=1)
        await mailbox.sweep()
        assert await kept(mailbox) == []
        await mailbox.add("new", b"", None)
        assert [(entry.secret, entry.cursor) for entry in await kept(mailbox)] == [("new", 2)]
        mailbox.close()

    asyncio.run(check())


def test_a_sweep_gives_the_journals_room_back(opened: Callable[..., Mailbox], tmp_path: Path) -> None:
    async def check() -> None:
        mailbox, journal = opened(), tmp_path / "mailbox.db-wal"
        await mailbox.add("secret", b"", None)
        assert journal.stat().st_size > 0
        await mailbox.sweep()
        assert journal.stat().st_size == 0
        assert len(await kept(mailbox)) == 1
        mailbox.close()

    asyncio.run(check())


def test_who_listens_hears_what_comes_and_is_let_go_at_the_end(tmp_path: Path) -> None:
    async def check() -> None:
        mailbox = Mailbox(tmp_path / "mailbox.db", Limits())
        heard = list[str]()

        async def listen() -> None:
            async for page in mailbox.pages(0):
                heard.extend(entry.secret for entry in page)

        listening = [asyncio.create_task(listen()) for _ in range(2)]
        for n in range(5):
            await mailbox.add(f"secret{n}", b"", None)
        await until(lambda: len(heard) == 10)
        mailbox.hush()
        await asyncio.gather(*listening)
        assert sorted(heard) == sorted([f"secret{n}" for n in range(5)] * 2)
        mailbox.close()

    asyncio.run(check())


def test_who_waits_for_a_commit_that_fails_is_told_and_the_next_one_works(
    opened: Callable[..., Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    async def check() -> None:
        mailbox = opened()
        with monkeypatch.context() as patch:
            patch.setattr("sora_studio.relay.mailbox._write", full)
            outcomes = await asyncio.gather(*(mailbox.add("s", bytes([n]), None) for n in range(3)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [MailboxUnusable] * 3
        await mailbox.add("s", b"", None)
        assert len(await kept(mailbox)) == 1
        mailbox.close()

    asyncio.run(check())


def test_a_damaged_or_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mailbox.db"
    path.write_bytes(b"not a database at all, whatever its name says" * 100)
    before = path.read_bytes()
    with pytest.raises(MailboxUnusable):
        Mailbox(path, Limits())
    assert path.read_bytes() == before
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")
    with pytest.raises(MailboxUnusable, match="newer relay"):
        Mailbox(path, Limits())
