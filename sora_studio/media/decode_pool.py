"""Limits how many pictures are decoded at once, so that they fit into memory."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sora_studio.disk_calls import WORK_WITHIN_S, DiskThreads

_Made = TypeVar("_Made")


class DecodePool:
    """A FIFO semaphore for blocking work on files. A large picture takes several places."""

    def __init__(self, places: int) -> None:
        self._threads = DiskThreads(at_once=places)
        self._door = asyncio.Lock()
        self._free = asyncio.Semaphore(places)

    async def do(self, folder: Path, work: Callable[[], _Made], *, places: int = 1) -> _Made:
        """Run `work`, which reads a file of `folder`. Raises `FolderSilent`.

        Cancelled while it waits for its places, it never begins; later it continues and keeps them until it ends. A folder that
        does not answer in time gives its places back.
        """
        await self._enter(places)
        working = self._threads.start(folder, work, within_s=WORK_WITHIN_S)
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
