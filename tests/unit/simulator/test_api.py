"""The service's answers over HTTP: envelope, keys, money, the course of a task, limits, links."""

import asyncio
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sora_studio.media.film import inspect_film
from sora_studio.simulator.films import film_key
from tests.unit.simulator.bench import Bench, TurnedClock, bench

_CREATE, _STATUS, _BALANCE = "/api/v1/generateTask/sora-2", "/api/v1/statusTask/sora-2", "/api/v1/apikeys/current-balance"
_BODY = {"input": {"mode": "text-to-video", "prompt": "A harbour"}}


def test_the_balance_is_a_number_in_the_envelope(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path, balance_usd=74.87) as at:
            assert (await at.http.get(_BALANCE)).json() == {"code": 200, "message": "success", "data": 74.87}

    asyncio.run(check())


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic some-key", "some-key", "Bearer refused"])
def test_without_a_good_key_everything_is_401(tmp_path: Path, authorization: str | None) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            del at.http.headers["Authorization"]
            headers = {} if authorization is None else {"Authorization": authorization}
            for answer in (
                await at.http.post(_CREATE, json=_BODY, headers=headers),
                await at.http.get(_STATUS, params={"taskId": "x"}, headers=headers),
                await at.http.get(_BALANCE, headers=headers),
            ):
                assert (answer.status_code, answer.json()["code"]) == (401, 401)
            assert at.service.charges == []

    asyncio.run(check())


def test_with_keys_named_only_these_are_good(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path, keys=["mine"]) as at:
            assert (await at.http.get(_BALANCE)).status_code == 401
            assert (await at.http.get(_BALANCE, headers={"Authorization": "Bearer mine"})).status_code == 200

    asyncio.run(check())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/v1/generateTask/sora-9", 404),
        ("GET", "/api/v1/statusTask/sora-9?taskId=x", 404),
        ("GET", f"{_STATUS}?taskId=unknown", 404),
        ("GET", f"{_STATUS}?taskId=..%2F..%2Fsecret", 404),
        ("GET", _STATUS, 400),
        ("GET", f"{_STATUS}?taskId=", 400),
        ("GET", f"{_STATUS}?taskId=x&verbose=1", 400),
        ("GET", _CREATE, 405),
        ("GET", "/", 404),
    ],
)
def test_every_refusal_is_an_envelope_that_repeats_its_status(tmp_path: Path, method: str, path: str, status: int) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            answer = await at.http.request(method, path, json=_BODY if method == "POST" else None)
            assert (answer.status_code, answer.json()["code"]) == (status, status)
            assert answer.json()["message"]

    asyncio.run(check())


@pytest.mark.parametrize(
    ("content", "kind", "field"),
    [
        (b"{", "application/json", "body"),
        (b"\xff\xfe", "application/json", "body"),
        (b"[" * 100_000, "application/json", "body"),
        (b" " * 1_000_001, "application/json", "body"),
        (json.dumps(_BODY).encode(), "text/plain", "Content-Type"),
    ],
)
def test_a_body_that_is_no_json_is_refused(tmp_path: Path, content: bytes, kind: str, field: str) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            answer = await at.http.post(_CREATE, content=content, headers={"Content-Type": kind})
            assert answer.status_code == 400
            assert answer.json()["data"]["error"].startswith(field)
            assert at.service.charges == []

    asyncio.run(check())


