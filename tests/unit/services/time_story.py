"""A program that lives through suspends, changed clocks, restarts and bad connections, and what it asked when.

The judge knows three clocks apart: the wall's, the one that goes on in suspend, and the one that only counts awake time.
"""

import itertools
import random
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sora_studio.domain.errors import ConnectionFailed, RateLimited
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.task import TaskState
from tests.doubles.clock import ManualClock
from tests.doubles.gateway import ScriptedGateway
from tests.doubles.tasks import MemoryTasks
from tests.unit.services.rig import GATEWAY, Rig, request, sora_2

DAY_S = 86_400
TASKS = 5
FIRST_AFTER_S = 180.0
EVERY_S, LONGEST_AFTER_ERROR_S = 10.0, 90.0
RETRY_AFTER_S = 120.0
LATE_S = 1.0
ROUNDING_S = 0.001
"""Times in rows are microseconds of a clock that is changed by days."""

Event = tuple[str, int]
"""`advance`, `suspend`, `off` (ended, and started after so long), `jump` (the wall's clock), `offline`: seconds; `throttle`:
so many questions are answered with 429."""


def random_events(rng: random.Random, count: int) -> list[Event]:
    """What may happen to a laptop in a few days."""
    kinds = {
        "advance": lambda: rng.randrange(1, 200),
        "suspend": lambda: rng.choice([5, 60, 3600, DAY_S]),
        "off": lambda: rng.choice([0, 1, 30, 3600]),
        "jump": lambda: rng.choice([-DAY_S, -3600, -30, 30, 3600, DAY_S]),
        "offline": lambda: rng.randrange(1, 200),
        "throttle": lambda: rng.randrange(1, 4),
    }
    names = [rng.choice(list(kinds)) for _ in range(count)]
    return [(name, kinds[name]()) for name in names]


@dataclass(frozen=True)
class Asked:
    """One question: when, in elapsed and in awake seconds, and between which waits the next one has to come."""

    elapsed: float
    awake: float
    least_s: float
    most_s: float


@dataclass
class Service(ScriptedGateway):
    """Says that every task goes on, unless it is out of reach or throttles."""

    clock: ManualClock
    began: dict[str, float]
    asked_by: dict[str, list[Asked]] = field(default_factory=dict)
    offline: bool = False
    throttled: int = 0

    def __post_init__(self) -> None:
        super().__init__(self.clock)

    async def status(self, profile: ModelProfile, task_id: str, *, urgent: bool = False) -> RemoteStatus:
        now, began = self.clock.elapsed(), self.began[task_id]
        least_s, most_s = interval_s(now - began - ROUNDING_S), interval_s(now - began + ROUNDING_S)
        error: Exception | None = None
        if self.offline:
            error, least_s, most_s = ConnectionFailed(), EVERY_S, LONGEST_AFTER_ERROR_S
        elif self.throttled:
            self.throttled -= 1
            error, least_s, most_s = RateLimited(retry_after_s=RETRY_AFTER_S), RETRY_AFTER_S, RETRY_AFTER_S
        self.asked_by.setdefault(task_id, []).append(Asked(now, self.clock.monotonic(), least_s, most_s))
        if error:
            raise error
        return RemoteStatus(TaskState.PROCESSING)

    async def balance(self) -> float:
        if self.offline:
            raise ConnectionFailed
        return 10.0


def interval_s(age_s: float) -> float:
    """As it is promised: every 10 s, every minute from twice the usual five minutes on, every ten after an hour."""
    return 10.0 if age_s < 600 else 60.0 if age_s < 3600 else 600.0


@dataclass
class ServedRig(Rig):
    """A program whose service outlives it."""

    service: Service | None = None

    def _open_gateway(self) -> ScriptedGateway:
        assert self.service is not None
        return self.service


