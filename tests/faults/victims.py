"""Runs of the real program that end themselves with SIGKILL at a named step: `python -m tests.faults.victims`.

Each line on standard input is an order (JSON); for each a fresh fork of this process, which has imported everything, runs the
studio. Answers go to standard output, one JSON line each: `begun`, `step`, `promised`, `settled`, and `ended` with the status.
The steps are placed from outside: around every commit that writes, and where httpcore tells how far a create has come.
"""

import asyncio
import functools
import json
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import httpx

from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.task import Task, TaskSection, TaskState
from sora_studio.gateway import client, web_source
from sora_studio.storage.secrets import KeyStores, SessionKeys
from sora_studio.studio import open_studio
from tests.canary import KEY
from tests.faults.world import one_trust_for_all
from tests.integration.stage import request, until

SPEED = 4000.0
"""The first question comes 45 ms after a create was accepted."""
SETTLED = frozenset({TaskState.SUCCESS, TaskState.FAILED, TaskState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Order:
    """Run on a folder against a service; submit `prompt` if there is one; die at `step`, else end when all is settled.

    With the address and the token of a relay, the service is asked to report there.
    """

    folder: str
    url: str
    prompt: str = ""
    step: str = ""
    relay_url: str = ""
    relay_token: str = ""


class Steps:
    """Counts the steps of this run by name, tells each, and ends the process at the one that was ordered."""

    def __init__(self, last: str) -> None:
        self._last = last
        self._seen = Counter[str]()

    def reached(self, name: str) -> None:
        self._seen[name] += 1
        step = f"{name} #{self._seen[name]}"
        tell("step", step)
        if step == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


class SteppedConnection(sqlite3.Connection):
    """Knows when it commits a transaction that may write, and what the tasks' states are in it."""

    steps: Steps
    _writes = False

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        self._writes = sql.startswith("BEGIN IMMEDIATE") or self._writes
        if sql != "COMMIT" or not self._writes:
            return super().execute(sql, *parameters)
        label = self._label()
        self.steps.reached(f"before the commit of {label}")
        done = super().execute(sql, *parameters)
        self._writes = False
        self.steps.reached(f"after the commit of {label}")
        return done

    def _label(self) -> str:
        return " and ".join(row[0] for row in super().execute("SELECT state FROM tasks ORDER BY id")) or "no task"


def place_steps(steps: Steps) -> None:
    """Around commits and on the way of every create; only for a process that ends soon."""
    SteppedConnection.steps = steps
    sqlite3.connect = functools.partial(sqlite3.connect, factory=SteppedConnection)
    build = httpx.AsyncClient.build_request

    async def trace(event: str, _info: object) -> None:
        steps.reached(event)

    def build_request(self: httpx.AsyncClient, method: str, *args: Any, **kwargs: Any) -> httpx.Request:
        built = build(self, method, *args, **kwargs)
        if method == "POST":
            built.extensions["trace"] = trace
        return built

    httpx.AsyncClient.build_request = build_request


def settled(tasks: list[Task]) -> bool:
    return all(task.state in SETTLED for task in tasks)


async def live(order: Order) -> None:
    """One run of the program."""
    if order.relay_url:
        os.environ.update(SORA_STUDIO_RELAY_URL=order.relay_url, SORA_STUDIO_RELAY_TOKEN=order.relay_token)
    opening = open_studio(
        data_dir=Path(order.folder) / "data",
        base_url=order.url,
        output_dir=Path(order.folder) / "clips",
        speed=SPEED,
        gateway_name="service",
        keys=KeyStores(api_key=SessionKeys(KEY)),
        rng=random.Random(1),
    )
    async with opening as studio:
        if order.prompt:
            await studio.submission.submit(request(order.prompt, callback=bool(order.relay_url)))
            tell("promised", order.prompt)
        if order.step:
            await asyncio.Event().wait()
        tasks = await until(studio, settled)
        shown = {task: section for section, task in await studio.tasks.index(TaskFilter())}
        tell("settled", [_facts(task, shown.get(task.id)) for task in tasks])


def _facts(task: Task, section: TaskSection | None) -> dict[str, object]:
    sent_at = task.sent_at.isoformat() if task.sent_at else None
    facts = {"prompt": task.request.prompt, "state": task.state, "task_id": task.task_id}
    return {**facts, "sent_at": sent_at, "section": section}


def tell(kind: str, words: object) -> None:
    """One line, written at once and whole, so that nothing that was said is lost with the process."""
    os.write(1, json.dumps([kind, words]).encode() + b"\n")


def run_in_a_fork(order: Order) -> int:
    """The status with which it ended; negative for a signal."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        tell("begun", os.getpid())
        place_steps(Steps(order.step))
        asyncio.run(live(order))
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    """Serve orders until there are no more."""
    with one_trust_for_all(), mock.patch.object(web_source, "trusted_authorities", client.trusted_authorities):
        client.trusted_authorities()
        for line in sys.stdin:
            tell("ended", run_in_a_fork(Order(**json.loads(line))))


if __name__ == "__main__":
    main()
