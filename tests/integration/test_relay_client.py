"""The studio's side of a relay against the relay itself, over real connections: up, down, from outside, and after a restart."""

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from sora_studio.clock import Clock
from sora_studio.domain.errors import ConnectionFailed, PassingError, PublishingFailed, RouteUnusable, StudioError
from sora_studio.domain.picture import PreparedPicture
from sora_studio.domain.ports import Callback, RelayGreeting
from sora_studio.gateway import upload_body
from sora_studio.gateway.picture_checker import HttpPictureChecker
from sora_studio.gateway.relay_client import RelayClient
from sora_studio.relay.embedded import EmbeddedRelay
from sora_studio.relay.limits import Limits
from tests.unit.gateway.test_picture_header import encode

PICTURE = PreparedPicture(encode("png", 640, 360), "image/png", 640, 360)
HANDLE = "abcdefghijklmnopqrstuv.png"


@asynccontextmanager
async def relayed(folder: Path, limits: Limits | None = None) -> AsyncGenerator[tuple[EmbeddedRelay, RelayClient]]:
    """A relay on loopback, and the client that has its token."""
    relay = EmbeddedRelay(folder, limits=limits)
    await relay.start()
    client = RelayClient(relay.base_url, token=lambda: relay.token, clock=Clock())
    try:
        yield relay, client
    finally:
        await client.close()
        await relay.stop()


async def next_callback(line: AsyncGenerator[RelayGreeting | Callback | None]) -> Callback:
    """What comes next, heartbeats aside."""
    async for said in line:
        if isinstance(said, Callback):
            return said
    raise AssertionError("the line ended")


def test_a_picture_goes_up_is_there_for_a_stranger_and_goes_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with relayed(tmp_path) as (relay, client):
            assert (await client.greet()).public_url == relay.base_url
            url = await client.publish(PICTURE, HANDLE, lifetime_s=60)
            assert url == f"{relay.base_url}/p/{HANDLE}"
            assert await client.visit(url) == PICTURE.content
            checker = HttpPictureChecker(gateway_is_loopback=True, clock=Clock())
            seen = await checker.look(url, max_bytes=10_000_000)
            assert (seen.format, seen.width, seen.height, seen.size_bytes) == ("png", 640, 360, PICTURE.size_bytes)
            await checker.close()
            await client.withdraw(HANDLE)
            await client.withdraw(HANDLE)
            with pytest.raises(PublishingFailed, match="has nothing there"):
                await client.visit(url)
            await client.check()

    asyncio.run(scenario())


def test_the_largest_picture_goes_up_and_a_larger_one_is_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with relayed(tmp_path) as (_, client):
            large = PreparedPicture(PICTURE.content + bytes(10_000_000 - PICTURE.size_bytes), "image/png", 640, 360)
            assert await client.visit(await client.publish(large, HANDLE, lifetime_s=60)) == large.content
            with pytest.raises(PublishingFailed, match="too large for the relay"):
                await client.publish(PreparedPicture(bytes(17_000_000), "image/png", 1, 1), HANDLE, lifetime_s=60)
            with pytest.raises(PublishingFailed, match="JPEG, PNG and WebP"):
                await client.publish(PreparedPicture(PICTURE.content, "image/gif", 1, 1), HANDLE, lifetime_s=60)
            with pytest.raises(PublishingFailed, match="does not accept this picture"):
                await client.publish(PICTURE, HANDLE, lifetime_s=math.pi * 1e9)

    asyncio.run(scenario())


@pytest.fixture
def slow_line(monkeypatch: pytest.MonkeyPatch) -> Callable[[EmbeddedRelay], None]:
    """A picture's second piece goes only after the relay has ended a connection that said nothing as long."""

    def slow_down(relay: EmbeddedRelay) -> None:
        quick = upload_body.pieces_of_picture

        async def pieces(content: bytes) -> AsyncGenerator[bytes]:
            async with aclosing(quick(content)) as all_pieces:
                yield await anext(all_pieces)
                reader, writer = await asyncio.open_connection("127.0.0.1", int(relay.base_url.rpartition(":")[2]))
                with contextlib.suppress(ConnectionError):
                    await reader.read()
                writer.close()
                async for piece in all_pieces:
                    yield piece

        monkeypatch.setattr(upload_body, "pieces_of_picture", pieces)

    return slow_down


