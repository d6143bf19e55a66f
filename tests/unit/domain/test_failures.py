"""Every failure of the service gets a sentence and a next step."""

import pytest

from sora_studio.domain import failures
from sora_studio.domain.failures import explain

PROTOCOL_CODES = (
    "CONTENT_VIOLATION",
    "INVALID_IMAGE_URL",
    "NSFW_DETECTED",
    "PROMPT_TOO_LONG",
    "INVALID_PROMPT",
    "IMAGE_TOO_LARGE",
    "UNSUPPORTED_FORMAT",
    "IMAGE_DOWNLOAD_FAILED",
    "PROCESSING_TIMEOUT",
    "MODEL_UNAVAILABLE",
    "GENERATION_FAILED",
    "INSUFFICIENT_CREDITS",
    "SensitiveContentDetected",
)


def test_each_known_code_has_a_sentence_of_its_own() -> None:
    unknown = explain("SOMETHING_NEW", None)
    titles = [explain(code, None).title for code in PROTOCOL_CODES]

    assert len(set(titles)) == len(PROTOCOL_CODES)
    assert unknown.title not in titles
    assert all(explain(code, None).advice for code in PROTOCOL_CODES)


def test_a_code_is_known_whatever_its_case() -> None:
    assert explain("content_violation ", None) == explain("CONTENT_VIOLATION", None)


@pytest.mark.parametrize("code", PROTOCOL_CODES)
def test_a_code_is_known_in_each_spelling_of_the_service(code: str) -> None:
    words = code.replace("_", " ").title().replace(" ", "")
    for spelled in (code.lower().replace("_", "-"), words, f" {code.upper()}"):
        assert explain(spelled, None) == explain(code, None)


@pytest.mark.parametrize(
    "code",
    [
        *("CONTENT_VIOLATION", "PROMPT_TOO_LONG", "IMAGE_TOO_LARGE"),
        *(failures.REQUEST_REFUSED, failures.REQUEST_UNFIT, failures.PROFILE_CHANGED),
    ],
)
def test_what_the_request_caused_goes_back_to_the_editor(code: str) -> None:
    assert explain(code, None).fixable


@pytest.mark.parametrize("code", ["PROCESSING_TIMEOUT", "MODEL_UNAVAILABLE", "GENERATION_FAILED", failures.TASK_LOST])
def test_what_the_service_caused_is_tried_again(code: str) -> None:
    assert not explain(code, None).fixable


def test_an_unknown_code_points_to_the_services_own_words() -> None:
    assert "own words" in explain("SOMETHING_NEW", "x").advice
    assert "own words" in explain(None, "the service said this").advice


def test_no_code_and_no_words_is_still_explained() -> None:
    failure = explain(None, "  ")

    assert "without a reason" in failure.title
    assert failure.advice


@pytest.mark.parametrize("code", [*PROTOCOL_CODES, failures.IMAGE_UNUSABLE, failures.IMAGE_UNPUBLISHED])
def test_a_film_or_sound_is_not_called_a_picture(code: str) -> None:
    failure = explain(code, None)
    assert "picture" not in f"{failure.title} {failure.advice}"
