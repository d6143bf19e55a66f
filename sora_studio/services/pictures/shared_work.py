"""Work that several callers need at once, done once for all of them."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")


@dataclass(eq=False, slots=True)
class _UnderWay(Generic[Made]):
    """A task, and how many callers wait for it."""

    task: asyncio.Task[Made]
    waiting: int = 0


class SharedWork(Generic[Made]):
    """Runs one task per key at a time, shared by all who wait for it. Keeps no results."""

    def __init__(self) -> None:
        self._under_way = dict[Hashable, _UnderWay[Made]]()

    async def result_of(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, Made]]) -> Made:
        """Return the result of `work`, which is started unless it is under way; raises like it.

        It is cancelled with its last waiter, which waits until it has ended.
        """
        if (found := self._under_way.get(key)) is None:
            found = _UnderWay(asyncio.create_task(work()))
            found.task.add_done_callback(lambda done: done.cancelled() or done.exception())  # perhaps no caller is left
            self._under_way[key] = found
        found.waiting += 1
        try:
            return await asyncio.shield(found.task)
        finally:
            found.waiting -= 1
            if not found.waiting:
                if self._under_way.get(key) is found:  # now: a new caller must not wait for a cancelled task
                    del self._under_way[key]
                if not found.task.done():
                    found.task.cancel()
                    await asyncio.wait([found.task])
