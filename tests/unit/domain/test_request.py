"""What is wrong with a request is said before anything is sent, with numbers, beside the control."""

from dataclasses import replace

import pytest

from sora_studio.domain.errors import Problem
from sora_studio.domain.models.draft import MediaFacts, first_pictures
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest, check_request

URL = "https://example.org/a.png"


def problems(profile: ModelProfile, prompt: str = "A cat", **changes: object) -> list[Problem]:
    request = replace(GenerationRequest("sora-2", prompt), **changes)
    return check_request(request.completed(profile), profile)


def test_a_fresh_request_takes_the_profiles_defaults_in_its_order(sora_2: ModelProfile) -> None:
    request = GenerationRequest("sora-2", "A cat", {"aspect_ratio": "portrait"}).completed(sora_2)
    assert list(request.options.items()) == [("duration", 10), ("aspect_ratio", "portrait"), ("remove_watermark", True)]
    assert request.route == "auto"
    assert check_request(request, sora_2) == []


def test_the_prompt_is_counted_in_python_characters(sora_2: ModelProfile) -> None:
    assert problems(sora_2, "🎬" * 10_000) == []
    (problem,) = problems(sora_2, "🎬" * 10_012)
    assert problem == Problem("prompt", "The prompt has 10,012 characters, 12 more than the 10,000 allowed.")


@pytest.mark.parametrize(
    "prompt", ["", " \n\t ", "\u3000", "\u200b\ufeff", "\u3164", "\u2800\ufe0f", "\xad\u200e", "\x1b\0\x07", "\0" * 9]
)
def test_an_empty_prompt_is_refused(sora_2: ModelProfile, prompt: str) -> None:
    assert problems(sora_2, prompt) == [Problem("prompt", "The prompt is empty. Describe the clip first.")]


def test_a_prompt_below_the_models_least_is_refused(sora_2: ModelProfile) -> None:
    profile = replace(sora_2, prompt=replace(sora_2.prompt, min_chars=10))
    (problem,) = problems(profile, "A cat")
    assert problem.message == "The prompt has 5 characters, 5 fewer than the 10 needed."


def test_half_a_character_is_refused_with_its_place(sora_2: ModelProfile) -> None:
    (problem,) = problems(sora_2, "ab\ud83dc")
    assert problem.message == "Character 3 of the prompt is damaged and cannot be sent. Remove it."


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("A cat\0", "Character 6 of the prompt is an invisible control character (U+0000) and cannot be sent. Remove it."),
        (
            "A cat\n\x1b[31msleeps",
            "Line 2, character 1 of the prompt is an invisible control character (U+001B) and cannot be sent. Remove it.",
        ),
        ("A cat".encode("utf-16-le").decode(), "The prompt looks like UTF-16 text. Save it as UTF-8 and try again."),
        (("A cat" * 1500).encode("utf-16-be").decode(), "The prompt looks like UTF-16 text. Save it as UTF-8 and try again."),
    ],
)
def test_control_characters_are_refused_at_their_place(sora_2: ModelProfile, prompt: str, words: str) -> None:
    assert problems(sora_2, prompt) == [Problem("prompt", words)]


def test_a_leading_mark_is_neither_counted_nor_sent(sora_2: ModelProfile) -> None:
    assert problems(sora_2, "\ufeff" + "x" * 10_000) == []
    assert GenerationRequest("sora-2", "\ufeffA cat\ufeff").completed(sora_2).prompt == "A cat\ufeff"


@pytest.mark.parametrize("prompt", ["👩\u200d👩\u200d👧 dance", "\u200fקדימה, מצלמה\u200e", "A\tcat\r\nsleeps"])
def test_joined_emoji_and_right_to_left_text_stay_as_they_are(sora_2: ModelProfile, prompt: str) -> None:
    assert problems(sora_2, prompt) == []
    assert GenerationRequest("sora-2", prompt).completed(sora_2).prompt == prompt


def test_too_many_images_are_refused_by_how_many(sora_2: ModelProfile) -> None:
    (problem,) = problems(sora_2, media=first_pictures(URL, URL, URL))
    assert problem == Problem("images", "Image to video takes 1 first picture; 3 given.")


