"""Sixteen connections an address, this machine's too; whoever is not one of many gets through meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest

from sora_studio.relay.limits import Limits
from sora_studio.relay.places import Places
from tests.doubles.strangers import request
from tests.unit.relay.conftest import PATIENCE_S, Bench

PATIENT = Limits(place_s=PATIENCE_S)
"""For tests of order, not of time."""


@asynccontextmanager
async def connections(bench: Bench, sent: Sequence[bytes]) -> AsyncGenerator[list[asyncio.StreamReader]]:
    """One for each of what is sent, all open at once."""
    async with asyncio.timeout(PATIENCE_S):
        pairs = [await asyncio.open_connection("127.0.0.1", bench.port) for _ in sent]
        for (_, writer), some in zip(pairs, sent, strict=True):
            writer.write(some)
        yield [reader for reader, _ in pairs]
        for _, writer in pairs:
            writer.close()


async def first_line(reader: asyncio.StreamReader) -> bytes:
    """Nothing when the relay has closed the connection without a word."""
    try:
        return await reader.readline()
    except ConnectionError:
        return b""


@pytest.mark.parametrize("sent", [b"", b"GET /p/x HTTP/1.1\r\nX-Forwarded-For: 192.0.2.1\r\n", b"POST /c/{} HTTP/1.1\r\n\r\n"])
def test_of_forty_that_say_nothing_sixteen_stay_and_the_owner_gets_through(
    with_relay: Callable[..., None], sent: bytes
) -> None:
    async def check(bench: Bench) -> None:
        slow = request("POST", f"/c/{bench.new_secret()}", length=9)  # its body never comes
        async with connections(bench, [slow if sent.startswith(b"POST") else sent] * 40) as readers:
            ends = [asyncio.create_task(first_line(reader)) for reader in readers]
            for owned in [bench.studio.get("/v1/relay") for _ in range(5)]:
                assert (await owned).status_code == 200
            waiting = set(ends)
            while len(waiting) > 16:
                _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            refused = await bench.stranger.get("/v1/relay")
            assert (refused.status_code, refused.headers["connection"]) == (429, "close")
            assert (await bench.studio.get("/v1/relay")).status_code == 200
            assert sum(not end.done() for end in ends) == 16
            assert all(b" 429 " in end.result() for end in ends if end.done() and sent.startswith(b"POST"))
            assert all(end.result() == b"" for end in ends if end.done() and not sent.startswith(b"POST"))
            for end in ends:
                end.cancel()

    with_relay(check)


def test_forty_that_a_proxy_brings_are_all_served_whoever_is_idle(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        brought = [request("GET", "/p/x", f"X-Forwarded-For: 203.0.113.{n}") for n in range(40)]
        async with connections(bench, [b""] * 16), connections(bench, brought) as readers:
            assert all([b" 404 " in await first_line(reader) for reader in readers])

    with_relay(check)


def test_a_hundred_at_once_from_one_place_all_have_their_turn(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        for forwarded in ({}, {"X-Forwarded-For": "203.0.113.1"}):
            limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
            async with httpx.AsyncClient(base_url=bench.relay.base_url, limits=limits, headers=forwarded) as many:
                posts = [many.post(f"/c/{bench.new_secret()}", content=b"{}", timeout=PATIENCE_S) for _ in range(100)]
                assert [answer.status_code for answer in await asyncio.gather(*posts)] == [200] * 100

    with_relay(check, PATIENT)


def test_a_place_of_the_proxys_connection_is_its_own_again_when_it_names_nobody(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        brought = request("GET", "/p/x", "X-Forwarded-For: 203.0.113.1")
        async with connections(bench, [brought + request("GET", "/p/x")] * 17) as readers:
            answers = [await reader.readuntil(b"\r\n\r\n") + await first_line(reader) for reader in readers]
        assert all(b" 404 " in answer for answer in answers), "the idle make room"

    with_relay(check, PATIENT)


def test_who_waits_longest_is_next_and_who_gives_up_takes_nothing() -> None:
    async def check() -> None:
        places = Places(1)
        assert places.try_take("a")
        assert not places.try_take("a")
        assert not await places.take("a", patience_s=0)
        assert places.try_take("b")
        order = list[int]()

        async def come(number: int) -> None:
            assert await places.take("a", patience_s=PATIENCE_S)
            order.append(number)
            places.leave("a")

        coming = [asyncio.create_task(come(number)) for number in range(5)]
        await asyncio.sleep(0)
        assert places.is_wanted("a")
        coming[1].cancel()
        places.leave("a")
        coming[0].cancel()  # while it is its turn
        await asyncio.gather(*coming, return_exceptions=True)
        assert order == [2, 3, 4]
        assert not places.is_wanted("a")
        assert places.try_take("a"), "none is lost"

    asyncio.run(check())
