"""SIGKILL at every commit and at every step of a create on its way: at most one charge, nothing lost, every doubt shown."""

import asyncio
import dataclasses
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.faults.books import Books
from tests.faults.socket_service import Conversation, serving
from tests.faults.victims import Order
from tests.faults.ways import NEVER_SENT, PUT_OFF, Way
from tests.integration.stage import run
from tests.sampling import every

PROMPT = "A harbour at dawn"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no fork there; the way is the same")
SERVER_STEPS = ("the head is there", "all is there", "charged", "half answered", "answered")


@dataclass
class Service:
    """Takes creates in the given ways (then well), and kills a process when one of them has come so far."""

    ways: Sequence[Way] = ()
    kill_at: str = ""
    victim: int = 0
    books: Books = field(default_factory=lambda: Books(random.Random(1)))

    def __post_init__(self) -> None:
        self._ways = iter(self.ways)
        self._questions = 0

    async def serve(self, talk: Conversation) -> None:
        """Questions keep their connection; a create has one of its own."""
        while True:
            method, target, length = await talk.read_head()
            if "films" in target:
                await talk.wait_for_the_end()
                return
            if method == "POST":
                await self._create(talk, length)
                return
            self._answer_next(target)
            reply = self.books.question(target, Way.WELL)
            await talk.write(reply.head + reply.body)

    async def _create(self, talk: Conversation, length: int) -> None:
        way = next(self._ways, Way.WELL)
        self._step("the head is there")
        body = await talk.read_body(length)
        self._step("all is there")
        self.books.note(body, way)
        reply = self.books.create(body, way)
        self._step("charged")
        whole = reply.head + reply.body
        if way is Way.RESET_BEFORE_HEADERS:
            talk.reset()
            return
        await talk.write(whole[: len(whole) // 2])
        self._step("half answered")
        await talk.write(whole[len(whole) // 2 :])
        self._step("answered")

    def _answer_next(self, target: str) -> None:
        """The first question about a task finds it at work, the next one done."""
        if "statusTask" in target:
            self._questions += 1
        done = {"state": "success", "resultJson": json.dumps({"resultUrls": ["http://127.0.0.1:9/films/1.mp4"]})}
        self.books.status_data = {"state": "processing"} if self._questions <= 1 else dict(done)

    def _step(self, name: str) -> None:
        if name == self.kill_at:
            self.kill_at = ""
            os.kill(self.victim, signal.SIGKILL)


@dataclass
class Run:
    """What one run of the program told before it ended."""

    steps: list[str] = field(default_factory=list[str])
    promised: bool = False
    rows: list[dict[str, Any]] | None = None
    status: int = 0


class Victims:
    """The process that forks victims."""

    def __init__(self) -> None:
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.victims"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=root,
            text=True,
        )

    async def run(self, order: Order, service: Service) -> Run:
        """Let one live to its end."""
        return await asyncio.to_thread(self._run, order, service)

    def _run(self, order: Order, service: Service) -> Run:
        told = Run()
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(dataclasses.asdict(order)) + "\n")
        stdin.flush()
        for line in stdout:
            kind, words = json.loads(line)
            match kind:
                case "begun":
                    service.victim = words
                case "step":
                    told.steps.append(words)
                case "promised":
                    told.promised = True
                case "settled":
                    told.rows = words
                case _:
                    told.status = words
                    return told
        raise AssertionError("the victims ended")

    def close(self) -> str:
        """What they complained of."""
        return self._process.communicate()[1]


@asynccontextmanager
async def victims() -> AsyncGenerator[Victims]:
    """They complain of nothing."""
    process = Victims()
    try:
        yield process
    finally:
        complaints = process.close()
    assert complaints == ""


class Story:
    """One intent, the kills that it meets in its first runs, and the run after them."""

    def __init__(self, folder: Path, process: Victims, ways: Sequence[Way]) -> None:
        self._folder = folder
        self._process = process
        self._ways = ways
        self._told = 0

    async def steps(self, *kills: str) -> list[str]:
        """Those of an undisturbed run, or of the one after the kills."""
        return (await self._live(kills))[1].steps

    async def survive(self, *kills: str) -> str:
        """Die at each of these in turn; then everything must be in order. Returns what became of the intent."""
        service, last, promised, seen = await self._live(kills)
        charges, tries = service.books.charges[PROMPT], service.books.tries[PROMPT]
        assert len(charges) <= 1, kills
        assert all(way in NEVER_SENT | PUT_OFF for way in tries[:-1]), (kills, tries)
        assert last.rows is not None, kills
        if not last.rows:
            assert not promised and not charges, kills  # noqa: PT018 - one thought
            return "never made"
        (row,) = last.rows
        self._judge(row, charges, seen, kills)
        return f"{row['state']}, {'charged' if charges else 'not charged'}"

    def _judge(self, row: dict[str, Any], charges: list[str], seen: set[str], kills: Sequence[str]) -> None:
        match row["state"]:
            case "unknown":
                assert row["section"] == "review", kills
                assert row["sent_at"], kills
                assert any(step.startswith("after the commit of sending") for step in seen), kills
                assert not any(step.startswith("after the commit of pending") for step in seen), kills
            case "success":
                assert charges == [row["task_id"]], kills
            case _:
                assert row["state"] == "failed", kills
                assert not charges, kills

    async def _live(self, kills: Sequence[str]) -> tuple[Service, Run, bool, set[str]]:
        self._told += 1
        folder, service = self._folder / str(self._told), Service(self._ways)
        promised, seen = False, set[str]()
        async with serving(service.serve) as address:
            for number, kill in enumerate([*kills, ""]):
                service.kill_at = kill
                order = Order(str(folder), f"http://{address}", prompt="" if number else PROMPT, step=kill)
                told = await self._process.run(order, service)
                assert told.status == (-signal.SIGKILL if kill else 0), (kills, told)
                promised = promised or told.promised
                seen |= set(told.steps)
        return service, told, promised, seen


async def try_all(story: Story, steps: Sequence[str], *, after: Sequence[str] = ()) -> dict[str, str]:
    """Every step in turn, and what became of the intent."""
    ends = {step: await story.survive(*after, step) for step in steps}
    for step, end in ends.items():
        print(f"  {' then '.join([*after, step])}: {end}")  # noqa: T201 - for a person who runs this with `-s`
    return ends


def test_some_steps_of_a_create_that_goes_well(tmp_path: Path) -> None:
    async def story() -> None:
        async with victims() as process:
            well = Story(tmp_path, process, [])
            steps = await well.steps()
            ends = await try_all(well, [*steps[:: every(4)], *SERVER_STEPS])
            assert len(steps) >= 20
            assert {"success, charged", "unknown, charged", "never made"} <= set(ends.values())

    run(story())


@pytest.mark.parametrize("way", [Way.TOO_MANY, Way.BROKEN, Way.NOT_LIKED, Way.RESET_BEFORE_HEADERS], ids=lambda way: way.value)
def test_every_commit_after_an_answer_that_says_no(tmp_path: Path, way: Way) -> None:
    async def story() -> None:
        async with victims() as process:
            refused = Story(tmp_path, process, [way])
            steps = await refused.steps()
            answered, accepted = steps.index("http11.receive_response_headers.started #1"), len(steps)
            if "after the commit of pending #1" in steps:  # from there on it is as with every other task
                accepted = steps.index("after the commit of pending #1")
            await try_all(refused, [step for step in steps[answered:accepted] if "commit" in step])

    run(story())


def test_every_step_of_the_start_after_a_kill(tmp_path: Path) -> None:
    async def story() -> None:
        async with victims() as process:
            killed = Story(tmp_path, process, [])
            steps = await killed.steps("charged")
            ends = await try_all(killed, steps, after=["charged"])
            assert set(ends.values()) == {"unknown, charged"}

    run(story())
