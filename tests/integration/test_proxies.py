"""Every request to the internet goes through the proxy that the environment names, or past it when told so."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from sora_studio.clock import Clock
from sora_studio.domain.errors import ConnectionFailed, InvalidRequest, OutcomeUnknown, PassingError, RouteUnusable, StudioError
from sora_studio.domain.events import Event, NoticeRaised
from sora_studio.domain.ports import RelayGreeting
from sora_studio.domain.proxies import Proxies, read_proxies
from sora_studio.domain.task import TaskState
from sora_studio.gateway import proxied_transport
from sora_studio.gateway.addresses import LinkRefused
from sora_studio.gateway.client import GatewayClient
from sora_studio.gateway.connections import trusted_authorities
from sora_studio.gateway.picture_checker import HttpPictureChecker
from sora_studio.gateway.relay_client import RelayClient
from sora_studio.gateway.signed_upload import SignedUpload
from sora_studio.gateway.transfer import FilmTransfer
from sora_studio.hosting.bucket import BucketHost
from sora_studio.relay.embedded import EmbeddedRelay
from sora_studio.simulator.serve import running
from tests.canary import KEY
from tests.doubles.lent_films import lent_film
from tests.doubles.proxies import AUTHORITY, HttpProxy, Proxy, SocksProxy, behind_tls, saying
from tests.integration.stage import all_ready, request, run, running_studio, until
from tests.integration.test_relay_client import HANDLE, PICTURE
from tests.unit.gateway.test_picture_header import encode
from tests.unit.services.rig import sora_2

FILM = b"a film, as far as a proxy can tell"
PROFILE = sora_2()
LOGIN, WRITTEN_LOGIN = "studio:p@ss/word", "studio:p%40ss%2Fword"
Ask = Callable[[Proxies, Path], Awaitable[object]]


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tests' authority is one of this system's, and its names lead nowhere but to this machine."""
    system = socket.getaddrinfo

    def getaddrinfo(host: str | bytes, port: int, *args: int, **options: int) -> list[object]:
        name = host if isinstance(host, str) else host.decode("ascii")
        return [*system("127.0.0.1" if name.endswith(".example") else name, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))
    trusted_authorities.cache_clear()
    yield
    trusted_authorities.cache_clear()


@asynccontextmanager
async def servers(folder: Path) -> AsyncGenerator[dict[str, int]]:
    """A gateway, a film, a picture and a relay under their public names, and the ports where they are."""
    async with contextlib.AsyncExitStack() as stack:
        simulator = stack.enter_context(running(speed=400))
        relay = EmbeddedRelay(folder / "relay", public_url="https://relay.example")
        await relay.start()
        stack.push_async_callback(relay.stop)
        plain = {
            "gateway.example": int(simulator.url.rpartition(":")[2]),
            "films.example": await stack.enter_async_context(saying(FILM, "video/mp4")),
            "pictures.example": await stack.enter_async_context(saying(encode("png", 640, 360), "image/png")),
            "relay.example": int(relay.base_url.rpartition(":")[2]),
        }
        routes = {name: await stack.enter_async_context(behind_tls(port)) for name, port in plain.items()}
        routes["plain.example"] = plain["pictures.example"]
        (folder / "token").write_text(relay.token, encoding="utf-8")
        yield routes


async def gateway(proxies: Proxies, _: Path) -> object:
    client = GatewayClient("https://gateway.example", key=lambda: KEY, clock=Clock(), proxies=proxies)
    try:
        return await client.balance()
    finally:
        await client.close()


async def create(proxies: Proxies, _: Path) -> object:
    async def claim() -> bool:
        return True

    client = GatewayClient("https://gateway.example", key=lambda: KEY, clock=Clock(), proxies=proxies)
    try:
        return await client.create(request(), PROFILE, (), claim=claim)
    finally:
        await client.close()


async def film(proxies: Proxies, folder: Path, url: str = "https://films.example/a.mp4?signature=x") -> object:
    transfer = FilmTransfer(gateway_is_loopback=False, clock=Clock(), proxies=proxies)
    try:
        await transfer.fetch(url, folder / "part", lambda _: None)
    finally:
        await transfer.close()
    return (folder / "part").read_bytes()


async def picture(proxies: Proxies, _: Path, url: str = "https://pictures.example/a.png") -> object:
    checker = HttpPictureChecker(gateway_is_loopback=False, clock=Clock(), proxies=proxies)
    try:
        return (await checker.look(url, max_bytes=10_000_000)).width
    finally:
        await checker.close()


async def plain_picture(proxies: Proxies, folder: Path) -> object:
    return await picture(proxies, folder, "http://plain.example/a.png")


