"""Keeps the pending decisions of a filter session on the disk while the person goes on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from sora_studio.domain.decision import Decision
from sora_studio.viewmodels.starter import TaskStarter


class DecisionKeeper:
    """Writes the latest decisions, one write at a time; what changes meanwhile is written next.

    A write that fails is reported by the task scope, and is tried again with the next change and on `finish`.
    """

    def __init__(self, start: TaskStarter, save: Callable[[Sequence[Decision]], Awaitable[None]]) -> None:
        self._start, self._save = start, save
        self._unwritten: Sequence[Decision] | None = None
        self._writing: asyncio.Task[None] | None = None

    def keep(self, decisions: Sequence[Decision]) -> None:
        """Write these in place of the former ones; none removes them."""
        self._unwritten = decisions
        if self._writing is None or self._writing.done():
            self._writing = self._start(self._write(), name="Keep the decisions")

    async def finish(self) -> None:
        """Wait until the latest decisions are on the disk. Raises what `save` raises."""
        if self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])
        await self._write()

    async def _write(self) -> None:
        while (latest := self._unwritten) is not None:
            await self._save(latest)
            if latest is self._unwritten:
                self._unwritten = None
