"""A colour profile keeps every colour and tells nothing else, whoever made it and however damaged it is."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageCms
from PySide6.QtGui import QColorSpace

from sora_studio.media.icc import quiet
from tests.doubles.pictures import CANARY, colours_through, profile, with_tags

NAMED = QColorSpace.NamedColorSpace
WORDS = CANARY.encode()


def _of_pillow(space: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()  # pyright: ignore[reportArgumentType]


def _of_qt(space: QColorSpace.NamedColorSpace) -> bytes:
    return bytes(QColorSpace(space).iccProfile().data())


def _grey(*, behind: bytes = b"") -> bytes:
    """Of version 2: a white, and a curve of one number with perhaps something behind it."""
    head = bytearray(_of_pillow("sRGB")[:128])
    head[8:12], head[16:20] = b"\x02\x10\0\0", b"GRAY"
    white = b"XYZ \0\0\0\0" + struct.pack(">iii", 63_190, 65_536, 54_061)
    return with_tags(bytes(head) + bytes(4), wtpt=white, kTRC=b"curv\0\0\0\0" + struct.pack(">IH", 1, 563) + behind)


PROFILES = {
    "sRGB of version 4": (_of_pillow("sRGB"), "RGB"),
    "Lab, by tables": (_of_pillow("LAB"), "LAB"),
    "grey of version 2": (_grey(), "L"),
    **{space.name: (_of_qt(space), "RGB") for space in (NAMED.SRgb, NAMED.AdobeRgb, NAMED.DisplayP3, NAMED.ProPhotoRgb)},
}


@pytest.mark.parametrize("name", PROFILES)
def test_every_colour_stays_and_a_usual_profile_tells_nothing(name: str) -> None:
    given_profile, mode = PROFILES[name]
    found = quiet(given_profile)
    assert found.profile is not None
    assert colours_through(found.profile, mode) == colours_through(given_profile, mode)
    assert not found.told
    assert quiet(found.profile) == found, "a second time the same bytes"


def test_a_screen_that_names_itself_is_told_and_keeps_its_colours() -> None:
    assert profile().count(WORDS) == 2
    found = quiet(profile())
    assert found.told
    assert found.profile is not None
    assert WORDS not in found.profile
    assert colours_through(found.profile) == colours_through(profile())


def test_nothing_of_it_says_when_with_what_or_by_whom_it_was_made() -> None:
    ours = bytearray(_of_pillow("sRGB"))
    for place, length in ((4, 4), (24, 12), (40, 4), (48, 12), (80, 48)):
        ours[place : place + length] = (WORDS * 8)[:length]
    found = quiet(bytes(ours)).profile
    assert found == quiet(_of_pillow("sRGB")).profile


@pytest.mark.parametrize("tag", ["desc", "cprt", "targ", "meta", "mine"])
def test_words_in_any_tag_go(tag: str) -> None:
    found = quiet(with_tags(_grey(), **{tag: b"text\0\0\0\0" + WORDS}))
    assert WORDS not in (found.profile or b"")
    assert found.told is (tag not in {"desc", "cprt"})


def test_words_behind_the_numbers_of_a_curve_go() -> None:
    found = quiet(_grey(behind=WORDS))
    assert found.profile == quiet(_grey()).profile


def test_what_cannot_be_read_goes_as_a_whole_and_that_is_said() -> None:
    whole = profile()
    for length in range(len(whole)):
        found = quiet(whole[:length])
        assert found.told
        assert WORDS not in (found.profile or b"")
    assert quiet(b"") == quiet(WORDS * 40)


def test_parts_that_lie_in_one_another_are_not_unfolded_without_end() -> None:
    names = ("A2B0", "A2B1", "A2B2", "B2A0", "B2A1", "B2A2", "D2B0", "D2B1", "gamt")
    content = b"mft2" + bytes(100_000)
    count = len(names)
    table = b"".join(
        struct.pack(">4sII", name.encode(), 132 + 12 * count + number, len(content) - number)
        for number, name in enumerate(names)
    )
    folded = _grey()[:128] + struct.pack(">I", count) + table + content
    assert quiet(folded).profile is None


@given(st.lists(st.tuples(st.integers(0, 499), st.integers(0, 255)), max_size=6))
def test_no_damage_breaks_the_reading(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(profile())
    for place, value in changes:
        damaged[place % len(damaged)] = value
    found = quiet(bytes(damaged))
    assert WORDS not in (found.profile or b"")
