"""All writes of the services to the tasks, followed by change notifications."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Unpack

from sora_studio.clock import Clock
from sora_studio.domain.clip import ClipState
from sora_studio.domain.errors import StorageFull
from sora_studio.domain.events import NoticeLevel
from sora_studio.domain.intent import Intent
from sora_studio.domain.ports import ClipFacts, TaskFacts
from sora_studio.domain.prepared_request import PreparedRequest
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.runtime.notices import STORAGE, Notices

if TYPE_CHECKING:
    from sora_studio.storage.tasks import SqliteTasks

_log = logging.getLogger(__name__)
ROOM_CHECK_S = 5.0


class TaskWriter:
    """The task store's writes; each wakes the change watch. Read from `tasks` directly.

    `on_move` is called for every state that this process gives a task, before anything else happens.
    """

    def __init__(self, tasks: "SqliteTasks", clock: Clock, notices: Notices) -> None:
        self.tasks = tasks
        self._clock = clock
        self._notices = notices
        self.on_write: Callable[[], None] = lambda: None
        self.on_move: Callable[[int, TaskState], None] = lambda _task, _to: None

    async def add(  # noqa: PLR0913 - as `SqliteTasks.add`
        self,
        requests: Sequence[GenerationRequest],
        *,
        gateway: str,
        takes: int = 1,
        shots: Sequence[int] = (),
        input_digests: Sequence[str] = (),
        estimated_usd: Sequence[float | None] = (),
        estimated_most_usd: Sequence[float | None] = (),
        repeat_after: timedelta | None = None,
        instead_of: int | None = None,
        intents: Sequence[Intent] = (),
    ) -> list[Task]:
        """Add waiting tasks, on disk when this returns; see `SqliteTasks.add`."""
        added = await self.tasks.add(
            requests,
            gateway=gateway,
            at=self._clock.now(),
            takes=takes,
            shots=shots,
            input_digests=input_digests,
            estimated_usd=estimated_usd,
            estimated_most_usd=estimated_most_usd,
            repeat_after=repeat_after,
            instead_of=instead_of,
            intents=intents,
        )
        self.on_write()
        return added

    async def transition(self, task: int, to: TaskState, **facts: Unpack[TaskFacts]) -> bool:
        """Move a task if that is allowed from its current state; return whether this call moved it."""
        return self._moved(task, to, await self.tasks.transition(task, to, **facts))

    async def record(self, task: int, **facts: Unpack[TaskFacts]) -> bool:
        """Write facts without a change of state."""
        return self._told(await self.tasks.record(task, **facts))

    async def hold(self, tasks: Sequence[int], at: datetime | None) -> list[int]:
        """Hold waiting tasks back, or release them (None); return the changed ones."""
        held = await self.tasks.hold(tasks, at)
        self._told(bool(held))
        return held

    async def move_waiting(self, tasks: Sequence[int], before: int | None) -> list[int]:
        """Move waiting tasks before another one; return those with a new rank."""
        moved = await self.tasks.move_waiting(tasks, before)
        self._told(bool(moved))
        return moved

    async def replace_waiting(self, task: int, prepared: PreparedRequest, *, held_at: datetime | None) -> Task | None:
        """Put a task with another request in the place of a waiting one; return None if that one no longer waits."""
        new = await self.tasks.replace_waiting(task, prepared, at=self._clock.now(), held_at=held_at)
        if new is not None:
            self.on_move(task, TaskState.CANCELLED)
        self._told(new is not None)
        return new

    async def succeed(self, task: int, urls: Sequence[str], *, completed_at: datetime, expires_at: datetime) -> bool:
        """Write success and the clips in one transaction; return whether this call moved the task."""
        done = await self.tasks.succeed(task, urls, completed_at=completed_at, expires_at=expires_at)
        return self._moved(task, TaskState.SUCCESS, done)

    async def transition_clip(self, clip: int, to: ClipState, **facts: Unpack[ClipFacts]) -> bool:
        """Move a clip if that is allowed from its current state; return whether this call moved it."""
        return self._told(await self.tasks.transition_clip(clip, to, **facts))

    async def record_clip(self, clip: int, **facts: Unpack[ClipFacts]) -> bool:
        """Write facts of a clip without a change of state."""
        return self._told(await self.tasks.record_clip(clip, **facts))

    async def recover(self) -> list[int]:
        """Repair rows after a crash: `sending` becomes `unknown`, `downloading` becomes `remote`."""
        recovered = await self.tasks.recover()
        self.on_write()
        return recovered

    async def insist(self, write: Callable[[], Awaitable[bool]]) -> bool:
        """Retry a write that must not be lost until the disk has room for it."""
        while True:
            try:
                done = await write()
            except StorageFull as full:
                self._notices.post(STORAGE, NoticeLevel.ERROR, full.sentence)
                await self._clock.sleep(ROOM_CHECK_S)
            else:
                self._notices.clear(STORAGE)
                return done

    def _moved(self, task: int, to: TaskState, changed: bool) -> bool:
        if changed:
            self.on_move(task, to)
        return self._told(changed)

    def _told(self, changed: bool) -> bool:
        if changed:
            self._notices.clear(STORAGE)
            self.on_write()
        return changed
