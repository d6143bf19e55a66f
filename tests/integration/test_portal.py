"""Behind a sign-in page, proxy or firewall that answers in the service's place: one task is unclear, and no more is sent."""

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from sora_studio.domain.events import NoticeRaised
from sora_studio.domain.task import TaskState
from sora_studio.gateway.client import MAX_ANSWER_BYTES, GatewayClient
from sora_studio.services.runtime.notices import KEY, OFFLINE
from tests.faults.books import Books
from tests.faults.edge import Edge
from tests.faults.virtual_loop import LoopClock, VirtualLoop
from tests.faults.ways import Way
from tests.faults.wire import FaultyWire, Line, Weather
from tests.faults.world import BASE_URL, one_trust_for_all
from tests.unit.services.rig import Rig, request

TASKS = 50
HTML = "<html><head><title>Sign in to Hotel WiFi</title></head><body>Room number?</body></html>"
PAGES = {
    "200": lambda: httpx.Response(200, html=HTML),
    "302": lambda: httpx.Response(302, headers={"Location": "http://portal.example/login"}),
    "302 that breaks off": lambda: httpx.Response(302, headers={"Content-Type": "text/html"}, stream=Broken()),
    "400": lambda: httpx.Response(400, html=HTML),
    "401": lambda: httpx.Response(401, html=HTML),
    "403 in JSON": lambda: httpx.Response(403, json={"message": "Forbidden"}),
    "404 in JSON": lambda: httpx.Response(404, json={"detail": "Not Found"}),
    "413": lambda: httpx.Response(413, html=HTML),
    "451": lambda: httpx.Response(451, html=HTML),
    "502": lambda: httpx.Response(502, html=HTML),
    "503 and nothing": lambda: httpx.Response(503),
    "a very long page": lambda: httpx.Response(200, html=HTML + " " * MAX_ANSWER_BYTES),
}
EVERY_PAGE = pytest.mark.parametrize("page", sorted(PAGES))
S = TaskState


class Broken(httpx.AsyncByteStream):
    """A body that never comes."""

    async def __aiter__(self) -> Any:
        raise httpx.RemoteProtocolError("peer closed connection")
        yield b""


class Calm(Weather):
    """The service itself answers well and soon."""

    def way_of_create(self) -> Way:
        return Way.WELL

    def way_of_question(self) -> Way:
        return Way.WELL


class Portal(httpx.AsyncBaseTransport):
    """While `page` names one, every request is answered with it; with `forwards`, after the service has had it."""

    def __init__(self) -> None:
        rng = random.Random(1)
        self.books = Books(rng)
        self._inner = FaultyWire(Line(self.books, Calm(rng), rng), Edge())
        self.page = ""
        self.forwards = False
        self.met = Counter[str]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not self.page:
            return await self._inner.handle_async_request(request)
        if self.forwards and request.method == "POST":
            self.books.create(await request.aread(), Way.WELL)
        self.met[request.method] += 1
        await asyncio.sleep(0.2)
        if self.page == "511":
            return httpx.Response(511, html=HTML)
        return PAGES[self.page]()


@dataclass
class Behind(Rig):
    """A studio whose every request goes through the portal."""

    portal: Portal = field(kw_only=True)

    def _open_gateway(self) -> GatewayClient:
        return GatewayClient(BASE_URL, key=lambda: "key", clock=self.clock, transport=self.portal)

    async def __aenter__(self) -> Self:
        await self.engine.begin()
        await asyncio.sleep(1)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.finish()
        await self.gateway.close()

    async def submit_all(self, count: int = TASKS) -> None:
        for number in range(count):
            await self.engine.submission.submit(request(f"intent {number}"))

    @property
    def counted(self) -> Counter[TaskState]:
        return Counter(self.states())

    @property
    def charges(self) -> dict[str, int]:
        return {prompt: len(ids) for prompt, ids in self.portal.books.charges.items()}


def behind(folder: Path) -> Behind:
    return Behind(folder, clock=LoopClock(), portal=Portal())  # pyright: ignore[reportArgumentType]


def run(story: Coroutine[Any, Any, None]) -> None:
    """Hours pass in milliseconds."""
    with one_trust_for_all(), asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(story)


