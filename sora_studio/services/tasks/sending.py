"""Sends waiting tasks: in their order, within each model's concurrency limit, and never the same one twice."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sora_studio.domain import failures
from sora_studio.domain.errors import (
    ConnectionFailed,
    DatabaseUnusable,
    Intercepted,
    InterceptedCreate,
    InvalidRequest,
    InvalidSetting,
    KeyMissing,
    KeyRejected,
    ModelForbidden,
    ModelGone,
    OutcomeUnknown,
    OutOfCredit,
    PassingError,
    PublicUrlNeeded,
    PublishingFailed,
    RateLimited,
    RequestRefused,
    RouteUnusable,
    StorageFull,
    StudioError,
    UserError,
)
from sora_studio.domain.events import NoticeLevel
from sora_studio.domain.models.build import input_digest
from sora_studio.domain.models.profile import ModelProfile, PollPlan
from sora_studio.domain.request import GenerationRequest, as_draft, check_request
from sora_studio.domain.schedule import first_poll_at
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.money.metering import PriceMeter
from sora_studio.services.money.spending import Spending
from sora_studio.services.pictures.publishing import Publishing
from sora_studio.services.pictures.upload_queue import UploadQueue
from sora_studio.services.runtime.backoff import Backoff
from sora_studio.services.runtime.connection import Connection
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.notices import STORAGE
from sora_studio.services.runtime.wait_or_wake import LONGEST_REST_S, wait_or_wake
from sora_studio.services.tasks.disk_space import DiskSpace
from sora_studio.services.tasks.model_blocks import ModelBlocks
from sora_studio.services.tasks.send_blocks import SendBlocks
from sora_studio.services.tasks.send_pause import SendPause
from sora_studio.services.tasks.send_window import CREATES_IN_FLIGHT, SendWindow
from sora_studio.services.tasks.task_counts import TaskCounts
from sora_studio.services.tasks.task_writer import ROOM_CHECK_S

_log = logging.getLogger(__name__)
LIMIT_REACHED = "Today's spending limit is reached."


class Sender:
    """Dispatches creates.

    `sending` is committed right before the first byte leaves, so a task that only waits for the rate limit is still `waiting`,
    and only a task that provably started nothing becomes `waiting` again. `report_to` returns a task's secret and its callback
    URL, or None if its end cannot be reported.
    """

    def __init__(  # noqa: PLR0913 - each is a part that a create depends on
        self,
        core: Core,
        task_counts: TaskCounts,
        publishing: Publishing,
        connection: Connection,
        send_blocks: SendBlocks,
        model_blocks: ModelBlocks,
        *,
        send_pause: SendPause,
        meter: PriceMeter,
        spending: Spending,
        disk_space: DiskSpace,
        report_to: Callable[[], Awaitable[tuple[str, str] | None]],
        poll_plan: Callable[[GenerationRequest, ModelProfile], PollPlan],
    ) -> None:
        self._core = core
        self._task_writer = core.task_writer
        self._task_counts = task_counts
        self._line = UploadQueue(core, publishing)
        self._connection = connection
        self._send_blocks = send_blocks
        self._model_blocks = model_blocks
        self._send_pause = send_pause
        self._meter = meter
        self._spending = spending
        self._disk_space = disk_space
        self._report_to = report_to
        self._poll_plan = poll_plan
        self._wake = asyncio.Event()
        self._closing = False
        self._in_flight = dict[int, asyncio.Task[None]]()
        self._claimed = set[int]()
        self._held = defaultdict[str, set[int]](set)  # by blocked model: the waiting tasks that say so already
        self._window = SendWindow(core.clock)
        self._pauses = Backoff[str](core.clock, core.rng)
        connection.wakes(self._wake)
        send_blocks.wakes(self._wake)
        model_blocks.wakes(self._wake)

    def task_changed(self, task: Task) -> None:
        """Update queue and counts with a changed row. A task in flight is already counted more precisely."""
        self._line.task_changed(task)
        if task.id not in self._in_flight:
            self._task_counts.task_changed(task)
            self._wake.set()
        elif (task.state is TaskState.CANCELLED or task.held_at is not None) and self._line.is_under_way(task.id):
            self._in_flight[task.id].cancel()  # its picture is no longer needed
            self._task_counts.task_changed(task)

    def ways_changed(self) -> None:
        """Retry pictures after the routes have changed."""
        self._line.ways_changed()
        self._wake.set()

    async def run(self) -> None:
        """Send every task that may be sent, until cancelled."""
        while True:
            while (task := self._next()) is not None:
                await self._dispatch(task)
            await wait_or_wake(self._core.clock, self._wake, self._wait_s())

    async def finish(self, timeout_s: float) -> None:
        """Send nothing new and wait for the creates in flight."""
        self._closing = True
        for task, create in self._in_flight.items():
            if task not in self._claimed:
                create.cancel()
        if self._in_flight:
            await asyncio.wait(list(self._in_flight.values()), timeout=timeout_s)

    @property
    def _may_send(self) -> bool:
        return not self._closing and not self._send_blocks.forbid_sending and self._connection.online

    def _next(self) -> int | None:
        """Return the first waiting task that may be sent now, or that has to say why it is not."""
        if not self._may_send or len(self._in_flight) - len(self._line) >= CREATES_IN_FLIGHT:
            return None
        firsts = map(self._first_of, self._task_counts.models)
        return min((first for first in firsts if first is not None), key=self._task_counts.order_of, default=None)

    def _first_of(self, model: str) -> int | None:
        if self._model_blocks.reason(model):
            return self._task_counts.first_waiting(model, besides=self._held[model])
        self._held.pop(model, None)
        return self._task_counts.first_waiting(model, besides=self._line) if self._has_place(model) else None

    def _has_place(self, model: str) -> bool:
        if self._pauses.is_waiting(model):
            return False
        return self._task_counts.running_of(model) < self._core.profiles[model].limits.concurrent_tasks

    def _wait_s(self) -> float:
        return min(self._pauses.left_s, self._line.left_s, LONGEST_REST_S)

    async def _dispatch(self, task_id: int) -> None:
        """Start sending a task; its pictures are published first."""
        row = await self._task_writer.tasks.get(task_id)
        if row is None or row.state is not TaskState.WAITING or row.is_put_aside or row.held_at is not None:
            self._forget(task_id, row)
            return
        if self._model_blocks.reason(row.request.model):
            await self._hold(row)
            return
        if self._closing or not self._disk_space.admit():
            return
        profile = self._core.profiles[row.request.model]
        if problem := _profile_problem(row, profile):
            await self._fail(row, *problem)
            return
        if not self._spending.admit(row):
            await self._task_writer.insist(lambda: self._task_writer.record(task_id, trouble=LIMIT_REACHED))
            return
        self._task_counts.place(task_id, row.request.model, TaskState.SENDING)
        self._in_flight[task_id] = self._core.supervisor.start(self._send(row, profile), name=f"create {task_id}")

    async def _hold(self, task: Task) -> None:
        """Keep a task of a blocked model waiting, and say why."""
        reason = self._model_blocks.hold(task)
        self._held[task.request.model].add(task.id)
        if task.trouble != reason:
            await self._task_writer.insist(lambda: self._task_writer.record(task.id, trouble=reason))

    async def _claim(self, task: Task, urls: Mapping[str, str], secret: str | None) -> bool:
        """Commit that the task is being sent, and its callback secret.

        Return False if another process was first, if the user held the task back, if the write failed, if sending was stopped
        meanwhile, or if a picture was withdrawn meanwhile and must be published again.
        """
        if not self._connection.online or self._send_blocks.forbid_claims or self._model_blocks.reason(task.request.model):
            return False
        if not await self._line.stands(urls):
            self._line.put_off(task.id, least_s=0.0)
            return False
        now = self._core.clock.now()
        writing = asyncio.ensure_future(self._write_claim(task, secret, now))
        try:
            claimed = await asyncio.shield(writing)
        except asyncio.CancelledError:
            if await writing:  # the write succeeded anyway, but nothing was sent
                await self._task_writer.transition(task.id, TaskState.WAITING)
            raise
        except StorageFull as full:
            self._core.notices.post(STORAGE, NoticeLevel.ERROR, full.sentence)
            self._pauses.failed(task.request.model, least_s=ROOM_CHECK_S)
            return False
        if claimed:
            self._claimed.add(task.id)
            self._spending.settle(replace(task, state=TaskState.SENDING, sent_at=now))
            self._core.notices.clear(STORAGE)
        return claimed

    async def _write_claim(self, task: Task, secret: str | None, now: datetime) -> bool:
        """Commit `sending`, then look for a pause: one that any process has set meanwhile still stops the task."""
        claimed = await self._task_writer.transition(
            task.id,
            TaskState.SENDING,
            sent_at=now,
            callback_secret=secret,
            balance_before_usd=self._meter.balance_usd,
            trouble=None,
        )
        if not claimed or not await self._send_pause.look():
            return claimed
        await self._task_writer.insist(lambda: self._task_writer.transition(task.id, TaskState.WAITING))
        return False

    async def _addresses(self, task: Task, profile: ModelProfile) -> Mapping[str, str] | None:
        """Return the addresses of the media, by their sources.

        None if the task waits again for its own media or for a working route, or if it has failed.
        """
        if not task.request.media:
            return {}
        try:
            urls = await self._line.publish(task, profile)
        except (PassingError, StorageFull, DatabaseUnusable) as error:
            await self._put_off(task, error)
        except (RouteUnusable, PublicUrlNeeded, InvalidSetting) as error:
            self._line.close_way(task.request, error)
            await self._put_off(task, error)
        except PublishingFailed as error:
            await self._fail(task, failures.IMAGE_UNPUBLISHED, error.sentence)
        except UserError as error:
            await self._fail(task, failures.IMAGE_UNUSABLE, error.sentence)
        except Exception:
            _log.exception("The media of task %d could not be published", task.id)
            await self._fail(task, failures.IMAGE_UNUSABLE, "A file could not be read.")
        else:
            if self._may_send:
                return urls
            self._task_counts.place(task.id, task.request.model, TaskState.WAITING)
        return None

    async def _put_off(self, task: Task, error: StudioError) -> None:
        """Retry the task's pictures later; other tasks go on meanwhile."""
        asked_s = error.retry_after_s if isinstance(error, PassingError) else None
        least_s = ROOM_CHECK_S if isinstance(error, StorageFull) else asked_s
        await self._task_writer.insist(lambda: self._task_writer.record(task.id, trouble=error.title))
        self._line.put_off(task.id, least_s=least_s or 0.0)
        self._task_counts.place(task.id, task.request.model, TaskState.WAITING)

    def _forget(self, task_id: int, row: Task | None) -> None:
        """Update the counts: another process has taken the task."""
        if row is not None:
            self._task_counts.task_changed(row)
            return
        for model in self._task_counts.models:
            self._task_counts.place(task_id, model, None)

    async def _send(self, task: Task, profile: ModelProfile) -> None:
        try:
            urls = await self._addresses(task, profile)
            if urls is not None:
                async with self._window.place():
                    await self._create(task, profile, urls)
        finally:
            if task.id not in self._claimed:
                self._spending.settle(task)
            self._claimed.discard(task.id)
            self._in_flight.pop(task.id, None)
            self._wake.set()

    async def _create(self, task: Task, profile: ModelProfile, urls: Mapping[str, str]) -> None:
        try:
            reported = await self._report_to() if task.request.callback else None
            secret, callback_url = reported or (None, None)
            task_id = await self._core.gateway.create(
                task.request, profile, urls, callback_url=callback_url, claim=lambda: self._claim(task, urls, secret)
            )
        except asyncio.CancelledError:
            if task.id in self._claimed:
                # Try once only: the next start turns whatever is still `sending` into unclear anyway.
                await self._task_writer.transition(task.id, TaskState.UNKNOWN, trouble=OutcomeUnknown().sentence)
            raise
        except Exception as error:
            if task.id not in self._claimed:  # nothing was sent
                self._task_counts.place(task.id, task.request.model, TaskState.WAITING)
                self._pauses.failed(task.request.model)
                raise
            await self._settle(task, error)
        else:
            if task_id is None:
                self._forget(task.id, await self._task_writer.tasks.get(task.id))
            else:  # it is paid for: write its id even if this coroutine is cancelled
                await asyncio.shield(self._accept(task, task_id, profile))

    async def _accept(self, task: Task, task_id: str, profile: ModelProfile) -> None:
        self._connection.succeeded()
        self._window.answered()
        self._pauses.succeeded(profile.slug)
        now = self._core.clock.now()
        due = first_poll_at(now, self._poll_plan(task.request, profile))

        async def write() -> bool:
            return await self._task_writer.transition(
                task.id, TaskState.PENDING, task_id=task_id, accepted_at=now, next_poll_at=due, trouble=None
            )

        try:
            await self._task_writer.insist(write)
        except BaseException:
            _log.exception("Task %d was accepted as %s, but that could not be recorded", task.id, task_id)
            raise
        self._task_counts.place(task.id, task.request.model, TaskState.PENDING)

    async def _settle(self, task: Task, error: Exception) -> None:
        """Handle a create that returned no id. Unless it provably started nothing, the task is unclear."""
        if isinstance(error, UserError | RateLimited):
            self._connection.succeeded()
            self._window.answered()
        else:
            self._window.doubted()
        match error:
            case Intercepted():
                self._connection.intercepted(error, at_once=True)
                await self._put_back(task, error)
            case InterceptedCreate():
                self._connection.intercepted(error, at_once=True)
                await self._doubt(task, error)
            case ConnectionFailed():
                self._connection.failed()
                await self._put_back(task, error)
                self._pauses.failed(task.request.model)
            case RateLimited():
                await self._put_back(task, error)
                self._pauses.failed(task.request.model, least_s=error.retry_after_s or 0.0)
            case KeyRejected() | KeyMissing():
                self._send_blocks.refuse_key(error)
                await self._put_back(task, error)
            case OutOfCredit():
                self._send_blocks.exhaust_credit(error)
                await self._put_back(task, error)
            case RequestRefused():
                await self._fail(task, failures.REQUEST_REFUSED, error.detail or error.title)
            case ModelForbidden() | ModelGone():
                code = failures.MODEL_GONE if isinstance(error, ModelGone) else failures.MODEL_FORBIDDEN
                self._model_blocks.refuse(task, code)  # before anything is awaited: the others must not be sent meanwhile
                await self._fail(task, code, error.detail or error.title)
            case _:
                await self._doubt(task, error)

    async def _put_back(self, task: Task, error: PassingError | UserError) -> None:
        await self._task_writer.insist(lambda: self._task_writer.transition(task.id, TaskState.WAITING, trouble=error.title))
        self._task_counts.place(task.id, task.request.model, TaskState.WAITING)

    async def _fail(self, task: Task, code: str, words: str) -> None:
        now = self._core.clock.now()
        await self._task_writer.insist(
            lambda: self._task_writer.transition(
                task.id, TaskState.FAILED, fail_code=code, fail_message=words, completed_at=now, trouble=None
            )
        )
        self._task_counts.place(task.id, task.request.model, TaskState.FAILED)

    async def _doubt(self, task: Task, error: Exception) -> None:
        known = error if isinstance(error, StudioError) else OutcomeUnknown()
        if not isinstance(error, OutcomeUnknown):
            _log.error("Task %d is unclear after an unexpected error", task.id, exc_info=error)
        await self._task_writer.insist(lambda: self._task_writer.transition(task.id, TaskState.UNKNOWN, trouble=known.sentence))
        self._task_counts.place(task.id, task.request.model, TaskState.UNKNOWN)


def _profile_problem(task: Task, profile: ModelProfile) -> tuple[str, str] | None:
    """Return why a task must not be sent with this profile, which may have changed since: fail code and words.

    Otherwise something else than was submitted would be made, and paid. Tasks from before digests were kept are only validated.
    """
    if problems := check_request(task.request, profile):
        return failures.REQUEST_UNFIT, InvalidRequest(problems).title
    if task.input_digest and task.input_digest != input_digest(as_draft(task.request, profile), profile):
        return failures.PROFILE_CHANGED, "The service would now get other values than were submitted."
    return None
