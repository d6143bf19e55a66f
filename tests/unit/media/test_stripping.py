"""What is taken out of a picture file is everything but the picture: its own bytes decode to the very same pixels."""

import io

import pytest
from PIL import Image

from sora_studio.media.stripping import strip
from tests.doubles.pictures import CANARY, chatty, colours_through, deep_png, film_of_one, noisy, painted, profile, xmp

FILES = {
    "jpeg": lambda: chatty(noisy((90, 70)), "JPEG", icc_profile=profile()),
    "jpeg, progressive": lambda: chatty(noisy((90, 70)), "JPEG", progressive=True, icc_profile=profile()),
    "jpeg with restarts": lambda: chatty(noisy((90, 70)), "JPEG", restart_marker_blocks=3, icc_profile=profile()),
    "jpeg, grey": lambda: chatty(noisy((90, 70), mode="L"), "JPEG"),
    "jpeg, ink": lambda: chatty(noisy((90, 70), mode="CMYK"), "JPEG"),
    "jpeg, red green blue": lambda: chatty(noisy((90, 70)), "JPEG", keep_rgb=True),
    "png": lambda: chatty(noisy((90, 70)), "PNG", icc_profile=profile()),
    "png, seen through": lambda: chatty(noisy((90, 70), mode="RGBA"), "PNG"),
    "png of few colours": lambda: chatty(painted("P"), "PNG", transparency=2),
    "png, deep grey": lambda: chatty(painted("I;16"), "PNG"),
    "png, deep": deep_png,
    "webp": lambda: chatty(noisy((90, 70)), "WEBP", icc_profile=profile()),
    "webp, lossless": lambda: chatty(noisy((91, 71)), "WEBP", lossless=True),
    "webp, seen through": lambda: chatty(noisy((90, 70), mode="RGBA"), "WEBP", quality=60),
}


def _opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("name", FILES)
def test_the_pixels_stay_and_the_words_go(name: str) -> None:
    told = FILES[name]()
    stripped = strip(told, name.split(",", maxsplit=1)[0].split(" ", maxsplit=1)[0])

    before, after = _opened(told), _opened(stripped.content)
    assert after.tobytes() == before.tobytes()
    assert (after.mode, after.size, after.getpalette()) == (before.mode, before.size, before.getpalette())
    for kept in ("transparency", "adobe_transform", "jfif_density"):
        assert after.info.get(kept) == before.info.get(kept)
    if meant := before.info.get("icc_profile"):
        assert colours_through(after.info["icc_profile"]) == colours_through(meant)
        assert CANARY.encode() not in after.info["icc_profile"]
    assert CANARY.encode() in told
    assert CANARY.encode() not in stripped.content
    assert stripped.gone
    assert set(after.info) <= {"icc_profile", "transparency", "adobe", "adobe_transform", "progressive", "progression"} | {
        found for found in after.info if str(found).startswith(("jfif", "background", "loop", "timestamp", "duration"))
    }


@pytest.mark.parametrize("name", FILES)
def test_what_was_stripped_once_stays_as_it_is(name: str) -> None:
    kind = name.split(",", maxsplit=1)[0].split(" ", maxsplit=1)[0]
    once = strip(FILES[name](), kind).content

    assert strip(once, kind).content == once
    assert not strip(once, kind).gone


def test_a_phones_second_picture_goes() -> None:
    file = io.BytesIO()
    noisy((90, 70)).save(file, "MPO", save_all=True, append_images=[painted()], xmp=xmp())
    stripped = strip(file.getvalue(), "jpeg").content

    assert _opened(stripped).format == "JPEG"
    assert _opened(stripped).tobytes() == _opened(file.getvalue()).tobytes()
    assert stripped.count(b"\xff\xd8") == 1


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_a_file_that_was_cut_anywhere_is_refused_or_read_without_another_error(kind: str) -> None:
    whole = strip(FILES[kind](), kind).content
    refused = 0
    for length in range(len(whole) - 1):
        try:
            strip(whole[:length], kind)
        except ValueError:
            refused += 1
    assert refused >= (2 if kind == "jpeg" else len(whole) - 1)  # a JPEG's scan says nothing of its length


def test_a_film_of_one_picture_is_not_taken_for_a_still() -> None:
    with pytest.raises(ValueError, match="film"):
        strip(film_of_one(noisy((40, 30))), "webp")


def test_a_file_without_its_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="no picture"):
        strip(b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(10), "webp")


@pytest.mark.parametrize("stray", [b"\0\0", b"\xff\0", b"\xff\xff", b"words\xff\xd3"])
@pytest.mark.parametrize("before", [b"\xff\xdb", b"\xff\xc0", b"\xff\xda"])
def test_stray_bytes_between_the_segments_are_passed_over_as_decoders_do(stray: bytes, before: bytes) -> None:
    whole = chatty(noisy((90, 70)), "JPEG")
    place = whole.rindex(before)
    told = whole[:place] + stray + whole[place:]

    assert strip(told, "jpeg") == strip(whole, "jpeg")
    assert _opened(told).tobytes() == _opened(whole).tobytes()