@pytest.mark.parametrize(("page", "forwards"), [("200", False), *((page, True) for page in sorted(PAGES))])
def test_fifty_tasks_behind_a_portal_cost_one_review_and_the_rest_go_once_it_is_gone(
    tmp_path: Path, page: str, *, forwards: bool
) -> None:
    async def story() -> None:
        async with behind(tmp_path) as rig:
            rig.portal.page, rig.portal.forwards = page, forwards
            await rig.submit_all()
            await asyncio.sleep(900)
            assert rig.counted == {S.UNKNOWN: 1, S.WAITING: TASKS - 1}
            assert rig.portal.met["POST"] == 1
            assert 15 <= rig.portal.met["GET"] <= 50  # the service is looked for about once a minute
            assert rig.notices() == {OFFLINE}
            (notice,) = (event for event in rig.told(NoticeRaised) if isinstance(event, NoticeRaised))
            assert notice.text.startswith("Something between you and the service answers in its place: HTTP ")
            assert ("Hotel WiFi" in notice.text) == (not page.startswith(("302", "403", "404", "503", "a very")))
            rig.portal.page = ""
            await asyncio.sleep(120)
            assert rig.counted == {S.UNKNOWN: 1, S.PENDING: TASKS - 1}
            assert rig.notices() == set()
            unclear = next(row.request.prompt for row in rig.tasks.rows.values() if row.state is S.UNKNOWN)
            expected = {f"intent {number}": 1 for number in range(TASKS)}
            if not forwards:
                del expected[unclear]
            assert rig.charges == expected

    run(story())


def test_what_provably_was_not_forwarded_waits_and_is_sent_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with behind(tmp_path) as rig:
            rig.portal.page = "511"
            await rig.submit_all()
            await asyncio.sleep(900)
            assert rig.counted == {S.WAITING: TASKS}
            assert rig.portal.met["POST"] == 1
            assert rig.notices() == {OFFLINE}
            rig.portal.page = ""
            await asyncio.sleep(120)
            assert rig.counted == {S.PENDING: TASKS}
            assert rig.charges == {f"intent {number}": 1 for number in range(TASKS)}

    run(story())


def test_a_start_behind_a_portal_sends_one_create_at_most(tmp_path: Path) -> None:
    async def story() -> None:
        rig = behind(tmp_path)
        rig.portal.page = "200"
        async with rig:
            await rig.submit_all()
            await asyncio.sleep(600)
            assert rig.portal.met["POST"] <= 1
            assert rig.counted[S.WAITING] >= TASKS - 1

    run(story())


def test_a_portal_that_comes_while_tasks_are_sent_costs_no_more_than_are_on_their_way(tmp_path: Path) -> None:
    async def story() -> None:
        async with behind(tmp_path) as rig:
            await rig.submit_all()
            await asyncio.sleep(1)
            sent = rig.counted[S.PENDING]
            assert 0 < sent < TASKS
            rig.portal.page = "302"
            await asyncio.sleep(900)
            assert rig.counted[S.UNKNOWN] <= 8
            assert rig.counted[S.WAITING] >= TASKS - sent - 16
            rig.portal.page = ""
            await asyncio.sleep(120)
            assert rig.counted[S.PENDING] + rig.counted[S.PROCESSING] == TASKS - rig.counted[S.UNKNOWN]
            assert max(rig.charges.values()) == 1

    run(story())


@EVERY_PAGE
def test_running_tasks_are_asked_for_again_once_the_portal_is_gone(tmp_path: Path, page: str) -> None:
    async def story() -> None:
        async with behind(tmp_path) as rig:
            await rig.submit_all(5)
            await asyncio.sleep(10)
            rig.portal.page = page
            await asyncio.sleep(900)
            assert rig.counted == {S.PENDING: 5}
            assert rig.notices() == {OFFLINE}
            assert KEY not in rig.notices()
            assert rig.portal.met["GET"] <= 50
            rig.portal.page = ""
            rig.portal.books.status_data = {"state": "failed", "failCode": "GENERATION_FAILED"}
            await asyncio.sleep(120)
            assert rig.counted == {S.FAILED: 5}
            assert rig.notices() == set()

    run(story())


def test_a_single_page_instead_of_a_status_is_asked_over_and_stops_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with behind(tmp_path) as rig:
            await rig.submit_all(1)
            await asyncio.sleep(170)
            rig.portal.page = "502"
            await asyncio.sleep(15)
            assert "Something between you and the service" in (rig.row().trouble or "")
            rig.portal.page = ""
            await asyncio.sleep(20)
            assert rig.row().trouble is None
            assert rig.told(NoticeRaised) == []

    run(story())


def test_an_answer_to_what_was_asked_before_the_portal_came_does_not_let_the_queue_go_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with behind(tmp_path) as rig:
            rig.portal.page = "403 in JSON"
            await rig.submit_all(3)
            await asyncio.sleep(5)
            rig.engine.connection.succeeded()
            await asyncio.sleep(600)
            assert (rig.portal.met["POST"], rig.counted) == (1, {S.UNKNOWN: 1, S.WAITING: 2})

    run(story())
