"""The simulated service in process, with a clock that the test turns, and what the outside web serves to it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from sora_studio.simulator.api import Api
from sora_studio.simulator.folder import Folder
from sora_studio.simulator.scenarios import SCENARIOS
from sora_studio.simulator.service import Service, Terms

KEY = {"Authorization": "Bearer some-key"}


@dataclass
class TurnedClock:
    """Stands still until it is turned."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Bench:
    """A simulated service and a client with a good key."""

    service: Service
    clock: TurnedClock
    http: httpx.AsyncClient

    async def create(self, prompt: str = "A harbour at dawn", **wanted: object) -> str:
        body = {"input": {"mode": "text-to-video", "prompt": prompt, **wanted}}
        answer = await self.http.post("/api/v1/generateTask/sora-2", json=body)
        assert answer.status_code == 200, answer.text
        task_id = answer.json()["data"]["taskId"]
        assert isinstance(task_id, str)
        return task_id

    async def status(self, task_id: str) -> dict[str, object]:
        answer = await self.http.get("/api/v1/statusTask/sora-2", params={"taskId": task_id})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def balance(self) -> float:
        return (await self.http.get("/api/v1/apikeys/current-balance")).json()["data"]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that happens in real time."""
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110 - the service tells nobody
                await asyncio.sleep(0.005)


@asynccontextmanager
async def bench(
    folder: Path, *, clock: TurnedClock | None = None, address: str = "http://simulator", **terms: object
) -> AsyncGenerator[Bench]:
    clock = clock or TurnedClock()
    if isinstance(scenario := terms.get("scenario"), str):
        terms["scenario"] = SCENARIOS[scenario]
    service = Service(Terms(**{"film_edge_px": 180, **terms}), Folder(folder), clock)
    application = Api(service).application
    transport = httpx.ASGITransport(application)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(transport=transport, base_url=address, headers=KEY) as http,
    ):
        yield Bench(service, clock, http)


@dataclass
class Web:
    """What the outside web serves: each path an answer, or a list of statuses for what is posted there, one after the other."""

    url: str = ""
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    receipts: dict[str, list[int]] = field(default_factory=dict)
    posted: list[bytes] = field(default_factory=list)
