"""What the person has seen, and the room for more."""

from collections.abc import Callable
from pathlib import Path

from sora_studio.services.runtime.core import Core
from sora_studio.services.tasks.disk_space import usage_of


class Library:
    """Small writes to existing tasks; read them from the task store, and change them through `Judging`."""

    def __init__(self, core: Core, output_dir: Callable[[], Path]) -> None:
        self._core = core
        self._task_writer = core.task_writer
        self._output_dir = output_dir

    async def mark_seen(self, task: int) -> None:
        """Record that the user has seen the result."""
        row = await self._task_writer.tasks.get(task)
        if row is not None and row.seen_at is None:
            await self._task_writer.record(task, seen_at=self._core.clock.now())

    async def free_bytes(self) -> int | None:
        """Return the free space in the clips' folder; None if it cannot be determined."""
        usage = await usage_of(self._output_dir())
        return usage[0] if usage else None
