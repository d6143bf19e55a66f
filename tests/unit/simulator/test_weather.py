"""Each scenario does what its name says, over real connections, and the same again for the same seed."""

import json
import random
from collections.abc import Callable

import httpx
import pytest

from sora_studio.simulator.scenarios import SCENARIOS, draw_fault
from sora_studio.simulator.serve import Running, running
from tests.unit.simulator.bench import KEY

_BODY = {"input": {"mode": "text-to-video", "prompt": "A harbour"}}
_CREATE, _BALANCE = "/api/v1/generateTask/sora-2", "/api/v1/apikeys/current-balance"
_MANY_TIMES = 100_000.0


def _client(simulator: Running) -> httpx.Client:
    return httpx.Client(base_url=simulator.url, headers=KEY, timeout=20)


def _outcome(ask: Callable[[], httpx.Response]) -> int:
    """The status, or 0 when the connection ended without one."""
    try:
        return ask().status_code
    except httpx.TransportError:
        return 0


def test_calm_leaves_everything_alone() -> None:
    with running() as simulator, _client(simulator) as client:
        assert {_outcome(lambda: client.get(_BALANCE)) for _ in range(50)} == {200}


def test_flaky_answers_with_errors_and_drops_creates_before_and_after_the_charge() -> None:
    with running(scenario="flaky", seed=3, balance_usd=1000) as simulator, _client(simulator) as client:
        outcomes = [_outcome(lambda: client.post(_CREATE, json=_BODY)) for _ in range(150)]
        charges = len(simulator.state.charges)
        seen = [request.status for request in simulator.state.requests]

    assert {500, 502, 503, 504, 200, 0} == set(outcomes)
    accepted, dropped = outcomes.count(200), outcomes.count(0)
    assert accepted < charges < accepted + dropped, "some of the dropped were charged, and some were not"
    assert seen == outcomes


def test_a_prompt_can_lose_the_answer_to_its_create_which_is_charged_all_the_same() -> None:
    with running() as simulator, _client(simulator) as client:
        lost = {"input": {**_BODY["input"], "prompt": "A harbour [lost]"}}
        assert _outcome(lambda: client.post(_CREATE, json=lost)) == 0
        assert len(simulator.state.charges) == 1
        assert _outcome(lambda: client.post(_CREATE, json=_BODY)) == 200


def test_rate_limited_says_when_to_come_back_only_sometimes() -> None:
    with running(scenario="rate-limited", seed=1) as simulator, _client(simulator) as client:
        answers = [client.get(_BALANCE) for _ in range(60)]

    limited = [answer for answer in answers if answer.status_code == 429]
    assert 5 < len(limited) < 50
    assert {"retry-after" in answer.headers for answer in limited} == {True, False}


def test_reject_fails_every_task() -> None:
    with running(scenario="reject", speed=_MANY_TIMES) as simulator, _client(simulator) as client:
        task_id = client.post(_CREATE, json=_BODY).json()["data"]["taskId"]
        assert _finished(client, task_id)["failCode"] == "CONTENT_VIOLATION"
        assert simulator.state.balance_usd == 100.0


def test_slow_takes_longer_than_usual_and_answers_late() -> None:
    with running(scenario="slow", speed=_MANY_TIMES, seed=5) as simulator, _client(simulator) as client:
        answer = client.post(_CREATE, json=_BODY)
        (task,) = simulator.state.tasks

    assert answer.elapsed.total_seconds() >= 0.4
    assert 2 * 180 <= (task.ends_at - task.accepted_at) * _MANY_TIMES <= 4 * 300


def test_a_cut_download_can_be_taken_up_where_it_ended() -> None:
    with running(scenario="cut-download", speed=_MANY_TIMES, seed=2) as simulator, _client(simulator) as client:
        task_id = client.post(_CREATE, json=_BODY).json()["data"]["taskId"]
        (url,) = json.loads(str(_finished(client, task_id)["resultJson"]))["resultUrls"]
        head = client.head(url)
        length, etag = int(head.headers["content-length"]), head.headers["etag"]
        film, cuts = b"", 0
        while len(film) < length:
            piece, was_cut = _fetch_on(client, url, len(film), etag)
            film, cuts = film + piece, cuts + was_cut

        assert cuts > 0
        assert len(film) == length
        assert film[4:8] == b"ftyp"


def _fetch_on(client: httpx.Client, url: str, start: int, etag: str) -> tuple[bytes, bool]:
    piece = b""
    with client.stream("GET", url, headers={"Range": f"bytes={start}-", "If-Range": etag}) as answer:
        assert answer.status_code == 206
        try:
            for chunk in answer.iter_raw():
                piece += chunk
        except httpx.RemoteProtocolError:
            return piece, True
    return piece, False


def _finished(client: httpx.Client, task_id: str) -> dict[str, object]:
    while True:
        status = client.get("/api/v1/statusTask/sora-2", params={"taskId": task_id}).json()["data"]
        if status["state"] in ("success", "failed"):
            return status


def test_a_film_is_served_in_parts_only_while_it_is_the_same() -> None:
    with running(speed=_MANY_TIMES) as simulator, _client(simulator) as client:
        task_id = client.post(_CREATE, json=_BODY).json()["data"]["taskId"]
        (url,) = json.loads(str(_finished(client, task_id)["resultJson"]))["resultUrls"]
        whole = client.get(url)
        etag = whole.headers["etag"]
        assert (whole.status_code, whole.headers["accept-ranges"]) == (200, "bytes")
        assert whole.headers["last-modified"]
        part = client.get(url, headers={"Range": "bytes=100-199", "If-Range": etag})
        assert (part.status_code, part.content) == (206, whole.content[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
        assert client.get(url, headers={"Range": "bytes=100-199", "If-Range": '"other"'}).status_code == 200
        assert client.get(url, headers={"Range": f"bytes={len(whole.content)}-"}).status_code == 416
        again = json.loads(str(_finished(client, task_id)["resultJson"]))["resultUrls"][0]
        assert again != url
        assert client.head(again).headers["etag"] == etag


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_the_same_seed_brings_the_same_faults(name: str) -> None:
    def drawn(seed: int) -> list[object]:
        rng = random.Random(seed)
        return [draw_fault(SCENARIOS[name], rng, is_film=number % 3 == 0) for number in range(200)]

    assert drawn(1) == drawn(1)
    assert (drawn(1) == drawn(2)) == (name in ("calm", "reject"))
