"""Many tasks that end at once: every callback is answered, kept and heard."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

from tests.doubles.callers import call_back
from tests.unit.relay.conftest import Bench

PER_S = 100
COUNT = 200


def test_a_hundred_callbacks_a_second_are_all_taken_while_a_studio_listens(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        answers = await call_back(bench.relay.base_url, bench.relay.token, per_s=PER_S, count=COUNT)
        assert {status for status, _ in answers.values()} == {200}
        with closing(sqlite3.connect(bench.folder / "mailbox.db")) as connection:
            kept = {secret for (secret,) in connection.execute("SELECT secret FROM callbacks")}
        heard = {entry["secret"] for entry in (await bench.callbacks(COUNT))[1:]}
        assert kept == heard == set(answers)
        assert len(answers) == COUNT

    with_relay(check)
