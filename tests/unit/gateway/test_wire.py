"""Every request carries exactly the documented fields, and no answer makes a status that the service did not give."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.prompt import is_blank, without_mark
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.gateway.wire import from_wire, task_id_of, to_wire, usd_of
from tests.unit.gateway.doubles import make_profile
from tests.unit.gateway.test_answers import anything

FILM = "https://films.example/a/1.mp4"
KNOWN_STATES = {
    **dict.fromkeys(("pending", "queued", "waiting", "submitted", "in_queue"), TaskState.PENDING),
    **dict.fromkeys(("processing", "running", "generating", "in_progress"), TaskState.PROCESSING),
    **dict.fromkeys(("success", "succeeded", "completed", "done", "finished"), TaskState.SUCCESS),
    **dict.fromkeys(("failed", "failure", "error", "canceled", "cancelled", "rejected"), TaskState.FAILED),
}
STATUS_FIELDS = ("taskId", "state", "resultJson", "failCode", "failMsg", "createTime", "completeTime", "costTime", "surprise")


def test_a_text_task_carries_exactly_these_fields() -> None:
    assert to_wire(GenerationRequest("sora-2", "A cat"), make_profile(), {}) == {
        "request_type": "async",
        "provider": "auto",
        "input": {
            "mode": "text-to-video",
            "prompt": "A cat",
            "duration": 10,
            "aspect_ratio": "landscape",
            "remove_watermark": True,
        },
    }


def test_an_image_task_carries_its_choices_and_the_addresses_that_it_was_given() -> None:
    options = {"duration": 15, "aspect_ratio": "portrait", "remove_watermark": False}
    request = GenerationRequest("sora-2", "A cat", options, "official", media=first_pictures("/home/me/cat.png"))
    assert to_wire(request, make_profile(), {"/home/me/cat.png": "https://pictures.example/cat.png"}) == {
        "request_type": "async",
        "provider": "official",
        "input": {
            "mode": "image-to-video",
            "prompt": "A cat",
            **options,
            "image_urls": ["https://pictures.example/cat.png"],
        },
    }


def test_a_task_whose_end_is_reported_carries_where() -> None:
    address = "https://relay.example/c/secret"
    plain = to_wire(GenerationRequest("sora-2", "A cat"), make_profile(), {})
    reported = to_wire(GenerationRequest("sora-2", "A cat"), make_profile(), {}, callback_url=address)
    assert reported == {**plain, "request_type": "callback", "callback_url": address}


@given(st.text(st.characters(codec=None), min_size=1))
def test_every_prompt_that_can_be_typed_survives_the_wire(prompt: str) -> None:
    assume(not is_blank(prompt))  # refused before
    body = json.dumps(to_wire(GenerationRequest("sora-2", prompt), make_profile(), {})).encode()
    assert json.loads(body)["input"]["prompt"] == without_mark(prompt)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(STATUS_FIELDS, anything)))
def test_no_data_makes_the_reader_stumble_or_ends_a_task_with_an_unknown_word(data: Any) -> None:
    status = from_wire(data, "task_1")
    if status is None:
        return
    word = str(data["state"]).strip().casefold()
    assert status.state is (KNOWN_STATES.get(word, TaskState.PROCESSING))
    for words in (*status.result_urls, status.fail_code or "", status.fail_message or ""):
        words.encode()


@pytest.mark.parametrize("word", ["Moderating", "SUCCEEDED?", "cancelling", "expired", "0", "not completed", "success/failed"])
def test_an_unknown_state_is_still_going_on_and_keeps_the_words_of_the_service(word: str) -> None:
    status = from_wire({"taskId": "t", "state": word, "news": {}, "resultJson": {"resultUrls": [FILM]}}, "t")
    assert status is not None
    assert (status.state, status.unknown_state, status.result_urls) == (TaskState.PROCESSING, word, ())


@pytest.mark.parametrize("spelling", [str, str.upper, str.title, " {} ".format, lambda word: word.replace("_", "-")])
@pytest.mark.parametrize("word", sorted(KNOWN_STATES))
def test_other_words_for_a_state_are_understood_in_any_spelling(word: str, spelling: Callable[[str], str]) -> None:
    status = from_wire({"taskId": "t", "state": spelling(word), "resultJson": {"resultUrls": [FILM]}}, "t")
    assert status is not None
    assert (status.state, status.unknown_state) == (KNOWN_STATES[word], "")
    assert status.result_urls == ((FILM,) if status.state is TaskState.SUCCESS else ())


@pytest.mark.parametrize(("word", "told"), [("canceled", "canceled"), ("Rejected", "Rejected"), ("failure", None)])
def test_how_a_task_ended_is_told_when_the_service_gives_no_reason(word: str, told: str | None) -> None:
    status = from_wire({"taskId": "t", "state": word}, "t")
    assert status is not None
    assert (status.state, status.fail_message) == (TaskState.FAILED, told)


@pytest.mark.parametrize("data", [None, 7, "x", [], {}, {"state": None}, {"state": ""}, {"taskId": "other", "state": "failed"}])
def test_what_is_no_status_of_this_task_is_none(data: Any) -> None:
    assert from_wire(data, "t") is None


def test_a_success_lists_each_link_once_in_the_order_of_the_service() -> None:
    links = ["https://b/2.mp4", "https://a/1.mp4", "https://b/2.mp4", "ftp://x", None, 7]
    data: Any = {"taskId": "t", "state": "success", "resultJson": json.dumps({"resultUrls": links, "more": 1})}
    status = from_wire(data, "t")
    assert status is not None
    assert status.result_urls == ("https://b/2.mp4", "https://a/1.mp4")


@pytest.mark.parametrize("result", [None, "", "not json", "[]", '{"resultUrls": null}', '{"resultUrls": {}}', 5])
def test_a_success_without_a_readable_link_has_none(result: Any) -> None:
    status = from_wire({"state": "success", "resultJson": result}, "t")
    assert status is not None
    assert (status.state, status.result_urls) == (TaskState.SUCCESS, ())


def test_a_long_signed_link_is_never_shortened() -> None:
    link = "https://cdn.example/film.mp4?token=" + "x" * 9000
    status = from_wire({"state": "success", "resultJson": json.dumps({"resultUrls": [link]})}, "t")
    assert status is not None
    assert status.result_urls == (link,)


def test_a_failure_keeps_the_words_of_the_service_and_the_end() -> None:
    data: Any = {
        "state": "failed",
        "failCode": "BRAND_NEW",
        "failMsg": "because",
        "createTime": 1_789_999_999_000,
        "completeTime": "1790000000123",
    }
    status = from_wire(data, "t")
    assert status is not None
    assert (status.fail_code, status.fail_message) == ("BRAND_NEW", "because")
    assert status.created_at == datetime(2026, 9, 21, 14, 13, 19, tzinfo=UTC)
    assert status.completed_at == datetime(2026, 9, 21, 14, 13, 20, 123000, tzinfo=UTC)


@pytest.mark.parametrize("moment", [0, -1, 1_790_000_000, 10**17, 10**30, "soon", None, True, 1.5])
def test_an_impossible_time_is_not_known(moment: Any) -> None:
    status = from_wire({"state": "pending", "completeTime": moment}, "t")
    assert status is not None
    assert status.completed_at is None


@pytest.mark.parametrize(
    ("value", "task_id"),
    [
        ("task_12345678", "task_12345678"),
        (12345678, "12345678"),
        (" t ", "t"),
        ("", None),
        (None, None),
        (True, None),
        ([], None),
        ("t\x00", None),
        ("\ud800", None),
        ("x" * 3000, None),
        (12345678.0, "12345678"),
        (1.5, None),
    ],
)
def test_only_an_id_that_can_be_asked_for_is_one(value: Any, task_id: str | None) -> None:
    assert task_id_of({"taskId": value}) == task_id


@pytest.mark.parametrize("name", ["taskId", "taskid", "task_id", "TaskId", "TASK_ID", "task-id"])
@pytest.mark.parametrize(
    "wrap", [lambda data: data, json.dumps, lambda data: [data], lambda data: json.dumps(json.dumps(data))]
)
def test_an_id_is_found_however_it_is_spelled_and_wrapped(name: str, wrap: Callable[[object], Any]) -> None:
    assert task_id_of(wrap({name: "t1"})) == "t1"
    status = from_wire(wrap({name: "T1", "STATE": "pending"}), "t1")
    assert status is not None
    assert status.state is TaskState.PENDING
    assert from_wire(wrap({name: "t2", "state": "pending"}), "t1") is None


@pytest.mark.parametrize(
    ("data", "usd"),
    [
        (74.87, 74.87),
        (0, 0.0),
        ("12.5", 12.5),
        (-1, -1.0),
        (None, None),
        (True, None),
        ("much", None),
        ({"usd": 1}, None),
        (float("nan"), None),
        ("inf", None),
        (10**400, None),
    ],
)
def test_a_balance_is_a_finite_number(data: Any, usd: float | None) -> None:
    assert usd_of(data) == usd
