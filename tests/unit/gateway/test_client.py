"""The gateway's client: one request for one create, the key to the gateway alone, the service's wishes obeyed."""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sora_studio import __version__
from sora_studio.domain import errors
from sora_studio.domain.proxies import read_proxies
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.gateway.client import MAX_ANSWER_BYTES, GatewayClient
from tests.unit.gateway.doubles import KEY, HastyClock, VirtualClock, make_profile, run, serving, settle

BASE = "https://api.example"
REQUEST = GenerationRequest("sora-2", "A cat")
STARTED = {"code": 200, "message": "success", "data": {"taskId": "task_1"}}
GOING_ON = {"code": 200, "data": {"taskId": "task_1", "state": "processing"}}
Handler = Callable[[httpx.Request], httpx.Response]


class Service:
    """Answers every request the same way and keeps what it was asked."""

    def __init__(self, answer: httpx.Response | Exception | Handler) -> None:
        self.answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, httpx.Response):
            return httpx.Response(self.answer.status_code, headers=self.answer.headers, content=self.answer.content)
        return self.answer(request)


def ask(
    service: Service,
    work: Callable[[GatewayClient], Awaitable[object]],
    *,
    key: str | None = KEY,
    base_url: str = BASE,
) -> object:
    async def scenario() -> object:
        client = GatewayClient(base_url, key=lambda: key, clock=HastyClock(), transport=httpx.MockTransport(service))
        try:
            return await work(client)
        finally:
            await client.close()

    return run(scenario())


async def yes() -> bool:
    return True


def create(client: GatewayClient) -> Awaitable[object]:
    return client.create(REQUEST, make_profile(), (), claim=yes)


def status(client: GatewayClient) -> Awaitable[object]:
    return client.status(make_profile(), "task_1")


def balance(client: GatewayClient) -> Awaitable[object]:
    return client.balance()


EVERY_CALL = pytest.mark.parametrize("call", [create, status, balance])


def test_a_create_posts_the_documented_body_to_the_model() -> None:
    service = Service(httpx.Response(200, json=STARTED))
    assert ask(service, create) == "task_1"
    (request,) = service.requests
    assert (request.method, str(request.url)) == ("POST", "https://api.example/api/v1/generateTask/sora-2")
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"] == f"sora-studio/{__version__}"
    body = json.loads(request.content)
    assert set(body) == {"request_type", "provider", "input"}
    assert (body["request_type"], body["input"]["prompt"]) == ("async", "A cat")


def test_a_base_address_with_a_path_keeps_it_and_odd_ids_cannot_change_the_address() -> None:
    service = Service(httpx.Response(200, json={"code": 200, "data": {"state": "pending"}}))
    ask(service, lambda client: client.status(make_profile(slug="a/b?c"), "x&y=/../#z"), base_url="https://proxy.example/gate/")
    url = urlsplit(str(service.requests[0].url))
    assert (url.netloc, url.path) == ("proxy.example", "/gate/api/v1/statusTask/a%2Fb%3Fc")
    assert parse_qs(url.query) == {"taskId": ["x&y=/../#z"]}


def test_a_status_is_read() -> None:
    found = ask(Service(httpx.Response(200, json=GOING_ON)), status)
    assert getattr(found, "state", None) is TaskState.PROCESSING


def test_the_balance_is_read_for_the_current_key_and_for_another() -> None:
    service = Service(httpx.Response(200, json={"code": 200, "message": "success", "data": 74.87}))
    assert ask(service, balance) == 74.87
    assert ask(service, lambda client: client.balance_of(" other \n")) == 74.87
    assert [request.headers["Authorization"] for request in service.requests] == [f"Bearer {KEY}", "Bearer other"]
    assert service.requests[0].url.path == "/api/v1/apikeys/current-balance"


@EVERY_CALL
def test_without_a_key_nothing_is_sent(call: Callable[[GatewayClient], Awaitable[object]]) -> None:
    service = Service(httpx.Response(200, json=STARTED))
    with pytest.raises(errors.KeyMissing):
        ask(service, call, key=None)
    with pytest.raises(errors.KeyRejected):
        ask(service, call, key="two\r\nlines: yes")
    with pytest.raises(errors.KeyRejected):
        ask(service, call, key="schlüssel")
    assert service.requests == []


@EVERY_CALL
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(call: Callable[[GatewayClient], Awaitable[object]], code: int) -> None:
    service = Service(httpx.Response(code, headers={"Location": "https://elsewhere.example/api/v1"}))
    with pytest.raises(errors.InterceptedCreate if call is create else errors.Intercepted):
        ask(service, call)
    assert [request.url.host for request in service.requests] == ["api.example"]


