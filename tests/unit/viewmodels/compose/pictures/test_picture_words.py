"""The words about a picture."""

from dataclasses import replace

import pytest

from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.picture import Crop, PictureEdit, PictureRoute, WebPicture
from sora_studio.domain.request import ImageFacts
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_words import Mark, Seen, Sent

FACTS = ImageFacts("jpeg", 4032, 3024, 3_240_000)
AS_IT_IS = Seen(PictureEdit(), FACTS, published=Sent("JPEG", 4032, 3024, 3_200_000, None))
CROPPED = replace(AS_IT_IS, edit=PictureEdit(Crop(0, 0.1, 1, 0.75)), published=Sent("JPEG", 4032, 2268, 2_100_000, 92))
LANDSCAPE = picture_words.shape_of("landscape")


def test_what_a_picture_is_and_what_is_sent_fit_a_line_each() -> None:
    assert picture_words.facts_line(AS_IT_IS) == "JPEG · 4032 × 3024 · 3.2 MB"
    assert CROPPED.published is not None
    assert picture_words.sent_line(CROPPED.published) == "JPEG · 4032 × 2268 · 2.1 MB · quality 92"
    on_the_web = Seen(PictureEdit(), web=WebPicture("png", 640, 480, None))
    assert picture_words.facts_line(on_the_web) == "PNG · 640 × 480"


@pytest.mark.parametrize(
    ("size_bytes", "words"), [(0, "0 bytes"), (1, "1 byte"), (42, "42 bytes"), (999, "999 bytes"), (1000, "1.0 KB")]
)
def test_a_small_file_is_counted_in_bytes(size_bytes: int, words: str) -> None:
    assert picture_words.size(size_bytes) == words


@pytest.mark.parametrize(
    ("source", "name", "address"),
    [
        ("/pictures/a/harbour.jpg", "harbour.jpg", ""),
        ("https://example.org/a.png", "example.org/a.png", "https://example.org/a.png"),
        ("https://me:word@example.org:8443/a/b.png?key=1", "example.org/…/b.png", "https://example.org:8443/a/b.png?…"),
        ("http://127.0.0.1:9/", "127.0.0.1", "http://127.0.0.1:9/"),
        ("https://example.org/\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe", "example.org/gpj.exe", "https://example.org/gpj.exe"),
        ("https://[::1/a", "The address", ""),
        ("https://", "The address", "https://"),
    ],
)
def test_an_address_is_named_and_shown_without_its_secrets(source: str, name: str, address: str) -> None:
    assert (picture_words.name(source), picture_words.address(source)) == (name, address)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (AS_IT_IS, ["Nothing is changed"]),
        (replace(AS_IT_IS, facts=replace(FACTS, is_turned=True)), ["Turned upright"]),
        (
            replace(AS_IT_IS, facts=replace(FACTS, has_metadata=True, has_camera=True, has_place=True)),
            ["Place and camera details are removed"],
        ),
        (replace(AS_IT_IS, facts=replace(FACTS, has_metadata=True, has_camera=True)), ["Camera and other details are removed"]),
        (replace(AS_IT_IS, facts=replace(FACTS, has_metadata=True, has_place=True)), ["Place and other details are removed"]),
        (replace(AS_IT_IS, facts=replace(FACTS, has_metadata=True)), ["Hidden details are removed"]),
        (CROPPED, ["Cropped to 4032 × 2268"]),
        (replace(AS_IT_IS, facts=replace(FACTS, format="gif")), ["Converted from GIF to JPEG"]),
        (
            replace(
                AS_IT_IS,
                edit=PictureEdit(convert=True),
                facts=replace(FACTS, size_bytes=12_000_000),
                published=Sent("JPEG", 2016, 1512, 9_900_000, 90),
            ),
            ["Scaled to 2016 × 1512", "Compressed from 12 MB"],
        ),
        (
            replace(AS_IT_IS, published=Sent("JPEG", 4032, 3024, 3_300_000, 95)),
            ["Re-encoded at quality 95"],
        ),
        (
            replace(
                AS_IT_IS,
                facts=replace(FACTS, has_metadata=True, has_camera=True),
                published=Sent("JPEG", 4032, 3024, 3_300_000, 95),
            ),
            ["Camera and other details are removed", "Re-encoded at quality 95"],
        ),
        (
            replace(AS_IT_IS, facts=replace(FACTS, is_turned=True), published=Sent("JPEG", 4032, 3024, 3_300_000, 95)),
            ["Turned upright"],
        ),
        (Seen(PictureEdit(), FACTS, problem="It cannot be sent."), []),
    ],
)
def test_every_change_is_told_in_plain_words(seen: Seen, said: list[str]) -> None:
    assert picture_words.changes(seen) == said


