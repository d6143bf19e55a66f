"""Clips of every kind of model: their length, shape and sound, and what they cost."""

import asyncio
import io
import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import av
import pytest
from PIL import Image

from sora_studio.simulator.film import FPS, Film, Picture, render
from sora_studio.simulator.task import RemoteTask
from tests.unit.simulator.bench import Bench, TurnedClock, Web, bench

_EDGE_PX = 90


@dataclass(frozen=True)
class _Clip:
    width: int
    height: int
    frames: int
    has_sound: bool
    first_frame: Image.Image


async def _create(at: Bench, slug: str, fields: dict[str, object]) -> str:
    answer = await at.http.post(f"/api/v1/generateTask/{slug}", json={"input": {"prompt": "A harbour", **fields}})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["taskId"]


async def _finished(at: Bench, task_id: str) -> RemoteTask:
    await at.until(lambda: not at.service.tasks[task_id].waits_for_media)
    task = at.service.tasks[task_id]
    at.clock.now = max(at.clock.now, task.ends_at)
    return task


async def _clip(at: Bench, slug: str, fields: dict[str, object]) -> _Clip:
    task_id = await _create(at, slug, fields)
    await _finished(at, task_id)
    status = (await at.http.get(f"/api/v1/statusTask/{slug}", params={"taskId": task_id})).json()["data"]
    (url,) = json.loads(status["resultJson"])["resultUrls"]
    with av.open(io.BytesIO((await at.http.get(url)).content), "r") as container:
        video = container.streams.video[0]
        frame = next(container.decode(video)).to_image()
        return _Clip(video.width, video.height, video.frames, bool(container.streams.audio), frame)


def _picture(size: tuple[int, int], kind: str = "PNG", colour: str = "orange", orientation: int = 1) -> bytes:
    content, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", size, colour).save(content, kind, exif=exif)
    return content.getvalue()


def _video(folder: Path, seconds: float, width: int = 120, height: int = 90) -> bytes:
    path = folder / "input.mp4"
    render(Picture("An input", "input"), path, Film(width, height, seconds))
    return path.read_bytes()


_SAMPLES: list[tuple[str, dict[str, object], tuple[int, int], int, bool]] = [
    ("vidu-q3", {"mode": "turbo-text-to-video", "duration": 1}, (160, 90), 1, True),
    ("vidu-q3", {"mode": "text-to-video", "duration": 1, "aspect_ratio": "3:4", "bgm": False}, (90, 120), 1, True),
    ("vidu-q3", {"mode": "text-to-video", "duration": 1, "sound": False, "bgm": False}, (160, 90), 1, False),
    ("wan-2-6-video", {"mode": "text-to-video", "duration": 2, "size": "960*960"}, (90, 90), 2, True),
    ("kling-3-0-std", {"mode": "text-to-video", "duration": 3, "aspect_ratio": "9:16"}, (90, 160), 3, False),
    ("kling-2-6", {"mode": "text-to-video", "sound": True, "aspect_ratio": "1:1"}, (90, 90), 5, True),
    ("kling-2-5-turbo-pro", {"mode": "text-to-video"}, (160, 90), 5, False),
    ("seedance-2-0", {"mode": "text-to-video", "duration": 4, "aspect_ratio": "21:9", "sound": False}, (210, 90), 4, False),
    ("sora-2-pro", {"mode": "text-to-video", "size": "1024*1792"}, (90, 158), 4, True),
    ("happyHorse", {"mode": "text-to-video", "duration": 3, "ratio": "4:3"}, (120, 90), 3, True),
    ("hailuo-2-3", {"mode": "pro-text-to-video"}, (160, 90), 5, False),
    ("veo-3-1", {"mode": "fast", "aspect_ratio": "auto"}, (160, 90), 8, True),
    ("grok-video", {"mode": "text-to-video", "aspect_ratio": "2:3"}, (90, 136), 6, True),
]


@pytest.mark.parametrize(("slug", "fields", "size", "seconds", "has_sound"), _SAMPLES)
def test_a_clip_has_the_ordered_length_shape_and_sound(
    tmp_path: Path, slug: str, fields: dict[str, object], size: tuple[int, int], seconds: int, has_sound: bool
) -> None:
    async def check() -> _Clip:
        async with bench(tmp_path, film_edge_px=_EDGE_PX) as at:
            return await _clip(at, slug, fields)

    clip = asyncio.run(check())
    assert ((clip.width, clip.height), clip.frames, clip.has_sound) == (size, seconds * FPS, has_sound)


