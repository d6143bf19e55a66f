"""Wires the services to one another, and starts and stops them in order: as guest, as owner, at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sora_studio.domain.money import DayLimits
from sora_studio.domain.settings import DEFAULT_BATCH_ASK_USD
from sora_studio.domain.task import Task
from sora_studio.services.callbacks.callback_handler import CallbackHandler
from sora_studio.services.callbacks.relay_link import RelayLink
from sora_studio.services.callbacks.reports import Reports
from sora_studio.services.clips.expiry import ExpiryWatch
from sora_studio.services.clips.file_presence import FilePresence
from sora_studio.services.clips.filmstrips import Filmstrips
from sora_studio.services.clips.metadata_sync import MetadataSync
from sora_studio.services.clips.renewal import Renewal
from sora_studio.services.clips.retrieval import Retrieval
from sora_studio.services.clips.saving import ClipSaver, Shelf
from sora_studio.services.models.estimates import Estimates
from sora_studio.services.money.balance import Balance
from sora_studio.services.money.metering import PriceMeter
from sora_studio.services.money.spending import Spending
from sora_studio.services.pictures.publishing import Publishing
from sora_studio.services.polling.tracking import Tracking
from sora_studio.services.runtime.change_watch import ChangeWatch
from sora_studio.services.runtime.connection import Connection
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.ownership import Ownership
from sora_studio.services.tasks.attaching import Attaching
from sora_studio.services.tasks.batch_gate import BatchGate
from sora_studio.services.tasks.destinations import Destinations
from sora_studio.services.tasks.disk_space import DiskSpace
from sora_studio.services.tasks.model_blocks import ModelBlocks
from sora_studio.services.tasks.send_blocks import SendBlocks
from sora_studio.services.tasks.send_pause import SendPause
from sora_studio.services.tasks.sending import Sender
from sora_studio.services.tasks.submission import Submission
from sora_studio.services.tasks.task_counts import TaskCounts
from sora_studio.services.tasks.task_editing import TaskEditing
from sora_studio.services.tasks.waiting_tasks import WaitingTasks

if TYPE_CHECKING:
    from sora_studio.gateway.transfer import FilmTransfer
    from sora_studio.media.local import LocalMedia
    from sora_studio.storage.lock import DataFolderLock
    from sora_studio.storage.metadata_due import SqliteMetadataDue
    from sora_studio.storage.pause_marker import PauseMarker

START_WAITS_S = 1.0
"""How long the start waits for the clips' disk; it is checked again while tasks wait to be sent."""
CREATES_FINISH_WITHIN_S = 5.0
WITHDRAWN_WITHIN_S = 3.0
"""Pictures that are still public after this are withdrawn at the next start."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the services use besides the core. Callables are evaluated at every use."""

    transfer: "FilmTransfer"
    media: "LocalMedia"
    publishing: Publishing
    lock: "DataFolderLock"
    pause_marker: "PauseMarker"
    destinations: Destinations
    metadata_due: "SqliteMetadataDue"
    shelf: Callable[[], Shelf]
    has_key: Callable[[], bool]
    requests_last_minute: Callable[[], int]
    relay: RelayLink
    limits: Callable[[], DayLimits] = DayLimits
    batch_ask_usd: Callable[[], float] = lambda: DEFAULT_BATCH_ASK_USD


