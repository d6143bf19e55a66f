"""No connection waits for ever, no address holds many, and whoever has the token is not counted."""

import asyncio
from collections.abc import Callable

import pytest

from sora_studio.relay.guard import is_this_machine, network_of
from sora_studio.relay.limits import Limits
from tests.unit.relay.conftest import JPEG, PATIENCE_S, Bench

HANDLE = "a-picture-that-was-lent.jpg"
SHORT = Limits(head_s=0.1, callback_s=0.1, stall_s=0.1)
SHORT_BODIES = Limits(callback_s=0.1, stall_s=0.1)
SOON = Limits(head_s=1.0, callback_s=1.0, stall_s=1.0)
"""Time enough for a busy machine to send what is to be answered."""


async def said_to(port: int, *sent: bytes) -> bytes:
    """All that the relay says until it closes the connection, which it has to do by itself."""
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for part in sent:
            writer.write(part)
            await writer.drain()
        try:
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()


@pytest.mark.parametrize("sent", [b"", b"G", b"GET /p/x HTTP/1.1\r\n", b"GET /p/x HTTP/1.1\r\nHost: relay\r\nX-Slow: 1"])
def test_a_head_that_does_not_come_ends_the_connection(with_relay: Callable[..., None], sent: bytes) -> None:
    async def check(bench: Bench) -> None:
        assert await said_to(bench.port, sent) == b""

    with_relay(check, SHORT)


