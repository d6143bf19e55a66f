"""A gateway that does what a test wrote down, and remembers what it was asked."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from sora_studio.clock import Clock
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.ports import RemoteStatus
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.gateway.client import GatewayClient

PENDING = RemoteStatus(TaskState.PENDING)
PROCESSING = RemoteStatus(TaskState.PROCESSING)
DONE = RemoteStatus(TaskState.SUCCESS, result_urls=("https://films.example/1.mp4",))
FAILED = RemoteStatus(TaskState.FAILED, fail_code="GENERATION_FAILED", fail_message="It did not work.")

CreateAnswer = str | BaseException
StatusAnswer = RemoteStatus | Exception


class ScriptedGateway(GatewayClient):
    """Answers creates from `creates` (then with fresh ids) and each status from its task's script, whose last line repeats.

    With `turn` set, every create waits for it before it is claimed; with `gate` set, before it answers.
    """

    requests_last_minute = 0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.creates = deque[CreateAnswer]()
        self.statuses = defaultdict[str, list[StatusAnswer]](list)
        self.default_status: StatusAnswer = PROCESSING
        self.balances = deque[float | Exception]()
        self.turn: asyncio.Event | None = None
        self.gate: asyncio.Event | None = None
        self.created: list[GenerationRequest] = []
        self.image_urls: list[list[str]] = []
        self.callback_urls: list[str | None] = []
        self.asked: list[tuple[str, datetime]] = []
        self.urgent: list[str] = []
        self.balance_asked = 0
        self.creates_now = 0
        self.most_creates = 0
        self.polls_now = 0
        self.most_polls = 0

    async def create(
        self,
        request: GenerationRequest,
        profile: ModelProfile,
        addresses: Mapping[str, str],
        *,
        callback_url: str | None = None,
        claim: Callable[[], Awaitable[bool]],
    ) -> str | None:
        if self.turn is not None:
            await self.turn.wait()
        if not await claim():
            return None
        self.created.append(request)
        self.callback_urls.append(callback_url)
        self.image_urls.append(list(addresses.values()))
        number = len(self.created)
        answer = self.creates.popleft() if self.creates else f"remote-{number}"
        self.creates_now += 1
        self.most_creates = max(self.most_creates, self.creates_now)
        try:
            if self.gate is not None:
                await self.gate.wait()
            else:
                await asyncio.sleep(0)
        finally:
            self.creates_now -= 1
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def status(self, profile: ModelProfile, task_id: str, *, urgent: bool = False) -> RemoteStatus:
        self.asked.append((task_id, self._clock.now()))
        if urgent:
            self.urgent.append(task_id)
        self.polls_now += 1
        self.most_polls = max(self.most_polls, self.polls_now)
        await asyncio.sleep(0)
        self.polls_now -= 1
        script = self.statuses[task_id]
        answer = script.pop(0) if len(script) > 1 else script[0] if script else self.default_status
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def balance(self) -> float:
        self.balance_asked += 1
        answer = self.balances.popleft() if len(self.balances) > 1 else self.balances[0] if self.balances else 74.87
        if isinstance(answer, Exception):
            raise answer
        return answer

    def asked_at(self, task_id: str) -> list[datetime]:
        """When the status of a task was asked for."""
        return [at for asked, at in self.asked if asked == task_id]
