"""The table of errors, and above all: what may have started is never called retryable or refused."""

import errno
import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain import errors
from sora_studio.gateway import faults
from sora_studio.gateway.answers import Answer, read_answer
from sora_studio.gateway.proxied_transport import ProxyFailed
from tests.unit.gateway.doubles import START

NOT_FORWARDED = {407, 511}
CLEAR = {400, 401, 402, 403, 404, 413, 422, 429}
BEFORE_SENDING = {httpx.PoolTimeout, httpx.ConnectTimeout, httpx.ConnectError, httpx.ProxyError, ProxyFailed}


def all_kinds(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*(all_kinds(child) for child in kind.__subclasses__()))


def answer_of(status: int, body: object = None, *, retry_after: str | None = None) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_answer(status, raw, retry_after=retry_after, now=START)


@pytest.mark.parametrize(
    "kind", sorted(all_kinds(httpx.HTTPError) | {TimeoutError, OSError, ValueError, RuntimeError}, key=str)
)
def test_only_a_connection_that_never_was_makes_a_create_retryable(kind: type[Exception]) -> None:
    error = kind("words") if not issubclass(kind, httpx.HTTPStatusError) else httpx.RequestError("words")
    failure = faults.create_breakdown(error)
    assert type(failure) is (errors.ConnectionFailed if kind in BEFORE_SENDING else errors.OutcomeUnknown)


@given(
    status=st.integers(100, 599),
    code=st.none() | st.integers(100, 599) | st.sampled_from(sorted(CLEAR)) | st.sampled_from(["INSUFFICIENT_CREDITS", "ODD"]),
    data=st.sampled_from([None, {}, {"error": "no"}, {"error": "INSUFFICIENT_CREDITS"}, {"taskId": "task_1"}]),
)
def test_a_create_is_refused_or_retryable_only_by_an_answer_that_is_wholly_clear(
    status: int, code: int | str | None, data: dict[str, str] | None
) -> None:
    failure = faults.create_refusal(answer_of(status, {"code": code, "data": data}))
    verdicts = {number for number in (status, code) if isinstance(number, int) and not 200 <= number < 300}
    if not isinstance(failure, errors.OutcomeUnknown):
        assert verdicts <= CLEAR or status in NOT_FORWARDED
        assert data != {"taskId": "task_1"}
    if isinstance(failure, errors.PassingError):
        assert 429 in verdicts or status in NOT_FORWARDED
    if isinstance(failure, errors.UserError):
        assert code in {*CLEAR, "INSUFFICIENT_CREDITS"} or "INSUFFICIENT_CREDITS" in (data or {}).values()


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", {"code": 200}, {"code": 200, "data": {}}, {"code": 200, "data": {"taskId": ""}}]
)
@pytest.mark.parametrize("status", [200, 202, 204, 301, 307, 408, 409, 500, 502, 503, 504, 520])
def test_an_answer_without_an_id_or_a_clear_no_is_unclear(status: int, body: object) -> None:
    is_envelope = isinstance(body, dict) and "data" in body and status < 300
    kind = errors.OutcomeUnknown if is_envelope else errors.InterceptedCreate
    assert type(faults.create_refusal(answer_of(status, body))) is kind


PORTAL = b"<!doctype html><html><head><TITLE>Sign in\n to Caf\xc3\xa9 &amp; WiFi</TITLE></head></html>"
NOT_THE_SERVICES = pytest.mark.parametrize(
    "body",
    [
        b"",
        PORTAL,
        b"Access denied",
        b"[]",
        b"null",
        {"detail": "Not Found"},
        {"message": "Unauthorized"},
        {"message": "Forbidden", "data": None},
        {"error": {"code": 403, "message": "Forbidden"}},
        {"code": "AccessDenied", "message": "Access denied"},
        {"code": 1020, "message": "Access denied"},
        {"code": 0, "msg": "sign in first"},
        {"code": 200, "message": "success", "data": {}},
        {"status": "error", "taskid_hint": "x"},
    ],
    ids=str,
)


def test_an_answer_of_the_service_that_breaks_off_is_not_taken_for_another_servers() -> None:
    cut = answer_of(200, b'{"code": 200, "data": {"taskId": "ta')
    assert type(faults.create_refusal(cut)) is errors.OutcomeUnknown
    assert type(faults.status_refusal(cut)) is errors.ServiceUnavailable


@NOT_THE_SERVICES
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 410, 413, 422, 451, 500, 502, 503, 504, 302])
def test_what_is_not_in_the_services_envelope_is_no_word_of_the_service(status: int, body: object) -> None:
    answer = answer_of(status, body)
    assert type(faults.create_refusal(answer)) is errors.InterceptedCreate
    for refusal in (faults.status_refusal, faults.balance_refusal):
        failure = refusal(answer)
        assert type(failure) is errors.Intercepted
        assert f"HTTP {status}" in failure.detail


