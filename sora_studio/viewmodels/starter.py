"""How view models start asynchronous work without depending on widgets."""

import asyncio
from collections.abc import Coroutine
from typing import Protocol


class Starter(Protocol):
    """Starts named work in the window's task scope, which reports its errors and ends it with the window."""

    def __call__(self, coro: Coroutine[object, object, None], *, name: str) -> object: ...


class TaskStarter(Protocol):
    """Like `Starter`, and returns the task, so that its work can be cancelled."""

    def __call__(self, coro: Coroutine[object, object, None], *, name: str) -> asyncio.Task[None]: ...
