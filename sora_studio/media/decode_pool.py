"""Room for large work: what is done at once stays within the machine's memory, and what nobody waits for is not begun."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

_Made = TypeVar("_Made")


class DecodePool:
    """So many places, for work that goes to threads. Who comes first enters first, however many places others need."""

    def __init__(self, places: int) -> None:
        self._door = asyncio.Lock()
        self._free = asyncio.Semaphore(places)

    async def do(self, work: Callable[[], _Made], *, places: int = 1) -> _Made:
        """Cancelled before it has its places, it is never begun; after that it goes on, and keeps them until it ends."""
        await self._enter(places)
        working = asyncio.get_running_loop().run_in_executor(None, work)
        working.add_done_callback(lambda _: self._leave(places))
        return await asyncio.shield(working)

    async def _enter(self, places: int) -> None:
        taken = 0
        try:
            async with self._door:
                while taken < places:
                    await self._free.acquire()
                    taken += 1
        except BaseException:
            self._leave(taken)
            raise

    def _leave(self, places: int) -> None:
        for _ in range(places):
            self._free.release()