@pytest.mark.parametrize("status", sorted(NOT_FORWARDED))
def test_a_status_that_says_that_nothing_was_forwarded_is_believed_unless_the_answer_names_a_task(status: int) -> None:
    failure = faults.create_refusal(answer_of(status, PORTAL))
    assert type(failure) is errors.Intercepted
    assert failure.detail == f'HTTP {status}, "Sign in to Café & WiFi"'
    assert type(faults.create_refusal(answer_of(status, {"data": {"task_id": "t"}}))) is errors.OutcomeUnknown
    assert type(faults.create_refusal(answer_of(status, {"code": status, "message": "x"}))) is errors.OutcomeUnknown


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.RequestRefused),
        (401, errors.KeyRejected),
        (402, errors.OutOfCredit),
        (403, errors.ModelForbidden),
        (404, errors.ModelGone),
        (413, errors.RequestRefused),
        (422, errors.RequestRefused),
        (429, errors.RateLimited),
    ],
)
def test_a_clear_no_is_told_with_the_words_of_the_service_wherever_its_number_stands(
    status: int, kind: type[errors.StudioError]
) -> None:
    body = {"code": status, "message": "no", "data": {"error": "duration must be 10 or 15"}}
    for failure in (faults.create_refusal(answer_of(status, body)), faults.create_refusal(answer_of(200, body))):
        assert type(failure) is kind
        assert failure.detail == "duration must be 10 or 15"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"code": "INSUFFICIENT_CREDITS"}),
        (400, {"code": 400, "message": "insufficient_credits"}),
        (400, {"data": {"error": "INSUFFICIENT_CREDITS"}}),
    ],
)
def test_no_credit_is_understood_by_its_name_too(status: int, body: object) -> None:
    for refusal in (faults.create_refusal, faults.status_refusal):
        assert type(refusal(answer_of(status, body))) is errors.OutOfCredit


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"code": "MODEL_UNAVAILABLE"}, errors.ModelGone),
        (404, {"code": 404, "message": "gone", "data": {"error": "MODEL_UNAVAILABLE"}}, errors.ModelGone),
        (400, {"code": 400, "message": "model_unavailable"}, errors.ModelGone),
        (403, {"code": 403, "message": "MODEL_UNAVAILABLE"}, errors.ModelGone),
        (429, {"code": 429, "message": "MODEL_UNAVAILABLE"}, errors.RateLimited),
        (401, {"code": 401, "message": "MODEL_UNAVAILABLE"}, errors.KeyRejected),
        (503, {"code": 503, "message": "MODEL_UNAVAILABLE"}, errors.OutcomeUnknown),
        (200, {"code": 200, "message": "MODEL_UNAVAILABLE", "data": {}}, errors.OutcomeUnknown),
        (404, {"code": 404, "message": "MODEL_UNAVAILABLE", "data": {"taskId": "task_1"}}, errors.OutcomeUnknown),
        (404, b"<html>not here</html>", errors.InterceptedCreate),
    ],
)
def test_a_model_is_gone_only_where_that_proves_that_nothing_was_started(
    status: int, body: object, kind: type[errors.StudioError]
) -> None:
    assert type(faults.create_refusal(answer_of(status, body))) is kind


def test_a_rate_limit_carries_the_wait() -> None:
    failure = faults.create_refusal(answer_of(429, b"slow down", retry_after="7"))
    assert isinstance(failure, errors.RateLimited)
    assert failure.retry_after_s == 7.0


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, {"code": 404, "message": "no such task"}, errors.TaskUnknown),
        (200, {"code": 404, "message": "no such task"}, errors.TaskUnknown),
        (404, {"code": 404, "message": "gone", "data": {"error": "MODEL_UNAVAILABLE"}}, errors.ServiceUnavailable),
        (403, {"code": 403, "message": "MODEL_UNAVAILABLE"}, errors.ServiceUnavailable),
        (401, {"code": 401, "message": "MODEL_UNAVAILABLE"}, errors.KeyRejected),
        (404, b"<html>not here</html>", errors.Intercepted),
        (401, {"code": 401, "message": "no"}, errors.KeyRejected),
        (401, {"code": "401", "Msg": "no"}, errors.KeyRejected),
        (401, b"<html>log in</html>", errors.Intercepted),
        (403, {"code": 403, "msg": "not yours"}, errors.ModelForbidden),
        (403, b"<html>blocked</html>", errors.Intercepted),
        (429, b"", errors.RateLimited),
        (200, b"<html>sign in to this network</html>", errors.Intercepted),
        (200, {"code": 200, "data": None}, errors.ServiceUnavailable),
        (302, b"", errors.Intercepted),
        (503, {"code": 503, "message": "busy"}, errors.ServiceUnavailable),
        (503, b"", errors.Intercepted),
        (404, {"code": 500, "message": "odd"}, errors.Intercepted),
    ],
)
def test_a_question_about_a_task(status: int, body: object, kind: type[errors.StudioError]) -> None:
    assert type(faults.status_refusal(answer_of(status, body))) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, errors.LinkExpired),
        (404, errors.LinkExpired),
        (410, errors.LinkExpired),
        (429, errors.RateLimited),
        (500, errors.ServiceUnavailable),
        (503, errors.ServiceUnavailable),
        (304, errors.ServiceUnavailable),
    ],
)
def test_an_origin_that_does_not_hand_out_a_film(status: int, kind: type[errors.StudioError]) -> None:
    failure = faults.film_refusal(status, retry_after="9", now=START)
    assert type(failure) is kind
    if isinstance(failure, errors.PassingError):
        assert failure.retry_after_s == 9.0


def test_a_full_disk_is_told_and_other_trouble_with_the_folder_stays_what_it_is() -> None:
    assert isinstance(faults.disk_breakdown(OSError(errno.ENOSPC, "No space left")), errors.StorageFull)
    denied = PermissionError(errno.EACCES, "denied")
    assert faults.disk_breakdown(denied) is denied
