"""The loop's promises: exact, light on the system's timers, right with threads, and it survives a long life."""

import asyncio
import gc
import socket
import sys
import threading
import time
from collections.abc import AsyncGenerator
from contextvars import ContextVar

import pytest
from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from sora_studio.app.event_loop import StudioEventLoop


class Emitter(QObject):
    fired = Signal(object)


def live_qt_timers(app: QApplication) -> int:
    """How many timers the system keeps for the application and everything it owns."""
    dispatcher = QAbstractEventDispatcher.instance()
    owners = [candidate for candidate in gc.get_objects() if isinstance(candidate, QObject) and isValid(candidate)]
    return sum(len(dispatcher.registeredTimers(owner)) for owner in owners)


def test_many_callbacks_and_signals_leave_the_interpreter_sound(loop: StudioEventLoop) -> None:
    emitter, heard = Emitter(), []
    emitter.fired.connect(heard.append)

    async def soak() -> None:
        for number in range(200_000):
            if number % 200 == 0:
                emitter.fired.emit(None)
            await asyncio.sleep(0)

    loop.run_until_complete(soak())
    assert heard == [None] * 1000


def test_sleeps_are_never_early(loop: StudioEventLoop) -> None:
    late: list[float] = []

    async def sleep_for(seconds: float) -> None:
        begun = time.monotonic()
        await asyncio.sleep(seconds)
        late.append(time.monotonic() - begun - seconds)

    async def sleep_all() -> None:
        await asyncio.gather(*(sleep_for(0.05 + number * 0.0071) for number in range(60)))

    loop.run_until_complete(sleep_all())
    assert len(late) == 60
    assert min(late) >= 0
    assert sorted(late)[30] < 0.05  # a loaded machine is late, a coarse timer is late every time


def test_finished_timeouts_leave_no_timers(loop: StudioEventLoop, qapp: QApplication) -> None:
    async def finish_at_once() -> None:
        async with asyncio.timeout(30):
            await asyncio.sleep(0)

    async def many() -> int:
        for _ in range(100):
            await asyncio.gather(*(finish_at_once() for _ in range(50)))
        return live_qt_timers(qapp)

    assert loop.run_until_complete(many()) < 20


def test_cancelled_timers_let_go_of_what_they_hold(loop: StudioEventLoop) -> None:
    class Load:
        pass

    handles = [loop.call_later(3600, print, Load()) for _ in range(1000)]
    keeper = loop.call_later(0.01, lambda: None)
    for handle in handles:
        handle.cancel()
    del handle
    handles.clear()
    assert not [load for load in gc.get_objects() if isinstance(load, Load)]
    assert not keeper.cancelled()


def test_timers_say_when_and_fire_in_order(loop: StudioEventLoop) -> None:
    order: list[str] = []
    now = loop.time()
    late = loop.call_at(now + 0.02, order.append, "late")
    loop.call_at(now + 0.01, order.append, "first of two")
    loop.call_at(now + 0.01, order.append, "second of two")
    loop.call_at(now - 1, order.append, "overdue")
    loop.call_soon(order.append, "soon")
    assert late.when() == now + 0.02
    loop.run_until_complete(asyncio.sleep(0.03))
    assert order == ["soon", "overdue", "first of two", "second of two", "late"]


def test_threads_hand_over_in_order_and_with_their_context(loop: StudioEventLoop) -> None:
    who: ContextVar[str] = ContextVar("who", default="nobody")
    seen: list[tuple[int, str, bool]] = []
    main = threading.current_thread()

    def note(number: int) -> None:
        seen.append((number, who.get(), threading.current_thread() is main))

    async def hear() -> None:
        done = asyncio.Event()

        def speak() -> None:
            who.set("the thread")
            for number in range(1000):
                loop.call_soon_threadsafe(note, number)
            loop.call_soon_threadsafe(done.set)

        thread = threading.Thread(target=speak)
        thread.start()
        async with asyncio.timeout(10):
            await done.wait()
        thread.join()

    loop.run_until_complete(hear())
    assert seen == [(number, "the thread", True) for number in range(1000)]


def test_a_thread_wakes_an_idle_loop(loop: StudioEventLoop) -> None:
    async def wait_for_thread() -> str:
        async with asyncio.timeout(10):
            return await asyncio.to_thread(lambda: threading.current_thread().name)

    assert loop.run_until_complete(wait_for_thread()) != threading.current_thread().name


def test_busy_callbacks_leave_qt_its_turns(loop: StudioEventLoop) -> None:
    ticks: list[float] = []
    timer = QTimer(interval=5)
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start()

    async def hog() -> None:
        until = time.monotonic() + 10
        while len(ticks) < 10 and time.monotonic() < until:
            await asyncio.wait([asyncio.ensure_future(asyncio.sleep(0))])

    loop.run_until_complete(hog())
    timer.stop()
    assert len(ticks) >= 10


