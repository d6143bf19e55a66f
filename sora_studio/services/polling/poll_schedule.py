"""When each task's status is due: one heap for all tasks, and a FIFO of those that are due."""

import heapq
import random
from collections.abc import Collection


class PollSchedule:
    """Due times in elapsed seconds, which changes of the wall clock do not affect.

    A task is planned, or ready to be polled, or absent (while it is being polled).
    """

    def __init__(self) -> None:
        self._due = dict[int, float]()
        self._heap = list[tuple[float, int]]()
        self._ready = dict[int, None]()

    def __contains__(self, task: int) -> bool:
        return task in self._due

    def due_at(self, task: int) -> float | None:
        """Return when the task is due; None if it is not planned."""
        return self._due.get(task)

    def put(self, task: int, due: float) -> None:
        """Plan a task, replacing its previous plan."""
        self._ready.pop(task, None)
        self._due[task] = due
        heapq.heappush(self._heap, (due, task))
        if len(self._heap) > 2 * len(self._due) + 64:
            self._rebuild()

    def drop(self, task: int) -> None:
        """Remove a task."""
        self._ready.pop(task, None)
        self._due.pop(task, None)

    def pick(self, now: float, first: Collection[int] = ()) -> int | None:
        """Remove and return one task that is due, those in `first` before the rest; None if none is due."""
        while self._heap and self._heap[0][0] <= now:
            due, task = heapq.heappop(self._heap)
            if self._due.get(task) == due:
                self._ready[task] = None
        task = next((task for task in first if task in self._ready), None)
        if task is None:
            task = next(iter(self._ready), None)
        if task is not None:
            self.drop(task)
        return task

    def next_due(self) -> float | None:
        """Return the earliest planned time of a task that is not ready yet."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def has_ready(self, now: float) -> bool:
        """Return whether any task is due."""
        due = self.next_due()
        return bool(self._ready) or (due is not None and due <= now)

    def spread(self, now: float, window_s: float, rng: random.Random) -> None:
        """Spread overdue tasks over the next `window_s` in their order, to avoid a burst after a long sleep."""
        overdue = sorted((due, task) for task, due in self._due.items() if due <= now)
        for place, (_, task) in enumerate(overdue):
            share = (place + rng.random()) / len(overdue)
            self._due[task] = now + window_s * share
        self._rebuild()

    def _rebuild(self) -> None:
        self._ready.clear()
        self._heap = [(due, task) for task, due in self._due.items()]
        heapq.heapify(self._heap)
