"""What is known of past tasks, in memory: counts by model, and the newest prices and times of each model and of like tasks."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from sora_studio.domain.models.estimate import (
    Likeness,
    PriceEstimate,
    TimeEstimate,
    likeness_of,
    measured_price,
    measured_time,
)
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.record import ModelRecord
from sora_studio.domain.ports import PastTasks, TaskHistory
from sora_studio.domain.request import GenerationRequest, as_draft
from sora_studio.domain.task import Task, TaskState

KEPT = 200
"""Prices, and times, kept of each model and of each kind of like tasks: older ones say little about today."""
MOST_KINDS = 1_000
"""How many models and kinds of like tasks are kept; then the one that was measured longest ago is dropped."""
READ_OF_MODEL = 1_000
"""How many tasks of each model are read at the start."""
_LEARNED_AT_ONCE = 100
"""Prices, times and kinds of requests that are learned in about a millisecond."""

Key = Likeness | str
"""Like tasks, or all of a model."""
Value = TypeVar("Value")


class TaskMemory:
    """Counts all tasks of all models. Of prices and times it keeps the newest; a task that changes replaces its own."""

    def __init__(self) -> None:
        self._prices = _Recent[PriceEstimate](measured_price)
        self._times = _Recent[TimeEstimate](measured_time)
        self._counts = _Counts()

    def take(self, history: TaskHistory, profiles: Mapping[str, ModelProfile]) -> Iterator[None]:
        """Start with these tasks, and yield about every millisecond."""
        self._counts = _Counts(history.counts, newest=history.newest, unfinished=history.unfinished)
        learned = 0
        for past in history.past:
            self.learn(past, profiles[past.request.model])
            learned += 1 + len(past.prices_usd) + len(past.times_s)
            if learned >= _LEARNED_AT_ONCE:
                learned = 0
                yield

    def learn(self, past: PastTasks, profile: ModelProfile) -> bool:
        """Add prices and times; return whether any was new."""
        is_new = False
        for key in _keys(past.request, profile):
            for recent, values in ((self._prices, past.prices_usd), (self._times, past.times_s)):
                for task, value in _newest(values):
                    is_new |= recent.put(key, task, value)
        return is_new

    def task_changed(self, task: Task, profile: ModelProfile | None) -> bool:
        """Count a changed row, and learn from a successful one; return whether a price or time was new.

        `profile` is None for tasks whose prices and times do not count.
        """
        self._counts.task_changed(task)
        if profile is None or task.state is not TaskState.SUCCESS:
            return False
        took = (task.completed_at - task.accepted_at).total_seconds() if task.completed_at and task.accepted_at else None
        prices = {} if task.measured_usd is None else {task.id: task.measured_usd}
        return self.learn(PastTasks(task.request, prices, {} if took is None else {task.id: took}), profile)

    def price(self, kind: Likeness | None) -> PriceEstimate | None:
        """Return the measured price of like tasks."""
        return self._prices.estimate(kind) if kind else None

    def time(self, kind: Likeness | None) -> TimeEstimate | None:
        """Return the measured time of like tasks."""
        return self._times.estimate(kind) if kind else None

    def records(self) -> dict[str, ModelRecord]:
        """Return what is known of every model that has tasks."""
        return {model: self._record(model, tasks) for model, tasks in self._counts.all.items()}

    def _record(self, model: str, tasks: int) -> ModelRecord:
        price, time = self._prices.estimate(model), self._times.estimate(model)
        return ModelRecord(
            tasks=tasks,
            ready=self._counts.over[model, TaskState.SUCCESS],
            refused=self._counts.over[model, TaskState.FAILED],
            usual_s=(time.usual_s, time.most_s) if time else None,
            price_usd=price.usd if price else None,
            price_range_usd=(price.low_usd, price.high_usd) if price else None,
            measured=price.measured if price else 0,
        )


def _newest(values: Mapping[int, float]) -> list[tuple[int, float]]:
    """Return as many as are kept, the oldest first, without zeros and less: then the balance or a clock was behind."""
    return sorted((task, value) for task, value in values.items() if value > 0)[-KEPT:]


def _keys(request: GenerationRequest, profile: ModelProfile) -> tuple[Key, ...]:
    kind = likeness_of(as_draft(request, profile), profile)
    return (profile.slug, kind) if kind else (profile.slug,)


class _Recent(Generic[Value]):
    """The newest values by key and task, and what `measure` makes of them."""

    def __init__(self, measure: Callable[[Collection[float]], Value | None]) -> None:
        self._measure = measure
        self._values = dict[Key, dict[int, float]]()
        self._estimates = dict[Key, Value | None]()

    def put(self, key: Key, task: int, value: float) -> bool:
        """Keep the value of a task; return whether it was new. One that is older than all that are kept is ignored."""
        values = self._values.get(key, {})
        if values.get(task) == value or (len(values) == KEPT and task < min(values)):
            return False
        values[task] = value
        if len(values) > KEPT:
            del values[min(values)]
        self._values.pop(key, None)
        self._values[key] = values  # the key that was measured last comes last
        self._estimates.pop(key, None)
        if len(self._values) > MOST_KINDS:
            dropped = next(iter(self._values))
            del self._values[dropped]
            self._estimates.pop(dropped, None)
        return True

    def estimate(self, key: Key) -> Value | None:
        """Return the estimate; None if there is none."""
        if key not in self._estimates and key in self._values:
            self._estimates[key] = self._measure(self._values[key].values())
        return self._estimates.get(key)


class _Counts:
    """Tasks by model. Only unfinished ones are remembered one by one: the others keep their state."""

    def __init__(
        self, counts: Mapping[tuple[str, TaskState], int] | None = None, *, newest: int = 0, unfinished: Iterable[int] = ()
    ) -> None:
        self.all = Counter[str]()
        self.over = Counter({key: count for key, count in (counts or {}).items() if key[1].is_over})
        for (model, _), count in (counts or {}).items():
            self.all[model] += count
        self._newest = newest
        self._beyond = set[int]()
        self._unfinished = set(unfinished)

    def task_changed(self, task: Task) -> None:
        """Count a row that may be new, or over now."""
        if self._is_new(task.id):
            self._unfinished.add(task.id)
            self.all[task.request.model] += 1
        if task.state.is_over and task.id in self._unfinished:
            self._unfinished.discard(task.id)
            self.over[task.request.model, task.state] += 1

    def _is_new(self, task: int) -> bool:
        """Return whether the id is seen for the first time. Ids count up, but changes may arrive in another order."""
        if task <= self._newest or task in self._beyond:
            return False
        self._beyond.add(task)
        while self._newest + 1 in self._beyond:
            self._newest += 1
            self._beyond.discard(self._newest)
        return True
