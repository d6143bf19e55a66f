"""Polls one task once: what each answer, or none, means for its row and for the time of the next poll."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sora_studio.domain import failures
from sora_studio.domain.errors import (
    ConnectionFailed,
    Intercepted,
    KeyMissing,
    KeyRejected,
    PassingError,
    StorageFull,
    StudioError,
    TaskUnknown,
)
from sora_studio.domain.events import NoticeLevel
from sora_studio.domain.ports import RemoteStatus, TaskFacts
from sora_studio.domain.schedule import LOST_AFTER_S, error_wait_s, is_lost, miss_wait_s, poll_wait_s, safety_wait_s
from sora_studio.domain.task import TaskState
from sora_studio.services.polling.polled_task import PolledTask
from sora_studio.services.runtime.connection import Connection
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.notices import STORAGE
from sora_studio.services.tasks.send_blocks import SendBlocks
from sora_studio.services.tasks.task_writer import ROOM_CHECK_S

_log = logging.getLogger(__name__)
UNKNOWN_TASK = "The service does not know this task at the moment. The program keeps asking."
UNKNOWN_STATE = 'The service calls its state "{}", which this program does not know. It keeps asking.'
NO_LINK = "The service says that the clip is done, but gives no link to it. The program keeps asking."


class StatusPoller:
    """Polls a task, writes the result, and returns how long to wait before the next poll."""

    def __init__(self, core: Core, connection: Connection, send_blocks: SendBlocks) -> None:
        self._core = core
        self._task_writer = core.task_writer
        self._connection = connection
        self._send_blocks = send_blocks
        self.carries: Callable[[str], bool] = lambda _: False
        """Whether the report with this secret can arrive."""

    async def ask(self, followed: PolledTask, *, urgent: bool) -> float | None:
        """Poll the task. Return the seconds until the next poll; None if the task is over or no longer ours."""
        asked_at = self._core.clock.elapsed()
        try:
            return await self._ask(followed, asked_at, urgent=urgent)
        except (KeyRejected, KeyMissing) as error:
            self._send_blocks.refuse_key(error)
            return 0.0  # polling stops until the key changes; then at once
        except StorageFull as full:
            # Nothing is lost: the service will repeat its answer.
            self._core.notices.post(STORAGE, NoticeLevel.ERROR, full.sentence)
            return max(ROOM_CHECK_S, followed.profile.poll.every_s)

    async def _ask(self, followed: PolledTask, asked_at: float, *, urgent: bool) -> float | None:
        try:
            status = await self._core.gateway.status(followed.profile, followed.task_id, urgent=urgent)
        except (KeyRejected, KeyMissing):
            raise
        except ConnectionFailed as error:
            self._connection.failed()
            return await self._troubled(followed, error)
        except Intercepted as error:
            self._connection.intercepted(error)
            return await self._troubled(followed, error)
        except TaskUnknown:
            self._connection.succeeded()
            return await self._missed(followed, asked_at)
        except StudioError as error:
            self._connection.succeeded()
            return await self._troubled(followed, error)
        self._connection.succeeded()
        wait_s = await self._answered(followed, status)
        self._core.notices.clear(STORAGE)
        return wait_s

    async def _answered(self, followed: PolledTask, status: RemoteStatus) -> float | None:
        followed.polls += 1
        followed.misses = followed.failures = 0
        now = self._core.clock.now()
        completed_at = min(status.completed_at or now, now)
        followed.lasted_s = (completed_at - followed.accepted_at).total_seconds()
        if status.state is TaskState.SUCCESS and status.result_urls:
            expires_at = completed_at + timedelta(seconds=followed.profile.expire_after_s)
            moved = await self._task_writer.succeed(
                followed.task, status.result_urls, completed_at=completed_at, expires_at=expires_at
            )
            return await self._ended(followed, moved=moved)
        if status.state is TaskState.SUCCESS:
            return await self._without_link(followed)
        if status.state is TaskState.FAILED:
            moved = await self._task_writer.transition(
                followed.task,
                TaskState.FAILED,
                polls=followed.polls,
                completed_at=completed_at,
                next_poll_at=None,
                fail_code=status.fail_code,
                fail_message=status.fail_message,
                trouble=None,
            )
            return await self._ended(followed, moved=moved)
        followed.linkless = 0
        return await self._goes_on(followed, status)

    async def _goes_on(self, followed: PolledTask, status: RemoteStatus) -> float | None:
        age_s = self._core.clock.elapsed() - followed.began
        waits_for_report = followed.secret is not None and not followed.spent and self.carries(followed.secret)
        plan_s = safety_wait_s if waits_for_report else poll_wait_s
        wait_s = plan_s(age_s, followed.profile.poll, followed.usual_s, self._core.speed)
        wait_s = followed.profile.poll.every_s if followed.rechecks else self._patient(followed, wait_s)
        facts: TaskFacts = {"polls": followed.polls, "misses": 0, "next_poll_at": self._after(wait_s)}
        facts["trouble"] = UNKNOWN_STATE.format(status.unknown_state) if status.unknown_state else None
        state = status.state
        if state is followed.state:
            await self._task_writer.record(followed.task, **facts)
            return wait_s
        if followed.state is TaskState.LOST:
            facts["fail_code"] = None
        if await self._task_writer.transition(followed.task, state, **facts):
            followed.state = state
            return wait_s
        return await self._outrun(followed, wait_s)

    async def _ended(self, followed: PolledTask, *, moved: bool) -> float | None:
        if moved:
            return None
        return await self._outrun(followed, followed.profile.poll.every_s)

    async def _outrun(self, followed: PolledTask, wait_s: float) -> float | None:
        """Adopt the row's state, because something else moved the task before this answer."""
        row = await self._task_writer.tasks.get(followed.task)
        if row is None or row.state.is_over:
            return None
        followed.state = row.state
        return wait_s

    async def _without_link(self, followed: PolledTask) -> float:
        """Retry a finished task without a usable link, with backoff up to an hour; never give up."""
        if followed.rechecks:
            return await self._rechecked(followed, NO_LINK)
        wait_s = followed.profile.poll.every_s * 2.0 ** min(followed.linkless, 16)
        wait_s = min(wait_s, LOST_AFTER_S / self._core.speed)
        due = self._after(wait_s)
        followed.linkless += 1
        await self._task_writer.record(followed.task, polls=followed.polls, misses=0, next_poll_at=due, trouble=NO_LINK)
        return wait_s

    async def _missed(self, followed: PolledTask, asked_at: float) -> float:
        """Handle "unknown task". Only planned polls count as misses, so that extra polls cannot lose a task sooner."""
        plan, speed = followed.profile.poll, self._core.speed
        if followed.rechecks:
            return await self._rechecked(followed, UNKNOWN_TASK)
        if asked_at >= followed.planned_at:
            followed.misses += 1
        followed.polls += 1
        lost = is_lost(followed.misses, plan, speed)
        wait_s = LOST_AFTER_S / speed if lost else miss_wait_s(max(1, followed.misses), plan, speed)
        wait_s = self._patient(followed, wait_s)
        facts: TaskFacts = {"polls": followed.polls, "misses": followed.misses, "next_poll_at": self._after(wait_s)}
        facts["trouble"] = UNKNOWN_TASK
        if not lost or followed.state is TaskState.LOST:
            await self._task_writer.record(followed.task, **facts)
            return wait_s
        facts["fail_code"] = failures.TASK_LOST
        if await self._task_writer.transition(followed.task, TaskState.LOST, **facts):
            followed.state = TaskState.LOST
        return wait_s

    async def _rechecked(self, followed: PolledTask, trouble: str) -> float:
        """Poll again soon: the service's report contradicts its status, which may lag."""
        wait_s = followed.profile.poll.every_s
        followed.polls += 1
        facts: TaskFacts = {"polls": followed.polls, "misses": followed.misses, "next_poll_at": self._after(wait_s)}
        facts["trouble"] = trouble
        await self._task_writer.record(followed.task, **facts)
        return wait_s

    async def _troubled(self, followed: PolledTask, error: StudioError) -> float:
        wait_s = error_wait_s(followed.failures, followed.profile.poll, self._core.rng)
        if isinstance(error, PassingError) and error.retry_after_s is not None:
            wait_s = max(wait_s, error.retry_after_s)
        wait_s = self._patient(followed, wait_s)
        followed.failures += 1
        await self._task_writer.record(followed.task, next_poll_at=self._after(wait_s), trouble=error.title)
        return wait_s

    def _patient(self, followed: PolledTask, wait_s: float) -> float:
        """Return the wait, extended so that the next planned poll is not before `first_after_s`."""
        if followed.rechecks:
            return wait_s
        age_s = self._core.clock.elapsed() - followed.began
        return max(wait_s, followed.profile.poll.first_after_s - age_s)

    def _after(self, seconds: float) -> datetime:
        return self._core.clock.now() + timedelta(seconds=seconds)