@dataclass
class Life:
    """Several runs of the program, one after the other, over the same tasks and the same service."""

    folder: Path
    clock: ManualClock = field(default_factory=ManualClock)
    tasks: MemoryTasks = field(default_factory=MemoryTasks)
    asleep: list[tuple[float, float]] = field(default_factory=list)
    """Spans of elapsed seconds in which nobody could ask: suspended, or not running."""
    offline: list[tuple[float, float]] = field(default_factory=list)
    """Spans in which the program held back because it could not reach the service."""
    breaches: list[str] = field(default_factory=list)
    latest_s: float = 0.0

    async def live(self, events: list[Event]) -> None:
        """Everything happens, then it is quiet long enough for every task to be asked once more."""
        self.service = Service(self.clock, {f"remote-{task}": -7.0 * task for task in range(1, TASKS + 1)})
        await self._begin_tasks()
        await self._start()
        for name, amount in [*events, ("advance", 800)]:
            await self._happen(name, amount)
        await self.rig.engine.finish()
        self._judge()

    async def _begin_tasks(self) -> None:
        requests = [request("A harbour at dawn").completed(sora_2())] * TASKS
        for task in await self.tasks.add(requests, gateway=GATEWAY, at=self.clock.now()):
            await self.tasks.transition(task.id, TaskState.SENDING)
            task_id = f"remote-{task.id}"
            accepted_at = self.clock.now() + timedelta(seconds=self.service.began[task_id])
            due = accepted_at + timedelta(seconds=FIRST_AFTER_S)
            await self.tasks.transition(task.id, TaskState.PENDING, task_id=task_id, accepted_at=accepted_at, next_poll_at=due)

    async def _start(self) -> None:
        self.rig = ServedRig(self.folder, tasks=self.tasks, clock=self.clock, service=self.service)
        await self.rig.engine.begin()
        await self.clock.advance(0)

    async def _happen(self, name: str, amount: int) -> None:
        if name == "advance":
            await self.clock.advance(amount)
        elif name == "jump":
            self.clock.change_wall(amount)
            await self.clock.advance(1)  # noticed within half a second
            self._look_at_rows()
        elif name == "throttle":
            self.service.throttled = amount
        elif name == "offline":
            await self._lose_connection(amount)
        else:
            if name == "off":
                await self.rig.engine.finish()
            began = self.clock.elapsed()
            self.clock.suspend(amount)
            self.asleep.append((began, self.clock.elapsed()))
            if name == "off":
                await self._start()

    async def _lose_connection(self, seconds: int) -> None:
        began = self.clock.elapsed()
        self.service.offline = True
        await self.clock.advance(seconds)
        self.service.offline = False
        noticed = not self.rig.engine.connection.online
        while not self.rig.engine.connection.online:
            await self.clock.advance(1)
        if noticed:
            self.offline.append((began, self.clock.elapsed()))

    def _look_at_rows(self) -> None:
        """What a card counts down to is what will happen, also after the wall's clock was changed."""
        if self.rig.core.notices.current:
            return
        for task in self.tasks.rows.values():
            asked = self.service.asked_by.get(task.task_id or "")
            if not asked or task.next_poll_at is None or asked[-1].least_s != asked[-1].most_s:
                continue
            told_s = (task.next_poll_at - self.clock.now()).total_seconds()
            true_s = asked[-1].elapsed + asked[-1].least_s - self.clock.elapsed()
            if abs(told_s - true_s) > 1:
                self.breaches.append(f"a card tells {told_s:.1f} s, and it is {true_s:.1f} s")

    def _judge(self) -> None:
        for task, times in self.service.asked_by.items():
            began = self.service.began[task]
            self._judge_gap(task, Asked(began, began, FIRST_AFTER_S, FIRST_AFTER_S), times[0])
            for before, after in itertools.pairwise(times):
                self._judge_gap(task, before, after)
            self._judge_end(task, times[-1])
        if len(self.service.asked_by) < TASKS and self.clock.elapsed() > 300:
            self.breaches.append("a task was forgotten")

    def _judge_gap(self, task: str, before: Asked, after: Asked) -> None:
        if after.elapsed < before.elapsed + before.least_s - ROUNDING_S:
            self.breaches.append(f"{task} early by {before.elapsed + before.least_s - after.elapsed:.1f} s")
        due = before.elapsed + before.most_s
        held = any(began <= after.elapsed and due <= ended for began, ended in self.offline)
        late_s = self._awake_s(due, after.elapsed)
        if late_s > LATE_S and not held:
            self.breaches.append(f"{task} late by {late_s:.1f} s awake")
        self.latest_s = max(self.latest_s, 0.0 if held else late_s)

    def _judge_end(self, task: str, last: Asked) -> None:
        late_s = self._awake_s(last.elapsed + last.most_s, self.clock.elapsed())
        if late_s > LATE_S:
            self.breaches.append(f"{task} was forgotten for {late_s:.1f} s")

    def _awake_s(self, since: float, until: float) -> float:
        """How much of a span of elapsed time the program was there and awake."""
        slept = sum(max(0.0, min(until, ended) - max(since, began)) for began, ended in self.asleep)
        return max(0.0, until - since - slept)
