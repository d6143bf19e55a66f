"""Polls running tasks until they end, from one heap of due times instead of a coroutine per task."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from sora_studio.clock import Clock
from sora_studio.domain.models.profile import ModelProfile, PollPlan
from sora_studio.domain.ports import TaskFacts
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.schedule import LOST_AFTER_S, poll_wait_s, safety_wait_s
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.polling.poll_schedule import PollSchedule
from sora_studio.services.polling.polled_task import NOT_PLANNED, PolledTask
from sora_studio.services.polling.status_poller import StatusPoller
from sora_studio.services.runtime.connection import Connection
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.wait_or_wake import LONGEST_REST_S, wait_or_wake
from sora_studio.services.tasks.send_blocks import SendBlocks
from sora_studio.services.tasks.task_counts import TaskCounts

POLLS_IN_FLIGHT = 32
POLLS_AT_ONCE = 4
POLLS_EVERY_S = 0.025
"""Start `POLLS_AT_ONCE` polls this often: 160 a second, about what the service allows, without bursts that delay the window."""
LOOK_EVERY_S = 0.5
"""Cap of the wait while tasks are polled, so that overdue tasks are polled within a second after a suspend."""
CLOCK_TOLERANCE_S = 2.0
"""Drift between two clocks that counts as a changed clock or a suspend."""
SPREAD_PER_TASK_S = 0.02
_FOLLOWED_STATES = frozenset({TaskState.PENDING, TaskState.PROCESSING, TaskState.LOST})


@dataclass(frozen=True, slots=True)
class TrackingSnapshot:
    """The figures of the status bar."""

    running: int
    waiting: int
    requests_last_minute: int
    online: bool
    is_owner: bool
    has_answered: bool = True
    """Whether the service has answered anything since the start."""
    key_refused: bool = False
    polls_saved: int = 0
    """Polls that reports made unnecessary, summed over the tasks that ended since the start."""


@dataclass(frozen=True, slots=True)
class _Look:
    """Readings of the three clocks at one moment, in seconds."""

    wall: float
    elapsed: float
    awake: float

    @classmethod
    def at(cls, clock: Clock) -> "_Look":
        return cls(clock.now().timestamp(), clock.elapsed(), clock.monotonic())


class Tracking:
    """Dispatches polls, never early. A task is polled until the service or the user ends it."""

    def __init__(
        self,
        core: Core,
        task_counts: TaskCounts,
        connection: Connection,
        send_blocks: SendBlocks,
        *,
        poll_plan: Callable[[GenerationRequest, ModelProfile], PollPlan],
        is_owner: Callable[[], bool],
        requests_last_minute: Callable[[], int],
    ) -> None:
        self._core = core
        self._clock = core.clock
        self._task_counts = task_counts
        self._connection = connection
        self._send_blocks = send_blocks
        self._questions = StatusPoller(core, connection, send_blocks)
        self._poll_plan = poll_plan
        self._is_owner = is_owner
        self._requests_last_minute = requests_last_minute
        self._schedule = PollSchedule()
        self._followed = dict[int, PolledTask]()
        self._in_flight = set[int]()
        self._visible = frozenset[int]()
        self._asked_for = dict[int, None]()
        self._polls_saved = 0
        self._wake = asyncio.Event()
        self._breath_until = 0.0
        self._last_look = _Look.at(core.clock)
        connection.wakes(self._wake)
        send_blocks.wakes(self._wake)

    @property
    def is_owner(self) -> bool:
        """Whether this process is the one that sends, polls and downloads."""
        return self._is_owner()

    def snapshot(self) -> TrackingSnapshot:
        """Return the current figures."""
        return TrackingSnapshot(
            running=self._task_counts.running,
            waiting=self._task_counts.waiting,
            requests_last_minute=self._requests_last_minute(),
            online=self._connection.online,
            is_owner=self.is_owner,
            has_answered=self._connection.has_answered,
            key_refused=self._send_blocks.key_refused,
            polls_saved=max(0, self._polls_saved),
        )

    def prioritise(self, tasks: Iterable[int]) -> None:
        """Poll these visible tasks first among those that are due."""
        self._visible = frozenset(tasks)

    async def check_now(self, task: int) -> None:
        """Poll a running task now at the user's request; also probe the connection if it is down."""
        self._connection.probe_now()
        if task in self._followed and task not in self._in_flight:
            self._asked_for[task] = None
            self._schedule.put(task, self._clock.elapsed())
            self._wake.set()

    def hint(self, task: Task) -> None:
        """Poll a task soon, because a (possibly forged) report says that it ended.

        One poll answers any number of reports, no faster than the plan's rate; a finished task is not polled.
        """
        self.task_changed(task)
        followed = self._followed.get(task.id)
        if followed is None or followed.hinted:
            return
        followed.hinted = True
        if task.id not in self._in_flight:
            self._plan(followed)

    def line_changed(self, carries: Callable[[str], bool] | None) -> None:
        """Apply which reports can arrive, by a predicate for secrets; None for none. The other tasks are polled as usual."""
        self._questions.carries = carries or (lambda _: False)
        for followed in self._followed.values():
            if followed.secret is not None:
                is_carried = self._questions.carries(followed.secret)
                followed.fallback_at = NOT_PLANNED if is_carried else self._fallback_at(followed)
                if followed.task not in self._in_flight:
                    self._plan(followed)

    def task_changed(self, task: Task) -> None:
        """Start or stop polling a task, according to its changed row."""
        gone = task.gateway != self._core.gateway_name or (task.state is TaskState.LOST and task.is_put_aside)
        if gone or task.state not in _FOLLOWED_STATES or task.task_id is None:
            self._forget(task.id)
        elif task.id not in self._followed:
            followed = self._followed[task.id] = self._as_followed(task, task.task_id)
            self._plan(followed)

    def spread_overdue(self) -> None:
        """Spread overdue polls after a start or a long sleep."""
        plans = [followed.profile.poll.every_s for followed in self._followed.values()]
        if plans:
            self._schedule.spread(self._clock.elapsed(), min(*plans, SPREAD_PER_TASK_S * len(plans)), self._core.rng)

    async def run(self) -> None:
        """Poll whatever is due, until cancelled."""
        while True:
            self._mind_the_clock()
            if self._may_ask:
                self._dispatch()
            await wait_or_wake(self._clock, self._wake, self._pause_s())

    @property
    def _may_ask(self) -> bool:
        return self._connection.online and not self._send_blocks.key_refused and len(self._in_flight) < POLLS_IN_FLIGHT

    def _dispatch(self) -> None:
        if self._clock.monotonic() < self._breath_until:
            return
        for _ in range(min(POLLS_AT_ONCE, POLLS_IN_FLIGHT - len(self._in_flight))):
            task = self._schedule.pick(self._clock.elapsed(), [*self._asked_for, *self._visible])
            if task is None:
                return
            self._in_flight.add(task)
            self._core.supervisor.start(self._poll(self._followed[task]), name=f"poll {task}")
        self._breath_until = self._clock.monotonic() + POLLS_EVERY_S

    def _pause_s(self) -> float:
        if not self._may_ask or not self._followed:
            return LONGEST_REST_S
        if self._schedule.has_ready(self._clock.elapsed()):
            return max(0.001, self._breath_until - self._clock.monotonic())
        due = self._schedule.next_due()
        return LOOK_EVERY_S if due is None else min(LOOK_EVERY_S, max(0.001, due - self._clock.elapsed()))

    def _mind_the_clock(self) -> None:
        """Detect suspends and clock changes.

        Due times use a clock that is never set; but a suspend must not end in a burst, and rows store wall-clock times.
        """
        before, now = self._last_look, _Look.at(self._clock)
        self._last_look = now
        elapsed_s = now.elapsed - before.elapsed
        if elapsed_s - (now.awake - before.awake) > CLOCK_TOLERANCE_S:
            self.spread_overdue()
        leap_s = now.wall - before.wall - elapsed_s
        if abs(leap_s) > CLOCK_TOLERANCE_S:
            for followed in self._followed.values():
                followed.accepted_at += timedelta(seconds=leap_s)
            self._core.supervisor.start(self._tell_times_anew(), name="times by the changed clock")

    async def _tell_times_anew(self) -> None:
        """Shift stored times after a clock change, for display and for the next start."""
        for followed in list(self._followed.values()):
            facts: TaskFacts = {"accepted_at": followed.accepted_at}
            if (due := self._schedule.due_at(followed.task)) is not None:
                facts["next_poll_at"] = self._clock.now() + timedelta(seconds=due - self._clock.elapsed())
            if self._followed.get(followed.task) is followed:
                await self._core.task_writer.record(followed.task, **facts)

    async def _poll(self, followed: PolledTask) -> None:
        task = followed.task
        followed.begin_question(self._clock.elapsed())
        wait_s: float | None = followed.profile.poll.every_s
        try:
            wait_s = await self._questions.ask(followed, urgent=task in self._asked_for or task in self._visible)
        finally:
            # Plan it even after an unexpected error, or it would never be polled again.
            self._in_flight.discard(task)
            self._asked_for.pop(task, None)
            if wait_s is None:
                self._polls_saved += followed.polls_saved(self._core.speed)
                self._forget(task)
            elif self._followed.get(task) is followed:
                followed.planned_at = self._clock.elapsed() + wait_s
                self._plan(followed)
            self._wake.set()

    def _plan(self, followed: PolledTask) -> None:
        if followed.hinted:
            self._asked_for[followed.task] = None
        self._schedule.put(followed.task, followed.due_at(self._clock.elapsed()))
        self._wake.set()

    def _fallback_at(self, followed: PolledTask) -> float:
        plan = followed.profile.poll
        soon = self._clock.elapsed() + plan.every_s * self._core.rng.uniform(1.0, 2.0)
        return max(soon, followed.began + plan.first_after_s)

    def _forget(self, task: int) -> None:
        self._followed.pop(task, None)
        self._asked_for.pop(task, None)
        self._schedule.drop(task)

    def _as_followed(self, task: Task, task_id: str) -> PolledTask:
        """Return the polling state of a row.

        Due when the row says, unless that is further ahead than any plan, because a wrong clock wrote it.
        """
        profile = self._core.profile_of(task.request.model)
        profile = replace(profile, poll=self._poll_plan(task.request, profile))
        now, elapsed, speed = self._clock.now(), self._clock.elapsed(), self._core.speed
        accepted_at = task.accepted_at or task.created_at
        age_s = max(0.0, (now - accepted_at).total_seconds())
        stated = task.request.stated_time(profile)
        usual_s = (stated.least_s, stated.most_s) if stated else None
        plan_s = safety_wait_s if task.callback_secret else poll_wait_s
        longest_s = max(profile.poll.first_after_s, plan_s(age_s, profile.poll, usual_s, speed))
        if task.state is TaskState.LOST or task.trouble:
            longest_s = LOST_AFTER_S / speed
        wait_s = ((task.next_poll_at or now) - now).total_seconds()
        return PolledTask(
            task.id,
            task_id,
            task.state,
            profile,
            accepted_at,
            began=elapsed - age_s,
            usual_s=usual_s,
            planned_at=elapsed + min(wait_s, longest_s),
            polls=task.polls,
            misses=task.misses,
            secret=task.callback_secret,
            followed_from_s=age_s,
        )