class Engine:
    """Watches from `begin` on, works while this process owns its data folder, and leaves nothing half-done at `finish`."""

    def __init__(self, core: Core, outside: Outside) -> None:
        self._core = core
        self._publishing = outside.publishing
        self._works = False
        self.connection = Connection(core.gateway, core.events, core.notices, core.clock, core.rng)
        self.send_blocks = SendBlocks(core.notices)
        self.waiting_tasks = WaitingTasks(core)
        self.send_pause = SendPause(outside.pause_marker, self.send_blocks, core.events, core.clock)
        self.model_blocks = ModelBlocks(core.profiles, core.notices)
        self._meter = PriceMeter(core.task_writer)
        core.task_writer.on_move = self._meter.moved
        self.balance = Balance(core, self.send_blocks, self._meter)
        self.estimates = Estimates(core)
        self.spending = Spending(core, self.send_blocks, outside.limits)
        self.file_presence = FilePresence(core, is_owner=self._is_owner)
        self.ownership = Ownership(outside.lock, core.events, core.clock, self._begin_to_work)
        task_counts = TaskCounts(core.gateway_name)
        self._changes = ChangeWatch(core.task_writer.tasks, core.events, core.clock)
        self._changes.observe(self._task_changed)
        core.task_writer.on_write = self._changes.wake
        self._disk_space = DiskSpace(
            core, self.send_blocks, task_counts, lambda: outside.shelf().folder, is_owner=self._is_owner
        )
        self.tracking = Tracking(
            core,
            task_counts,
            self.connection,
            self.send_blocks,
            poll_plan=self.estimates.poll_plan,
            is_owner=self._is_owner,
            requests_last_minute=outside.requests_last_minute,
        )
        attaching = Attaching(core)
        self.reports = Reports(
            core,
            outside.relay,
            CallbackHandler(core, attaching, self.connection, self.send_blocks, hint=self.tracking.hint),
            on_line=self._line_changed,
        )
        self._sender = Sender(
            core,
            task_counts,
            outside.publishing,
            self.connection,
            self.send_blocks,
            self.model_blocks,
            send_pause=self.send_pause,
            meter=self._meter,
            spending=self.spending,
            disk_space=self._disk_space,
            report_to=self.reports.address,
            poll_plan=self.estimates.poll_plan,
        )
        batch_gate = BatchGate(self.spending, self.balance, task_counts, outside.batch_ask_usd)
        self.submission = self._build_submission(outside, attaching, batch_gate)
        self.task_editing = TaskEditing(core, self.submission, self.model_blocks)
        saver = ClipSaver(core, outside.transfer, outside.media, outside.shelf)
        shelf = outside.shelf()
        self.filmstrips = Filmstrips(core, outside.media, posters=shelf.posters, filmstrips=shelf.filmstrips)
        saver.on_saved = self.filmstrips.clip_saved
        renewal = Renewal(core, self.send_blocks)
        self._metadata_sync = MetadataSync(core, outside.metadata_due)
        self.retrieval = Retrieval(core, saver, renewal, outside.media, is_owner=self._is_owner)

    def _build_submission(self, outside: Outside, attaching: Attaching, batch_gate: BatchGate) -> Submission:
        return Submission(
            self._core,
            outside.publishing,
            self.send_blocks,
            self.model_blocks,
            attaching,
            self.estimates,
            batch_gate=batch_gate,
            disk_space=self._disk_space,
            destinations=outside.destinations,
            has_key=outside.has_key,
            can_report=lambda: self.reports.state.configured,
            is_online=lambda: self.connection.online,
        )

    async def begin(self) -> None:
        """Start watching; become the owner and resume unfinished work if there is no other owner."""
        await self._changes.begin()
        await self.spending.begin()
        await self._disk_space.look(within_s=START_WAITS_S)
        await self.send_pause.look()
        for task in await self._core.task_writer.tasks.unfinished(self._core.gateway_name):
            self._sender.task_changed(task)
            self.spending.task_changed(task)
        await self.ownership.try_once()
        supervisor = self._core.supervisor
        supervisor.keep(self._changes.run, name="change watch")
        supervisor.keep(self.connection.run, name="connection")
        supervisor.keep(self.balance.run, name="balance")
        supervisor.keep(self.spending.run, name="spending")
        supervisor.keep(self.send_pause.run, name="pause")
        supervisor.keep(self.file_presence.run, name="inventory")
        supervisor.keep(self.estimates.run, name="estimates")
        if not self.ownership.is_owner:
            supervisor.keep(self.ownership.run, name="ownership")

    async def finish(self) -> None:
        """Send nothing new, wait up to 5 s for creates in flight, withdraw idle pictures (up to 3 s), and stop everything."""
        await self._sender.finish(CREATES_FINISH_WITHIN_S)
        try:
            await self._publishing.finish(WITHDRAWN_WITHIN_S)
        finally:
            await self._core.supervisor.stop()

    def key_changed(self) -> None:
        """Resume everything that waited for a key."""
        self.send_blocks.key_changed()
        self.model_blocks.key_changed()
        self.connection.probe_now()
        self.balance.key_changed()

    def ways_changed(self) -> None:
        """Apply changed picture routes or their keys."""
        self._publishing.ways_changed()
        self._sender.ways_changed()

    def retry(self) -> None:
        """Retry everything that waits now, at the user's request."""
        self.ways_changed()
        self.send_blocks.credit_returned()
        self.connection.probe_now()
        self.retrieval.resume()
        self.reports.retry()
        self.balance.want()

    async def _begin_to_work(self) -> None:
        """Take over what another run left. Can be repeated if it failed half-way."""
        self._works = True
        store, gateway = self._core.task_writer.tasks, self._core.gateway_name
        await self._core.task_writer.recover()
        self._meter.begin()
        self.balance.want()
        unsaved = dict.fromkeys(clip.task for clip in await store.unsaved(gateway))
        for task in [*await store.unfinished(gateway), *await store.get_many(unsaved)]:
            self._meter.carry(task)
            self._task_changed(task)
        self.tracking.spread_overdue()
        supervisor = self._core.supervisor
        supervisor.keep(self._sender.run, name="sender")
        supervisor.keep(self._publishing.run, name="withdrawal")
        supervisor.keep(self._disk_space.run, name="room")
        supervisor.keep(ExpiryWatch(self._core).run, name="expiry")
        supervisor.keep(self.tracking.run, name="tracking")
        supervisor.keep(self.retrieval.run, name="retrieval")
        supervisor.keep(self._metadata_sync.run, name="metadata")
        self.reports.begin()

    def _task_changed(self, task: Task) -> None:
        self.estimates.task_changed(task)
        self.spending.task_changed(task)
        self._meter.task_changed(task)
        self._sender.task_changed(task)
        self._publishing.task_changed(task)
        if self._works:
            self.tracking.task_changed(task)
            self.retrieval.task_changed(task)
            self.reports.task_changed(task)
            self._metadata_sync.task_changed()

    def _line_changed(self, carries: Callable[[str], bool] | None) -> None:
        """Apply which reports can arrive.

        Without a connection the relay may have dropped its pictures, so they are checked before they are used again.
        """
        self.tracking.line_changed(carries)
        if carries is None:
            self._publishing.ways_changed()

    def _is_owner(self) -> bool:
        return self.ownership.is_owner
