"""What tasks cost and take at the service becomes what the program says of the next ones, everywhere."""

import json
from pathlib import Path

import pytest

from sora_studio.__main__ import main
from sora_studio.domain.models.estimate import MEASURED_TIMES
from sora_studio.domain.models.price_words import explained_estimate
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.settings import BASE_URL_VARIABLE, origin_of
from sora_studio.simulator.serve import running
from sora_studio.studio import Studio
from sora_studio.viewmodels.compose import compose_text
from tests.integration.stage import SPEED, run, running_studio, until

DEAR = GenerationRequest("seedance-2-0", "A harbour at dawn", {"duration": 4, "resolution": "480p"}, mode="text-to-video")
CHEAP = GenerationRequest("seedance-2-0-mini", "A harbour at dawn", DEAR.options, mode="text-to-video")


def generate_words(request: GenerationRequest, studio: Studio) -> str:
    """The text of Generate."""
    price = studio.estimates.estimate(request, studio.profiles[request.model]).price
    return compose_text.generate(tasks=1, price=price, online=True)


def measured(studio: Studio, model: str) -> int:
    """How many prices of the model are known."""
    record = studio.estimates.records().get(model)
    return record.measured if record else 0


def test_measured_prices_and_times_appear_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story(url: str) -> None:
        async with running_studio(tmp_path, url, gateway_name=origin_of(url)) as studio:
            await until(studio, lambda _: studio.balance.usd is not None)
            for request in (DEAR, CHEAP):
                assert generate_words(request, studio) == "Generate", "the profile states no price"
                await studio.submission.submit(request)
                await until(studio, lambda _, model=request.model: measured(studio, model) == 1)
                charge = simulator.state.charges[-1]
                charged[request.model] = charge.usd
                price = studio.estimates.estimate(request, studio.profiles[request.model]).price
                assert price is not None
                assert (price.usd, price.measured) == (charge.usd, 1)
                assert generate_words(request, studio) == f"Generate · ≈ ${charge.usd:.2f}"
                assert explained_estimate(price) == f"≈ ${charge.usd:.2f} (1 measured)"
            takes = MEASURED_TIMES - 1
            added = await studio.submission.submit(CHEAP, takes=takes, again=True)
            assert {task.estimated_usd for task in added} == {charged[CHEAP.model]}
            await until(studio, lambda _: studio.estimates.records()[CHEAP.model].ready == MEASURED_TIMES)
            time = studio.estimates.usual_time(CHEAP, studio.profiles[CHEAP.model])
            assert time is not None
            assert time.measured == MEASURED_TIMES
            record = studio.estimates.records()[CHEAP.model]
            assert (record.tasks, record.ready, record.refused, record.measured) == (takes + 1, takes + 1, 0, 1)

    charged = dict[str, float]()
    with running(speed=SPEED, film_edge_px=64) as simulator:
        run(story(simulator.url))
        monkeypatch.setenv(BASE_URL_VARIABLE, simulator.url)
        assert main(["models", "--json"]) == 0
    assert charged[DEAR.model] != charged[CHEAP.model]
    rows = {row["slug"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert {slug: (rows[slug]["price"], rows[slug]["price_kind"]) for slug in charged} == {
        slug: (usd, "measured") for slug, usd in charged.items()
    }
    assert (rows[DEAR.model]["tasks"], rows[CHEAP.model]["tasks"]) == (1, MEASURED_TIMES)
    assert rows[DEAR.model]["usual_s"] is None
    assert rows[CHEAP.model]["usual_s"][1] > 0