async def relay(proxies: Proxies, folder: Path) -> object:
    """Its line, an upload, and the look that a stranger takes at it."""
    token = (folder / "token").read_text("utf-8")
    client = RelayClient("https://relay.example", token=lambda: token, clock=Clock(), proxies=proxies)
    try:
        async with aclosing(client.callbacks()) as line:
            assert isinstance(await anext(line), RelayGreeting)
            url = await client.publish(PICTURE, HANDLE, lifetime_s=60)
            return await client.visit(url) == PICTURE.content
    finally:
        await client.close()


ASKED: dict[str, tuple[Ask, list[str], object]] = {
    "gateway": (gateway, ["gateway.example:443"], 100.0),
    "film": (film, ["films.example:443"], FILM),
    "picture": (picture, ["pictures.example:443"], 640),
    "relay": (relay, ["relay.example:443"] * 3, True),
}


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
@pytest.mark.parametrize("what", ASKED)
def test_a_proxy_leads_to_it(kind: type[Proxy], what: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ask, seen, result = ASKED[what]

    async def story() -> None:
        async with servers(tmp_path) as routes:
            proxy = kind(routes, login=LOGIN)
            async with proxy.running():
                written = proxy.url.replace("//", f"//{WRITTEN_LOGIN}@")
                assert await ask(read_proxies({"all_proxy": written}), tmp_path) == result
            assert proxy.seen == seen

    with caplog.at_level(logging.DEBUG):
        run(story())
    assert "p@ss" not in caplog.text
    assert "p%40ss" not in caplog.text


@pytest.mark.parametrize("what", ASKED)
def test_no_proxy_leads_past_it(what: str, tmp_path: Path) -> None:
    """The names are this machine's here: whoever goes there directly finds no server, or refuses what is not public."""
    ask, _, _ = ASKED[what]
    (tmp_path / "token").write_text("any-token", encoding="utf-8")

    async def story() -> None:
        proxy = HttpProxy({})
        async with proxy.running():
            proxies = read_proxies({"all_proxy": proxy.url, "no_proxy": ".example"})
            with pytest.raises((ConnectionFailed, LinkRefused, InvalidRequest)) as caught:
                await ask(proxies, tmp_path)
        assert proxy.seen == []
        assert "proxy" not in caught.value.sentence

    run(story())


def test_http_goes_through_a_proxy_for_http(tmp_path: Path) -> None:
    async def story() -> None:
        async with servers(tmp_path) as routes:
            proxy = HttpProxy(routes)
            async with proxy.running():
                assert await plain_picture(read_proxies({"http_proxy": proxy.url}), tmp_path) == 640
            assert proxy.seen == ["http://plain.example/a.png"]

    run(story())


def test_one_studio_uses_one_proxy_for_all_and_says_what_it_skips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    """From a prompt to a clip on disk with a picture from the web, behind a desktop's odd settings."""
    expect_log("The proxy in all_proxy is not used: SOCKS4 is not supported")

    async def story() -> None:
        async with servers(tmp_path) as routes:
            proxy = HttpProxy(routes)
            async with proxy.running():
                monkeypatch.setenv("all_proxy", "socks4://127.0.0.1:9")
                monkeypatch.setenv("https_proxy", proxy.url.removeprefix("http://"))
                async with running_studio(tmp_path, "https://gateway.example") as studio:
                    seen = list[Event]()
                    studio.events.subscribe(seen.append)
                    (notice,) = [notice for notice in studio.notices.current if notice.cause == "proxy"]
                    assert notice.text == "The proxy in all_proxy is not used: SOCKS4 is not supported, SOCKS5 is."
                    await studio.submission.submit(request(images=("https://pictures.example/a.png",)))
                    (done,) = await until(studio, all_ready)
                    assert done.state is TaskState.SUCCESS
                    assert not [event for event in seen if isinstance(event, NoticeRaised)]
        assert set(proxy.seen) == {"gateway.example:443", "pictures.example:443"}
        assert proxy.seen.count("pictures.example:443") == 2  # this program looks at it, then the simulator fetches it
        assert proxy.seen.count("gateway.example:443") >= 3  # a create, questions and films have connections of their own

    run(story())


# --- a proxy that does not lead there --------------------------------------------------------------------------------

BREAKDOWNS: dict[str, tuple[type[Proxy], Callable[[Proxy], None], str]] = {
    "a proxy with a login": (
        HttpProxy,
        lambda proxy: setattr(proxy, "login", LOGIN),
        "asks for a user name and password (407)",
    ),
    "one that refuses": (HttpProxy, lambda proxy: setattr(proxy, "refusal", 403), "does not allow this address (403)"),
    "one that finds nobody": (HttpProxy, lambda proxy: setattr(proxy, "refusal", 502), "does not reach the server (502)"),
    "one that is silent": (HttpProxy, lambda proxy: setattr(proxy, "silent", True), "does not answer in time"),
    "one that is none": (HttpProxy, lambda proxy: setattr(proxy, "broken", True), "does not answer as a proxy does"),
    "a SOCKS proxy with a login": (
        SocksProxy,
        lambda proxy: setattr(proxy, "login", LOGIN),
        "asks for a user name and password",
    ),
    "a SOCKS proxy that finds nobody": (SocksProxy, lambda proxy: proxy.routes.clear(), "does not reach the server"),
    "a silent SOCKS proxy": (SocksProxy, lambda proxy: setattr(proxy, "silent", True), "does not answer in time"),
    "no SOCKS proxy": (SocksProxy, lambda proxy: setattr(proxy, "broken", True), "does not answer as a proxy does"),
}


@pytest.mark.parametrize("breakdown", BREAKDOWNS)
def test_a_proxy_that_does_not_let_us_through_is_named_and_nothing_was_paid(
    breakdown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, change, words = BREAKDOWNS[breakdown]
    monkeypatch.setattr(proxied_transport, "HANDSHAKE_S", 0.3)

    async def story() -> None:
        proxy = kind({})
        change(proxy)
        async with proxy.running():
            proxies = read_proxies({"all_proxy": proxy.url})
            expected = f"The service cannot be reached: the proxy {proxy.url} {words}"
            for ask in (create, gateway):
                with pytest.raises(ConnectionFailed) as failed:
                    await ask(proxies, tmp_path)
                assert failed.value.sentence.startswith(expected)
            (tmp_path / "token").write_text("any-token", encoding="utf-8")
            with pytest.raises(PassingError) as failed_relay:
                await relay(proxies, tmp_path)
            with pytest.raises(StudioError) as failed_picture:
                await picture(proxies, tmp_path)
            for failure in (failed_relay, failed_picture):
                assert f"the proxy {proxy.url} {words}" in failure.value.sentence

    run(story())


def test_a_film_behind_a_proxy_that_refuses_is_asked_for_later(tmp_path: Path) -> None:
    async def story() -> None:
        proxy = HttpProxy({})
        async with proxy.running():
            with pytest.raises(ConnectionFailed) as failed:
                await film(read_proxies({"all_proxy": proxy.url}), tmp_path)
        assert failed.value.sentence == (
            f"The film's server cannot be reached: the proxy {proxy.url} does not reach the server (502)."
        )

    run(story())


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
def test_wrong_credentials_are_told_apart_and_are_in_no_sentence(kind: type[Proxy], tmp_path: Path) -> None:
    async def story() -> None:
        proxy = kind({}, login=LOGIN)
        async with proxy.running():
            proxies = read_proxies({"all_proxy": proxy.url.replace("//", "//studio:wrong-one@")})
            with pytest.raises(ConnectionFailed, match="does not accept the user name and password") as failed:
                await create(proxies, tmp_path)
            assert "wrong-one" not in failed.value.sentence + failed.value.detail

    run(story())


def test_a_forwarding_proxy_that_wants_a_login_is_not_taken_for_the_picture(tmp_path: Path) -> None:
    async def story() -> None:
        proxy = HttpProxy({}, login=LOGIN)
        async with proxy.running():
            with pytest.raises(ConnectionFailed, match=r"asks for a user name and password \(407\)"):
                await plain_picture(read_proxies({"http_proxy": proxy.url}), tmp_path)

    run(story())


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_is_away_is_named(scheme: str, tmp_path: Path) -> None:
    async def story() -> None:
        proxy = HttpProxy({})
        async with proxy.running():
            pass
        url = f"{scheme}://127.0.0.1:{proxy.port}"
        with pytest.raises(ConnectionFailed) as failed:
            await create(read_proxies({"all_proxy": url}), tmp_path)
        assert failed.value.sentence == f"The service cannot be reached: the proxy {url} cannot be reached."

    run(story())


def test_a_proxy_that_speaks_tls_itself_is_trusted_like_any_server(tmp_path: Path) -> None:
    async def story() -> None:
        async with servers(tmp_path) as routes:
            proxy = HttpProxy(routes, login=LOGIN)
            async with proxy.running(), behind_tls(proxy.port) as port:
                url = f"https://{WRITTEN_LOGIN}@store.example:{port}"
                assert await gateway(read_proxies({"all_proxy": url}), tmp_path) == 100.0
            assert proxy.seen == ["gateway.example:443"]

    run(story())


@pytest.mark.skipif(not socket.has_ipv6, reason="this system has no IPv6")
def test_a_proxy_at_an_address_of_ipv6_is_reached(tmp_path: Path) -> None:
    async def story() -> None:
        async with servers(tmp_path) as routes:
            for proxy in (HttpProxy(routes, host="::1"), SocksProxy(routes, host="::1")):
                async with proxy.running():
                    assert await gateway(read_proxies({"all_proxy": proxy.url}), tmp_path) == 100.0
                assert proxy.seen == ["gateway.example:443"]

    run(story())


def test_a_portal_that_takes_the_tunnel_and_speaks_no_tls_was_sent_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        portal = HttpProxy({})
        portal.broken = True
        async with portal.running():
            routes = {"gateway.example": portal.port}
            for proxy in (HttpProxy(routes), SocksProxy(routes)):
                async with proxy.running():
                    with pytest.raises(ConnectionFailed) as failed:
                        await create(read_proxies({"all_proxy": proxy.url}), tmp_path)
                assert proxy.seen == ["gateway.example:443"]
                assert "the proxy" not in failed.value.sentence

    run(story())


def test_a_server_that_dies_behind_the_proxy_may_have_been_paid(tmp_path: Path) -> None:
    async def story() -> None:
        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        async with server, behind_tls(server.sockets[0].getsockname()[1]) as port:
            proxy = HttpProxy({"gateway.example": port})
            async with proxy.running():
                with pytest.raises(OutcomeUnknown):
                    await create(read_proxies({"all_proxy": proxy.url}), tmp_path)

    run(story())


# --- what a proxy is not asked for -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "[fd00::1]",
        "[::ffff:10.0.0.1]",
        "0x0a000001",
        "167772161",
        "169.254.169.254",
        "printer",
        "nas.local",
    ],
)
def test_no_film_and_no_picture_leads_a_proxy_into_a_private_network(kind: type[Proxy], host: str, tmp_path: Path) -> None:
    async def story() -> None:
        proxy = kind({})
        async with proxy.running():
            proxies = read_proxies({"all_proxy": proxy.url})
            with pytest.raises(LinkRefused):
                await film(proxies, tmp_path, f"https://{host}/a.mp4")
            with pytest.raises(InvalidRequest):
                await picture(proxies, tmp_path, f"https://{host}/a.png")
            assert proxy.seen == []

    run(story())