def test_drops_now_and_then_do_not_win_time(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
        ended = asyncio.create_task(reader.read())
        async with asyncio.timeout(PATIENCE_S):
            while not ended.done():
                writer.write(b"X")
                await asyncio.wait([ended], timeout=0.01)
        assert ended.exception() or ended.result() == b""
        writer.close()

    with_relay(check, SHORT)


def test_an_idle_connection_ends_after_its_answer(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        request = b"GET /p/x HTTP/1.1\r\nHost: relay\r\n\r\n"
        assert (await said_to(bench.port, request, request)).count(b"404 Not Found") == 2

    with_relay(check, SOON)


@pytest.mark.parametrize("path", ["/c/{secret}", f"/v1/pictures/{HANDLE}"])
def test_a_body_that_does_not_come_is_not_waited_for(with_relay: Callable[..., None], path: str) -> None:
    async def check(bench: Bench) -> None:
        method = "POST" if path.startswith("/c/") else "PUT"
        head = f"{method} {path.format(secret=bench.new_secret())} HTTP/1.1\r\nHost: relay\r\nContent-Length: 900\r\n"
        private = f"Authorization: Bearer {bench.relay.token}\r\nContent-Type: image/jpeg\r\nLifetime: 60\r\n\r\n"
        answer = await said_to(bench.port, (head + private).encode() + JPEG[:50])
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert bench.files() == {}

    with_relay(check, SHORT_BODIES)


def test_a_body_that_nobody_wants_does_not_keep_the_connection(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        head = b"POST /c/forged HTTP/1.1\r\nHost: relay\r\nContent-Length: 1000000000000\r\n\r\n"
        assert (await said_to(bench.port, head, bytes(300_000))).startswith(b"HTTP/1.1 404 ")

    with_relay(check, SOON)


def test_who_does_not_read_a_picture_is_cut_off(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        await bench.put(HANDLE, JPEG[:3] + bytes(15_000_000))
        reader, writer = await asyncio.open_connection("127.0.0.1", bench.port, limit=1024)
        writer.write(f"GET /p/{HANDLE} HTTP/1.1\r\nHost: relay\r\n\r\n".encode())
        async with asyncio.timeout(PATIENCE_S):
            while not reader.exception():  # nobody reads: only the relay's end is heard
                await asyncio.sleep(0.01)
                writer.write(b"X")
        writer.close()

    with_relay(check, Limits(answer_s=0.2, slowest_bytes_per_s=1 << 40))


def test_what_is_no_http_is_answered_like_everything_that_is_refused(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        answer = await said_to(bench.port, b"EHLO relay\r\n\r\n")
        head, _, body = answer.partition(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"x-content-type-options: nosniff" in head.lower()
        assert body == b""

    with_relay(check)


def test_a_seventeenth_connection_of_an_address_is_closed_and_those_with_the_token_do_not_count(
    with_relay: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(_host: str) -> bool:
        return False

    monkeypatch.setattr("sora_studio.relay.guard.is_this_machine", elsewhere)

    async def check(bench: Bench) -> None:
        async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            return await asyncio.open_connection("127.0.0.1", bench.port)

        async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *headers: str) -> bytes:
            writer.write("\r\n".join(["GET /v1/callbacks HTTP/1.1", "Host: relay", *headers, "", ""]).encode())
            try:
                return await reader.readline()
            except ConnectionError:
                return b""

        async with asyncio.timeout(PATIENCE_S):
            streams = [await connect() for _ in range(3)]
            for stream in streams:
                assert b" 200 " in await ask(*stream, f"Authorization: Bearer {bench.relay.token}")
            others = [await connect() for _ in range(16)]
            assert [b" 401 " in await ask(*other) for other in others] == [True] * 16
            others.append(await connect())
            assert await ask(*others[-1]) == b""
            others[0][1].close()
            answer = b""
            while b" 401 " not in answer:  # its place is free as soon as the relay has heard of it
                others.append(await connect())
                answer = await ask(*others[-1])
        for _, writer in [*streams, *others]:
            writer.close()

    with_relay(check)


def test_behind_a_proxy_each_address_has_sixteen_requests_under_way(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        async def begin(forwarded: str) -> asyncio.StreamWriter:
            """A callback whose body is on its way for long."""
            _, writer = await asyncio.open_connection("127.0.0.1", bench.port)
            head = f"POST /c/{bench.new_secret()} HTTP/1.1\r\nHost: relay\r\nContent-Length: 9\r\n"
            writer.write(f"{head}X-Forwarded-For: {forwarded}\r\n\r\n".encode())
            await writer.drain()
            return writer

        async def status(forwarded: str, token: str = "") -> int:
            headers = {"X-Forwarded-For": forwarded} | ({"Authorization": f"Bearer {token}"} if token else {})
            return (await bench.stranger.get("/v1/relay", headers=headers)).status_code

        async with asyncio.timeout(PATIENCE_S):
            writers = [await begin(f"203.0.113.{n}, 198.51.100.7") for n in range(16)]
            while await status("198.51.100.7") != 429:
                pass
            assert await status("198.51.100.8", bench.relay.token) == 200
            assert await status("198.51.100.7") == 429, "what a proxy sends on a studio's connection counts all the same"
            assert await status("198.51.100.8, 198.51.100.7") == 429, "only the last entry is the proxy's own"
            assert await status("198.51.100.7, 198.51.100.8") == 401
            assert await status("") == 401
            writers[0].close()
            while await status("198.51.100.7") == 429:
                pass
        for writer in writers:
            writer.close()

    with_relay(check)


def test_there_are_so_many_connections_in_all(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        async with asyncio.timeout(PATIENCE_S):
            pairs = [await asyncio.open_connection("127.0.0.1", bench.port) for _ in range(5)]
            ends = [asyncio.create_task(reader.read()) for reader, _ in pairs]
            done, waiting = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            while len(done) < 2:
                done, waiting = await asyncio.wait(ends, timeout=0.01)
            assert len(waiting) == 3
            for _, writer in pairs:
                writer.close()
            await asyncio.gather(*ends, return_exceptions=True)

    with_relay(check, Limits(connections=3))


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("unknown", ""),
        ("192.0.2.7:8080", ""),
        ("", ""),
    ],
)
def test_a_household_counts_as_one_address(host: str, network: str) -> None:
    assert network_of(host) == network


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True), ("10.0.0.1", False), ("", False)],
)
def test_only_loopback_is_this_machine(host: str, here: bool) -> None:
    assert is_this_machine(host) is here
