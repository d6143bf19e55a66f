"""Blocking calls on the user's disks: network shares and drives that may stop answering at any moment.

asyncio's default pool has a handful of threads, and the process waits for them at exit. A dead share would block them all, and
then nothing else works. Here each folder has a few daemon threads of its own, every call a deadline, and a folder with an
overdue call is not called again until it has answered.
"""

import asyncio
import atexit
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sora_studio.domain.errors import FolderSilent

P = ParamSpec("P")
T = TypeVar("T")

ANSWER_WITHIN_S = 5.0
"""The usual deadline, for calls such as `exists`. A drive that has to wake up may miss one, but not the next."""
WORK_WITHIN_S = 60.0
"""For reading and writing whole files: a slow USB stick takes many seconds to write a film's last bytes."""
AT_ONCE = 4
"""Concurrent calls per folder."""
END_WITHIN_S = 2.0
"""How long the process waits at exit for calls that are still within their deadline."""


class DiskThreads:
    """Runs blocking calls, at most `at_once` for each folder at a time, first in, first out.

    Folders do not wait for each other. Usable from every thread and event loop.
    """

    def __init__(self, *, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._lock = threading.Lock()
        self._queues = dict[Path, _Queue]()
        _all_threads.add(self)

    async def run(self, folder: Path, work: Callable[[], T], *, within_s: float | None = None) -> T:
        """Return what `work` returns. The deadline counts from its first step; cancelled before that, it never runs.

        Raises `FolderSilent` once the deadline is over, and at once while an earlier call of this folder is overdue. A call
        that has begun cannot be stopped: it continues, and its result is dropped.
        """
        return await self.start(folder, work, within_s=within_s)

    def start(self, folder: Path, work: Callable[[], T], *, within_s: float | None = None) -> "asyncio.Future[T]":
        """Like `run`, as a future: done when the work is, or when its deadline has passed."""
        loop = asyncio.get_running_loop()
        heard = loop.create_future()
        if self.is_silent(folder):
            heard.set_exception(FolderSilent(folder))
            return heard
        within_s = ANSWER_WITHIN_S if within_s is None else within_s
        call = _Call(within_s)
        answer = loop.run_in_executor(_Folder(self, folder, call), work)

        def look() -> None:
            nonlocal timer
            if heard.done():  # in this turn of the loop, so that the timer could not be cancelled any more
                return
            left_s = call.left_s()
            if left_s <= 0 or (call.began_at is None and self.is_silent(folder)):
                heard.set_exception(FolderSilent(folder))
            else:
                timer = loop.call_later(left_s, look)

        def settle(_: "asyncio.Future[T]") -> None:
            if heard.done():
                return
            if answer.cancelled():
                heard.cancel()
            elif (error := answer.exception()) is not None:
                heard.set_exception(error)
            else:
                heard.set_result(answer.result())

        def end(_: "asyncio.Future[T]") -> None:
            timer.cancel()
            answer.cancel()  # drops a late result, too

        timer = loop.call_later(within_s, look)
        answer.add_done_callback(settle)
        heard.add_done_callback(end)
        return heard

    def wait(self, folder: Path, work: Callable[[], T], *, within_s: float | None = None) -> T:
        """Like `run` where no event loop is running: blocks for at most `within_s`."""
        within_s = ANSWER_WITHIN_S if within_s is None else within_s
        if not self.is_silent(folder):
            answer = self.submit(folder, _Call(within_s), work)
            done, _ = wait([answer], timeout=within_s)
            if done:
                return answer.result()
        raise FolderSilent(folder)

    def later(self, folder: Path, work: Callable[[], object]) -> None:
        """Run a call as soon as the folder answers, even if that takes hours. Errors are dropped."""
        self.submit(folder, _Call(float("inf")), work)

    def is_silent(self, folder: Path) -> bool:
        """Return whether a call of this folder is overdue."""
        with self._lock:
            queue = self._queues.get(folder)
            return queue is not None and queue.is_overdue

    @property
    def unanswered(self) -> int:
        """Count the threads that are running or waiting for a disk."""
        with self._lock:
            return sum(queue.threads for queue in self._queues.values())

    def finish(self, give_up_at: float) -> None:
        """Wait until `give_up_at` (monotonic) for calls in progress, except in folders that are silent."""
        while time.monotonic() < give_up_at:
            with self._lock:
                if not any(queue.running and not queue.is_overdue for queue in self._queues.values()):
                    return
            time.sleep(0.01)

    def submit(self, folder: Path, call: "_Call", work: Callable[[], T]) -> "Future[T]":
        """Queue a call and make sure that a thread takes it."""
        future = Future[T]()
        with self._lock:
            queue = self._queues.setdefault(folder, _Queue())
            queue.waiting.append((call, work, future))
            if queue.threads >= self._at_once:
                return future
            queue.threads += 1
        threading.Thread(target=self._serve, args=(folder, queue), name=f"disk {folder.name}", daemon=True).start()
        return future

    def _serve(self, folder: Path, queue: "_Queue") -> None:
        """Body of a thread: run calls until the queue is empty."""
        while True:
            with self._lock:
                if not queue.waiting:
                    queue.threads -= 1
                    if not queue.threads:
                        del self._queues[folder]
                    return
                call, work, future = queue.waiting.popleft()
                call.begin()
                queue.running.add(call)
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as error:
                    future.set_exception(error)
            del work, future
            with self._lock:
                queue.running.discard(call)


class _Call:
    """Start time and deadline of a call."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self.began_at: float | None = None

    def begin(self) -> None:
        """Start the deadline: a thread has taken the call."""
        self.began_at = time.monotonic()

    def left_s(self) -> float:
        """Return the time left before the deadline; all of it until the call begins."""
        return self._within_s if self.began_at is None else self.began_at + self._within_s - time.monotonic()


@dataclass(eq=False, slots=True)
class _Queue:
    """A folder's calls: those running on a thread, and those waiting for one."""

    threads: int = 0
    running: set[_Call] = field(default_factory=set[_Call])
    waiting: "deque[tuple[_Call, Callable[[], Any], Future[Any]]]" = field(
        default_factory=deque["tuple[_Call, Callable[[], Any], Future[Any]]"]
    )

    @property
    def is_overdue(self) -> bool:
        return any(call.left_s() <= 0 for call in self.running)


class _Folder(Executor):
    """One call to a folder's threads, as an executor for `run_in_executor`."""

    def __init__(self, threads: DiskThreads, folder: Path, call: _Call) -> None:
        self._threads, self._folder, self._call = threads, folder, call

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        return self._threads.submit(self._folder, self._call, partial(fn, *args, **kwargs))


_all_threads = weakref.WeakSet[DiskThreads]()
_shared = DiskThreads()


async def on_disk(folder: Path, work: Callable[[], T], *, within_s: float | None = None) -> T:
    """Run a blocking call that touches `folder`; see `DiskThreads.run`."""
    return await _shared.run(folder, work, within_s=within_s)


def on_disk_later(folder: Path, work: Callable[[], object]) -> None:
    """Run a blocking call as soon as `folder` answers; see `DiskThreads.later`."""
    _shared.later(folder, work)


def wait_for_disk(folder: Path, work: Callable[[], T]) -> T:
    """Run a blocking call that touches `folder` where no event loop is running; see `DiskThreads.wait`."""
    return _shared.wait(folder, work)


def is_silent(folder: Path) -> bool:
    """Return whether a call of this folder is overdue now. Never blocks."""
    return any(threads.is_silent(folder) for threads in tuple(_all_threads))


def unanswered() -> int:
    """Count the threads that are waiting for a disk now."""
    return sum(threads.unanswered for threads in tuple(_all_threads))


@atexit.register
def _finish() -> None:
    """Wait for calls in progress: daemon threads are killed at exit, perhaps in the middle of a write."""
    give_up_at = time.monotonic() + END_WITHIN_S
    for threads in tuple(_all_threads):
        threads.finish(give_up_at)
