"""What is public, what needs the token, and what nobody is told."""

import json
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.relay.app import _read_task_id
from tests.unit.relay.conftest import JPEG, Bench

HANDLE = "a-picture-that-was-lent.jpg"
PRIVATE = [
    ("GET", "/v1/relay"),
    ("GET", "/v1/callbacks"),
    ("PUT", f"/v1/pictures/{HANDLE}"),
    ("DELETE", f"/v1/pictures/{HANDLE}"),
]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
ALLOWED = {
    f"/p/{HANDLE}": "GET, HEAD",
    "/c/whatever": "POST",
    "/v1/relay": "GET",
    "/v1/callbacks": "GET",
    f"/v1/pictures/{HANDLE}": "PUT, DELETE",
}


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_without_the_token_nothing_of_the_studio_is_answered(with_relay: Callable[..., None], method: str, path: str) -> None:
    async def check(bench: Bench) -> None:
        token = bench.relay.token
        for said in ("", token, f"Basic {token}", f"Bearer {token[:-1]}", f"Bearer {token}x", f"Bearer  {token}", "Bearer"):
            answer = await bench.stranger.request(method, path, headers={"Authorization": said})
            assert (answer.status_code, answer.content) == (401, b"")
        assert bench.files() == {}

    with_relay(check)


@pytest.mark.parametrize(("path", "allowed"), ALLOWED.items())
def test_a_known_path_takes_only_its_methods(with_relay: Callable[..., None], path: str, allowed: str) -> None:
    async def check(bench: Bench) -> None:
        for method in set(METHODS) - set(allowed.split(", ")):
            answer = await bench.studio.request(method, path)
            assert (answer.status_code, answer.headers["allow"], answer.content) == (405, allowed, b"")

    with_relay(check)


def test_every_answer_carries_the_headers_that_keep_browsers_from_harm(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        await bench.put(HANDLE)
        answers = [
            await bench.stranger.get(f"/p/{HANDLE}"),
            await bench.stranger.get("/"),
            await bench.stranger.get("/v1/relay"),
            await bench.studio.get("/v1/relay"),
            await bench.stranger.put(f"/p/{HANDLE}"),
            await bench.stranger.post(f"/c/{bench.new_secret()}", content=b"{}"),
        ]
        assert [answer.status_code for answer in answers] == [200, 404, 401, 200, 405, 200]
        for answer in answers:
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers.get_list("server") == ["sora-studio-relay"]

    with_relay(check)


def test_a_callback_of_ours_is_answered_and_one_of_strangers_is_not_found(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        secret = bench.new_secret()
        taken = await bench.stranger.post(f"/c/{secret}", json={"code": 200, "data": {"taskId": "task_7", "state": "success"}})
        assert (taken.status_code, taken.json()) == (200, {"code": 200, "message": "success"})
        for forged in (secret[:-1], secret + "A", secret.swapcase(), "A" * 43, "", "x/y"):
            answer = await bench.stranger.post(f"/c/{forged}", content=b"{}")
            assert (answer.status_code, answer.content) == (404, b"")
        greeting, entry = await bench.callbacks(1)
        assert greeting == (await bench.studio.get("/v1/relay")).json()
        assert greeting["public_url"] == bench.relay.base_url
        assert entry == {"secret": secret, "task_id": "task_7", "cursor": 1}

    with_relay(check)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 60_000, b'{"data":' * 6_000, b"\xff\xfe\x00", b"1" * 60_000, b'{"data": null}']
)
def test_a_callback_that_cannot_be_read_is_still_a_hint(with_relay: Callable[..., None], body: bytes) -> None:
    async def check(bench: Bench) -> None:
        secret = bench.new_secret()
        assert (await bench.stranger.post(f"/c/{secret}", content=body)).status_code == 200
        assert [(entry["secret"], entry["task_id"]) for entry in (await bench.callbacks(1))[1:]] == [(secret, None)]

    with_relay(check)


def test_a_callback_of_more_than_64_kib_is_refused(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        async def in_pieces(count: int) -> AsyncIterator[bytes]:
            for _ in range(count):
                yield b"x" * 1024

        for size, status in ((65_536, 200), (65_537, 413)):
            assert (await bench.stranger.post(f"/c/{bench.new_secret()}", content=b"x" * size)).status_code == status
        for pieces, status in ((64, 200), (65, 413)):
            answer = await bench.stranger.post(f"/c/{bench.new_secret()}", content=in_pieces(pieces))
            assert answer.status_code == status
        assert len(await bench.callbacks(2)) == 3

    with_relay(check)


@given(st.text(max_size=300))
def test_a_task_id_is_taken_when_it_is_short_and_printable(text: str) -> None:
    read = _read_task_id(json.dumps({"data": {"taskId": text}}).encode())
    assert read == (text if text and len(text) <= 200 and text.isprintable() else None)


@pytest.mark.parametrize("name", ["taskId", "taskid", "task_id", "TaskID"])
def test_a_task_id_is_read_in_any_spelling_and_as_a_number(name: str) -> None:
    assert _read_task_id(json.dumps({"Data": {name: "task_7"}}).encode()) == "task_7"
    assert _read_task_id(json.dumps({"data": {name: 12345678}}).encode()) == "12345678"
    assert _read_task_id(json.dumps({"data": {name: True}}).encode()) is None


@given(st.binary(max_size=300) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps).map(str.encode))
def test_no_body_makes_reading_it_fail(body: bytes) -> None:
    assert _read_task_id(body) is None


