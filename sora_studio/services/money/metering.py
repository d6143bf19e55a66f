"""Measures what tasks cost from changes of the balance: the service never states a price."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sora_studio.domain.money import rounded
from sora_studio.domain.ports import TaskFacts
from sora_studio.domain.task import Task, TaskState

if TYPE_CHECKING:
    from sora_studio.services.tasks.task_writer import TaskWriter


@dataclass(slots=True)
class _Flight:
    """A task that may have changed the balance since the mark. `fresh`: it was sent after the mark."""

    fresh: bool
    accepted: bool = False
    over: bool = False
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A balance request in progress: which tasks were over when it was sent, and whether all were."""

    over: frozenset[int]
    all_over: bool
    moves: int


class PriceMeter:
    """Writes balances and measured prices to the tasks' rows.

    The mark is the last balance read while no task was in flight. If exactly one task was sent since then, the first balance
    after its end gives its price. An unclear task may be charged at any time, so nothing is measured beside it until it is
    settled. Tasks that were refused, or never left, do not count. `on_settled` is called when a new balance would tell more.
    """

    def __init__(self, task_writer: "TaskWriter") -> None:
        self._task_writer = task_writer
        self._flights = dict[int, _Flight]()
        self._awaiting = set[int]()
        self._mark: float | None = None
        self._moves = 0
        self.balance_usd: float | None = None
        self.on_settled: Callable[[], None] = lambda: None

    def begin(self) -> None:
        """Start measuring as the sending process; discard what was observed while another process sent."""
        self.forget()
        self._flights.clear()

    def carry(self, task: Task) -> None:
        """Add a task that an earlier run, or another process, has sent."""
        if task.state.is_running and not (task.state is TaskState.UNKNOWN and task.is_put_aside):
            unclear = task.state is TaskState.UNKNOWN
            self._flights[task.id] = _Flight(fresh=False, accepted=not unclear, over=unclear, unclear=unclear)
            if unclear and task.balance_after_usd is None:
                self._awaiting.add(task.id)

    def task_changed(self, task: Task) -> None:
        """Update an unclear task that the user settled, perhaps in another process."""
        flight = self._flights.get(task.id)
        if flight is None or not flight.unclear:
            return
        if task.is_put_aside:
            self._flights.pop(task.id)
        elif task.state is not TaskState.UNKNOWN:
            self.moved(task.id, task.state)

    def moved(self, task: int, to: TaskState) -> None:
        """Record a state change by this process: before the first byte, and after the answer."""
        self._moves += 1
        flight = self._flights.get(task, _Flight(fresh=False))
        match to:
            case TaskState.SENDING:
                self._flights[task] = _Flight(fresh=True)
            case TaskState.PENDING | TaskState.PROCESSING:
                self._flights[task] = _Flight(fresh=flight.fresh, accepted=True)
            case TaskState.UNKNOWN:
                self._settle(task, _Flight(fresh=flight.fresh, over=True, unclear=True))
            case TaskState.SUCCESS | TaskState.FAILED | TaskState.LOST if flight.accepted:
                self._settle(task, _Flight(fresh=flight.fresh, accepted=True, over=True))
            case _:
                self._flights.pop(task, None)

    def forget(self) -> None:
        """Discard the mark and pending readings: another key may mean another account."""
        self._moves += 1
        self._mark = self.balance_usd = None
        self._awaiting.clear()
        for flight in self._flights.values():
            flight.fresh = False

    def begin_reading(self) -> Reading:
        """Return which tasks are over. Call this right before the balance request."""
        over = frozenset(task for task, flight in self._flights.items() if flight.over)
        return Reading(over, all_over=len(over) == len(self._flights), moves=self._moves)

    async def finish_reading(self, reading: Reading, usd: float) -> None:
        """Write the balance, and the prices that follow from it, to the tasks' rows."""
        told = reading.over & self._awaiting
        prices = {task: self._price(task, usd) for task in told}
        self._awaiting -= told
        self.balance_usd = usd
        if reading.all_over and reading.moves == self._moves:
            self._mark = usd
            self._flights = {
                task: _Flight(fresh=False, over=True, unclear=True) for task, flight in self._flights.items() if flight.unclear
            }
        for task, price in prices.items():
            facts = TaskFacts(balance_after_usd=usd)
            if price is not None:
                facts["measured_usd"] = price
            await self._task_writer.insist(lambda task=task, facts=facts: self._task_writer.record(task, **facts))

    def _price(self, task: int, usd: float) -> float | None:
        """Return the price; None if anything else may have changed the balance, or it grew (a top-up)."""
        flight = self._flights.get(task)
        if self._mark is None or flight is None or not flight.fresh or len(self._flights) > 1:
            return None
        fell_by = rounded(self._mark - usd)
        return fell_by if fell_by >= 0 else None

    def _settle(self, task: int, flight: _Flight) -> None:
        self._flights[task] = flight
        self._awaiting.add(task)
        self.on_settled()