@pytest.mark.parametrize(
    ("slug", "fields", "size"),
    [
        ("vidu-q3", {"mode": "text-to-video", "resolution": "540p"}, (960, 540)),
        ("vidu-q3", {"mode": "text-to-video", "resolution": "1080p", "aspect_ratio": "9:16"}, (1080, 1920)),
        ("ltx-2-19b", {"mode": "text-to-video", "resolution": "480p"}, (854, 480)),
        ("hailuo-2-3", {"mode": "standard-text-to-video", "duration": 6}, (1366, 768)),
        ("hailuo-2-3", {"mode": "pro-text-to-video"}, (1920, 1080)),
        ("wan-2-6-video", {"mode": "text-to-video", "size": "1248*1632"}, (1248, 1632)),
        ("seedance-2-0", {"mode": "text-to-video", "aspect_ratio": "21:9"}, (1680, 720)),
    ],
)
def test_the_resolution_is_the_ordered_one(tmp_path: Path, slug: str, fields: dict[str, object], size: tuple[int, int]) -> None:
    async def check() -> None:
        async with bench(tmp_path) as at:
            assert at.service.tasks[await _create(at, slug, fields)].size() == size

    asyncio.run(check())


@pytest.mark.parametrize(
    ("slug", "fields", "size"),
    [
        ("vidu-q3", {"mode": "image-to-video", "duration": 1}, (90, 120)),
        ("seedance-2-0", {"mode": "first_and_last_frames", "duration": 4}, (90, 120)),
        ("seedance-2-0", {"mode": "first_and_last_frames", "duration": 4, "aspect_ratio": "1:1"}, (90, 90)),
    ],
)
def test_a_clip_starts_from_its_picture_and_takes_its_shape(
    tmp_path: Path, web: Web, slug: str, fields: dict[str, object], size: tuple[int, int]
) -> None:
    web.pages["/first"] = (200, {}, _picture((400, 300), "JPEG", orientation=6))
    web.pages["/last"] = (200, {}, _picture((64, 64), colour="navy"))

    async def check() -> _Clip:
        async with bench(tmp_path, film_edge_px=_EDGE_PX) as at:
            urls = [f"{web.url}/first", f"{web.url}/last"]
            return await _clip(at, slug, {**fields, "image_urls": urls})

    clip = asyncio.run(check())
    assert (clip.width, clip.height) == size
    red, _, blue = clip.first_frame.getpixel((45, 20))
    assert red > 200
    assert blue < 60


def test_every_picture_must_be_usable(tmp_path: Path, web: Web) -> None:
    web.pages["/first"] = (200, {}, _picture((64, 36)))

    async def check() -> None:
        async with bench(tmp_path) as at:
            urls = [f"{web.url}/first", f"{web.url}/missing"]
            task_id = await _create(at, "vidu-q3", {"mode": "image-to-video", "image_urls": urls})
            await at.until(lambda: at.service.tasks[task_id].fail_code == "INVALID_IMAGE_URL")

    asyncio.run(check())


@pytest.mark.parametrize(
    ("slug", "mode", "kind", "code"),
    [
        ("hailuo-2-3", "pro-image-to-video", "WEBP", "UNSUPPORTED_FORMAT"),
        ("wan-2-5-video", "image-to-video", "BMP", None),
        ("wan-2-5", "image-to-video", "BMP", "UNSUPPORTED_FORMAT"),
    ],
)
def test_each_model_has_its_own_picture_formats(
    tmp_path: Path, web: Web, slug: str, mode: str, kind: str, code: str | None
) -> None:
    web.pages["/picture"] = (200, {}, _picture((64, 36), kind))

    async def check() -> None:
        async with bench(tmp_path) as at:
            task_id = await _create(at, slug, {"mode": mode, "image_urls": [f"{web.url}/picture"]})
            await at.until(lambda: not at.service.tasks[task_id].waits_for_media)
            assert at.service.tasks[task_id].fail_code == code

    asyncio.run(check())


