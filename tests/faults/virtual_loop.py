"""An asyncio loop without waiting: time stands still while anything can run, then leaps to the next timer."""

import asyncio
import heapq
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sora_studio.storage.database import Database

Result = TypeVar("Result")

BEGIN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Hours pass in milliseconds, and the same way every time. Blocking work of the default executor runs on the spot."""

    def __init__(self) -> None:
        super().__init__()
        self._seconds = 0.0
        self._holders = 0

    def time(self) -> float:
        return self._seconds

    @contextmanager
    def held(self) -> Generator[None]:
        """Time does not leap meanwhile: a real thread is at work."""
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1

    def run_in_executor(self, executor: object, func: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def _run_once(self) -> None:
        if not self._ready and not self._holders:
            self._leap()
        super()._run_once()

    def _leap(self) -> None:
        while self._scheduled and self._scheduled[0].cancelled():
            timer = heapq.heappop(self._scheduled)
            timer._scheduled = False
            self._timer_cancelled_count -= 1
        if self._scheduled:
            self._seconds = max(self._seconds, self._scheduled[0].when())


class HeldDatabase(Database):
    """The real one, whose threads' work takes no time on the loop."""

    async def open(self, **how: bool) -> None:
        with _running().held():
            await super().open(**how)

    async def close(self) -> None:
        with _running().held():
            await super().close()

    async def write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        with _running().held():
            return await super().write(work)

    async def read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        with _running().held():
            return await super().read(work)


class LoopClock:
    """The running loop's time as wall and monotonic time; it goes on over restarts of what uses it."""

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def elapsed(self) -> float:
        return self.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def _running() -> VirtualLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop
