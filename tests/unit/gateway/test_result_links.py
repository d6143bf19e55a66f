"""A film that was paid for is found however its address is written; an input that is echoed back never passes for it."""

import json
from typing import Any

import pytest
from hypothesis import given

from sora_studio.gateway.result_links import result_links
from tests.unit.gateway.test_answers import anything

BASE = "https://api.example/gate"
A, B = "https://films.example/a.mp4", "https://films.example/b.mp4?token=x%2Fy"
RESULT = {"resultUrls": [A, B]}
TEXT = json.dumps(RESULT)
ECHO = "https://pictures.example/cat.png"


def links(data: object) -> tuple[str, ...]:
    return result_links(json.loads(json.dumps(data)), base_url=BASE)


@pytest.mark.parametrize(
    "result",
    [
        TEXT,
        "\ufeff" + TEXT,
        f"  \n{TEXT}\n",
        json.dumps(TEXT),
        json.dumps("\ufeff" + json.dumps(TEXT)),
        RESULT,
        [RESULT],
        json.dumps([RESULT]),
        json.dumps([TEXT]),
        [A, B],
        json.dumps([A, B]),
        {"resultUrls": [{"url": A}, {"url": B}]},
        {"resultUrls": [{"url": A, "coverUrl": ECHO, "downloadUrl": B}, {"url": B, "type": "video/mp4", "name": "b.mp4"}]},
        {"resultUrls": json.dumps([A, B])},
        {"resultUrls": [json.dumps({"url": A}), B]},
        {"resultUrls": {"0": A, "1": B}},
        {"result_urls": [A, B]},
        {"ResultURLs": ["\ufeff" + A, f" {B}\n"]},
        {"data": {"resultUrls": [A, B]}},
        {"videos": [{"videoUrl": A}, {"videoUrl": B}], "cover": ECHO},
        {"urls": [A, B], "lastFrameUrl": ECHO},
        {"resultUrls": [], "urls": [A, B]},
        {"resultUrls": None, "clips": [{"file": A}, {"file": B}]},
        f"{{'resultUrls': ['{A}', '{B}']}}",
        TEXT.replace("/", "\\/")[:-1],
    ],
    ids=lambda result: str(result)[:60],
)
@pytest.mark.parametrize("name", ["resultJson", "resultjson", "result_json"])
def test_the_films_of_a_result_are_found_in_any_form(result: object, name: str) -> None:
    assert links({"taskId": "t", "state": "success", name: result}) == (A, B)


@pytest.mark.parametrize(
    "result", [A, json.dumps(A), {"resultUrls": A}, {"resultUrls": {"url": A}}, {"resultUrl": A}, {"url": A}]
)
def test_a_single_address_is_a_list_of_one(result: object) -> None:
    assert links({"resultJson": result}) == (A,)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("/files/a.mp4?x=1", "https://api.example/files/a.mp4?x=1"),
        ("files/a.mp4", "https://api.example/gate/files/a.mp4"),
        ("./files/a", "https://api.example/gate/files/a"),
        ("//films.example/a", "https://films.example/a"),
        ("/a\n", "https://api.example/a"),
    ],
)
def test_a_relative_address_is_one_of_the_gateway(given: str, address: str) -> None:
    assert (
        links({"resultJson": {"resultUrls": [given]}}) == links({"resultJson": {"resultUrls": [{"url": given}]}}) == (address,)
    )


@pytest.mark.parametrize(
    "data", [{"response": {"resultUrls": [A]}}, {"resultUrls": [A]}, {"videoUrl": A}, {"media": [{"file": A}]}]
)
def test_a_film_counts_wherever_the_answer_holds_it(data: object) -> None:
    assert links({"state": "success", "resultJson": "", **dict(data)}) == (A,)  # pyright: ignore[reportCallIssue, reportArgumentType]


@pytest.mark.parametrize(
    "echo",
    [
        {"param": json.dumps({"input": {"image_urls": [ECHO], "prompt": A}})},
        {"params": {"image_urls": ["https://pictures.example/signed?id=1"]}},
        {"input": {"video_urls": [A]}},
        {"request": {"resultUrls": [A]}},
        {"imageUrls": [A]},
        {"prompt": A},
        {"callBackUrl": "https://relay.example/c/secret.mp4"},
        {"failMsg": f"see {A}"},
        {"resultJson": {"coverUrl": ECHO, "thumbnail": A, "input_reference": A}},
        {"resultJson": {"url": ECHO}},
        {"resultJson": {"name": "a.mp4", "resultUrls": ["N/A", "none", "", None, 7, "ftp://x/a.mp4", "a" * 17_000]}},
        {"resultJson": f'{{"resultUrls": ["{A}?sig=cut of'[:-3]},
    ],
    ids=lambda echo: str(echo)[:60],
)
def test_what_was_put_in_or_goes_with_a_film_is_no_result(echo: dict[str, object]) -> None:
    assert links({"taskId": "t", "state": "success", **echo}) == ()
    named = {"resultJson": RESULT, **echo} if "resultJson" not in echo else {**echo, "resultUrls": [A, B]}
    assert links(named) == (A, B)


@given(data=anything)
def test_no_data_makes_the_reader_stumble(data: Any) -> None:
    for link in result_links({"resultJson": data, "resultUrls": data, "x": [data]}, base_url=BASE):
        link.encode()
        assert link.lower().startswith(("https://", "http://"))


def test_deep_and_wide_data_is_read_in_no_time() -> None:
    deep: Any = A
    for _ in range(200):
        deep = [deep]
    assert links({"resultJson": deep, "resultUrls": [f"{A}?{number}" for number in range(5000)]})[-1] == f"{A}?4999"
