"""The services wired to one another, and the order in which they begin and end: as a guest, as the owner, at the end."""

from collections.abc import Callable
from dataclasses import dataclass

from sora_studio.domain.money import DayLimits
from sora_studio.domain.ports import Media, Transfer
from sora_studio.domain.task import Task
from sora_studio.services.arrivals import Arrivals
from sora_studio.services.attaching import Attaching
from sora_studio.services.balance import Balance
from sora_studio.services.census import Census
from sora_studio.services.changes import ChangeWatch
from sora_studio.services.connection import Connection
from sora_studio.services.core import Core
from sora_studio.services.expiry import ExpiryWatch
from sora_studio.services.holds import Holds
from sora_studio.services.inventory import Inventory
from sora_studio.services.metering import Meter
from sora_studio.services.ownership import FolderLock, Ownership
from sora_studio.services.publishing import Publishing
from sora_studio.services.relay_link import RelayLink
from sora_studio.services.renewal import Renewal
from sora_studio.services.reports import Reports
from sora_studio.services.retrieval import Retrieval
from sora_studio.services.room import Room
from sora_studio.services.saving import ClipSaver, Shelf
from sora_studio.services.sending import Sender
from sora_studio.services.spending import Spending
from sora_studio.services.submission import Submission
from sora_studio.services.tracking import Tracking

CREATES_FINISH_WITHIN_S = 5.0
WITHDRAWN_WITHIN_S = 3.0
"""What is still public after that is taken back at the next start."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the services use besides the core: one implementation of each, and what is asked for anew at every use."""

    transfer: Transfer
    media: Media
    publishing: Publishing
    lock: FolderLock
    shelf: Callable[[], Shelf]
    has_key: Callable[[], bool]
    requests_last_minute: Callable[[], int]
    relay: RelayLink
    limits: Callable[[], DayLimits] = DayLimits


class Engine:
    """Looks on from `begin`, works while this process owns its data folder, and leaves nothing half-done at `finish`."""

    def __init__(self, core: Core, outside: Outside) -> None:
        self._core = core
        self._publishing = outside.publishing
        self._works = False
        self.connection = Connection(core.gateway, core.events, core.notices, core.clock, core.rng)
        self.holds = Holds(core.notices)
        self._meter = Meter(core.ledger)
        core.ledger.on_move = self._meter.moved
        self.balance = Balance(core, self.holds, self._meter)
        self.spending = Spending(core, self.holds, outside.limits)
        self.inventory = Inventory(core, is_owner=self._is_owner)
        self.ownership = Ownership(outside.lock, core.events, core.clock, self._begin_to_work)
        census = Census(core.gateway_name)
        self._changes = ChangeWatch(core.ledger.tasks, core.events, core.clock)
        self._changes.observe(self._see)
        core.ledger.on_write = self._changes.wake
        self._room = Room(core, self.holds, census, lambda: outside.shelf().folder)
        self.tracking = Tracking(
            core,
            census,
            self.connection,
            self.holds,
            is_owner=self._is_owner,
            requests_last_minute=outside.requests_last_minute,
        )
        attaching = Attaching(core)
        self.reports = Reports(
            core,
            outside.relay,
            Arrivals(core, attaching, self.connection, self.holds, hint=self.tracking.hint),
            on_line=self._line_changed,
        )
        self._sender = Sender(
            core,
            census,
            outside.publishing,
            self.connection,
            self.holds,
            meter=self._meter,
            spending=self.spending,
            room=self._room,
            report_to=self.reports.address,
        )
        self.submission = self._build_submission(outside, attaching)
        saver = ClipSaver(core, outside.transfer, outside.media, outside.shelf)
        renewal = Renewal(core, self.holds)
        self.retrieval = Retrieval(core, saver, renewal, outside.media, is_owner=self._is_owner)

    def _build_submission(self, outside: Outside, attaching: Attaching) -> Submission:
        return Submission(
            self._core,
            outside.publishing,
            self.holds,
            attaching,
            room=self._room,
            has_key=outside.has_key,
            can_report=lambda: self.reports.state.configured,
            is_online=lambda: self.connection.online,
        )

    async def begin(self) -> None:
        """Look on, and work if nobody else does; all that was left unfinished goes on."""
        await self._changes.begin()
        await self.spending.begin()
        await self._room.look()
        for task in await self._core.ledger.tasks.unfinished(self._core.gateway_name):
            self._sender.see(task)
        await self.ownership.try_once()
        supervisor = self._core.supervisor
        supervisor.keep(self._changes.run, name="change watch")
        supervisor.keep(self.connection.run, name="connection")
        supervisor.keep(self.balance.run, name="balance")
        supervisor.keep(self.spending.run, name="spending")
        supervisor.keep(self.inventory.run, name="inventory")
        if not self.ownership.is_owner:
            supervisor.keep(self.ownership.run, name="ownership")

    async def finish(self) -> None:
        """Send nothing new, wait up to 5 s for creates in flight, withdraw what nobody needs (up to 3 s), end everything."""
        await self._sender.finish(CREATES_FINISH_WITHIN_S)
        try:
            await self._publishing.finish(WITHDRAWN_WITHIN_S)
        finally:
            await self._core.supervisor.stop()

    def key_changed(self) -> None:
        """Everything that waited for a key tries again."""
        self.holds.key_changed()
        self.connection.probe_now()
        self.balance.key_changed()

    def ways_changed(self) -> None:
        """Pictures may go other ways now, or the same with other keys."""
        self._publishing.ways_changed()
        self._sender.ways_changed()

    def retry(self) -> None:
        """A person asks to try again: whatever holds back does so at once."""
        self.ways_changed()
        self.holds.credit_returned()
        self.connection.probe_now()
        self.retrieval.resume()
        self.reports.retry()
        self.balance.want()

    async def _begin_to_work(self) -> None:
        """Take over what another run left. May be repeated when it failed half-way."""
        self._works = True
        store, gateway = self._core.ledger.tasks, self._core.gateway_name
        await self._core.ledger.recover()
        self._meter.begin()
        self.balance.want()
        unsaved = dict.fromkeys(clip.task for clip in await store.unsaved(gateway))
        for task in [*await store.unfinished(gateway), *await store.get_many(unsaved)]:
            self._meter.carry(task)
            self._see(task)
        self.tracking.spread_overdue()
        supervisor = self._core.supervisor
        supervisor.keep(self._sender.run, name="sender")
        supervisor.keep(self._publishing.run, name="withdrawal")
        supervisor.keep(self._room.run, name="room")
        supervisor.keep(ExpiryWatch(self._core).run, name="expiry")
        supervisor.keep(self.tracking.run, name="tracking")
        supervisor.keep(self.retrieval.run, name="retrieval")
        self.reports.begin()

    def _see(self, task: Task) -> None:
        self.inventory.see(task)
        self.spending.see(task)
        self._meter.see(task)
        self._sender.see(task)
        self._publishing.see(task)
        if self._works:
            self.tracking.see(task)
            self.retrieval.see(task)
            self.reports.see(task)

    def _line_changed(self, carries: Callable[[str], bool] | None) -> None:
        """Without a line nobody knows whether the relay still lends: its pictures are looked at before they are used again."""
        self.tracking.line_changed(carries)
        if carries is None:
            self._publishing.ways_changed()

    def _is_owner(self) -> bool:
        return self.ownership.is_owner
