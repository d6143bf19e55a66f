"""Events published by the core: small frozen facts with ids. They carry no data; subscribers query the library for it."""

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
class MigrationProgressed:
    """The database of an older version is being brought up to date; `fraction` is 1 when that is over, however it ended."""

    fraction: float


@dataclass(frozen=True, slots=True)
class TransferProgressed:
    """Bytes of a clip arrived. `total_bytes` is None while the size is unknown."""

    task: int
    clip: int
    received_bytes: int
    total_bytes: int | None
    bytes_per_s: float


@dataclass(frozen=True, slots=True)
class CopyProgressed:
    """The copy of a film or sound that a waiting task sends is being made; `fraction` is 1 when that is over."""

    task: int
    name: str
    fraction: float


class NoticeLevel(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class NoticeAction(StrEnum):
    """The one action that a notice offers."""

    ENTER_KEY = "enter-key"
    GET_KEY = "get-key"
    OPEN_SETTINGS = "open-settings"
    TRY_SIMULATOR = "try-simulator"
    RETRY = "retry"
    RESUME_SENDING = "resume-sending"
    COPY_REPORT = "copy-report"


@dataclass(frozen=True, slots=True)
class RefusedModel:
    """A model that nothing is sent to, and a task of it, whose draft can be opened with another model."""

    slug: str
    task: int


@dataclass(frozen=True, slots=True)
class NoticeRaised:
    """Something that concerns more than one task. `cause` is a stable key: a later notice replaces one of the same cause."""

    cause: str
    level: NoticeLevel
    text: str
    action: NoticeAction | None = None
    model: RefusedModel | None = None
    """If the notice is about one: it offers the model's successors."""


@dataclass(frozen=True, slots=True)
class NoticeCleared:
    """The cause is resolved."""

    cause: str


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """Whether the service can be reached; `retry_at` is the next attempt while it cannot."""

    online: bool
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BalanceChanged:
    """The key's remaining balance in US dollars, as reported by the service at `at`."""

    usd: float
    at: datetime


@dataclass(frozen=True, slots=True)
class SpendingChanged:
    """What the tasks of the local calendar day cost, as far as known."""

    today: DaySpend


@dataclass(frozen=True, slots=True)
class EstimatesChanged:
    """Tasks that ended have changed what is known of prices and times."""


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """The person changed clips, tasks or drafts, in words such as "3 clips kept", or took such a change back."""

    words: str
    is_undo: bool


@dataclass(frozen=True, slots=True)
class DraftsChanged:
    """A draft came, went, or has another name, project or place."""


@dataclass(frozen=True, slots=True)
class PromptLibraryChanged:
    """A snippet, card or template came, went or has changed."""


@dataclass(frozen=True, slots=True)
class TrackerChanged:
    """Whether this process is the one that submits, polls and downloads for its data folder."""

    owner: bool


@dataclass(frozen=True, slots=True)
class PauseChanged:
    """The user paused or resumed sending, in this process or in another one on the same data folder."""

    paused: bool


@dataclass(frozen=True, slots=True)
class PublicationsChanged:
    """A picture was published or withdrawn, or publishing or withdrawing failed."""


@dataclass(frozen=True, slots=True)
class RelayChanged:
    """Whether callbacks can reach this process through the relay; `trouble` is a sentence about what is wrong, if anything."""

    connected: bool
    trouble: str = ""


Event = (
    TaskChanged
    | MigrationProgressed
    | TransferProgressed
    | CopyProgressed
    | NoticeRaised
    | NoticeCleared
    | ConnectionChanged
    | BalanceChanged
    | SpendingChanged
    | EstimatesChanged
    | DecisionMade
    | DraftsChanged
    | PromptLibraryChanged
    | TrackerChanged
    | PauseChanged
    | RelayChanged
    | PublicationsChanged
)


class EventBus:
    """Calls every listener with every event, in order, on the loop's thread. One that raises is logged; the rest still run."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Event], None]] = []

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Add a listener and return a function that removes it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Call every current listener with the event."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                _log.exception("A listener failed on %s", type(event).__name__)