def test_too_few_images_are_refused(sora_2: ModelProfile) -> None:
    profile = replace(sora_2, media=(replace(sora_2.media[0], min=2, max=3),))
    assert problems(
        profile,
        media=first_pictures(URL),
    ) == [Problem("images", "Image to video needs 2 first pictures.")]


def test_an_image_for_a_model_without_images_is_refused(sora_2: ModelProfile) -> None:
    profile = replace(sora_2, modes=sora_2.modes[:1])
    assert problems(
        profile,
        media=first_pictures(URL),
    ) == [Problem("images", "Text to video takes no first picture.")]


def test_a_model_that_only_animates_images_needs_one(sora_2: ModelProfile) -> None:
    profile = replace(sora_2, modes=sora_2.modes[1:])
    assert problems(profile) == [Problem("images", "Image to video needs 1 first picture.")]


@pytest.mark.parametrize("address", ["https://", "https:///a.png", "https://[::1/a.png", "https://a b/c", "http://a/\n"])
def test_an_address_that_is_none_is_refused(sora_2: ModelProfile, address: str) -> None:
    (problem,) = problems(
        sora_2,
        media=first_pictures(address),
    )
    assert problem.field == "images"


@pytest.mark.parametrize("image", [URL, "HTTP://localhost:1/a", "/home/me/a b.png", "C:\\a.png"])
def test_a_sound_address_or_a_file_is_accepted(sora_2: ModelProfile, image: str) -> None:
    assert (
        problems(
            sora_2,
            media=first_pictures(image),
        )
        == []
    )


def test_an_option_outside_its_values_is_refused(sora_2: ModelProfile) -> None:
    assert problems(sora_2, options={"duration": 12}) == [Problem("duration", "Duration takes 10 s or 15 s.")]


@pytest.mark.parametrize(("field", "value"), [("duration", "10"), ("remove_watermark", 1)])
def test_an_option_of_another_type_is_refused(sora_2: ModelProfile, field: str, value: str | int) -> None:
    (problem,) = problems(sora_2, options={field: value})
    assert problem.field == field


def test_an_unknown_option_is_refused(sora_2: ModelProfile) -> None:
    (problem,) = problems(sora_2, options={"fps": 24})
    assert problem == Problem("fps", "Text to video has no option fps.")


def test_an_unknown_route_is_refused(sora_2: ModelProfile) -> None:
    assert problems(sora_2, route="fast") == [Problem("route", "Sora 2 has no route fast.")]


def test_all_problems_are_told_at_once(sora_2: ModelProfile) -> None:
    found = problems(sora_2, "", media=first_pictures(URL, URL), options={"duration": 1}, route="x")
    assert [problem.field for problem in found] == ["prompt", "duration", "images", "route"]


def test_an_image_makes_it_image_to_video(sora_2: ModelProfile) -> None:
    assert GenerationRequest("sora-2", "p").completed(sora_2).mode == "text-to-video"
    assert GenerationRequest("sora-2", "p", media=first_pictures(URL)).completed(sora_2).mode == "image-to-video"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (MediaFacts("png", 10_000_000), []),
        (MediaFacts("gif", 1), ["a.png is a GIF file; the service takes JPEG, PNG or WebP."]),
        (MediaFacts("png", 12_500_000), ["a.png has 12.5 MB; 10 MB are allowed."]),
        (MediaFacts("png", 10_000_001), ["a.png has 10.000001 MB; 10 MB are allowed."]),
        (MediaFacts("avif", 1), ["a.png is an AVIF file; the service takes JPEG, PNG or WebP."]),
        (MediaFacts("bmp", 20_000_000), ["a.png is a BMP", "a.png has 20 MB"]),
    ],
)
def test_a_picture_is_judged_by_content_and_size(sora_2: ModelProfile, facts: MediaFacts, words: list[str]) -> None:
    request = GenerationRequest("sora-2", "p", media=first_pictures("/home/me/a.png")).completed(sora_2)
    found = check_request(request, sora_2, {"/home/me/a.png": facts})
    assert len(found) == len(words)
    assert all(problem.message.startswith(expected) for problem, expected in zip(found, words, strict=True))