@EVERY_CALL
@pytest.mark.parametrize(
    "answer",
    [
        httpx.LocalProtocolError(f"Illegal header value b'Bearer {KEY}'"),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(401, json={"code": 401, "message": "invalid key"}),
        httpx.Response(200, content=b"<html>"),
    ],
    ids=str,
)
def test_no_error_and_no_log_holds_the_key(
    call: Callable[[GatewayClient], Awaitable[object]], answer: httpx.Response | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(errors.StudioError) as caught:
        ask(Service(answer), call)
    assert KEY not in "".join(traceback.format_exception(caught.value, chain=True)) + repr(vars(caught.value))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert KEY not in caplog.text
    assert BASE not in caplog.text


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("t"),
        httpx.WriteError("w"),
        httpx.RemoteProtocolError("p"),
        httpx.Response(503),
        httpx.Response(408),
        httpx.Response(200, content=b"<html>ok</html>"),
        httpx.Response(200, json={"code": 200, "data": {}}),
        httpx.Response(200, json=STARTED | {"pad": "x" * MAX_ANSWER_BYTES}),
        httpx.Response(200, content=b"<html>" + b"x" * MAX_ANSWER_BYTES),
    ],
    ids=str,
)
def test_a_create_without_a_clear_answer_is_unclear_and_sent_once(answer: httpx.Response | Exception) -> None:
    service = Service(answer)
    with pytest.raises(errors.OutcomeUnknown):
        ask(service, create)
    assert len(service.requests) == 1


@EVERY_CALL
@pytest.mark.parametrize("mistake", [TypeError("not like this"), RuntimeError("a bug below"), KeyError("x"), AssertionError()])
def test_a_mistake_of_the_program_is_logged_with_its_traceback_and_is_no_trouble_of_the_service(
    call: Callable[[GatewayClient], Awaitable[object]],
    mistake: Exception,
    caplog: pytest.LogCaptureFixture,
    expect_log: Callable[[str], None],
) -> None:
    expect_log("ERROR .*gateway.client: A request failed because of a bug in the program")
    service = Service(mistake)
    with pytest.raises(errors.StudioError) as caught:
        ask(service, call)
    assert not isinstance(caught.value, errors.PassingError)
    assert isinstance(caught.value, errors.OutcomeUnknown) == (call is create)
    assert caught.value.__context__ is None
    assert f"{type(mistake).__name__}: {mistake}".rstrip(": ") in caplog.text
    assert "Traceback" in caplog.text
    assert "handle_async_request" in caplog.text
    assert len(service.requests) == 1


