"""What the status bar and the top bar say, gathered from the core and put into words."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.clip import ClipCounts
from sora_studio.domain.events import BalanceChanged, ConnectionChanged, SpendingChanged
from sora_studio.domain.money import DaySpend, dollars
from sora_studio.viewmodels.quantities import size_text

if TYPE_CHECKING:
    from sora_studio.services.callbacks.reports import Reports
    from sora_studio.services.clips.file_presence import FilePresence
    from sora_studio.services.library.library import Library
    from sora_studio.services.money.balance import Balance
    from sora_studio.services.money.spending import Spending
    from sora_studio.services.polling.tracking import Tracking
    from sora_studio.services.runtime.credentials import Credentials
    from sora_studio.viewmodels.event_bridge import EventBridge


@dataclass(frozen=True, slots=True)
class StatusServices:
    """The services that the status bar and the top bar use."""

    balance: "Balance"
    credentials: "Credentials"
    file_presence: "FilePresence"
    library: "Library"
    reports: "Reports"
    spending: "Spending"
    tracking: "Tracking"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A few words of the status bar. Where not all fit, the one of the least `weight` goes first. `icon` is empty for most."""

    text: str
    weight: int
    icon: str = ""


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What is known now; None where nothing is known yet."""

    online: bool | None = None
    retry_at: datetime | None = None
    has_key: bool = True
    is_owner: bool = True
    running: int | None = None
    waiting: int = 0
    requests_last_minute: int = 0
    polls_saved: int = 0
    relay_is_down: bool = False
    clips: ClipCounts | None = None
    free_bytes: int | None = None
    balance_usd: float | None = None
    today: DaySpend | None = None

    @property
    def connection_phrase(self) -> str:
        """One or two words beside the dot."""
        if self.online is None:
            return "Starting"
        if not self.online:
            at = f", next try at {self.retry_at.astimezone():%H:%M:%S}" if self.retry_at else ""
            return f"Offline{at}"
        if not self.has_key:
            return "No key"
        return "Connected" if self.is_owner else "Connected, another window sends"

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """The rest of the status bar, in its order; what is not known is left out."""
        said = list[Phrase]()
        if self.running is not None:
            said.append(Phrase(f"{self.running:,} running, {self.waiting:,} waiting", 5))
            said.append(Phrase(f"{_counted(self.requests_last_minute, 'request')}/min", 1))
            if self.polls_saved:
                said.append(Phrase(f"{_counted(self.polls_saved, 'poll')} saved", 0))
            if self.relay_is_down:
                said.append(Phrase("Relay offline, asking the service", 3, "cloud-off"))
        if self.clips is not None:
            said.append(Phrase(_clips_phrase(self.clips), 4))
        if self.free_bytes is not None:
            said.append(Phrase(f"{size_text(self.free_bytes)} free", 2))
        return tuple(said)

    @property
    def balance_phrase(self) -> str:
        """In dollars and cents; empty while it is not known."""
        return "" if self.balance_usd is None else f"${self.balance_usd:,.2f}"

    @property
    def today_phrase(self) -> str:
        """What today cost; empty while nothing of it is known."""
        if self.today is None or not self.today.usd:
            return ""
        return f"at least {dollars(self.today.usd)}" if self.today.unpriced else dollars(self.today.usd)

    @property
    def today_explained(self) -> str:
        """What the sum is made of, as a sentence."""
        if self.today is None or not self.today.unpriced:
            return "Measured by the balance where one task ran alone, else estimated."
        tasks = "1 task" if self.today.unpriced == 1 else f"{self.today.unpriced:,} tasks"
        return f"The price of {tasks} is not known and not in it."


class StatusModel(QObject):
    """Keeps `facts` fresh: by events at once, by `refresh` for what has none.

    Signals: `changed()`.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.facts = StatusFacts()
        self._services: StatusServices | None = None
        self._asks_for_room = False

    def attach(self, services: "StatusServices", relay: "EventBridge") -> None:
        """Begin to tell about these services."""
        self._services = services
        relay.connection_changed.connect(self._on_connection_changed)
        relay.balance_changed.connect(self._on_balance_changed)
        relay.spending_changed.connect(self._on_spending_changed)
        relay.relay_changed.connect(self._on_relay_changed)
        has_key, usd = services.credentials.has_key, services.balance.usd
        self._set(replace(self.facts, online=True, has_key=has_key, balance_usd=usd, today=services.spending.today))
        self._on_relay_changed()

    def want_balance(self) -> None:
        """Somebody looks: the balance may have changed elsewhere, and files may have been moved."""
        if self._services is not None:
            self._services.balance.want()
            self._services.file_presence.look_again()

    async def refresh(self) -> None:
        """Ask for the counts, the key and the free space. Cheap enough for every other second, also while a disk is silent."""
        if self._services is None:
            return
        clips = await self._services.file_presence.counts()
        seen = self._services.tracking.snapshot()
        self._set(
            replace(
                self.facts,
                online=seen.online,
                retry_at=None if seen.online else self.facts.retry_at,
                has_key=self._services.credentials.has_key,
                is_owner=seen.is_owner,
                running=seen.running,
                waiting=seen.waiting,
                requests_last_minute=seen.requests_last_minute,
                polls_saved=seen.polls_saved,
                clips=clips,
            )
        )
        await self._ask_for_room(self._services.library)

    async def _ask_for_room(self, library: "Library") -> None:
        """One question at a time: a disk may take its time to answer."""
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
        self._set(replace(self.facts, balance_usd=event.usd))

    def _on_relay_changed(self) -> None:
        """One that is only just being called is not down yet."""
        if self._services is not None:
            line = self._services.reports.state
            self._set(replace(self.facts, relay_is_down=line.configured and not line.connected and bool(line.trouble)))

    def _on_spending_changed(self, event: SpendingChanged) -> None:
        self._set(replace(self.facts, today=event.today))


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def _clips_phrase(clips: ClipCounts) -> str:
    """That all are safe is only said when it is true."""
    if not clips.all:
        return "No clips yet"
    if clips.absent:
        return f"{clips.absent:,} of {clips.all:,} {'clip' if clips.all == 1 else 'clips'} not on disk"
    return "1 clip safe on disk" if clips.all == 1 else f"All {clips.all:,} clips safe on disk"
