"""A thousand hostile requests change nothing, and the relay goes on answering."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from sora_studio.relay.limits import Limits
from tests.doubles.strangers import Attack, Target, attacks, commit
from tests.unit.relay.conftest import JPEG, Bench

ATTACKS = 1000
AT_ONCE = 12
HANDLE = "thehandlethatwaslent-00.jpg"
CALLBACK = b'{"code": 200, "data": {"taskId": "task_1", "state": "success"}}'


def all_that_is_kept(folder: Path) -> tuple[dict[str, tuple[bytes, int]], list[tuple[object, ...]], bytes]:
    """Pictures with when they end, every row of the mailbox, and the token."""
    pictures = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in (folder / "pictures").iterdir()}
    with closing(sqlite3.connect(folder / "mailbox.db")) as connection:
        rows = connection.execute("SELECT * FROM callbacks, life").fetchall()
    return pictures, rows, (folder / "token").read_bytes()


@pytest.mark.parametrize("seed", [1])
def test_a_thousand_hostile_requests_change_nothing(
    with_relay: Callable[..., None], seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def check(bench: Bench) -> None:
        secret = bench.new_secret()
        assert (await bench.put(HANDLE, lifetime="3600")).status_code == 201
        assert (await bench.stranger.post(f"/c/{secret}", content=CALLBACK)).status_code == 200
        before = all_that_is_kept(bench.folder)
        target = Target("127.0.0.1", bench.port, bench.relay.token, HANDLE, secret, CALLBACK)
        waiting, outcomes, surprises = asyncio.Semaphore(AT_ONCE), Counter[str](), list[object]()

        async def strike(attack: Attack) -> None:
            async with waiting:
                status = await commit(attack, target)
            outcomes[attack.kind] += 1
            if status not in attack.expected:
                surprises.append((attack.kind, status, attack.sent[:100]))

        await asyncio.gather(*(strike(attack) for attack in islice(attacks(target, seed), ATTACKS)))
        assert surprises == []
        assert outcomes.total() == ATTACKS
        assert len(outcomes) == 21, "every kind"
        assert all_that_is_kept(bench.folder) == before
        assert (await bench.stranger.get(f"/p/{HANDLE}")).content == JPEG
        assert (await bench.stranger.post(f"/c/{bench.new_secret()}", content=CALLBACK)).status_code == 200
        said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("sora_studio"))
        assert "picture 405" in said
        assert not any(word in said for word in (HANDLE[:-4], secret, bench.relay.token, "task_1", "passwd"))

    with_relay(check, Limits(head_s=0.3, callback_s=0.3))
