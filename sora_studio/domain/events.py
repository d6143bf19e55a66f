"""What the core tells whoever listens: small frozen facts with ids. Nobody gets data by event; they ask the library for it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sora_studio.domain.money import DaySpend

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TaskChanged:
    """A task, or one of its clips, was added or changed (by this process or by another on the same data folder)."""

    task: int


@dataclass(frozen=True, slots=True)
class TransferProgressed:
    """Bytes of a clip arrived. `total_bytes` is None while the origin has not said."""

    task: int
    clip: int
    received_bytes: int
    total_bytes: int | None
    bytes_per_s: float


class NoticeLevel(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class NoticeAction(StrEnum):
    """The one thing that a notice offers to do."""

    ENTER_KEY = "enter-key"
    OPEN_SETTINGS = "open-settings"
    TRY_SIMULATOR = "try-simulator"
    RETRY = "retry"
    COPY_REPORT = "copy-report"


@dataclass(frozen=True, slots=True)
class NoticeRaised:
    """Something that concerns more than one task. `cause` is stable: a later notice of the same cause replaces it."""

    cause: str
    level: NoticeLevel
    text: str
    action: NoticeAction | None = None


@dataclass(frozen=True, slots=True)
class NoticeCleared:
    """The cause is gone."""

    cause: str


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """Whether the service can be reached; `retry_at` is the next try while it cannot."""

    online: bool
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BalanceChanged:
    """The key's remaining balance in US dollars, as the service said at `at`."""

    usd: float
    at: datetime


@dataclass(frozen=True, slots=True)
class SpendingChanged:
    """What the tasks of the local calendar day cost, as far as it is known."""

    today: DaySpend


@dataclass(frozen=True, slots=True)
class TrackerChanged:
    """Whether this process is the one that submits, follows and fetches for its data folder."""

    owner: bool


@dataclass(frozen=True, slots=True)
class PublicationsChanged:
    """A picture was published or withdrawn, or could not be."""


@dataclass(frozen=True, slots=True)
class RelayChanged:
    """Whether reports can reach this process through the relay; `trouble` says in a sentence what is wrong, if anything is."""

    connected: bool
    trouble: str = ""


Event = (
    TaskChanged
    | TransferProgressed
    | NoticeRaised
    | NoticeCleared
    | ConnectionChanged
    | BalanceChanged
    | SpendingChanged
    | TrackerChanged
    | RelayChanged
    | PublicationsChanged
)


class EventBus:
    """Calls every listener with every event, in order, on the loop's thread. One that fails is logged; the rest are called."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Event], None]] = []

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Begin to listen; call what is returned to stop."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Tell everyone who listens now."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                _log.exception("A listener failed on %s", type(event).__name__)
