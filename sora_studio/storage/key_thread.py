"""One thread for the system's key store, whose calls may wait for the user, or hang."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

Result = TypeVar("Result")


class KeyThread:
    """Runs calls one after another, each with a time-out.

    A hanging call delays later ones, which then time out; a call that timed out before it started never runs. The thread is a
    daemon, so a hanging call does not keep the program from exiting.
    """

    def __init__(self) -> None:
        self._calls = SimpleQueue[Callable[[], None]]()
        self._thread: threading.Thread | None = None

    async def run(self, call: Callable[[], Result], *, timeout_s: float) -> Result:
        """Return the call's result. Raises its errors, or `TimeoutError`; then the call may go on, but its result is lost."""
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
    except BaseException as error:  # the waiting caller gets it, whatever it is
        future.set_exception(error)
    else:
        future.set_result(result)
