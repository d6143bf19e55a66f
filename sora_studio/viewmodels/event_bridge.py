"""Turns the core's events into Qt signals; changed tasks are batched, so that a burst causes one update."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance

from sora_studio.domain.events import (
    BalanceChanged,
    ConnectionChanged,
    CopyProgressed,
    DecisionMade,
    DraftsChanged,
    EstimatesChanged,
    Event,
    EventBus,
    MigrationProgressed,
    NoticeCleared,
    NoticeRaised,
    PauseChanged,
    PromptLibraryChanged,
    PublicationsChanged,
    RelayChanged,
    SpendingChanged,
    TaskChanged,
    TrackerChanged,
    TransferProgressed,
)

COLLECT_MS = 80
"""Batching interval: long enough to join a burst, short enough to feel immediate."""


class EventBridge(QObject):
    """Turns the events of one bus into signals, on the loop's thread.

    Signals: `tasks_changed(frozenset[int])` at most every 80 ms, `transfer_progressed(TransferProgressed)`,
    `copy_progressed(CopyProgressed)`, `migration_progressed(float)`,
    `notice_raised(NoticeRaised)`, `notice_cleared(str)` with the cause, `connection_changed(ConnectionChanged)`,
    `balance_changed(BalanceChanged)`, `spending_changed(SpendingChanged)`, `tracker_changed(TrackerChanged)`,
    `pause_changed(PauseChanged)`, `publications_changed()`, `relay_changed()`, `estimates_changed()`,
    `decision_made(DecisionMade)`, `drafts_changed()`, `prompt_library_changed()`.
    """

    tasks_changed = Signal(object)
    transfer_progressed = Signal(object)
    copy_progressed = Signal(object)
    migration_progressed = Signal(float)
    notice_raised = Signal(object)
    notice_cleared = Signal(str)
    connection_changed = Signal(object)
    balance_changed = Signal(object)
    spending_changed = Signal(object)
    tracker_changed = Signal(object)
    pause_changed = Signal(object)
    publications_changed = Signal()
    relay_changed = Signal()
    estimates_changed = Signal()
    decision_made = Signal(object)
    drafts_changed = Signal()
    prompt_library_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._as_they_are: dict[type[Event], SignalInstance] = {
            TransferProgressed: self.transfer_progressed,
            CopyProgressed: self.copy_progressed,
            NoticeRaised: self.notice_raised,
            ConnectionChanged: self.connection_changed,
            BalanceChanged: self.balance_changed,
            SpendingChanged: self.spending_changed,
            TrackerChanged: self.tracker_changed,
            DecisionMade: self.decision_made,
            PauseChanged: self.pause_changed,
        }
        self._changed: set[int] = set()
        self._unsubscribe: Callable[[], None] | None = None
        self._collecting = QTimer(self, singleShot=True, interval=COLLECT_MS)
        self._collecting.timeout.connect(self._on_collecting_timeout)

    def listen(self, events: EventBus) -> None:
        """Subscribe to this bus instead of the previous one."""
        self.mute()
        self._unsubscribe = events.subscribe(self._relay)

    def mute(self) -> None:
        """Unsubscribe; changes collected so far are still delivered."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _relay(self, event: Event) -> None:
        match event:
            case TaskChanged(task):
                self._collect(task)
            case MigrationProgressed(fraction):
                self.migration_progressed.emit(fraction)
            case NoticeCleared(cause):
                self.notice_cleared.emit(cause)
            case PublicationsChanged():
                self.publications_changed.emit()
            case RelayChanged():
                self.relay_changed.emit()
            case DraftsChanged():
                self.drafts_changed.emit()
            case PromptLibraryChanged():
                self.prompt_library_changed.emit()
            case EstimatesChanged():
                self.estimates_changed.emit()
            case _:
                self._as_they_are[type(event)].emit(event)

    def _collect(self, task: int) -> None:
        self._changed.add(task)
        if not self._collecting.isActive():  # never restarted: a steady stream must not starve the list
            self._collecting.start()

    def _on_collecting_timeout(self) -> None:
        changed, self._changed = frozenset(self._changed), set()
        self.tasks_changed.emit(changed)
