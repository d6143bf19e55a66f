"""A create request is read strictly: every fault is a 400 that names its field."""

from typing import Any

import pytest

from sora_studio.simulator.models import MODELS
from sora_studio.simulator.order import read_order
from sora_studio.simulator.wire import Refusal

_TEXT = {"mode": "text-to-video", "prompt": "A harbour"}
_IMAGE = {"mode": "image-to-video", "prompt": "A harbour", "image_urls": ["https://pictures.example/a.png"]}


def _with(base: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"input": base | fields}


def _without(name: str) -> dict[str, Any]:
    return {"input": {key: value for key, value in _IMAGE.items() if key != name}}


_FAULTS: list[tuple[object, str]] = [
    ([], "body"),
    ({}, "input"),
    ({"input": None}, "input"),
    ({"input": [_TEXT]}, "input"),
    ({**_with(_TEXT), "model": "sora-2"}, "model"),
    ({**_with(_TEXT), "provider": "cheap"}, "provider"),
    ({**_with(_TEXT), "provider": None}, "provider"),
    ({**_with(_TEXT), "request_type": "sync"}, "request_type"),
    ({**_with(_TEXT), "request_type": True}, "request_type"),
    ({**_with(_TEXT), "request_type": "callback"}, "callback_url"),
    ({**_with(_TEXT), "callback_url": "https://here.example/hook"}, "callback_url"),
    ({**_with(_TEXT), "request_type": "async", "callback_url": "https://here.example/hook"}, "callback_url"),
    ({**_with(_TEXT), "request_type": "callback", "callback_url": 7}, "callback_url"),
    ({**_with(_TEXT), "request_type": "callback", "callback_url": "http://here.example/hook"}, "callback_url"),
    ({**_with(_TEXT), "request_type": "callback", "callback_url": "ftp://here.example/hook"}, "callback_url"),
    ({**_with(_TEXT), "request_type": "callback", "callback_url": "https://"}, "callback_url"),
    (_without("mode"), "input.mode"),
    (_with(_TEXT, mode="video-to-video"), "input.mode"),
    (_without("prompt"), "input.prompt"),
    (_with(_TEXT, prompt=""), "input.prompt"),
    (_with(_TEXT, prompt="  \n"), "input.prompt"),
    (_with(_TEXT, prompt=5), "input.prompt"),
    (_with(_TEXT, prompt="x" * 10_001), "input.prompt"),
    (_with(_TEXT, prompt="half a \ud83d"), "input.prompt"),
    (_with(_TEXT, duration="10"), "input.duration"),
    (_with(_TEXT, duration=10.0), "input.duration"),
    (_with(_TEXT, duration=True), "input.duration"),
    (_with(_TEXT, duration=12), "input.duration"),
    (_with(_TEXT, n_frames="10"), "input.n_frames"),
    (_with(_TEXT, resolution="720p"), "input.resolution"),
    (_with(_TEXT, aspect_ratio="16:9"), "input.aspect_ratio"),
    (_with(_TEXT, aspect_ratio=1), "input.aspect_ratio"),
    (_with(_TEXT, remove_watermark=1), "input.remove_watermark"),
    (_with(_TEXT, remove_watermark="true"), "input.remove_watermark"),
    (_with(_TEXT, image_urls=["https://pictures.example/a.png"]), "input.image_urls"),
    (_with(_TEXT, image_urls=[]), "input.image_urls"),
    (_without("image_urls"), "input.image_urls"),
    (_with(_IMAGE, image_urls=[]), "input.image_urls"),
    (_with(_IMAGE, image_urls="https://pictures.example/a.png"), "input.image_urls"),
    (_with(_IMAGE, image_urls=["https://a.example/1.png", "https://a.example/2.png"]), "input.image_urls"),
    (_with(_IMAGE, image_urls=["data:image/png;base64,AAAA"]), "input.image_urls[0]"),
    (_with(_IMAGE, image_urls=["file:///etc/hostname"]), "input.image_urls[0]"),
    (_with(_IMAGE, image_urls=["https://[::1"]), "input.image_urls[0]"),
    (_with(_IMAGE, image_urls=[None]), "input.image_urls[0]"),
]