@pytest.mark.parametrize(
    ("slug", "fields", "length_s", "size"),
    [
        ("kling-3-0-std", {"mode": "motion-control", "image_urls": ["/picture"], "video_urls": ["/video"]}, 1.5, (180, 90)),
        ("happyHorse", {"mode": "video-edit", "video_urls": ["/video"]}, 1.5, (120, 90)),
        ("wan-2-7-video", {"mode": "video-edit", "video_urls": ["/video"]}, 1.5, (160, 90)),
        ("wan-2-7-video", {"mode": "video-edit", "video_urls": ["/video"], "duration": 2}, 2, (160, 90)),
        ("seedance-1-5-pro-extend", {"mode": "video-extend", "video_urls": ["/video"], "sound": False}, 5.5, (120, 90)),
        ("wan-2-2-animate", {"type": "replace", "image_urls": ["/picture"], "video_urls": ["/none"]}, 5, (180, 90)),
        ("infinitetalk", {"mode": "image-to-video", "image_urls": ["/picture"], "audio_urls": ["/video"]}, 1.5, (180, 90)),
    ],
)
def test_a_clip_made_from_a_video_or_sound_is_as_long(
    tmp_path: Path, web: Web, slug: str, fields: dict[str, object], length_s: float, size: tuple[int, int]
) -> None:
    web.pages["/picture"] = (200, {}, _picture((72, 36)))
    web.pages["/video"] = (200, {}, _video(tmp_path, 1.5))
    if slug == "wan-2-7-video":
        web.pages["/video"] = (200, {}, _video(tmp_path, 1.5, 160, 90))
    if slug == "wan-2-2-animate":
        fields = {"mode": "standard", **fields}
    fields = {name: [web.url + path for path in value] if isinstance(value, list) else value for name, value in fields.items()}

    async def check() -> _Clip:
        async with bench(tmp_path, film_edge_px=_EDGE_PX) as at:
            return await _clip(at, slug, fields)

    clip = asyncio.run(check())
    assert ((clip.width, clip.height), clip.frames) == (size, round(length_s * FPS))


def test_prices_differ_by_model_and_by_what_is_ordered(tmp_path: Path) -> None:
    async def check() -> None:
        async with bench(tmp_path, balance_usd=10.0) as at:
            left = [10.0]
            for slug, fields in (
                ("veo-3-1", {"mode": "fast"}),
                ("veo-3-1", {"mode": "quality"}),
                ("kling-2-6", {"mode": "text-to-video", "sound": False}),
                ("kling-2-6", {"mode": "text-to-video", "sound": True}),
                ("ltx-2-19b", {"mode": "text-to-video", "resolution": "480p"}),
                ("ltx-2-19b", {"mode": "text-to-video", "resolution": "1080p"}),
            ):
                await _create(at, slug, fields)
                left.append(await at.balance())
        spent = [round(before - after, 2) for before, after in itertools.pairwise(left)]
        assert spent == [0.2, 1.5, 0.4, 0.8, 0.1, 0.4]

    asyncio.run(check())


def test_one_that_is_paid_by_its_input_costs_what_the_input_measures(tmp_path: Path, web: Web) -> None:
    web.pages["/picture"] = (200, {}, _picture((64, 36)))
    web.pages["/sound"] = (200, {}, _video(tmp_path, 10))

    async def check() -> None:
        async with bench(tmp_path) as at:
            fields = {"mode": "image-to-video", "image_urls": [f"{web.url}/picture"], "audio_urls": [f"{web.url}/sound"]}
            await _finished(at, await _create(at, "infinitetalk", {**fields, "resolution": "720p"}))
            assert await at.balance() == 99.4
            fields["audio_urls"] = [f"{web.url}/nothing"]
            await _finished(at, await _create(at, "infinitetalk", {**fields, "resolution": "720p"}))
            assert await at.balance() == 99.1

    asyncio.run(check())


def test_a_clip_survives_a_restart_as_it_was(tmp_path: Path, web: Web) -> None:
    web.pages["/picture"] = (200, {}, _picture((60, 90)))

    async def check() -> None:
        clock = TurnedClock()
        async with bench(tmp_path, clock=clock) as at:
            fields = {"mode": "image-to-video", "image_urls": [f"{web.url}/picture"], "bgm": False, "sound": False}
            task = await _finished(at, await _create(at, "vidu-q3", fields))
        async with bench(tmp_path, clock=clock) as at:
            again = at.service.find(task.id)
            assert again == task
            assert again is not None
            assert (again.size(), again.order.sound) == ((720, 1080), False)

    asyncio.run(check())


def test_tasks_of_an_earlier_simulator_are_still_known(tmp_path: Path) -> None:
    order = {"model": "sora-2", "prompt": "A harbour", "duration_s": 15, "portrait": True, "short_edge_px": 720}
    order |= {"image_urls": [], "watermark": True, "callback_url": None}
    kept = {"id": "a" * 32, "order": order, "address": "http://simulator", "accepted_at": 1.0, "starts_at": 2.0, "ends_at": 3.0}
    kept |= {"price_usd": 0.75, "clips": 1, "take": 0, "fail_code": None, "picture": None, "called_back": False}

    task = RemoteTask.from_text(json.dumps(kept))

    assert (task.size(), task.length_s, task.order.watermark, task.order.sound) == ((720, 1280), 15, "sora-2", True)