def test_tasks_go_on_while_qt_alone_is_driven(loop: StudioEventLoop, qtbot: QtBot) -> None:
    done: list[bool] = []

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.append(asyncio.get_running_loop() is loop)

    task = loop.create_task(work())
    qtbot.waitUntil(task.done)
    assert done == [True]


def test_an_error_in_a_callback_is_reported_and_the_rest_goes_on(loop: StudioEventLoop) -> None:
    reported: list[object] = []
    loop.set_exception_handler(lambda _, context: reported.append(context.get("exception")))
    error = ValueError("callback")

    def fail() -> None:
        raise error

    after: list[int] = []
    loop.call_soon(fail)
    loop.call_soon(after.append, 1)
    loop.run_until_complete(asyncio.sleep(0))
    assert (reported, after) == ([error], [1])


def test_an_end_that_is_asked_for_again_is_still_brought_to_its_end(loop: StudioEventLoop) -> None:
    done = list[str]()

    async def ending() -> None:
        loop.stop()
        await asyncio.sleep(0.01)
        done.append("ended")

    loop.finish(ending())
    assert done == ["ended"]


def test_a_closed_loop_takes_nothing_more(qapp: QApplication) -> None:
    made = StudioEventLoop(qapp)
    made.call_later(0, pytest.fail, "ran after close")
    made.close()
    made.close()
    for schedule in (made.call_soon, made.call_soon_threadsafe):
        with pytest.raises(RuntimeError, match="closed"):
            schedule(print)
    with pytest.raises(RuntimeError, match="closed"):
        made.call_later(1, print)


def test_a_thread_may_call_while_the_loop_is_being_closed(qapp: QApplication) -> None:
    """As a worker does that ends just then, such as a key store's: Qt crashes if it destroys a sender in its signal."""
    loops, over, refused = list[StudioEventLoop](), threading.Event(), list[str]()

    def call() -> None:
        while not over.is_set():
            try:
                loops[-1].call_soon_threadsafe(int)
            except RuntimeError as error:
                refused.append(str(error))

    loops.append(StudioEventLoop(qapp))
    threads = [threading.Thread(target=call) for _ in range(4)]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for _ in range(500):
            loops.append(StudioEventLoop(qapp))
            QCoreApplication.processEvents()
            loops[-1].close()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    finally:
        over.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(usual)
        loops[0].close()
    assert set(refused) == {"Event loop is closed"}


def test_closing_deletes_every_qt_object(qapp: QApplication) -> None:
    before = qapp.children()
    made = StudioEventLoop(qapp)
    near, far = socket.socketpair()
    with near, far:
        for _ in range(2):  # the second time, qasync replaces what it made the first time
            made.add_reader(near, near.recv, 1)
            made.add_writer(far, far.send, b"")
        made.run_until_complete(asyncio.sleep(0.01))
        made.remove_writer(far)
        owned = [child for child in qapp.children() if child not in before]
        kinds = {type(each).__name__ for each in owned}
        assert kinds == {"QTimer", "_Doorbell", "_SimpleTimer", "QSocketNotifier"}
        made.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not [each for each in owned if isValid(each)]
    assert len(qapp.children()) == len(before)
    assert not [name for name, value in vars(made).items() if isinstance(value, QObject)]


def test_a_loop_that_is_collected_on_a_thread_leaves_its_qt_objects_to_the_main_one(qapp: QApplication) -> None:
    made = StudioEventLoop(qapp)
    died_on = list[threading.Thread]()
    watched = [made._alarm, made._doorbell, made._timer]
    for each in watched:
        each.destroyed.connect(lambda: died_on.append(threading.current_thread()), Qt.ConnectionType.DirectConnection)
    made.close()
    held = [made]
    del made, each, watched
    thread = threading.Thread(target=held.clear)
    thread.start()
    thread.join()
    assert died_on == []
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert died_on == [threading.main_thread()] * 3


def test_unfinished_generators_are_closed(loop: StudioEventLoop) -> None:
    closed: list[bool] = []

    async def numbers() -> AsyncGenerator[int, None]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            closed.append(True)

    async def take_one() -> None:
        async for _ in numbers():
            break
        gc.collect()
        await asyncio.sleep(0.01)

    loop.run_until_complete(take_one())
    assert closed == [True]


def test_connections_work(loop: StudioEventLoop) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    async def talk() -> bytes:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"a harbour\n")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return answer

    assert loop.run_until_complete(talk()) == b"a harbour\n"
