"""Answers from a service, a proxy or nobody in particular are read without a crash and without belief."""

import json
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.gateway.answers import MAX_RETRY_AFTER_S, integer, read_answer, retry_after_s, text
from tests.unit.gateway.doubles import START

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
envelope = st.fixed_dictionaries({}, optional={"code": anything, "message": anything, "data": anything})


@given(status=st.integers(100, 599), body=st.binary() | envelope.map(json.dumps).map(str.encode), wait=st.none() | st.text())
def test_no_bytes_make_the_reader_stumble_and_its_words_fit_everywhere(status: int, body: bytes, wait: str | None) -> None:
    answer = read_answer(status, body, retry_after=wait, now=START)
    (answer.words + answer.word).encode()
    assert answer.detail
    assert "\0" not in answer.words


@pytest.mark.parametrize(
    "body", [b"", b"<html>502</html>", b"[]", b"200", b"null", b'"success"', b"\xff\xfe\x00", b"[" * 50_000, b"9" * 5000]
)
def test_what_is_no_object_is_no_envelope_and_no_success(body: bytes) -> None:
    answer = read_answer(200, body, retry_after=None, now=START)
    assert not answer.is_envelope
    assert not answer.is_success


@pytest.mark.parametrize(
    ("status", "code", "success"),
    [
        (200, 200, True),
        (200, "200", True),
        (201, 200, True),
        (200, 500, False),
        (200, "402", False),
        (500, 200, False),
        (200, "INSUFFICIENT_CREDITS", False),
        (302, 200, False),
    ],
)
def test_a_no_in_either_place_is_a_no(status: int, code: object, success: bool) -> None:
    body = json.dumps({"code": code, "data": {}}).encode()
    assert read_answer(status, body, retry_after=None, now=START).is_success is success


@pytest.mark.parametrize(
    ("envelope", "words"),
    [
        ({"message": "no"}, "no"),
        ({"message": "no", "data": None}, "no"),
        ({"message": "no", "data": {"error": "duration must be 10 or 15"}}, "duration must be 10 or 15"),
        ({"error": {"message": "deep"}}, "deep"),
        ({"message": ["not", "text"]}, ""),
    ],
)
def test_the_most_telling_words_are_kept(envelope: object, words: str) -> None:
    assert read_answer(400, json.dumps(envelope).encode(), retry_after=None, now=START).words == words


@given(seconds=st.integers(0, 3600))
def test_a_wait_reads_the_same_as_seconds_and_as_a_date(seconds: int) -> None:
    date = format_datetime(START + timedelta(seconds=seconds), usegmt=True)
    assert retry_after_s(str(seconds), now=START) == retry_after_s(date, now=START) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("-5", None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("1e9", None),
        ("٣", None),
        ("999999999", MAX_RETRY_AFTER_S),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("1.5", 1.5),
        ("", None),
    ],
)
def test_odd_waits_are_bounded_or_ignored(value: str, seconds: float | None) -> None:
    assert retry_after_s(value, now=START) == seconds


@given(st.integers(-(10**17), 10**17))
def test_a_whole_number_is_read_from_every_spelling(number: int) -> None:
    assert integer(number) == integer(str(number)) == integer(f" {number} ") == integer(f"{number}.0") == number


@pytest.mark.parametrize("value", [True, None, "", "x", "1.5", 1.5, float("nan"), float("inf"), [], {}, "1_000", "٣"])
def test_what_is_no_whole_number_is_none(value: object) -> None:
    assert integer(value) is None  # pyright: ignore[reportArgumentType]


def test_text_keeps_what_can_be_kept() -> None:
    assert text(" a\0b \ud800") == "ab ?"
    assert text("x" * 5000) == "x" * 2000
    assert isinstance(START, datetime)
    assert text(True) == ""
