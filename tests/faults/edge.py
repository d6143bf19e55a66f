"""Where a process can end: before and after every write to the store, and at every step of a request on its way."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from sora_studio.domain.errors import StorageFull
from sora_studio.storage.tasks import SqliteTasks

WRITES = frozenset({"add", "transition", "record", "succeed", "transition_clip", "record_clip", "recover"})


class Edge:
    """The process that runs over it is dead from the n-th step on: whoever arrives there, or later, goes no further."""

    def __init__(self) -> None:
        self._left: int | None = None
        self.fallen = asyncio.Event()
        self.where = ""

    def fall_after(self, steps: int) -> None:
        """Let so many steps pass, then end."""
        self._left = steps

    def disarm(self) -> None:
        """Let every step pass."""
        self._left = None

    async def step(self, name: str) -> None:
        """One point at which the process may end."""
        if not self.fallen.is_set() and self._left is not None:
            self._left -= 1
            if self._left < 0:
                self.where = name
                self.fallen.set()
        await self.alive()

    async def alive(self) -> None:
        """Hold up whoever belongs to a dead process, until it is buried."""
        if self.fallen.is_set():
            await asyncio.Event().wait()


class EdgedTasks:
    """A task store on the edge. While `full`, no write gets onto the disk."""

    def __init__(self, tasks: SqliteTasks, edge: Edge) -> None:
        self._tasks = tasks
        self._edge = edge
        self.full = False

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        method = getattr(self._tasks, name)

        async def read(*args: Any, **kwargs: Any) -> Any:
            await self._edge.alive()
            return await method(*args, **kwargs)

        async def write(*args: Any, **kwargs: Any) -> Any:
            await self._edge.step(f"before {name}")
            if self.full:
                raise StorageFull
            result = await method(*args, **kwargs)
            await self._edge.step(f"after {name}")
            return result

        return write if name in WRITES else read