def test_the_stream_goes_on_after_a_cursor_of_its_own_epoch_only(with_relay: Callable[..., None]) -> None:
    async def check(bench: Bench) -> None:
        for _ in range(3):
            await bench.stranger.post(f"/c/{bench.new_secret()}", content=b"{}")
        async with bench.studio.stream("GET", "/v1/callbacks") as stream:
            assert stream.headers["x-accel-buffering"] == "no", "a proxy gives every line on at once"
        (greeting,) = await bench.callbacks(0)
        for query, expected in (
            (f"?epoch={greeting['epoch']}&after=2", [3]),
            (f"?epoch={greeting['epoch']}", [1, 2, 3]),
            ("?epoch=another&after=2", [1, 2, 3]),
            ("?after=2", [1, 2, 3]),
        ):
            assert [entry["cursor"] for entry in (await bench.callbacks(len(expected), query))[1:]] == expected
        for after in ("-1", "x", "1" * 19, "١", ""):
            assert (await bench.studio.get("/v1/callbacks", params={"after": after})).status_code == 400

    with_relay(check)


def test_no_answer_and_no_log_line_tells_what_broke(
    with_relay: Callable[..., None], monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    def broken(*_arguments: object) -> None:
        raise ValueError("of /secret/path")

    monkeypatch.setattr("sora_studio.relay.pictures.Pictures.find", broken)
    expect_log(r"^ERROR sora_studio\.relay\.app: A request failed: ValueError in broken, line \d+$")

    async def check(bench: Bench) -> None:
        answer: httpx.Response = await bench.stranger.get(f"/p/{HANDLE}")
        assert (answer.status_code, answer.content) == (500, b"")

    with_relay(check)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("bytes=0-3", slice(0, 4)),
        ("bytes=-3", slice(-3, None)),
        ("bytes=100-", slice(100, None)),
        ("bytes=100-9999", slice(100, None)),
        ("bytes=-9999", slice(None)),
    ],
)
def test_one_range_of_a_file_is_served_while_the_file_is_the_same(
    with_relay: Callable[..., None], part: str, expected: slice
) -> None:
    async def check(bench: Bench) -> None:
        await bench.put(HANDLE)
        address = f"/p/{HANDLE}"
        whole = await bench.stranger.head(address, headers={"If-Range": "anything"})
        assert (whole.status_code, whole.headers["accept-ranges"]) == (200, "bytes")
        assert "last-modified" not in whole.headers, "it tells when the address ends"
        same = {"If-Range": whole.headers["etag"]}
        for answer in (
            await bench.stranger.get(address, headers={"Range": part}),
            await bench.stranger.get(address, headers={"Range": part, **same}),
        ):
            assert (answer.status_code, answer.content) == (206, JPEG[expected])
            first, last, _ = expected.indices(len(JPEG))
            assert answer.headers["content-range"] == f"bytes {first}-{last - 1}/{len(JPEG)}"
        head = await bench.stranger.head(address, headers={"Range": part})
        assert (head.status_code, head.headers["content-length"]) == (206, str(len(JPEG[expected])))
        await bench.put(HANDLE)
        changed = await bench.stranger.get(address, headers={"Range": part, **same})
        assert (changed.status_code, changed.content) == (200, JPEG)

    with_relay(check)


@pytest.mark.parametrize("part", ["bytes=0-0,2-2", "bytes=x", "bytes=3-1", "bytes=-", "lines=0-3", f"bytes=-{'9' * 5000}"])
def test_any_other_range_is_ignored(with_relay: Callable[..., None], part: str) -> None:
    async def check(bench: Bench) -> None:
        await bench.put(HANDLE)
        answer = await bench.stranger.get(f"/p/{HANDLE}", headers={"Range": part})
        assert (answer.status_code, answer.content) == (200, JPEG)

    with_relay(check)


@pytest.mark.parametrize("part", [f"bytes={len(JPEG)}-", "bytes=99999-", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_size(with_relay: Callable[..., None], part: str) -> None:
    async def check(bench: Bench) -> None:
        await bench.put(HANDLE)
        answer = await bench.stranger.get(f"/p/{HANDLE}", headers={"Range": part})
        assert (answer.status_code, answer.content) == (416, b"")
        assert answer.headers["content-range"] == f"bytes */{len(JPEG)}"

    with_relay(check)
