"""The texts of the status bar and the top bar, built from the state of the services."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.clip import ClipCounts
from sora_studio.domain.events import BalanceChanged, ConnectionChanged, PauseChanged, SpendingChanged
from sora_studio.domain.money import DaySpend, dollars
from sora_studio.viewmodels.quantities import size_text
from sora_studio.viewmodels.tasks.task_feed import TaskUpdate

if TYPE_CHECKING:
    from sora_studio.services.callbacks.reports import Reports
    from sora_studio.services.clips.file_presence import FilePresence
    from sora_studio.services.library.library import Library
    from sora_studio.services.money.balance import Balance
    from sora_studio.services.money.spending import Spending
    from sora_studio.services.polling.tracking import Tracking
    from sora_studio.services.runtime.credentials import Credentials
    from sora_studio.services.tasks.send_pause import SendPause
    from sora_studio.viewmodels.event_bridge import EventBridge


@dataclass(frozen=True, slots=True)
class StatusServices:
    """The services that the status bar and the top bar use."""

    balance: "Balance"
    credentials: "Credentials"
    file_presence: "FilePresence"
    library: "Library"
    reports: "Reports"
    send_pause: "SendPause"
    spending: "Spending"
    tracking: "Tracking"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of the status bar. If not all fit, the one with the least `weight` is hidden first. `icon` may be empty."""

    text: str
    weight: int
    icon: str = ""


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """The state shown in the bars; None where a value is not known yet."""

    updated: float = 1.0
    """How much of an older history has been updated at the start."""
    online: bool | None = None
    retry_at: datetime | None = None
    has_key: bool = True
    key_refused: bool = False
    has_answered: bool = True
    is_owner: bool = True
    is_paused: bool = False
    review: int = 0
    running: int | None = None
    waiting: int = 0
    requests_last_minute: int = 0
    polls_saved: int = 0
    relay_is_down: bool = False
    clips: ClipCounts | None = None
    files_are_known: bool = True
    free_bytes: int | None = None
    balance_usd: float | None = None
    today: DaySpend | None = None

    @property
    def connection_phrase(self) -> str:
        """The connection state, shown beside the dot."""
        if self.online is None:
            return self.update_phrase or "Starting"
        if not self.online:
            at = f", next try at {self.retry_at.astimezone():%H:%M:%S}" if self.retry_at else ""
            return f"Offline{at}"
        if not self.has_key:
            return "No key"
        if self.key_refused:
            return "Key refused"
        if not self.has_answered:
            return "Connecting…"
        return "Connected" if self.is_owner else "Connected · another window is sending"

    @property
    def update_phrase(self) -> str:
        """What is done to a history of an older version before it can be shown; empty otherwise."""
        return "" if self.updated >= 1 else f"Updating your history… {int(self.updated * 100)} %"

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """The rest of the status bar, in order; unknown values are left out."""
        said = list[Phrase]()
        if self.running is not None:
            if self.review:
                said.append(Phrase(_needs_review(self.review), 6, "warning"))
            if self.is_paused:
                said.append(Phrase(_paused(self.running), 7, "pause"))
                said.append(Phrase(f"{self.waiting:,} waiting", 5))
            else:
                said.append(Phrase(f"{self.running:,} running, {self.waiting:,} waiting", 5))
            said.append(Phrase(f"{_counted(self.requests_last_minute, 'request')}/min", 1))
            if self.polls_saved:
                said.append(Phrase(f"{_counted(self.polls_saved, 'poll')} saved", 0))
            if self.relay_is_down:
                said.append(Phrase("Relay offline, polling the service", 3, "cloud-off"))
        if self.clips is not None and self.files_are_known:
            said.append(Phrase(_clips_phrase(self.clips), 4))
        if self.free_bytes is not None:
            said.append(Phrase(f"{size_text(self.free_bytes)} free", 2))
        return tuple(said)

    @property
    def balance_phrase(self) -> str:
        """The balance in dollars and cents; empty while it is unknown."""
        return "" if self.balance_usd is None else f"${self.balance_usd:,.2f}"

    @property
    def today_phrase(self) -> str:
        """Today's cost, `≈ $6.50` if anything in it is estimated; empty while it is unknown or zero."""
        if self.today is None or not self.today.usd:
            return ""
        cost = f"≈ {dollars(self.today.usd)}" if self.today.estimated else dollars(self.today.usd)
        return f"at least {cost}" if self.today.unpriced else cost

    @property
    def today_explained(self) -> str:
        """How today's cost was determined, as a sentence."""
        if self.today is None or not self.today.unpriced:
            return "Measured from the balance when a task ran alone, otherwise estimated."
        return f"The price of {_counted(self.today.unpriced, 'task')} is not known and not included."


