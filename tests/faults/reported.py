"""Seeded lives of tasks whose ends are reported: reports astray, forged and early, lines that break, programs that end."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

from sora_studio.clock import Clock
from sora_studio.domain.errors import (
    ConnectionFailed,
    OutcomeUnknown,
    RateLimited,
    ServiceUnavailable,
    TaskUnknown,
)
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState
from tests.doubles.clock import ManualClock
from tests.doubles.gateway import ScriptedGateway
from tests.doubles.relay import A_RELAY, ScriptedRelay
from tests.doubles.tasks import MemoryTasks
from tests.unit.services.rig import Rig, request, run

SPEED = 30.0
FIRST_AFTER_S, EVERY_S = 180 / SPEED, 10 / SPEED
LIFE_S = (120 / SPEED, 420 / SPEED)
WALL_DRIFT_S = 0.05
"""The wall counts in whole microseconds, so it and the other clock part a little with every step."""
ENDS = (TaskState.SUCCESS, TaskState.SUCCESS, TaskState.SUCCESS, TaskState.FAILED)


@dataclass
class Remote:
    """A task as the service has it."""

    task_id: str
    prompt: str
    ends_at: float
    end: TaskState
    secret: str
    told: int = 0
    """How often the service has truly reported its end."""


@dataclass
class Outcome:
    """What the schedules came to. `broken` holds a sentence for every promise that was not kept."""

    schedules: int = 0
    tasks: int = 0
    charged: int = 0
    charged_twice: int = 0
    lost: int = 0
    attached: int = 0
    unclear: int = 0
    questions: int = 0
    polls_saved: int = 0
    met: Counter[str] = field(default_factory=Counter[str])
    broken: list[str] = field(default_factory=list[str])

    def __iadd__(self, other: Self) -> Self:
        for counted in fields(self):  # numbers, counters and lists alike
            setattr(self, counted.name, getattr(self, counted.name) + getattr(other, counted.name))
        return self


class Service(ScriptedGateway):
    """Charges, works for a while, ends, and reports that as badly as can be. `calm` stops what goes wrong with answers."""

    def __init__(self, clock: Clock, rng: random.Random, relay: ScriptedRelay, met: Counter[str]) -> None:
        super().__init__(clock)
        self._time, self._rng, self._relay, self._met = clock, rng, relay, met
        self.calm = False
        self.remotes: dict[str, Remote] = {}
        self.questions: list[tuple[int, str, float]] = []
        self.run = 0
        self._under_way = set[asyncio.Task[None]]()

    async def create(
        self,
        request: GenerationRequest,
        profile: ModelProfile,
        addresses: Mapping[str, str],
        *,
        callback_url: str | None = None,
        claim: Callable[[], Awaitable[bool]],
    ) -> str | None:
        if not await claim():
            return None
        lot = 1.0 if self.calm else self._rng.random()
        if lot < 0.15:
            self._met["creates put off"] += 1
            raise self._rng.choice((ConnectionFailed(), RateLimited()))
        remote = self._accept(request.prompt, (callback_url or "").rpartition("/")[2])
        if lot < 0.3:
            await self._time.sleep(self._rng.uniform(0, 1.5 * LIFE_S[1]))
            self._met["answers that came late"] += 1
        if lot < 0.6 and lot > 0.25:
            self._met["answers lost"] += 1
            raise OutcomeUnknown
        return remote.task_id

    async def status(self, profile: ModelProfile, task_id: str, *, urgent: bool = False) -> RemoteStatus:
        self.questions.append((self.run, task_id, self._time.monotonic()))
        await asyncio.sleep(0)
        if not self.calm and self._rng.random() < 0.1:
            self._met["questions that failed"] += 1
            raise self._rng.choice((ServiceUnavailable(), ConnectionFailed()))
        remote = self.remotes.get(task_id)
        if remote is None:
            raise TaskUnknown
        if self._time.monotonic() < remote.ends_at:
            return RemoteStatus(TaskState.PROCESSING)
        urls = (f"https://films.example/{task_id}.mp4",) if remote.end is TaskState.SUCCESS else ()
        return RemoteStatus(remote.end, result_urls=urls, fail_code=None if urls else "GENERATION_FAILED")

    async def close(self) -> None:
        for delivery in self._under_way:
            delivery.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _accept(self, prompt: str, secret: str) -> Remote:
        number = len(self.remotes) + 1
        ends_at = self._time.monotonic() + self._rng.uniform(*LIFE_S)
        remote = Remote(f"remote-{number}", prompt, ends_at, self._rng.choice(ENDS), secret)
        self.remotes[remote.task_id] = remote
        if secret:
            delivery = asyncio.ensure_future(self._report(remote))
            self._under_way.add(delivery)
            delivery.add_done_callback(self._under_way.discard)
        return remote

    async def _report(self, remote: Remote) -> None:
        """Early, late, twice, never, and so out of order."""
        if self._rng.random() < 0.2:
            await self._time.sleep(self._rng.uniform(0, LIFE_S[0]))
            self._met["reports too early"] += 1
            self._relay.post(remote.secret, remote.task_id)
        await self._time.sleep(max(0.0, remote.ends_at - self._time.monotonic()))
        fate = self._rng.choice(("in time", "in time", "lost", "late", "twice", "without an id"))
        self._met[f"reports {fate}"] += 1
        if fate == "lost":
            return
        if fate == "late":
            await self._time.sleep(self._rng.uniform(0, 20))
        for _ in range(2 if fate == "twice" else 1):
            named = None if fate == "without an id" else remote.task_id
            self._relay.post(remote.secret, named)
            remote.told += named is not None
            await self._time.sleep(self._rng.uniform(0, 1))


@dataclass
class Run(Rig):
    """One run of the program."""

    service: Service = field(kw_only=True)

    def _open_gateway(self) -> ScriptedGateway:
        return self.service


class ReportedWorld:
    """One schedule: what outlives the program's runs, what happens to it, and the judgement."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = random.Random(seed)
        self.seed = seed
        self.folder = folder
        self.clock = ManualClock()
        self.tasks = MemoryTasks()
        self.relay = ScriptedRelay(self.clock)
        self.outcome = Outcome(schedules=1)
        self.service = Service(self.clock, self.rng, self.relay, self.outcome.met)
        self.asked = 0

    async def live(self) -> Outcome:
        """All of it."""
        await self._start()
        for _ in range(self.rng.randint(6, 14)):
            happening = self.rng.choices(
                (self._submit, self._wait, self._forge, self._break_the_line, self._restart, self._put_aside),
                weights=(5, 4, 3, 2, 1, 1),
            )[0]
            await happening()
        self.service.calm = True
        self.relay.mend()
        await self._drain()
        await self._end()
        await self.service.close()
        self._judge()
        return self.outcome

    # --- the program's runs ---------------------------------------------------------------------------------------

    async def _start(self) -> None:
        self.service.run += 1
        self.rig = Run(
            self.folder,
            tasks=self.tasks,
            clock=self.clock,
            relay=self.relay,
            relay_choice=A_RELAY,
            loopback=False,
            speed=SPEED,
            service=self.service,
        )
        self.rig.transfer.gate = asyncio.Event()  # what becomes of films is another story
        await self.rig.engine.begin()
        await self.clock.advance(0.1)

    async def _end(self) -> None:
        """As suddenly as an end can be: whatever was under way is cut off."""
        self.outcome.polls_saved += self.rig.engine.tracking.snapshot().polls_saved
        await self.rig.core.supervisor.stop()

    async def _drain(self) -> None:
        for _ in range(60):
            await self.clock.advance(5)
            if all(row.state.is_over or row.state is TaskState.UNKNOWN for row in self.tasks.rows.values()):
                break
        await self.clock.advance(90)

    # --- what happens ---------------------------------------------------------------------------------------------

    async def _submit(self) -> None:
        self.asked += 1
        await self.rig.engine.submission.submit(request(f"intent {self.asked}", callback=self.rng.random() < 0.85))
        await self.clock.advance(self.rng.uniform(0, 1))

    async def _wait(self) -> None:
        await self.clock.advance(self.rng.expovariate(1 / 4))

    async def _forge(self) -> None:
        """Posts by somebody who has even seen secrets and ids."""
        self.outcome.met["reports forged"] += 1
        secrets = ["secret-0", *(row.callback_secret for row in self.tasks.rows.values() if row.callback_secret)]
        taken = [row.task_id for row in self.tasks.rows.values() if row.task_id]
        for _ in range(self.rng.randint(1, 6)):
            self.relay.post(self.rng.choice(secrets), self.rng.choice([None, "invented", "", *taken]))
            await self.clock.advance(self.rng.choice((0.0, 0.1)))

    async def _break_the_line(self) -> None:
        self.outcome.met["lines broken"] += 1
        self.relay.cut()
        await self.clock.advance(self.rng.uniform(0, 10))
        self.relay.mend()

    async def _restart(self) -> None:
        self.outcome.met["programs ended"] += 1
        await self._end()
        await self.clock.advance(self.rng.uniform(0, 10))
        await self._start()

    async def _put_aside(self) -> None:
        for row in list(self.tasks.rows.values()):
            if row.state is TaskState.UNKNOWN and await self.rig.engine.submission.discard(row.id):
                self.outcome.met["unclear ones put aside"] += 1

    # --- the judgement --------------------------------------------------------------------------------------------

    def _judge(self) -> None:
        charges = Counter(remote.prompt for remote in self.service.remotes.values())
        out = self.outcome
        out.tasks, out.charged = len(self.tasks.rows), len(charges)
        out.charged_twice = sum(times > 1 for times in charges.values())
        out.questions = len(self.service.questions)
        for row in self.tasks.rows.values():
            self._judge_end(row, [remote for remote in self.service.remotes.values() if remote.prompt == row.request.prompt])
        if out.charged_twice:
            self._break("an intent was charged twice")
        by_task = defaultdict[str, list[tuple[int, float]]](list)
        for run_number, task_id, at in self.service.questions:
            by_task[task_id].append((run_number, at))
        for task_id, asked in by_task.items():
            self._judge_questions(task_id, asked)

    def _judge_end(self, row: Task, remotes: list[Remote]) -> None:
        moved = [state for task, state in self.tasks.history if task == row.id]
        if row.state is TaskState.UNKNOWN:
            self.outcome.unclear += 1
            if any(remote.told and remote.secret == row.callback_secret for remote in remotes):
                self._break(f"task {row.id} was reported and stays unclear")
        elif not remotes or row.task_id != remotes[0].task_id or row.state is not remotes[0].end:
            self.outcome.lost += 1
            self._break(f"task {row.id} ended as {row.state} with the id {row.task_id}")
        else:
            self.outcome.attached += TaskState.UNKNOWN in moved
        if row.removed_at is not None and row.state is not TaskState.UNKNOWN:
            self._break(f"task {row.id} was found and is not in the list")

    def _judge_questions(self, task_id: str, asked: list[tuple[int, float]]) -> None:
        """At most one hinted question beside a planned one in any interval of the plan, and no early one without a hint.

        An id that somebody named in another task's report is asked for on behalf of both.
        """
        row = next((row for row in self.tasks.rows.values() if row.task_id == task_id), None)
        naming = {said.secret for said in self.relay.kept if said.task_id == task_id}
        if row is None or row.accepted_at is None or naming - {row.callback_secret}:
            return
        for first, third in zip(asked, asked[2:], strict=False):
            if first[0] == third[0] and third[1] - first[1] < EVERY_S * (1 - 1e-6):
                self._break(f"{task_id} was asked for three times in {third[1] - first[1]:.3f} s")
        kept = zip(self.relay.kept, self.relay.kept_at, strict=True)
        hints = [at for said, at in kept if said.secret == row.callback_secret]
        for _, at in asked:
            now = self.clock.now().timestamp() - self.clock.monotonic() + at
            early = now - row.accepted_at.timestamp() < FIRST_AFTER_S - WALL_DRIFT_S
            if early and not any(hint.timestamp() <= now + WALL_DRIFT_S for hint in hints):
                self._break(f"{task_id} was asked for early without a hint")

    def _break(self, sentence: str) -> None:
        self.outcome.broken.append(f"seed {self.seed}: {sentence}")


def outcome_of(seeds: Iterable[int], folder: Path) -> Outcome:
    """All these schedules, one after the other."""
    total = Outcome()
    for seed in seeds:
        total += run(ReportedWorld(seed, folder).live())
    return total