# --- the bucket, whose requests another library makes ----------------------------------------------------------------


def bucket(endpoint: str, proxies: Proxies) -> BucketHost:
    return BucketHost(
        endpoint=endpoint,
        bucket="clips",
        region="",
        key_id=lambda: "id",
        secret=lambda: "a-long-secret",
        send_file=SignedUpload(proxies).send,
        proxies=proxies,
    )


def test_a_bucket_is_asked_through_the_same_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        proxy = HttpProxy({}, login=LOGIN)
        async with proxy.running():
            monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
            proxies = read_proxies({"all_proxy": proxy.url.replace("//", f"//{WRITTEN_LOGIN}@")})
            for what in (PICTURE, lent_film(tmp_path)):
                with pytest.raises(ConnectionFailed, match=r"store\.example cannot be reached"):
                    await bucket("https://store.example", proxies).publish(what, HANDLE, lifetime_s=60)
            assert proxy.seen == ["store.example:443"] * 2

    run(story())


def test_a_bucket_is_asked_past_the_proxy_when_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library would read the environment by itself, and misread it."""

    async def story() -> None:
        proxy = HttpProxy({})
        async with proxy.running(), saying(b"", "text/plain") as port:
            for name in ("http_proxy", "https_proxy", "all_proxy"):
                monkeypatch.setenv(name, proxy.url)
            for endpoint in (f"http://127.0.0.1:{port}", f"http://localhost:{port}"):
                with pytest.raises(RouteUnusable, match="does not answer like an S3 store"):
                    await bucket(endpoint, read_proxies()).publish(PICTURE, HANDLE, lifetime_s=60)
            monkeypatch.setenv("no_proxy", "[fd00::]/8 'store.example'")
            with pytest.raises(ConnectionFailed):
                await bucket("https://store.example", read_proxies()).publish(PICTURE, HANDLE, lifetime_s=60)
            assert proxy.seen == []

    run(story())


def test_a_bucket_behind_socks_is_refused_in_a_sentence_before_anything_is_sent() -> None:
    async def story() -> None:
        proxies = read_proxies({"all_proxy": "socks://proxy.example"})
        with pytest.raises(RouteUnusable, match=r"through the SOCKS proxy socks5://proxy\.example:1080") as refused:
            await bucket("https://store.example", proxies).publish(PICTURE, HANDLE, lifetime_s=60)
        assert refused.value.nothing_left

    run(story())