class StatusModel(QObject):
    """Keeps `facts` current: from events where they exist, otherwise from `refresh`.

    Totals that the task list also shows (tasks that run, wait or need review, and saved clips) come with the list's own
    update, so that the two never disagree.

    Signals: `changed()` when `facts` changed.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.facts = StatusFacts()
        self._services: StatusServices | None = None
        self._asks_for_room = False

    def attach(self, services: "StatusServices", relay: "EventBridge") -> None:
        """Subscribe to the events, and load the first facts from the services."""
        self._services = services
        relay.connection_changed.connect(self._on_connection_changed)
        relay.balance_changed.connect(self._on_balance_changed)
        relay.spending_changed.connect(self._on_spending_changed)
        relay.relay_changed.connect(self._on_relay_changed)
        relay.pause_changed.connect(self._on_pause_changed)
        has_key, usd = services.credentials.has_key, services.balance.usd
        today, is_paused = services.spending.today, services.send_pause.is_paused
        seen = replace(self.facts, online=True, has_key=has_key, has_answered=usd is not None, balance_usd=usd, today=today)
        self._set(replace(seen, is_paused=is_paused))
        self._on_relay_changed()

    def want_balance(self) -> None:
        """On window activation, refresh the balance and check files: both may have changed outside the app."""
        if self._services is not None:
            self._services.balance.want()
            self._services.file_presence.look_again()

    def take_migration(self, fraction: float) -> None:
        """Take over how much of an older history has been updated."""
        self._set(replace(self.facts, updated=fraction))

    def take_update(self, update: TaskUpdate) -> None:
        """Take over the totals of the task list."""
        counts = {"review": update.review, "running": update.running, "waiting": update.waiting}
        self._set(replace(self.facts, clips=update.clips, **counts))

    async def refresh(self) -> None:
        """Refresh the facts that have no events. Cheap enough to call every two seconds, even while a disk hangs."""
        if self._services is None:
            return
        seen = self._services.tracking.snapshot()
        self._set(
            replace(
                self.facts,
                online=seen.online,
                retry_at=None if seen.online else self.facts.retry_at,
                has_key=self._services.credentials.has_key,
                is_owner=seen.is_owner,
                key_refused=seen.key_refused,
                has_answered=seen.has_answered or self.facts.balance_usd is not None,
                files_are_known=self._services.file_presence.is_known,
                requests_last_minute=seen.requests_last_minute,
                polls_saved=seen.polls_saved,
            )
        )
        await self._ask_for_room(self._services.library)

    async def _ask_for_room(self, library: "Library") -> None:
        """Query the free space, one query at a time: a slow disk may take long to answer."""
        if self._asks_for_room:
            return
        self._asks_for_room = True
        try:
            free_bytes = await library.free_bytes()
        finally:
            self._asks_for_room = False
        self._set(replace(self.facts, free_bytes=free_bytes or None))

    def _set(self, facts: StatusFacts) -> None:
        if facts != self.facts:
            self.facts = facts
            self.changed.emit()

    def _on_connection_changed(self, event: ConnectionChanged) -> None:
        self._set(replace(self.facts, online=event.online, retry_at=event.retry_at))

    def _on_balance_changed(self, event: BalanceChanged) -> None:
        self._set(replace(self.facts, balance_usd=event.usd, has_answered=True, key_refused=False))

    def _on_relay_changed(self) -> None:
        """Update the relay state. A relay is down only after a failure, not during the first connection attempt."""
        if self._services is not None:
            line = self._services.reports.state
            self._set(replace(self.facts, relay_is_down=line.configured and not line.connected and bool(line.trouble)))

    def _on_pause_changed(self, event: PauseChanged) -> None:
        self._set(replace(self.facts, is_paused=event.paused))

    def _on_spending_changed(self, event: SpendingChanged) -> None:
        self._set(replace(self.facts, today=event.today))


def _paused(running: int) -> str:
    """Return what a pause means now; tasks that were sent before it go on."""
    if not running:
        return "Paused · nothing new is sent"
    return f"Paused · {running:,} already running {'is' if running == 1 else 'are'} still followed"


def _needs_review(count: int) -> str:
    return "1 needs review" if count == 1 else f"{count:,} need review"


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def _clips_phrase(clips: ClipCounts) -> str:
    """Return the clips' summary. It claims that all are safe only when they are; clips still to save are counted apart."""
    if not clips.all:
        return "No clips yet"
    to_save = f"{_counted(clips.to_save, 'clip')} to save" if clips.to_save else ""
    kept = clips.on_disk + clips.absent
    if clips.absent:
        safe = f"{clips.absent:,} of {_counted(kept, 'clip')} not on disk"
    elif to_save or kept == 1:
        safe = f"{_counted(kept, 'clip')} safe on disk" if kept else ""
    else:
        safe = f"All {kept:,} clips safe on disk"
    return ", ".join(filter(None, (safe, to_save)))
