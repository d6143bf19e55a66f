"""The public index and schemas, and models that the service offers no longer."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from sora_studio.simulator.models import MODELS
from sora_studio.simulator.serve import running
from tests.unit.simulator.bench import KEY, Bench, bench
from tests.unit.simulator.test_models import PROFILES

_INDEX = "/docs/models/schemas/index.json"
_BODY = {"input": {"mode": "text-to-video", "prompt": "A harbour"}}


async def _index(at: Bench) -> dict[str, Any]:
    answer = await at.http.get(_INDEX, headers={"Authorization": ""})
    assert answer.status_code == 200
    return answer.json()


def test_the_index_lists_every_model_and_where_its_schema_is(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            index = await _index(at)
            assert index["total_models"] == len(index["models"]) == 24
            assert {entry["model_id"] for entry in index["models"]} == set(PROFILES)
            for entry in index["models"]:
                described = (await at.http.get(f"/docs{entry['schema_path']}", headers={"Authorization": ""})).json()
                assert described["model_id"] == entry["model_id"]
                assert (entry["category"], entry["title"]) == ("video", PROFILES[entry["model_id"]].title)
            pages = {entry["model_id"]: entry["slug"] for entry in index["models"]}
            assert (pages["wan-2-6-video"], pages["happyHorse"], pages["sora-2"]) == ("wan-2-6", "happyhorse", "sora-2")

    asyncio.run(check())


def test_a_schema_describes_each_mode(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            described = (await at.http.get("/docs/models/schemas/video/kling-2-1.json")).json()
            seeds = (await at.http.get("/docs/models/schemas/video/ltx-2-19b.json")).json()
        modes = {mode["properties"]["mode"]["const"]: mode for mode in described["properties"]["input"]["oneOf"]}
        assert set(modes) == {mode.id for mode in PROFILES["kling-2-1"].modes}
        pro = modes["pro-image-to-video"]
        assert set(pro["required"]) == {"mode", "prompt", "image_urls"}
        assert (pro["properties"]["image_urls"]["minItems"], pro["properties"]["image_urls"]["maxItems"]) == (1, 2)
        assert pro["properties"]["prompt"] == {"type": "string", "minLength": 1, "maxLength": 5000}
        assert pro["properties"]["duration"] == {"type": "integer", "enum": [5, 10], "default": 5}
        assert pro["properties"]["cfg_scale"] == {"type": "number", "minimum": 0.0, "maximum": 1.0, "multipleOf": 0.1}
        assert "image_urls" not in modes["master-text-to-video"]["properties"]
        assert described["properties"]["provider"]["enum"] == ["auto", "value", "official"]
        assert "provider" not in seeds["properties"]
        seed = seeds["properties"]["input"]["oneOf"][0]["properties"]["seed"]
        assert seed == {"anyOf": [{"const": -1}, {"type": "integer", "minimum": 1, "maximum": 2147483647}]}

    asyncio.run(check())


def test_a_retired_model_is_refused_and_unlisted_while_its_tasks_go_on(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            task_id = await at.create()
            answer = await at.http.post("/simulator/retire/sora-2")
            assert (answer.status_code, answer.json()["data"]) == (200, {"retired": ["sora-2"]})

            refused = await at.http.post("/api/v1/generateTask/sora-2", json=_BODY)
            assert refused.status_code == 404
            assert refused.json() == {
                "code": 404,
                "message": "The model 'sora-2' is no longer available",
                "data": {"error": "MODEL_UNAVAILABLE"},
            }
            assert len(at.service.charges) == 1
            index = await _index(at)
            assert index["total_models"] == 23
            assert "sora-2" not in {entry["model_id"] for entry in index["models"]}
            assert (await at.http.get("/docs/models/schemas/video/sora-2.json")).status_code == 404
            at.clock.now += 400
            assert (await at.status(task_id))["state"] == "success"
            other = {"input": {"mode": "text-to-video", "prompt": "A harbour"}}
            assert (await at.http.post("/api/v1/generateTask/kling-2-5-turbo-pro", json=other)).status_code == 200

    asyncio.run(check())


def test_what_does_not_exist_cannot_be_retired(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            assert (await at.http.post("/simulator/retire/sora-9")).status_code == 404
            assert (await at.http.post("/simulator/retire/happyhorse")).status_code == 404
            assert (await _index(at))["total_models"] == len(MODELS)

    asyncio.run(check())


def test_models_can_be_retired_at_the_start(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path, retired=["happyHorse"]) as at:
            assert (await at.http.post("/api/v1/generateTask/happyHorse", json=_BODY)).status_code == 404
            assert (await at.http.post("/api/v1/generateTask/sora-2", json=_BODY)).status_code == 200

    asyncio.run(check())


def test_a_slug_is_exact(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            unknown = await at.http.post("/api/v1/generateTask/happyhorse", json=_BODY)
            assert (unknown.status_code, unknown.json()["data"]) == (404, None)

    asyncio.run(check())


@pytest.mark.parametrize("scenario", ["calm", "flaky", "rate-limited"])
def test_the_control_is_no_part_of_the_service(scenario: str) -> None:
    with running(scenario=scenario, seed=3) as simulator:
        for _ in range(20):
            assert httpx.post(f"{simulator.url}/simulator/retire/sora-2").status_code == 200
        simulator.state.retire("sora-2-pro")
        assert simulator.state.requests == []


def test_tasks_of_a_retired_model_go_on_after_a_restart(tmp_path: Path) -> None:
    with running(state=tmp_path, speed=100_000.0) as simulator:
        created = httpx.post(f"{simulator.url}/api/v1/generateTask/sora-2", json=_BODY, headers=KEY).json()["data"]["taskId"]
    with running(state=tmp_path, speed=100_000.0) as simulator:
        simulator.state.retire("sora-2")
        query = {"taskId": created}
        while True:
            data = httpx.get(f"{simulator.url}/api/v1/statusTask/sora-2", params=query, headers=KEY).json()["data"]
            if data["state"] == "success":
                break
        (url,) = json.loads(data["resultJson"])["resultUrls"]
        assert httpx.head(url).status_code == 200
