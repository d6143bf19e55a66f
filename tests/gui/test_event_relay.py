"""Events become signals; a burst of changes becomes one."""

from datetime import UTC, datetime

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from sora_studio.domain.events import (
    BalanceChanged,
    ConnectionChanged,
    EstimatesChanged,
    EventBus,
    NoticeCleared,
    NoticeLevel,
    NoticeRaised,
    PublicationsChanged,
    RelayChanged,
    SpendingChanged,
    TaskChanged,
    TrackerChanged,
    TransferProgressed,
)
from sora_studio.domain.money import DaySpend
from sora_studio.viewmodels.event_bridge import EventBridge


def test_a_burst_of_changes_is_one_signal(qtbot: QtBot) -> None:
    events, relay, heard = EventBus(), EventBridge(), list[frozenset[int]]()
    relay.listen(events)
    relay.tasks_changed.connect(heard.append)
    with qtbot.waitSignal(relay.tasks_changed):
        for number in range(1000):
            events.publish(TaskChanged(number % 7))
    assert heard == [frozenset(range(7))]


def test_a_steady_stream_does_not_starve_the_list(qtbot: QtBot) -> None:
    events, relay = EventBus(), EventBridge()
    relay.listen(events)
    stream = QTimer(interval=5)
    stream.timeout.connect(lambda: events.publish(TaskChanged(1)))
    stream.start()
    with qtbot.waitSignal(relay.tasks_changed, timeout=3000):
        pass
    assert stream.isActive()


def test_everything_else_goes_through_at_once(qtbot: QtBot) -> None:
    events, relay, heard = EventBus(), EventBridge(), list[object]()
    relay.listen(events)
    for signal in (
        relay.transfer_progressed,
        relay.notice_raised,
        relay.notice_cleared,
        relay.connection_changed,
        relay.balance_changed,
        relay.spending_changed,
        relay.tracker_changed,
    ):
        signal.connect(heard.append)
    said = [
        TransferProgressed(1, 2, 3, None, 4.0),
        NoticeRaised("key", NoticeLevel.ERROR, "Refused."),
        ConnectionChanged(online=False),
        BalanceChanged(74.87, datetime.now(UTC)),
        SpendingChanged(DaySpend(6.5, 2)),
        TrackerChanged(owner=True),
    ]
    for event in [*said, NoticeCleared("key")]:
        events.publish(event)
    assert heard == [*said, "key"]


def test_what_became_reachable_and_how_the_relay_stands_is_told_without_details(qtbot: QtBot) -> None:
    events, relay = EventBus(), EventBridge()
    relay.listen(events)
    with qtbot.waitSignals([relay.publications_changed, relay.relay_changed, relay.estimates_changed]):
        events.publish(PublicationsChanged())
        events.publish(EstimatesChanged())
        events.publish(RelayChanged(connected=False, trouble="The relay cannot be reached."))


def test_only_the_last_bus_is_heard_and_silence_is_kept() -> None:
    first, second, relay, heard = EventBus(), EventBus(), EventBridge(), list[str]()
    relay.notice_cleared.connect(heard.append)
    relay.listen(first)
    relay.listen(second)
    first.publish(NoticeCleared("first"))
    second.publish(NoticeCleared("second"))
    relay.mute()
    second.publish(NoticeCleared("muted"))
    assert heard == ["second"]
