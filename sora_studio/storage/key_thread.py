"""One thread for the system's key store, whose calls may wait for a person's answer, or for ever."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

Result = TypeVar("Result")


class KeyThread:
    """Runs calls one after another and lets nobody wait longer than they want.

    A call that hangs holds up later ones, which then time out; those that timed out before they began never run. The thread is
    a daemon: the program's end does not wait for it.
    """

    def __init__(self) -> None:
        self._calls = SimpleQueue[Callable[[], None]]()
        self._thread: threading.Thread | None = None

    async def run(self, call: Callable[[], Result], *, timeout_s: float) -> Result:
        """The call's result. Raises what it raises, or `TimeoutError`; then it may still go on, and its result is dropped."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="key-store", daemon=True)
            self._thread.start()
        future = Future[Result]()
        self._calls.put(lambda: _fulfil(future, call))
        async with asyncio.timeout(timeout_s):
            return await asyncio.wrap_future(future)

    def _work(self) -> None:
        while True:
            self._calls.get()()


def _fulfil(future: Future[Result], call: Callable[[], Result]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:  # whatever it is, it belongs to who waits
        future.set_exception(error)
    else:
        future.set_result(result)