def test_a_task_runs_its_course(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            accepted = at.clock.now
            task_id = await at.create()
            assert await at.status(task_id) == {"taskId": task_id, "state": "pending", "createTime": round(accepted * 1000)}

            at.clock.now = accepted + 100
            assert (await at.status(task_id))["state"] == "processing"

            at.clock.now = accepted + 300
            done = await at.status(task_id)
            assert done["state"] == "success"
            assert isinstance(done["resultJson"], str)
            (url,) = json.loads(done["resultJson"])["resultUrls"]
            assert urlsplit(url).path.endswith(".mp4")
            assert isinstance(done["completeTime"], int)
            assert done["costTime"] == done["completeTime"] - round(accepted * 1000)
            assert 180_000 <= done["costTime"] <= 300_000

    asyncio.run(check())


@pytest.mark.parametrize(("duration", "shortest", "longest"), [(10, 180, 300), (15, 240, 360)])
def test_generating_takes_the_usual_time_divided_by_the_speed(
    tmp_path: Path, duration: int, shortest: int, longest: int
) -> None:
    async def took_ms(at: Bench) -> list[int]:
        tasks = [await at.create(f"take {number}", duration=duration) for number in range(40)]
        at.clock.now += 1000
        return [int(str((await at.status(task_id))["costTime"])) for task_id in tasks]

    async def check() -> None:
        async with bench(tmp_path / "one", seed=4) as at, bench(tmp_path / "other", seed=4, speed=30) as faster:
            times, fast = await took_ms(at), await took_ms(faster)
        assert shortest * 1000 <= min(times) < max(times) <= longest * 1000
        assert max(times) - min(times) > 30_000
        assert fast == [pytest.approx(time / 30, abs=2) for time in times]

    asyncio.run(check())


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        ("A [violation] of taste", "CONTENT_VIOLATION"),
        ("The FORBIDDEN city", "CONTENT_VIOLATION"),
        ("A harbour [fail:PROCESSING_TIMEOUT]", "PROCESSING_TIMEOUT"),
        ("A harbour [fail:SomethingNew]", "SomethingNew"),
    ],
)
def test_marked_prompts_fail_and_are_paid_back(tmp_path: Path, prompt: str, code: str) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            task_id = await at.create(prompt)
            assert await at.balance() == 99.5
            at.clock.now += 400
            failed = await at.status(task_id)
            assert (failed["state"], failed["failCode"]) == ("failed", code)
            assert failed["failMsg"]
            assert "resultJson" not in failed
            assert await at.balance() == 100.0

    asyncio.run(check())


def test_a_film_costs_by_its_length_and_no_credit_is_402(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path, balance_usd=1.5) as at:
            await at.create(duration=15)
            await at.create(duration=10)
            assert await at.balance() == 0.25
            answer = await at.http.post(_CREATE, json=_BODY)
            assert (answer.status_code, answer.json()["data"]) == (402, {"error": "INSUFFICIENT_CREDITS"})
            assert [charge.usd for charge in at.service.charges] == [0.75, 0.5]

    asyncio.run(check())


