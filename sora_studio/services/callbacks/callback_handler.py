"""Maps a report to its task. A report may be forged, so it decides nothing: it only triggers a status request."""

from collections.abc import Callable

from sora_studio.domain.errors import ConnectionFailed, Intercepted, KeyMissing, KeyRejected, StudioError, TaskUnknown
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.ports import Callback
from sora_studio.domain.schedule import backoff_s
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.runtime.connection import Connection
from sora_studio.services.runtime.core import Core
from sora_studio.services.tasks.attaching import Attaching, is_id
from sora_studio.services.tasks.send_blocks import SendBlocks

TRIES_FOR_UNKNOWN_ID = 3
"""How often the service may answer that it does not know a reported id before the report counts as forged."""


class CallbackHandler:
    """Polls followed tasks early, looks up ids for unclear ones, and defers reports for those being sent."""

    def __init__(
        self, core: Core, attaching: Attaching, connection: Connection, send_blocks: SendBlocks, *, hint: Callable[[Task], None]
    ) -> None:
        self._core = core
        self._attaching = attaching
        self._connection = connection
        self._send_blocks = send_blocks
        self._hint = hint
        self._early = dict[int, dict[str, None]]()
        self._looked_for = set[tuple[int, str]]()

    async def hear(self, report: Callback) -> None:
        """Handle a report. Late, repeated and forged ones, and those for other studios or finished tasks, do nothing."""
        tasks = self._core.task_writer.tasks
        row = await tasks.by_secret(report.secret)
        if row is None or row.gateway != self._core.gateway_name:
            return
        if row.state is TaskState.SENDING:
            self._early.setdefault(row.id, {})[report.task_id or ""] = None
            row = await tasks.get(row.id)  # it may have settled before the report was put in `_early`
        if row is not None:
            self.task_changed(row)
            self._judge(row, report.task_id or "")

    def task_changed(self, task: Task) -> None:
        """Handle the reports that arrived before the task's create had settled."""
        if task.state is not TaskState.SENDING:
            for task_id in self._early.pop(task.id, {}):
                self._judge(task, task_id)

    def _judge(self, row: Task, task_id: str) -> None:
        if row.state is TaskState.UNKNOWN and is_id(task_id):
            self._look_for(row, task_id)
        elif _is_lost_from_sight(row) and row.task_id is not None:
            self._look_for(row, row.task_id)
        elif row.state in (TaskState.PENDING, TaskState.PROCESSING, TaskState.LOST):
            self._hint(row)

    def _look_for(self, row: Task, task_id: str) -> None:
        if (row.id, task_id) not in self._looked_for:
            profile = self._core.profile_of(row.request.model)
            self._looked_for.add((row.id, task_id))
            self._core.supervisor.start(self._bring_home(row.id, task_id, profile), name=f"report of {row.id}")

    async def _bring_home(self, task: int, task_id: str, profile: ModelProfile) -> None:
        """Attach the id once the service confirms it.

        Retry until it does, until the task is settled otherwise, or until the service denied the id `TRIES_FOR_UNKNOWN_ID`
        times.
        """
        attempt = unknown = 0
        try:
            while unknown < TRIES_FOR_UNKNOWN_ID and await self._is_missing(task, task_id):
                try:
                    if await self._is_confirmed(task_id, profile):
                        await self._settle(task, task_id)
                        return
                except TaskUnknown:
                    unknown += 1
                except StudioError:
                    pass  # retried below
                await self._core.clock.sleep(max(backoff_s(attempt, self._core.rng), profile.poll.every_s))
                attempt += 1
        finally:
            self._looked_for.discard((task, task_id))

    async def _is_missing(self, task: int, task_id: str) -> bool:
        row = await self._core.task_writer.tasks.get(task)
        if row is None or row.state is not TaskState.UNKNOWN:
            return row is not None and _is_lost_from_sight(row)
        return not await self._attaching.is_given(task_id)

    async def _is_confirmed(self, task_id: str, profile: ModelProfile) -> bool:
        if self._send_blocks.key_refused or not self._connection.online:
            return False
        try:
            await self._core.gateway.status(profile, task_id, urgent=True)
        except (KeyRejected, KeyMissing) as error:
            self._send_blocks.refuse_key(error)
            raise
        except ConnectionFailed:
            self._connection.failed()
            raise
        except Intercepted as error:
            self._connection.intercepted(error)
            raise
        self._connection.succeeded()
        return True

    async def _settle(self, task: int, task_id: str) -> None:
        row = await self._core.task_writer.tasks.get(task)
        if row is None:
            return
        if row.state is TaskState.UNKNOWN:
            await self._attaching.attach(task, task_id)
        elif row.state is TaskState.LOST:
            await self._core.task_writer.record(task, removed_at=None, trashed_at=None)
        if (row := await self._core.task_writer.tasks.get(task)) is not None and row.state is not TaskState.UNKNOWN:
            self._judge(row, task_id)


def _is_lost_from_sight(row: Task) -> bool:
    return row.state is TaskState.LOST and row.is_put_aside