@pytest.mark.parametrize(
    ("value", "words", "ratio"),
    [("landscape", "landscape 16:9", 16 / 9), ("portrait", "portrait 9:16", 9 / 16), ("4:3", "4:3", 4 / 3)],
)
def test_a_frame_is_named_by_word_and_figures(value: OptionValue, words: str, ratio: float) -> None:
    shape = picture_words.shape_of(value)
    assert shape is not None
    assert (shape.words, shape.ratio) == (words, pytest.approx(ratio))


@pytest.mark.parametrize("value", [None, "wide", "16:", ":9", "0:9", "4:0", True, 10])
def test_what_names_no_frame_asks_for_no_crop(value: OptionValue | None) -> None:
    assert picture_words.shape_of(value) is None
    assert picture_words.fits(AS_IT_IS, None)


@pytest.mark.parametrize(
    ("width", "height", "words"),
    [
        (4032, 3024, "4:3"),
        (3024, 4032, "3:4"),
        (1366, 768, "16:9"),
        (1000, 1000, "1:1"),
        (700, 500, "7:5"),
        (1371, 1000, "1.37:1"),
        (1000, 1371, "1:1.37"),
    ],
)
def test_a_shape_is_called_what_people_call_it(width: int, height: int, words: str) -> None:
    assert picture_words.ratio(width, height) == words


@pytest.mark.parametrize(
    ("seen", "mark"),
    [
        (replace(AS_IT_IS, problem="Too large."), Mark("error", "Too large.")),
        (Seen(PictureEdit(), note="Not looked at now."), Mark("clock", "Not looked at now.")),
        (
            replace(AS_IT_IS, facts=replace(FACTS, is_transparent=True)),
            Mark("warning", "Transparent parts may turn black."),
        ),
        (AS_IT_IS, Mark("info", "This picture is 4:3, the clip will be landscape 16:9.")),
        (CROPPED, Mark("crop", "Cropped to 4032 × 2268.")),
        (
            replace(CROPPED, edit=PictureEdit(convert=True)),
            Mark("refresh", "Sent as a JPEG of 2.1 MB."),
        ),
        (replace(AS_IT_IS, published=Sent("JPEG", 1600, 900, 1000, None)), None),
    ],
)
def test_a_well_shows_the_one_thing_to_know_first(seen: Seen, mark: Mark | None) -> None:
    assert picture_words.mark(seen, LANDSCAPE) == mark


def test_marks_are_counted_and_the_gravest_comes_first() -> None:
    marks = [Mark("info", "4:3."), Mark("crop", "Cropped."), Mark("error", "No."), Mark("info", "3:4.")]
    assert picture_words.counted(marks) == "1 cannot be sent, 2 of another shape, 1 cropped"
    assert picture_words.gravest(marks) == Mark("error", "No.")
    assert picture_words.counted([]) == ""
    assert picture_words.gravest([]) is None


OFFER = Sent("JPEG", 4032, 3024, 9_900_000, 88)


def test_what_is_wrong_comes_with_the_way_out_where_there_is_one() -> None:
    stuck, offered = Seen(PictureEdit(), problem="No."), Seen(PictureEdit(), offer=OFFER, problem="Too large.")
    assert [picture_words.heading(seen) for seen in (AS_IT_IS, stuck, offered)] == [
        "What is sent",
        "Cannot be sent",
        "Cannot be sent as it is",
    ]
    assert [picture_words.problem(seen) for seen in (AS_IT_IS, stuck, offered)] == [
        "",
        "No.",
        "Too large. Open it to send a JPEG instead.",
    ]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("", ""),
        ("a", "Open /a to send a JPEG instead."),
        ("ab", "Open /a and /b to send copies that fit."),
        ("abc", "Open /a, /b and /c to send copies that fit."),
        ("abcd", "Open /a, /b and 2 more to send copies that fit."),
    ],
)
def test_of_many_pictures_those_that_can_be_sent_otherwise_are_named(names: str, said: str) -> None:
    seen = {f"/{name}": Seen(PictureEdit(), offer=OFFER, problem="Too large.") for name in names}
    seen |= {"/stuck": Seen(PictureEdit(), problem="No."), "/fine": AS_IT_IS}
    assert picture_words.ways_out(seen) == said.replace("/", "")


def test_each_way_has_its_own_consent() -> None:
    ways = [(None, False), (PictureRoute.BUCKET, False), (PictureRoute.RELAY, True), (PictureRoute.COMMAND, False)]
    assert [picture_words.consent(route, stays_here=here) for route, here in ways] == [
        "",
        picture_words.CONSENT,
        picture_words.STAYS_HERE,
        picture_words.BY_COMMAND,
    ]
    assert "until" not in picture_words.BY_COMMAND


def test_transparency_is_said_of_what_is_sent() -> None:
    transparent = replace(AS_IT_IS, facts=replace(FACTS, is_transparent=True))
    assert picture_words.caution(transparent) == "Transparent parts may turn black."
    assert picture_words.caution(AS_IT_IS) == ""
