"""A studio that was away for long: all of it comes, and whoever leaves in the middle disturbs nobody."""

import asyncio
import socket
import struct
from collections.abc import Callable

from sora_studio.relay.limits import Limits
from sora_studio.relay.mailbox import Mailbox
from tests.doubles.strangers import request
from tests.unit.relay.conftest import PATIENCE_S, Bench

COUNT = 5000
LEAVING = 20
_RESET = struct.pack("ii", 1, 0)


async def fill(mailbox: Mailbox) -> None:
    await asyncio.gather(*(mailbox.add(f"{number:043}", b"", "task") for number in range(COUNT)))
    mailbox.close()


async def leave_after_a_line(bench: Bench) -> None:
    """Hang up with a reset, as a program does that is killed."""
    with socket.create_connection(("127.0.0.1", bench.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(request("GET", "/v1/callbacks", f"Authorization: Bearer {bench.relay.token}"))
        await asyncio.to_thread(connection.recv, 1000)


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
