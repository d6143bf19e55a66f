"""A studio that was away for long: all of it comes, and whoever leaves in the middle disturbs nobody."""

import asyncio
import socket
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sora_studio.relay.limits import Limits
from sora_studio.relay.mailbox import Mailbox
from tests.doubles.strangers import request
from tests.unit.relay.conftest import PATIENCE_S, Bench, until

COUNT = 5000
LEAVING = 20
_RESET = struct.pack("ii", 1, 0)


async def fill(mailbox: Mailbox) -> None:
    await asyncio.gather(*(mailbox.add(f"{number:043}", b"", "task") for number in range(COUNT)))
    mailbox.close()


async def fill_days_ago(folder: Path, *days: float) -> None:
    """A report for each, named by its age, oldest first."""
    for ago in days:
        came_at = datetime.now(UTC) - timedelta(days=ago)
        mailbox = Mailbox(folder / "mailbox.db", Limits(), lambda came_at=came_at: came_at)
        await mailbox.add(f"{ago:0>43}", b"", f"task of {ago} days")
        mailbox.close()


def ages(folder: Path) -> list[str]:
    """Of what is kept, oldest first."""
    with closing(sqlite3.connect(folder / "mailbox.db")) as connection:
        rows = connection.execute("SELECT secret FROM callbacks ORDER BY cursor").fetchall()
    return [secret.lstrip("0") or "0" for (secret,) in rows]


async def leave_after_a_line(bench: Bench) -> None:
    """Hang up with a reset, as a program does that is killed."""
    with socket.create_connection(("127.0.0.1", bench.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(request("GET", "/v1/callbacks", f"Authorization: Bearer {bench.relay.token}"))
        await asyncio.to_thread(connection.recv, 1000)


def test_a_studio_that_was_off_for_a_week_hears_all_that_is_not_older(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        await bench.relay.stop()
        await fill_days_ago(bench.folder, 7.01, 6.99, 3, 0)
        await bench.relay.start()
        bench.studio.base_url = bench.relay.base_url
        await until(lambda: ages(bench.folder) == ["6.99", "3", "0"])  # the sweep at the start has been
        heard = [entry["task_id"] for entry in (await bench.callbacks(3))[1:]]
        assert heard == ["task of 6.99 days", "task of 3 days", "task of 0 days"]

    with_relay(check)


def test_readers_that_leave_during_a_backlog_leave_no_trace(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await bench.relay.stop()
            await fill(Mailbox(bench.folder / "mailbox.db", Limits()))
            await bench.relay.start()
            bench.studio.base_url = bench.relay.base_url
            await asyncio.gather(*(leave_after_a_line(bench) for _ in range(LEAVING)))
            assert [entry["cursor"] for entry in (await bench.callbacks(COUNT))[1:]] == [*range(1, COUNT + 1)]

    with_relay(check)  # a warning would fail it
