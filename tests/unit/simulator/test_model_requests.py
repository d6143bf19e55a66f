"""The cases that fix what the studio sends, against the simulator's strict reading."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from sora_studio.simulator.models import MODELS
from sora_studio.simulator.order import read_order
from sora_studio.simulator.wire import Refusal
from tests.unit.simulator.test_models import PROFILES

_CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "contract" / "model_requests.jsonl").read_text(encoding="utf-8").splitlines()
]
_SEEN_ON_THE_WIRE = {
    "mode",
    "prompt_missing",
    "prompt_short",
    "prompt_long",
    "option_unknown",
    "option_value",
    "option_missing",
    "text_long",
    "media_unknown",
    "media_missing",
    "media_many",
    "rule",
    "route",
}
"""The other refusals are about files, which the service sees only once it has fetched them."""
_SELECTORS = {"quality-reference": {"mode": "quality", "generationType": "REFERENCE_2_VIDEO"}}
_LISTS = {"audio": "audio_urls", "video": "video_urls", "lora": "loras"}


def _text(value: Any) -> Any:
    return value["of"] * value["times"] if isinstance(value, dict) else value


def _raw(case: dict[str, Any]) -> dict[str, Any]:
    """What a careless client sends for this case: everything that was asked for, unchecked."""
    mode = PROFILES[case["model"]].mode(case["mode"])
    fields: dict[str, Any] = dict(mode.sends if mode else _SELECTORS.get(case["mode"], {"mode": case["mode"]}))
    if (prompt := _text(case["prompt"])) != "":
        fields["prompt"] = prompt
    if case["model"].startswith("hailuo") and case["mode"].startswith("standard"):
        fields["duration"] = 6
    fields |= {name: _text(value) for name, value in case["options"].items()}
    for role, media in case["media"].items():
        items = [item if isinstance(item, str) else item["url"] for item in media]
        if role == "lora":
            items = [{"path": item["url"], "scale": item["scale"]} for item in media]
        fields.setdefault(_LISTS.get(role, "image_urls"), []).extend(items)
    return {"input": fields} | ({"provider": case["route"]} if "route" in case else {})


def _is_on_the_wire(case: dict[str, Any]) -> bool:
    """Return whether the service can tell: an end frame alone, or two first frames, look like any list of pictures."""
    if not case["refused"].startswith("media_"):
        return case["refused"] in _SEEN_ON_THE_WIRE
    slots = PROFILES[case["model"]].media_in(case["mode"])
    given = {name: len(media) for name, media in _raw(case)["input"].items() if isinstance(media, list)}
    lists = {slot.field for slot in slots}
    least = {name: sum(slot.min for slot in slots if slot.field == name) for name in lists}
    most = {name: sum(math.inf if slot.max is None else slot.max for slot in slots if slot.field == name) for name in lists}
    fits = given.keys() <= lists and all(least[name] <= given.get(name, 0) <= most[name] for name in lists)
    return case["refused"] in _SEEN_ON_THE_WIRE and (not fits or not given)


_EXPECTED = [case for case in _CASES if "expect" in case]
_REFUSED = [case for case in _CASES if "refused" in case and _is_on_the_wire(case)]


def _id(case: dict[str, Any]) -> str:
    return f"{case['model']} {case['mode']}: {case['why']}"


@pytest.mark.parametrize("case", _EXPECTED, ids=_id)
def test_what_the_studio_sends_is_accepted(case: dict[str, Any]) -> None:
    body = {"input": {name: _text(value) for name, value in case["expect"].items()}}
    if case.get("provider") is not None:
        body["provider"] = case["provider"]

    order = read_order(body, MODELS[case["model"]])

    assert order.model == case["model"]
    assert min(order.width, order.height) > 0


@pytest.mark.parametrize("case", _REFUSED, ids=_id)
def test_what_the_studio_refuses_is_refused_by_the_service_too(case: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        read_order(_raw(case), MODELS[case["model"]])

    assert refused.value.code == 400


def test_every_model_and_most_refusals_are_among_the_cases() -> None:
    assert {case["model"] for case in _EXPECTED} == set(MODELS)
    assert {case["refused"] for case in _REFUSED} == _SEEN_ON_THE_WIRE
