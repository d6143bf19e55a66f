"""Today's spending, and the daily limits from the settings."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sora_studio.domain.events import NoticeLevel, SpendingChanged
from sora_studio.domain.money import DayLimits, DaySpend, dollars, local_day, rounded
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.notices import SOFT_LIMIT
from sora_studio.services.runtime.wait_or_wake import LONGEST_REST_S, wait_or_wake

if TYPE_CHECKING:
    from sora_studio.services.tasks.send_blocks import SendBlocks


@dataclass(frozen=True, slots=True)
class _Cost:
    """`usd` as measured, else estimated; `most_usd` is the same, or the estimate's high end. None: unknown."""

    usd: float | None
    most_usd: float | None
    is_measured: bool

    @classmethod
    def of(cls, task: Task) -> "_Cost":
        """Return the cost of a task, sent or not."""
        return cls(task.cost_usd, task.most_usd, task.measured_usd is not None)


@dataclass(frozen=True, slots=True)
class _Sent:
    at: datetime
    cost: _Cost


class Spending:
    """Adds up what was sent on the local calendar day, by measured, else estimated price, else counted as unpriced.

    The soft limit posts one notice a day. The hard limit holds back only tasks that might exceed it: for it, an estimate counts
    with its high end. Tasks already sent go on.
    `today` covers the tasks of every process on the data folder.
    """

    def __init__(self, core: Core, send_blocks: "SendBlocks", limits: Callable[[], DayLimits]) -> None:
        self._core = core
        self._send_blocks = send_blocks
        self._limits = limits
        self._day = local_day(core.clock.now())
        self._sent = dict[int, _Sent]()
        self._admitted = dict[int, _Cost]()
        self._waiting = dict[int, _Cost]()
        self._turned_away: Task | None = None
        self._wake = asyncio.Event()
        self.today = DaySpend()

    @property
    def limit_usd(self) -> float | None:
        """Today's hard limit."""
        return self._limits().hard_usd

    @property
    def committed_usd(self) -> float:
        """The most that today's tasks and those that wait may cost, as far as known."""
        waiting = [cost for task, cost in self._waiting.items() if task not in self._admitted]
        return rounded(sum(cost.most_usd or 0.0 for cost in (*self._costs(), *waiting)))

    async def begin(self) -> None:
        """Load today's tasks before anything is sent."""
        await self._load()
        self._tell()

    def task_changed(self, task: Task) -> None:
        """Update the sum with a changed row."""
        if task.gateway != self._core.gateway_name:
            return
        if task.state is TaskState.WAITING and not task.is_put_aside:
            self._waiting[task.id] = _Cost.of(task)
        else:
            self._waiting.pop(task.id, None)
        counts = task.may_be_charged and task.sent_at is not None and task.sent_at >= self._day[0]
        sent = _Sent(task.sent_at, _Cost.of(task)) if counts and task.sent_at else None
        if sent != self._sent.get(task.id):
            self._put(task.id, sent)
            self._wake.set()
        turned_away = self._turned_away
        is_gone = task.state is not TaskState.WAITING or task.is_put_aside or task.held_at
        if turned_away and turned_away.id == task.id and is_gone:
            self._lift()  # the next task may fit

    def admit(self, task: Task) -> bool:
        """Return whether the task fits into today's limit. If not, hold back all sending until it does."""
        if not self._fits(task):
            self._turned_away = task
            self._send_blocks.reach_limit(self._limits().hard_usd or 0.0)
            return False
        self._admitted[task.id] = _Cost.of(task)
        return True

    def settle(self, task: Task) -> None:
        """Replace an admitted task's estimate with its row, after it was claimed or was not sent after all."""
        self._admitted.pop(task.id, None)
        self.task_changed(task)

    def limits_changed(self) -> None:
        """Apply changed limits."""
        self._wake.set()

    async def run(self) -> None:
        """Update the sum until cancelled, and start a new one each day."""
        while True:
            if local_day(self._core.clock.now()) != self._day:
                await self._load()
            self._tell()
            await wait_or_wake(self._core.clock, self._wake, LONGEST_REST_S)

    async def _load(self) -> None:
        self._day = local_day(self._core.clock.now())
        self._sent.clear()
        for task in await self._core.task_writer.tasks.sent_since(self._core.gateway_name, self._day[0]):
            self.task_changed(task)

    def _put(self, task: int, sent: _Sent | None) -> None:
        if sent is None:
            self._sent.pop(task, None)
        else:
            self._sent[task] = sent

    def _costs(self) -> list[_Cost]:
        """Return what each of today's tasks costs, with those that are being sent."""
        begin, end = local_day(self._core.clock.now())
        costs = [sent.cost for sent in self._sent.values() if begin <= sent.at < end]
        return costs + [cost for task, cost in self._admitted.items() if task not in self._sent]

    def _sum(self) -> DaySpend:
        costs = self._costs()
        known = [cost.usd for cost in costs if cost.usd is not None]
        estimated = sum(not cost.is_measured for cost in costs if cost.usd is not None)
        return DaySpend(rounded(sum(known)), len(costs) - len(known), estimated)

    def _fits(self, task: Task) -> bool:
        """Return whether the limit has room. A task without a known price fits while anything is left."""
        limit = self._limits().hard_usd
        if limit is None:
            return True
        spent = rounded(sum(cost.most_usd or 0.0 for cost in self._costs()))
        return spent < limit if not task.most_usd else rounded(spent + task.most_usd) <= limit

    def _tell(self) -> None:
        today = self._sum()
        if today != self.today:
            self.today = today
            self._core.events.publish(SpendingChanged(today))
        self._mind_the_soft_limit(today)
        if self._turned_away is not None and self._fits(self._turned_away):
            self._lift()

    def _mind_the_soft_limit(self, today: DaySpend) -> None:
        limit = self._limits().soft_usd
        if limit is None or today.usd < limit:
            self._core.notices.clear(SOFT_LIMIT)
            return
        words = f"Today has cost {dollars(limit)} or more, the amount at which you wanted a notice. Sending continues."
        self._core.notices.post(SOFT_LIMIT, NoticeLevel.INFO, words)

    def _lift(self) -> None:
        self._turned_away = None
        self._send_blocks.lift_limit()