@pytest.mark.parametrize(("body", "field"), _FAULTS)
def test_a_fault_names_its_field(body: object, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_order(body, MODELS["sora-2"])

    assert refused.value.code == 400
    assert f"Invalid parameter {field}:" in refused.value.message
    assert refused.value.error.startswith(f"{field} ")


def test_defaults_are_the_documented_ones() -> None:
    order = read_order({"input": _TEXT}, MODELS["sora-2"])

    assert dict(order.values) == {
        "mode": "text-to-video",
        "duration": 10,
        "aspect_ratio": "landscape",
        "remove_watermark": True,
    }
    assert (order.duration_s, order.width, order.height, order.sound, order.watermark) == (10, 1280, 720, True, "")


def test_every_documented_field_is_taken() -> None:
    wanted = _IMAGE | {"prompt": "é" * 10_000, "duration": 15, "aspect_ratio": "portrait", "remove_watermark": False}
    body = {"request_type": "callback", "callback_url": "https://here.example/hook", "provider": "value", "input": wanted}

    order = read_order(body, MODELS["sora-2"])

    assert (order.duration_s, order.width, order.height) == (15, 720, 1280)
    assert (order.watermark, len(order.prompt)) == ("sora-2", 10_000)
    assert order.image_urls == ("https://pictures.example/a.png",)
    assert order.callback_url == "https://here.example/hook"


def test_a_callback_to_this_machine_needs_no_https() -> None:
    body = {"request_type": "callback", "callback_url": "http://127.0.0.1:9/hook", "input": _TEXT}

    assert read_order(body, MODELS["sora-2"]).callback_url == "http://127.0.0.1:9/hook"


def test_another_model_has_rules_of_its_own() -> None:
    pro = MODELS["sora-2-pro"]

    wide, own = read_order(_with(_TEXT, size="1792*1024"), pro), read_order(_with(_IMAGE, resolution="1080p"), pro)
    assert (wide.width, wide.height, wide.own_shape) == (1792, 1024, False)
    assert (own.width, own.height, own.own_shape) == (1920, 1080, True)
    for body, field in (
        ({**_with(_TEXT), "provider": "auto"}, "provider"),
        (_with(_TEXT, prompt="x" * 5_001), "input.prompt"),
        (_with(_TEXT, duration=10), "input.duration"),
        (_with(_TEXT, resolution="1080p"), "input.resolution"),
        (_with(_IMAGE, resolution="4k"), "input.resolution"),
        (_with(_IMAGE, size="1280*720"), "input.size"),
    ):
        with pytest.raises(Refusal, match=f"Invalid parameter {field}"):
            read_order(body, pro)


_MORE_FAULTS: list[tuple[str, dict[str, object], str]] = [
    ("kling-2-6", {"sound": 1}, "input.sound"),
    ("kling-2-6", {}, "input.sound"),
    ("kling-2-1", {"mode": "pro-image-to-video", "cfg_scale": 10**400}, "input.cfg_scale"),
    ("kling-2-1", {"mode": "pro-image-to-video", "cfg_scale": float("nan")}, "input.cfg_scale"),
    ("kling-2-1", {"mode": "pro-image-to-video", "cfg_scale": "0.5"}, "input.cfg_scale"),
    ("veo-3-1", {"mode": "fast", "generationType": "IMAGE_2_VIDEO"}, "input.generationType"),
    ("veo-3-1", {"mode": "quality", "generationType": "REFERENCE_2_VIDEO"}, "input.generationType"),
    ("veo-3-1", {"mode": "fast", "watermark": True}, "input.watermark"),
    ("ltx-2-19b", {"mode": "text-to-video-LoRA", "loras": ["https://a.example/x"]}, "input.loras[0]"),
    ("ltx-2-19b", {"mode": "text-to-video-LoRA", "loras": [{"path": "x", "scale": 1}]}, "input.loras[0].path"),
    ("ltx-2-19b", {"mode": "text-to-video-LoRA", "loras": [{"path": "https://a.example/x"}]}, "input.loras[0].scale"),
    ("wan-2-5", {"seed": 1.0}, "input.seed"),
    ("wan-2-5", {"negative_prompt": None}, "input.negative_prompt"),
    ("vidu-q3", {"duration": True}, "input.duration"),
]


@pytest.mark.parametrize(("slug", "fields", "field"), _MORE_FAULTS)
def test_faults_of_other_models_name_their_field_too(slug: str, fields: dict[str, object], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_order({"input": _TEXT | fields}, MODELS[slug])

    assert refused.value.error.startswith(f"{field} ")


def test_a_provider_is_for_models_that_have_routes() -> None:
    with pytest.raises(Refusal, match="Invalid parameter provider"):
        read_order({**_with(_TEXT), "provider": "auto"}, MODELS["kling-2-5-turbo-pro"])


def test_selectors_have_defaults_where_the_page_names_some() -> None:
    order = read_order({"input": {"prompt": "A harbour"}}, MODELS["veo-3-1"])

    assert dict(order.values)["mode"] == "quality"
    assert dict(order.values)["generationType"] == "TEXT_2_VIDEO"
