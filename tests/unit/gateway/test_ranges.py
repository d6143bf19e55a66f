"""Range arithmetic: bytes are continued only where they provably belong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.gateway.ranges import Arrival, continuation, resume_headers, strong_validator, unsatisfied_total, whole

sizes = st.integers(0, 10**12)


@given(have=sizes, length=st.integers(1, 10**12), behind=st.sampled_from([0, 1, 10**6]))
def test_the_rest_that_was_asked_for_is_taken(have: int, length: int, behind: int) -> None:
    total = have + length + behind
    headers = {"Content-Range": f"bytes {have}-{have + length - 1}/{total}", "Content-Length": str(length), "ETag": '"a"'}
    for known in (None, total):
        arrival = continuation(headers, size_bytes=have, total_bytes=known, validator='"a"')
        assert arrival == Arrival(have, have + length, total, '"a"')


@given(have=sizes, known=st.none() | sizes, first=sizes, last=sizes, total=sizes, length=st.none() | sizes)
def test_what_is_taken_always_continues_and_fits(
    have: int, known: int | None, first: int, last: int, total: int, length: int | None
) -> None:
    headers = {"Content-Range": f"bytes {first}-{last}/{total}"} | ({} if length is None else {"Content-Length": str(length)})
    arrival = continuation(headers, size_bytes=have, total_bytes=known, validator='"a"')
    if arrival is not None:
        assert (arrival.offset, arrival.total_bytes) == (have, total)
        assert arrival.end is not None
        assert have < arrival.end <= total
        assert known in (None, total)
        assert length in (None, arrival.end - have)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Range": "bytes 5-9"},
        {"Content-Range": "bytes 5-9/*"},
        {"Content-Range": "items 5-9/10"},
        {"Content-Range": "bytes 9-5/10"},
        {"Content-Range": "bytes 4-9/10"},
        {"Content-Range": "bytes 5-10/10"},
        {"Content-Range": "bytes 5-9/11", "Content-Length": "6"},
        {"Content-Range": "bytes 5-9/10", "ETag": '"another"'},
        {"Content-Type": "multipart/byteranges; boundary=x"},
        {"Content-Range": f"bytes 5-9/{'9' * 40}"},
    ],
)
def test_a_rest_that_proves_nothing_is_refused(headers: dict[str, str]) -> None:
    assert continuation(headers, size_bytes=5, total_bytes=None, validator='"a"') is None


def test_a_total_that_the_origin_leaves_out_is_taken_from_what_it_said_before() -> None:
    arrival = continuation({"Content-Range": "bytes 5-9/*"}, size_bytes=5, total_bytes=10, validator='"a"')
    assert arrival == Arrival(5, 10, 10, '"a"')


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"ETag": '"abc"'}, '"abc"'),
        ({"ETag": 'W/"abc"'}, ""),
        ({"ETag": "abc"}, ""),
        ({"ETag": '"a\nb"'}, ""),
        ({"Last-Modified": "Sun, 22 Nov 2026 12:00:00 GMT"}, "Sun, 22 Nov 2026 12:00:00 GMT"),
        ({"ETag": 'W/"abc"', "Last-Modified": "Sun, 22 Nov 2026 12:00:00 GMT"}, "Sun, 22 Nov 2026 12:00:00 GMT"),
        ({"Last-Modified": "yesterday"}, ""),
        ({}, ""),
    ],
)
def test_only_what_names_the_very_bytes_is_a_validator(headers: dict[str, str], validator: str) -> None:
    assert strong_validator(headers) == validator


@pytest.mark.parametrize(("size", "validator"), [(0, '"a"'), (5, ""), (0, "")])
def test_nothing_is_continued_without_bytes_and_a_proof(size: int, validator: str) -> None:
    assert resume_headers(size, validator) == {}
    assert resume_headers(5, '"a"') == {"Range": "bytes=5-", "If-Range": '"a"'}


def test_a_whole_film_may_leave_its_length_open() -> None:
    assert whole({"Content-Length": "7", "ETag": '"a"'}) == Arrival(0, 7, 7, '"a"')
    assert whole({"Content-Length": "x"}) == Arrival(0, None, None, "")


@pytest.mark.parametrize(("value", "total"), [("bytes */10", 10), ("bytes 0-9/10", None), ("", None), ("bytes */*", None)])
def test_the_size_in_a_416(value: str, total: int | None) -> None:
    assert unsatisfied_total({"Content-Range": value}) == total
