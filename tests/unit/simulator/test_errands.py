"""What the service does beside answering: it fetches pictures and delivers callbacks, also after a restart."""

import asyncio
import io
import json
import random
from pathlib import Path

import pytest
from PIL import Image

from sora_studio.simulator.scenarios import SCENARIOS, Delivery, draw_delivery
from tests.unit.simulator.bench import Bench, TurnedClock, Web, bench

_MANY_TIMES = 10_000.0


def _picture(kind: str, size: tuple[int, int] = (64, 36)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "teal").save(content, kind)
    return content.getvalue()


async def _animate(at: Bench, url: str) -> str:
    return await at.create(mode="image-to-video", image_urls=[url])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_fetched_and_the_task_succeeds(tmp_path: Path, web: Web, kind: str) -> None:
    web.pages["/picture"] = (200, {}, _picture(kind))
    web.pages["/moved"] = (302, {"Location": "/picture"}, b"")

    async def check() -> None:
        async with bench(tmp_path) as at:
            for path in ("/picture", "/moved"):
                task_id = await _animate(at, web.url + path)
                await at.until(lambda task_id=task_id: not at.service.tasks[task_id].waits_for_media)
                at.clock.now += 400
                assert (await at.status(task_id))["state"] == "success"

    asyncio.run(check())


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ((404, {}, b""), "INVALID_IMAGE_URL"),
        ((500, {}, b""), "INVALID_IMAGE_URL"),
        ((302, {"Location": "file:///etc/hostname"}, b""), "INVALID_IMAGE_URL"),
        ((302, {"Location": "/picture"}, b""), "INVALID_IMAGE_URL"),
        ((200, {}, b"<html>"), "UNSUPPORTED_FORMAT"),
        ((200, {}, _picture("GIF")), "UNSUPPORTED_FORMAT"),
        ((200, {}, _picture("PNG", (640, 360))[:-900]), "UNSUPPORTED_FORMAT"),
        ((200, {}, b"\x89PNG" + b"x" * 10_000_000), "IMAGE_TOO_LARGE"),
    ],
)
def test_without_a_usable_picture_the_task_fails(
    tmp_path: Path, web: Web, page: tuple[int, dict[str, str], bytes], code: str
) -> None:
    web.pages["/picture"] = page

    async def check() -> None:
        async with bench(tmp_path) as at:
            task_id = await _animate(at, f"{web.url}/picture")
            await at.until(lambda: at.service.tasks[task_id].fail_code is not None)
            at.clock.now += 400
            assert (await at.status(task_id))["failCode"] == code
            assert await at.balance() == 100.0

    asyncio.run(check())