@pytest.mark.parametrize(
    ("token", "kind", "words"),
    [("", PassingError, "no room for one more picture"), ("another", RouteUnusable, "does not accept this token")],
)
def test_a_refusal_is_heard_over_a_slow_line(
    tmp_path: Path, slow_line: Callable[[EmbeddedRelay], None], token: str, kind: type[StudioError], words: str
) -> None:
    async def scenario() -> None:
        async with relayed(tmp_path, Limits(files=0, head_s=0.2)) as (relay, _):
            slow_line(relay)
            client = RelayClient(relay.base_url, token=lambda: token or relay.token, clock=Clock())
            large = PreparedPicture(PICTURE.content + bytes(1_000_000), "image/png", 640, 360)
            with pytest.raises(kind, match=words):
                await client.publish(large, HANDLE, lifetime_s=60)
            await client.close()

    asyncio.run(scenario())


def test_a_report_comes_down_the_line_live_and_again_for_who_was_away(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with relayed(tmp_path) as (relay, client):
            secret = client.new_secret()
            async with aclosing(client.callbacks()) as line:
                greeting = await anext(line)
                assert isinstance(greeting, RelayGreeting)
                await client.report(f"{greeting.public_url}/c/{secret}", "task_1")
                live = await next_callback(line)
            assert (live.secret, live.task_id) == (secret, "task_1")

            await client.report(f"{relay.base_url}/c/{secret}", "task_2")
            async with aclosing(client.callbacks(greeting.epoch, live.cursor)) as line:
                assert await anext(line) == greeting
                assert (await next_callback(line)).task_id == "task_2"
            async with aclosing(client.callbacks("another life", live.cursor)) as line:
                await anext(line)
                assert await next_callback(line) == live

    asyncio.run(scenario())


def test_a_forged_report_is_turned_away_as_if_nobody_lived_there(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with relayed(tmp_path) as (relay, client):
            stranger = RelayClient(relay.base_url, token=lambda: "another", clock=Clock())
            with pytest.raises(PublishingFailed, match="has nothing there"):
                await client.report(f"{relay.base_url}/c/{stranger.new_secret()}", "task_1")
            with pytest.raises(RouteUnusable, match="does not accept this token"):
                await stranger.greet()
            with pytest.raises(RouteUnusable, match="does not accept this token"):
                await anext(stranger.callbacks())
            with pytest.raises(RouteUnusable, match="does not accept this token"):
                await stranger.publish(PICTURE, HANDLE, lifetime_s=60)
            await stranger.close()

    asyncio.run(scenario())


def test_the_line_breaks_with_the_relay_and_goes_on_where_it_was(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with relayed(tmp_path) as (relay, client):
            secret = client.new_secret()
            async with aclosing(client.callbacks()) as line:
                greeting = await anext(line)
                assert isinstance(greeting, RelayGreeting)
                await client.report(f"{relay.base_url}/c/{secret}", "task_1")
                cursor = (await next_callback(line)).cursor
                await relay.stop()
                with pytest.raises(PassingError):
                    await next_callback(line)
            with pytest.raises(ConnectionFailed, match="nothing listens at its port"):
                await client.greet()
        async with relayed(tmp_path) as (relay, client):
            await client.report(f"{relay.base_url}/c/{secret}", "task_2")
            async with aclosing(client.callbacks(greeting.epoch, cursor)) as line:
                again = await anext(line)
                assert isinstance(again, RelayGreeting)
                assert again.epoch == greeting.epoch
                assert (await next_callback(line)).task_id == "task_2"

    asyncio.run(scenario())
