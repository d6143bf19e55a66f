"""A colour profile keeps every colour and tells nothing else, whoever made it and however damaged it is."""

import struct
import tracemalloc

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


def _headed(space: bytes, kind: bytes, between: bytes, **tags: bytes) -> bytes:
    """Of version 4, with a white."""
    head = bytearray(_of_pillow("sRGB")[:128])
    head[12:16], head[16:20], head[20:24] = kind, space, between
    white = b"XYZ \0\0\0\0" + struct.pack(">iii", 63_190, 65_536, 54_061)
    return with_tags(bytes(head) + bytes(4), wtpt=white, **tags)


def _ink(*, behind: bytes = b"") -> bytes:
    """Tables of eight bits, from ink to Lab."""
    steps = bytes((number * 37 + 11) % 256 for number in range(2**4 * 3))
    tables = (
        struct.pack(">9i", 65_536, 0, 0, 0, 65_536, 0, 0, 0, 65_536) + bytes(range(256)) * 4 + steps + bytes(range(256)) * 3
    )
    table = b"mft1\0\0\0\0\4\3\2\0" + tables + behind
    return _headed(b"CMYK", b"prtr", b"Lab ", A2B0=table, A2B1=table)


def _staged(*, between: bytes = b"") -> bytes:
    """Tables of version 4, with curves on both sides, and perhaps something between them."""
    line, bent = b"curv" + bytes(8), b"para" + bytes(8) + struct.pack(">i", 90_000)
    grid = bytes((2, 2, 2)) + bytes(13) + b"\1\0\0\0" + bytes((number * 53 + 7) % 256 for number in range(24))
    gap = between + bytes(-len(between) % 4)
    first, second = line * 3, bent * 3
    places = (32 + len(gap), 0, 0, 32 + 2 * len(gap) + len(first), 32 + 2 * len(gap) + len(first) + len(grid))
    data = b"mAB " + bytes(4) + b"\3\3\0\0" + struct.pack(">5I", *places) + gap + first + gap + grid + second + between
    return _headed(b"RGB ", b"mntr", b"Lab ", A2B0=data)


def _floating(*, behind: bytes = b"") -> bytes:
    """An sRGB whose elements in floating point say something else: curves, then a matrix."""
    segment = b"parf" + bytes(8) + struct.pack(">4f", 1.7, 1.0, 0.0, 0.0)
    curve = b"curf" + bytes(4) + struct.pack(">HH", 1, 0) + segment
    curves = b"cvst" + bytes(4) + struct.pack(">HH", 3, 3) + struct.pack(">II", 36, len(curve)) * 3 + curve + behind
    curves += bytes(-len(curves) % 4)
    matrix = b"matf" + bytes(4) + struct.pack(">HH12f", 3, 3, 0.4, 0.3, 0.1, 0.2, 0.6, 0.1, 0.0, 0.1, 0.6, 0, 0, 0)
    rows = struct.pack(">4I", 32, len(curves), 32 + len(curves), len(matrix))
    data = b"mpet" + bytes(4) + struct.pack(">HHI", 3, 3, 2) + rows + curves + matrix + behind
    return with_tags(_of_pillow("sRGB"), D2B0=data, D2B1=data)


PROFILES = {
    "ink, by tables": (_ink(), "CMYK"),
    "tables of version 4": (_staged(), "RGB"),
    "elements in floating point": (_floating(), "RGB"),
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
    assert found.told


def test_words_behind_the_numbers_of_a_curve_go() -> None:
    found = quiet(_grey(behind=WORDS))
    assert found.profile == quiet(_grey()).profile


@pytest.mark.parametrize(
    ("spoken", "plain"),
    [(_ink(behind=WORDS), _ink()), (_staged(between=WORDS), _staged()), (_floating(behind=WORDS), _floating())],
)
def test_words_behind_or_between_tables_go_and_their_colours_stay(spoken: bytes, plain: bytes) -> None:
    assert WORDS in spoken
    assert quiet(spoken).profile == quiet(plain).profile


@pytest.mark.parametrize("place", [8, 16, 60, 64, 68])
def test_no_field_of_the_head_has_room_for_a_word(place: int) -> None:
    ours = bytearray(_of_pillow("sRGB"))
    ours[place : place + 8] = WORDS[:8]
    assert WORDS[:8] not in (quiet(bytes(ours)).profile or b"")


@pytest.mark.parametrize("words", ["Jane Doe, IEC", "DELL U2720Q", "sRGB 52.51N 13.40E", "IEC CF123456"])
@pytest.mark.parametrize("tag", ["desc", "cprt", "dmnd", "dmdd"])
def test_a_person_or_a_device_that_is_named_anywhere_is_told(tag: str, words: str) -> None:
    assert quiet(with_tags(_grey(), **{tag: b"text\0\0\0\0" + words.encode() + b"\0"})).told


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("desc", "sRGB IEC61966-2.1"),
        ("desc", "Adobe RGB (1998)"),
        ("cprt", "Copyright (c) 1998 Hewlett-Packard Company"),
        ("cprt", "Copyright Apple Inc., 2022"),
        ("dmnd", "IEC http://www.iec.ch"),
        ("dmdd", "IEC 61966-2.1 Default RGB colour space - sRGB"),
        ("vued", "Reference Viewing Condition in IEC61966-2.1"),
    ],
)
def test_what_usual_profiles_say_is_not_worth_telling(tag: str, words: str) -> None:
    found = quiet(with_tags(_grey(), **{tag: b"text\0\0\0\0" + words.encode() + b"\0"}))
    assert not found.told
    assert found.profile is not None
    assert words.encode() not in found.profile


def test_a_tag_beyond_the_end_goes_alone_as_readers_leave_it_out() -> None:
    wide = _of_qt(NAMED.ProPhotoRgb)
    torn = bytearray(with_tags(wide, vcgt=bytes(12)))
    place = torn.index(b"vcgt")
    torn[place + 8 : place + 12] = b"\x7f\0\0\0"
    assert colours_through(bytes(torn)) == colours_through(wide)
    assert quiet(bytes(torn)).profile == quiet(wide).profile


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


def test_many_tags_in_the_same_place_cost_no_memory() -> None:
    count, size = 100, 8_000_000
    start = 132 + 12 * count
    table = b"".join(struct.pack(">4sII", b"A%03d" % number, start + number, size - start - count) for number in range(count))
    folded = (_grey()[4:128] + struct.pack(">I", count) + table).ljust(size - 4, b"\0")
    tracemalloc.start()
    assert quiet(struct.pack(">I", size) + folded).profile is None
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * size


@given(st.lists(st.tuples(st.integers(0, 499), st.integers(0, 255)), max_size=6))
def test_no_damage_breaks_the_reading(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(profile())
    for place, value in changes:
        damaged[place % len(damaged)] = value
    found = quiet(bytes(damaged))
    assert WORDS not in (found.profile or b"")