class Broken(httpx.AsyncByteStream):
    """A body that ends too soon."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"<html><title>Sign in"
        raise httpx.ReadError("")


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json", ""])
def test_a_page_that_breaks_off_is_not_the_services_all_the_same(kind: str) -> None:
    service = Service(lambda _: httpx.Response(403, headers={"Content-Type": kind}, stream=Broken()))
    is_page = kind.startswith("text/html")
    with pytest.raises(errors.OutcomeUnknown) as caught:
        ask(service, create)
    assert isinstance(caught.value, errors.InterceptedCreate) == is_page
    with pytest.raises(errors.Intercepted if is_page else errors.ServiceUnavailable):
        ask(service, status)


@pytest.mark.parametrize(
    "answer", [httpx.Response(401, html="<html>log in</html>"), httpx.Response(401, json={"detail": "no"})]
)
def test_a_key_is_not_called_refused_by_what_is_not_the_service(answer: httpx.Response) -> None:
    for work in (balance, status, lambda client: client.balance_of("another")):
        with pytest.raises(errors.Intercepted) as caught:
            ask(Service(answer), work)
        assert "Sign in to this network" in caught.value.sentence


def test_a_rate_limit_with_a_wait_holds_the_whole_model_back_and_nothing_else() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if len(service.requests) == 1:
            return httpx.Response(429, headers={"Retry-After": "30"}, json={"code": 429, "message": "slow down"})
        return httpx.Response(200, json=GOING_ON if "status" in request.url.path else STARTED)

    service = Service(answer)

    async def scenario() -> None:
        clock = VirtualClock()
        client = GatewayClient(BASE, key=lambda: KEY, clock=clock, transport=httpx.MockTransport(service))
        with pytest.raises(errors.RateLimited) as limited:
            await create(client)
        assert limited.value.retry_after_s == 30.0
        waiting = asyncio.create_task(client.status(make_profile(), "task_1"))
        await client.status(make_profile(slug="sora-2-pro"), "task_1")
        await clock.advance(29.9)
        assert len(service.requests) == 2
        await clock.advance(0.2)
        assert (await waiting).state is TaskState.PROCESSING
        assert client.requests_last_minute == 3
        await client.close()

    run(scenario())


def test_creates_go_before_questions_that_asked_first() -> None:
    paths: list[str] = []
    gate = asyncio.Event()

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            paths.append(request.url.path.split("/")[3])
            await gate.wait()
            return httpx.Response(200, json=STARTED if request.method == "POST" else GOING_ON)

    async def scenario() -> None:
        client = GatewayClient(BASE, key=lambda: KEY, clock=VirtualClock(), transport=Slow())
        questions = [asyncio.create_task(client.status(make_profile(), "task_1")) for _ in range(40)]
        await settle()
        asked_first = len(paths)
        paid = asyncio.ensure_future(create(client))
        await settle()
        gate.set()
        await asyncio.gather(paid, *questions)
        assert paths[asked_first] == "generateTask"
        assert asked_first == 32
        await client.close()

    run(scenario())


def test_a_create_is_claimed_when_its_place_has_come_and_not_before() -> None:
    service = Service(httpx.Response(200, json=GOING_ON))
    claims: list[int] = []

    async def claim() -> bool:
        claims.append(len(service.requests))
        return True

    async def scenario() -> None:
        clock = VirtualClock()
        client = GatewayClient(BASE, key=lambda: KEY, clock=clock, transport=httpx.MockTransport(service))
        one_a_minute = make_profile(per_minute=1)
        await client.status(one_a_minute, "task_1")
        paid = asyncio.create_task(client.create(REQUEST, one_a_minute, (), claim=claim))
        await clock.advance(59)
        assert claims == []
        await clock.advance(2)
        assert (await paid, claims) == ("task_1", [1])
        await client.close()

    run(scenario())


@pytest.mark.parametrize("trouble", [None, errors.StorageFull()])
def test_without_its_claim_a_create_sends_nothing(trouble: Exception | None) -> None:
    async def claim() -> bool:
        if trouble:
            raise trouble
        return False

    service = Service(httpx.Response(200, json=STARTED))
    with pytest.raises(type(trouble)) if trouble else nullcontext():
        assert ask(service, lambda client: client.create(REQUEST, make_profile(), (), claim=claim)) is None
    assert service.requests == []


@pytest.mark.parametrize("url", ["http://api.example", "https://☃.example", "https://999.1.1.1"])
def test_an_address_that_is_unsafe_or_cannot_be_asked_is_refused_at_once(url: str) -> None:
    with pytest.raises(errors.InvalidSetting):
        GatewayClient(url, key=lambda: KEY, clock=HastyClock())


class Wire:
    """A real server on loopback that reads one request a connection and does as told; counts connections."""

    def __init__(self, reply: bytes | None, *, keep: bool = False) -> None:
        self.reply, self.keep = reply, keep
        self.connections = 0
        self.requests: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head)
            length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
            await reader.readexactly(length)
            if self.reply is not None:
                writer.write(self.reply)
                await writer.drain()
            if not self.keep:
                return

    def during(self, work: Callable[[GatewayClient], Awaitable[object]]) -> object:
        async def scenario() -> object:
            async with serving(self.serve) as base_url:
                client = GatewayClient(base_url, key=lambda: KEY, clock=HastyClock(), proxies=read_proxies())
                try:
                    return await work(client)
                finally:
                    await client.close()

        return run(scenario())


def http_reply(body: object, *, promised: int = 0) -> bytes:
    content = json.dumps(body).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(content) + promised, content)


@pytest.mark.parametrize("reply", [None, b"HTTP/1.1 200", b"nonsense\r\n\r\n", http_reply(STARTED, promised=5)])
def test_a_connection_that_dies_after_the_body_leaves_a_create_unclear(reply: bytes | None) -> None:
    wire = Wire(reply)
    with pytest.raises(errors.OutcomeUnknown):
        wire.during(create)
    assert len(wire.requests) == 1


def test_a_closed_port_proves_that_nothing_was_sent() -> None:
    async def scenario() -> None:
        async with serving(Wire(None).serve) as base_url:
            pass
        client = GatewayClient(base_url, key=lambda: KEY, clock=HastyClock())
        for work in (create, status):
            with pytest.raises(errors.ConnectionFailed):
                await work(client)
        await client.close()

    run(scenario())


def test_questions_share_a_connection_and_every_create_opens_its_own() -> None:
    wire = Wire(http_reply(STARTED | {"data": {"taskId": "task_1", "state": "pending"}}), keep=True)

    async def work(client: GatewayClient) -> None:
        for call in (status, status, status):
            await call(client)
        assert wire.connections == 1
        for call in (create, create, status):
            await call(client)

    wire.during(work)
    assert wire.connections == 3


def test_the_key_for_a_loopback_gateway_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    wire = Wire(http_reply(STARTED))
    assert wire.during(create) == "task_1"
    assert wire.requests[0].startswith(b"POST /api/v1/generateTask/sora-2 HTTP/1.1")
