"""Everyone who listens hears every event, whatever the others do."""

from collections.abc import Callable

from sora_studio.domain.events import Event, EventBus, TaskChanged


def test_events_arrive_in_order_at_every_listener() -> None:
    bus, first, second = EventBus(), list[Event](), list[Event]()
    bus.subscribe(first.append)
    bus.subscribe(second.append)
    bus.publish(TaskChanged(1))
    bus.publish(TaskChanged(2))
    assert first == second == [TaskChanged(1), TaskChanged(2)]


def test_who_stopped_listening_hears_nothing_and_may_stop_twice() -> None:
    bus, heard = EventBus(), list[Event]()
    stop = bus.subscribe(heard.append)
    stop()
    stop()
    bus.publish(TaskChanged(1))
    assert heard == []


def test_a_listener_that_fails_is_logged_and_keeps_nobody_from_hearing(expect_log: Callable[[str], None]) -> None:
    expect_log("ERROR .*A listener failed on TaskChanged")
    bus, heard = EventBus(), list[Event]()

    def fail(event: Event) -> None:
        raise ValueError(event)

    bus.subscribe(fail)
    bus.subscribe(heard.append)
    bus.publish(TaskChanged(1))
    assert heard == [TaskChanged(1)]


def test_a_listener_may_stop_while_it_is_told() -> None:
    bus, heard = EventBus(), list[Event]()

    def once(event: Event) -> None:
        heard.append(event)
        stop()

    stop = bus.subscribe(once)
    bus.subscribe(heard.append)
    bus.publish(TaskChanged(1))
    bus.publish(TaskChanged(2))
    assert heard == [TaskChanged(1), TaskChanged(1), TaskChanged(2)]