def test_special_keys(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            empty, limited = {"Authorization": "Bearer empty"}, {"Authorization": "Bearer limited"}
            assert (await at.http.get(_BALANCE, headers=empty)).json()["data"] == 0
            assert (await at.http.post(_CREATE, json=_BODY, headers=empty)).status_code == 402
            assert (await at.http.post("/api/v1/generateTask/sora-2-pro", json=_BODY, headers=limited)).status_code == 403
            assert (await at.http.post(_CREATE, json=_BODY, headers=limited)).status_code == 200

    asyncio.run(check())


def test_requests_above_the_limit_of_a_minute_wait_as_told(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            path, start = "/api/v1/statusTask/sora-2-pro?taskId=x", at.clock.now
            for number in range(60):
                at.clock.now = start + number * 0.5
                assert (await at.http.get(path)).status_code == 404
            limited = await at.http.get(path)
            assert (limited.status_code, limited.headers["Retry-After"]) == (429, "31")
            assert (await at.http.get(_STATUS, params={"taskId": "x"})).status_code == 404, "each model has its own limit"
            at.clock.now += 31
            assert (await at.http.get(path)).status_code == 404

    asyncio.run(check())


def test_tasks_above_the_concurrency_limit_are_refused_and_not_charged(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            path = "/api/v1/generateTask/sora-2-pro"
            assert (await at.http.post(path, json={**_BODY, "provider": "auto"})).status_code == 400
            for _ in range(10):
                assert (await at.http.post(path, json=_BODY)).status_code == 200
            refused = await at.http.post(path, json=_BODY)
            assert refused.status_code == 429
            assert len(at.service.charges) == 10
            at.clock.now += int(refused.headers["Retry-After"])
            assert (await at.http.post(path, json=_BODY)).status_code == 200

    asyncio.run(check())


def test_a_task_can_have_several_films(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            task_id = await at.create("A harbour [clips:3]")
            at.clock.now += 400
            assert len(await _links(at, task_id)) == 3

    asyncio.run(check())


@pytest.mark.parametrize(("edge_px", "size"), [(None, (1280, 720)), (90, (160, 90))])
def test_films_are_as_large_as_ordered_unless_the_simulator_is_told_otherwise(
    tmp_path: Path, edge_px: int | None, size: tuple[int, int]
) -> None:
    async def check() -> None:
        async with bench(tmp_path, film_edge_px=edge_px) as at:
            task_id = await at.create()
            at.clock.now += 400
            (link,) = await _links(at, task_id)
            (tmp_path / "film.mp4").write_bytes((await at.http.get(link)).content)

    asyncio.run(check())
    with (tmp_path / "film.mp4").open("rb") as file:
        facts = inspect_film(file)
    assert ((facts.width, facts.height), round(facts.duration_s)) == (size, 10)


def test_links_end_and_fresh_ones_work(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            task_id = await at.create()
            assert (await at.http.head(f"/clips/{task_id}/0.mp4")).status_code == 403
            at.clock.now += 400
            (old,) = await _links(at, task_id)
            forged = re.sub("signature=.", "signature=x", old)
            assert (await at.http.head(forged)).status_code == 403
            at.clock.now += 24 * 3600 + 1
            assert (await at.http.head(old)).status_code == 410
            (fresh,) = await _links(at, task_id)
            assert fresh != old
            at.service.expire_links()
            assert (await at.http.head(fresh)).status_code == 200
            at.clock.now += 1
            at.service.expire_links()
            assert (await at.http.head(fresh)).status_code == 410
            at.clock.now += 15 * 24 * 3600
            (late,) = await _links(at, task_id)
            assert (await at.http.head(late)).status_code == 404

    asyncio.run(check())


def test_a_film_that_is_not_ready_has_no_link_that_works(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            task = at.service.find(await at.create())
            assert task is not None
            at.clock.now += 400
            (link,) = await _links(at, task.id)
            at.clock.now -= 300
            assert (await at.http.get(link)).status_code == 404
            assert (await at.http.get(link.replace("/0.mp4", "/1.mp4"))).status_code == 403

    asyncio.run(check())


def test_tasks_outlive_the_simulator(tmp_path: Path) -> None:
    async def check() -> None:
        clock = TurnedClock()
        async with bench(tmp_path, clock=clock) as at:
            task_id = await at.create("Kept")
        clock.now += 400
        async with bench(tmp_path, clock=clock) as at:
            assert (await at.status(task_id))["state"] == "success"
            assert await at.balance() == 100.0

    asyncio.run(check())


def test_links_lead_to_the_simulator_that_is_asked_and_not_to_the_one_that_took_the_order(tmp_path: Path) -> None:
    async def check() -> None:
        clock = TurnedClock()
        async with bench(tmp_path, clock=clock) as at:
            task_id = await at.create("Kept over a restart")
        clock.now += 400
        async with bench(tmp_path, clock=clock, address="http://elsewhere:81") as at:
            (link,) = await _links(at, task_id)
            assert link.startswith("http://elsewhere:81/")

    asyncio.run(check())


def test_takes_of_one_order_are_different_films(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            takes = [at.service.find(await at.create("The same words")) for _ in range(3)]
            assert len({film_key(take, 0) for take in takes if take}) == 3

    asyncio.run(check())


def test_two_simulators_share_a_folder(tmp_path: Path) -> None:
    async def check() -> None:
        clock = TurnedClock()
        async with bench(tmp_path, clock=clock) as one, bench(tmp_path, clock=clock) as other:
            task_id = await one.create()
            assert (await other.status(task_id))["state"] == "pending"

    asyncio.run(check())


async def _links(at: Bench, task_id: str) -> list[str]:
    return json.loads(str((await at.status(task_id))["resultJson"]))["resultUrls"]
