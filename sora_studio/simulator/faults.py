"""Middleware that injects the scenario's faults and records every request."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass

from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sora_studio.simulator.connections import Connections
from sora_studio.simulator.scenarios import Answer, Fault, Scenario, draw_fault

REMEMBERED_REQUESTS = 100_000
DROPPED = 0
CONTROL_PATH = "/simulator/"
"""Requests below it control the simulator: they are neither recorded nor disturbed."""
ANSWER_IS_LOST = "answer_is_lost"
"""Key in a request's state: the work is done, but the answer is lost."""


@dataclass(slots=True)
class SeenRequest:
    """`at_s` is the monotonic time of arrival; `status` is None while it is being answered, 0 when it was dropped."""

    at_s: float
    method: str
    path: str
    task_id: str = ""
    status: int | None = None


class _Cut(Exception):
    """The body has been sent up to the cut."""


class Weather:
    """ASGI middleware: records each request and applies the fault that the scenario draws for it."""

    def __init__(self, app: ASGIApp, scenario: Scenario, seed: int, connections: Connections) -> None:
        self.seen = deque[SeenRequest](maxlen=REMEMBERED_REQUESTS)
        self._app, self._scenario, self._connections = app, scenario, connections
        self._rng = random.Random(f"faults {seed}")  # noqa: S311 - simulated chance, not a secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Apply a fault to HTTP requests of the service; pass everything else through."""
        if scope["type"] != "http" or str(scope["path"]).startswith(CONTROL_PATH):
            await self._app(scope, receive, send)
            return
        path = str(scope["path"])
        task_id = QueryParams(scope["query_string"]).get("taskId", "")
        seen = SeenRequest(asyncio.get_running_loop().time(), str(scope["method"]), path, task_id)
        self.seen.append(seen)

        async def note(message: Message) -> None:
            if scope.get("state", {}).get(ANSWER_IS_LOST):
                raise _Cut
            if message["type"] == "http.response.start":
                seen.status = int(message["status"])
            await send(message)

        fault = draw_fault(self._scenario, self._rng, is_film=path.startswith("/clips/"))
        if not await self._answer(fault, scope, receive, note):
            seen.status = DROPPED
            await self._connections.drop(scope, receive)

    async def _answer(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer with the fault applied; return whether an answer went out whole."""
        await asyncio.sleep(fault.delay_s)
        if fault.drop_before:
            return False
        if fault.answer is not None:
            await _send_answer(fault.answer, send)
            return True
        if fault.drop_after:
            await self._app(scope, receive, _send_nowhere)
            return False
        try:
            await self._app(scope, receive, send if fault.cut_after is None else _cutting(send, fault.cut_after))
        except _Cut:
            return False
        return True


async def _send_nowhere(message: Message) -> None:
    """Drop the answer."""


async def _send_answer(answer: Answer, send: Send) -> None:
    headers = [(b"content-length", str(len(answer.body)).encode()), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _cutting(send: Send, share: float) -> Send:
    """Return a `send` that passes that share of the body, then raises `_Cut`. A body of unknown length is not cut."""
    left: int | None = None

    async def cut(message: Message) -> None:
        nonlocal left
        if message["type"] == "http.response.start":
            length = int(dict(message["headers"]).get(b"content-length", b"0"))
            left = int(length * share) if length > 1 else None
        elif left is not None:
            body = bytes(message.get("body", b""))
            if len(body) >= left:
                await send({"type": "http.response.body", "body": body[:left], "more_body": True})
                raise _Cut
            left -= len(body)
        await send(message)

    return cut
