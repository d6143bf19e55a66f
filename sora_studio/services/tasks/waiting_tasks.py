"""The user's commands for tasks that wait: hold, release, and another order."""

from collections.abc import Sequence

from sora_studio.domain.waiting_order import FRONT
from sora_studio.services.runtime.core import Core


class WaitingTasks:
    """Each command is one transaction, and has no effect on tasks that have been sent meanwhile.

    A held task is never sent: the claim, in the same table, refuses it. Sending goes by rank, in every process.
    """

    def __init__(self, core: Core) -> None:
        self._clock = core.clock
        self._task_writer = core.task_writer

    async def hold(self, tasks: Sequence[int]) -> None:
        """Keep these tasks waiting until they are released."""
        await self._task_writer.hold(tasks, self._clock.now())

    async def release(self, tasks: Sequence[int]) -> None:
        """Send these tasks when it is their turn."""
        await self._task_writer.hold(tasks, None)

    async def send_next(self, tasks: Sequence[int]) -> None:
        """Release these tasks and move them before all others."""
        await self.release(tasks)
        await self.move(tasks, before=FRONT)

    async def move(self, tasks: Sequence[int], *, before: int | None) -> None:
        """Move these tasks, in their present order, before another one; None is the last place."""
        await self._task_writer.move_waiting(tasks, before)