def test_nobody_there_is_an_invalid_url(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            task_id = await _animate(at, "http://127.0.0.1:1/picture.png")
            await at.until(lambda: at.service.tasks[task_id].fail_code == "INVALID_IMAGE_URL")

    asyncio.run(check())


def test_a_task_waits_for_its_picture_over_a_restart(tmp_path: Path, web: Web) -> None:
    async def check() -> None:
        clock = TurnedClock()
        async with bench(tmp_path, clock=clock) as at:
            task_id = await _animate(at, f"{web.url}/picture")
            # Stored as it was accepted: the simulator ends before the picture has come.
            at.service.folder.save(at.service.tasks[task_id])
        task_file = tmp_path / "tasks" / f"{task_id}.json"
        task_file.write_text(json.dumps(json.loads(task_file.read_text()) | {"fail_code": None, "ends_at": clock.now + 250}))
        web.pages["/picture"] = (200, {}, _picture("PNG"))
        clock.now += 400
        async with bench(tmp_path, clock=clock) as at:
            await at.until(lambda: not at.service.tasks[task_id].waits_for_media)
            assert (await at.status(task_id))["state"] == "success"

    asyncio.run(check())


async def _create_with_callback(at: Bench, url: str) -> str:
    body = {
        "request_type": "callback",
        "callback_url": url,
        "input": {"mode": "text-to-video", "prompt": "A harbour [fail:GENERATION_FAILED]"},
    }
    return (await at.http.post("/api/v1/generateTask/sora-2", json=body)).json()["data"]["taskId"]


def test_a_callback_holds_what_the_status_says_and_is_retried_until_it_is_taken(tmp_path: Path, web: Web) -> None:
    web.receipts["/hook"] = [500, 202, 200, 200]

    async def check() -> None:
        async with bench(tmp_path, speed=_MANY_TIMES) as at:
            task_id = await _create_with_callback(at, f"{web.url}/hook")
            at.clock.now += 400
            await at.until(lambda: at.service.tasks[task_id].called_back)
            assert len(web.posted) == 3
            told = json.loads(web.posted[-1])
            assert told["code"] == 200
            assert told["data"] == await at.status(task_id)

    asyncio.run(check())


def test_a_callback_is_given_up_after_three_retries(tmp_path: Path, web: Web) -> None:
    web.receipts["/hook"] = [500] * 9

    async def check() -> None:
        async with bench(tmp_path, speed=_MANY_TIMES) as at:
            task_id = await _create_with_callback(at, f"{web.url}/hook")
            at.clock.now += 400
            await at.until(lambda: at.service.tasks[task_id].called_back)
            assert len(web.posted) == 4

    asyncio.run(check())


def test_a_callback_that_is_owed_is_delivered_after_a_restart(tmp_path: Path, web: Web) -> None:
    web.receipts["/hook"] = [200, 200]

    async def check() -> None:
        clock = TurnedClock()
        async with bench(tmp_path, clock=clock) as at:
            task_id = await _create_with_callback(at, f"{web.url}/hook")
        assert web.posted == []
        clock.now += 400
        for _ in range(2):
            async with bench(tmp_path, clock=clock) as at:
                await at.until(lambda at=at: at.service.tasks[task_id].called_back)
        assert len(web.posted) == 1

    asyncio.run(check())


def test_callbacks_go_astray_in_every_way_and_the_same_again_for_the_same_seed(tmp_path: Path, web: Web) -> None:
    web.receipts["/hook"] = [200] * 99

    async def counts(seed: int, folder: Path) -> list[int]:
        """How often each task was reported."""
        async with bench(folder, speed=_MANY_TIMES, scenario="callbacks-astray", seed=seed) as at:
            tasks = [await _create_with_callback(at, f"{web.url}/hook") for _ in range(20)]
            at.clock.now += 400
            await at.until(lambda: all(at.service.tasks[task_id].called_back for task_id in tasks))
            named = [json.loads(body)["data"]["taskId"] for body in web.posted]
            return [named.count(task_id) for task_id in tasks]

    async def check() -> None:
        once = await counts(4, tmp_path / "once")
        assert set(once) == {0, 1, 2, 3}
        assert once == await counts(4, tmp_path / "again")

    asyncio.run(check())


def test_one_that_goes_astray_may_come_before_its_task_has_ended(tmp_path: Path, web: Web) -> None:
    web.receipts["/hook"] = [200] * 9
    astray = SCENARIOS["callbacks-astray"]
    seed = next(seed for seed in range(99) if draw_delivery(astray, random.Random(f"callbacks {seed}")) == Delivery(early=True))

    async def check() -> None:
        async with bench(tmp_path, speed=_MANY_TIMES, scenario=astray.name, seed=seed) as at:
            task_id = await _create_with_callback(at, f"{web.url}/hook")
            at.clock.now = at.service.tasks[task_id].starts_at
            await at.until(lambda: len(web.posted) == 1)
            at.clock.now += 400
            await at.until(lambda: at.service.tasks[task_id].called_back)
            assert [json.loads(body)["data"]["state"] for body in web.posted] == ["processing", "failed"]

    asyncio.run(check())
