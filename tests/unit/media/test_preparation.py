"""What is published of a picture: upright, cropped, silent about all else, within the limit, and as near to it as can be."""

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageStat

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.models.check import check_medium
from sora_studio.domain.models.draft import MediaFacts, Medium
from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.picture import Crop, PictureEdit, PreparedPicture
from sora_studio.media import image as image_module
from sora_studio.media.encoding import Encoded
from sora_studio.media.image import inspect_image
from sora_studio.media.local import LocalMedia
from sora_studio.media.preparation import prepare_image
from sora_studio.media.stripping import Stripped
from tests.doubles.pictures import CANARY, chatty, colours_through, deep_png, exif, film_of_one, noisy, painted, profile, stored
from tests.doubles.slots import picture_slot

FORMATS = ("jpeg", "png", "webp")
MOST = 10_000_000
AS_IS, CONVERT = PictureEdit(), PictureEdit(convert=True)
KINDS = {
    "JPEG": ("L", "RGB", "CMYK"),
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "WEBP": ("RGB", "RGBA"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F", "LAB"),
    "AVIF": ("RGB", "RGBA"),
    "GIF": ("L", "P"),
    "BMP": ("1", "L", "P", "RGB"),
    "JPEG2000": ("L", "RGB", "RGBA"),
}
TURNED = frozenset(("JPEG", "PNG", "WEBP", "TIFF", "AVIF"))


def _prepare(
    path: Path, edit: PictureEdit = AS_IS, *, max_bytes: int = MOST, formats: tuple[str, ...] = FORMATS
) -> PreparedPicture:
    return prepare_image(path, edit, picture_slot(tuple(formats), max_bytes))


def _sentence(path: Path, edit: PictureEdit = AS_IS, *, max_bytes: int = MOST, formats: tuple[str, ...] = FORMATS) -> str:
    with pytest.raises(InvalidRequest) as refused:
        _prepare(path, edit, max_bytes=max_bytes, formats=formats)
    return refused.value.title


def _opened(prepared: PreparedPicture) -> Image.Image:
    image = Image.open(io.BytesIO(prepared.content))
    image.load()
    assert image.get_format_mimetype() == prepared.media_type
    assert image.size == (prepared.width, prepared.height)
    return image


def _seen(image: Image.Image) -> Image.Image:
    """As it looks on white."""
    if image.mode.startswith("I;16"):
        image = image.convert("F").point(lambda value: value / 257)
    if not image.has_transparency_data:
        return image.convert("L").convert("RGB") if image.mode == "F" else image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    return white.convert("RGB")


def _difference(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(_seen(one), _seen(other))).mean)


def _made(mode: str, size: tuple[int, int]) -> Image.Image:
    if mode == "LAB":
        lab = ImageCms.profileToProfile(
            painted("RGB", size), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        )
        assert lab is not None
        return lab
    return painted("L", size).convert("F") if mode == "F" else painted(mode, size)


@st.composite
def _pictures(draw: st.DrawFn) -> tuple[str, str, int, tuple[int, int], Crop | None]:
    kind = draw(st.sampled_from(sorted(KINDS)))
    mode = draw(st.sampled_from(KINDS[kind]))
    turn = draw(st.integers(1, 8)) if kind in TURNED else 1
    size = draw(st.tuples(st.integers(24, 90), st.integers(24, 90)))
    left, top = draw(st.floats(0, 0.7)), draw(st.floats(0, 0.7))
    crop = Crop(left, top, draw(st.floats(0.2, 1 - left)), draw(st.floats(0.2, 1 - top)))
    return kind, mode, turn, size, draw(st.sampled_from([None, crop]))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_pictures())
def test_it_stands_upright_is_cropped_and_looks_as_it_did(tmp_path: Path, made: tuple[Any, ...]) -> None:
    kind, mode, turn, size, crop = made
    path, upright = tmp_path / "picture", _made(mode, size)
    telling: dict[str, Any] = {"exif": exif(turn)} if turn > 1 else {}
    fine = {
        "JPEG": {"quality": 98, "subsampling": 0},
        "WEBP": {"lossless": True},
        "AVIF": {"quality": 98, "subsampling": "4:4:4"},
    }.get(kind, {})
    stored(upright, turn).save(path, kind, **telling, **fine)

    facts = inspect_image(path)
    prepared = _prepare(path, PictureEdit(crop, convert=True))
    assert ((facts.width, facts.height), facts.is_turned) == (size, turn > 1)
    assert prepared == _prepare(path, PictureEdit(crop, convert=True))
    wanted = upright.crop(crop.box_px(*size)) if crop else upright
    shown = _opened(prepared)
    assert shown.size == wanted.size
    if mode in {"CMYK", "LAB"}:  # as any other program reads it, or as it was before
        wanted = (painted("CMYK", size) if mode == "CMYK" else painted("RGB", size)).crop((0, 0, *size))
        wanted = wanted.crop(crop.box_px(*size)) if crop else wanted
    assert _difference(shown, wanted) < (9 if kind in {"GIF", "AVIF", "JPEG", "JPEG2000"} or mode in {"LAB", "1", "F"} else 4)
    assert set(shown.info) & {"exif", "xmp", "comment", "photoshop"} == set()
    assert facts.is_transparent == (mode in {"RGBA", "LA"})
    assert shown.has_transparency_data <= facts.is_transparent
    if facts.format in FORMATS:
        assert prepared.media_type == f"image/{facts.format}"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("crop", [None, Crop(0.1, 0.2, 0.5, 0.5)])
@pytest.mark.parametrize("turn", [1, 6])
def test_nothing_is_told_but_the_picture(tmp_path: Path, kind: str, crop: Crop | None, turn: int) -> None:
    path = tmp_path / "holiday"
    path.write_bytes(chatty(painted(), kind, turn=turn, **({"icc_profile": profile()} if kind != "GIF" else {})))
    facts = inspect_image(path)
    prepared = _prepare(path, PictureEdit(crop, convert=True))

    assert (facts.has_metadata, facts.has_camera, facts.has_place, facts.is_turned) == (True, True, True, turn == 6)
    assert CANARY.encode() not in prepared.content
    assert b"MotionPhoto" not in prepared.content
    assert CANARY.encode() not in _opened(prepared).info.get("icc_profile", b"")
    assert set(_opened(prepared).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"} | {
        "timestamp",
        "duration",
        "icc_profile",
    }


def test_a_picture_without_words_is_not_said_to_have_any(tmp_path: Path) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"):
        painted().save(tmp_path / "plain", kind)
        facts = inspect_image(tmp_path / "plain")
        assert (facts.has_metadata, facts.has_place, facts.is_turned, facts.is_transparent) == (False,) * 4, kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_needs_no_change_keeps_its_pixels_and_its_colours(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "good"
    path.write_bytes(chatty(noisy((120, 90)), kind, icc_profile=profile()))
    prepared = _prepare(path, PictureEdit(Crop(0, 0, 1, 1), convert=True))

    with Image.open(path) as before:
        assert _opened(prepared).tobytes() == before.convert(before.mode).tobytes()
        assert colours_through(_opened(prepared).info["icc_profile"]) == colours_through(before.info["icc_profile"])
    assert prepared.quality is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_colours_keep_their_meaning_when_it_is_made_anew(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "wide"
    painted().save(path, kind, icc_profile=profile())

    meant = _opened(_prepare(path, PictureEdit(Crop(0, 0, 0.5, 1), convert=True))).info["icc_profile"]
    assert colours_through(meant) == colours_through(profile())
    assert CANARY.encode() not in meant
    assert inspect_image(path).has_metadata


def test_a_deep_picture_stays_deep(tmp_path: Path) -> None:
    (tmp_path / "deep.png").write_bytes(deep_png())
    prepared = _prepare(tmp_path / "deep.png")

    assert prepared.content[24] == 16
    assert CANARY.encode() not in prepared.content


def test_a_film_of_one_picture_is_published_as_that_picture(tmp_path: Path) -> None:
    (tmp_path / "one.webp").write_bytes(film_of_one(painted()))

    assert _difference(_opened(_prepare(tmp_path / "one.webp")), painted()) < 9


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("stays", [b"", b"half a file", b"another picture"])
def test_what_does_not_open_any_more_without_its_words_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, stays: bytes
) -> None:
    path = tmp_path / "picture"
    painted().save(path, kind)
    content = {b"another picture": deep_png(), b"half a file": path.read_bytes()[:9]}.get(stays, stays)
    monkeypatch.setattr("sora_studio.media.preparation.strip", lambda *_: Stripped(content, frozenset()))

    assert _difference(_opened(_prepare(path)), painted()) < 9


@pytest.mark.parametrize("turn", [1, 6])
def test_colours_that_were_not_thinned_out_stay_so(tmp_path: Path, turn: int) -> None:
    for sampling in (0, 2):
        painted().save(tmp_path / "photo", "JPEG", subsampling=sampling, exif=exif(turn))
        shown = _opened(_prepare(tmp_path / "photo", PictureEdit(Crop(0, 0, 0.5, 1))))
        assert [layer[1:3] for layer in shown.layer] == ([(1, 1)] * 3 if sampling == 0 else [(2, 2), (1, 1), (1, 1)])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["JPEG", "PNG", "TIFF", "BMP", "WEBP"]), st.integers(20_000, 400_000), st.sampled_from(["RGB", "RGBA"]))
def test_a_copy_lands_just_under_the_limit(tmp_path: Path, kind: str, max_bytes: int, mode: str) -> None:
    path = tmp_path / "large"
    noisy((500, 400), mode=mode if kind in {"PNG", "TIFF", "WEBP"} else "RGB").save(
        path, kind, **{"quality": 99} if kind == "JPEG" else {}
    )
    prepared = _prepare(path, CONVERT, max_bytes=max_bytes)

    assert prepared.size_bytes <= max_bytes
    _opened(prepared)
    if prepared.quality is not None and (prepared.quality < 95 or prepared.width < 500):
        least = 0.85 if mode == "RGBA" else 0.9  # alpha of noise grows in leaps
        assert prepared.size_bytes >= max_bytes * least
    if prepared.width < 500:
        assert prepared.quality == 60
        assert abs(prepared.width * 400 - prepared.height * 500) <= 500


def test_the_best_quality_that_fits_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "large.bmp"
    picture = noisy((400, 300))
    picture.save(path)
    prepared = _prepare(path, CONVERT, max_bytes=100_000)

    assert prepared.quality is not None
    better = io.BytesIO()
    picture.save(better, "JPEG", quality=prepared.quality + 1, subsampling=0)
    assert better.tell() > 100_000


@pytest.mark.parametrize("sampling", [0, 2])
def test_what_was_over_the_limit_loses_no_more_than_the_limit_asks_for(tmp_path: Path, sampling: int) -> None:
    path, picture = tmp_path / "photo.jpg", noisy((600, 400))
    picture.save(path, "JPEG", quality=99, subsampling=sampling)
    limit = path.stat().st_size - 20_000
    over = _prepare(path, CONVERT, max_bytes=limit)
    assert over.quality is not None
    assert over.quality > 95
    better = io.BytesIO()
    Image.open(path).save(better, "JPEG", quality=over.quality + 1, subsampling=sampling)
    assert better.tell() > limit

    half = _prepare(path, PictureEdit(Crop(0, 0, 0.5, 1), convert=True), max_bytes=limit)
    assert half.quality == 95
    picture.save(tmp_path / "photo.bmp")
    assert _prepare(tmp_path / "photo.bmp", CONVERT).quality == 95


def test_a_large_picture_is_encoded_a_few_times_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.webp"
    soft = Image.effect_noise((600, 450), 60).resize((2400, 1800))
    Image.merge("RGBA", (soft, soft, soft, Image.linear_gradient("L").resize(soft.size))).save(path, quality=97)
    encoded, save = list[int](), Image.Image.save

    def counted(image: Image.Image, *asked: Any, **more: Any) -> None:
        encoded.append(image.width * image.height)
        save(image, *asked, **more)

    monkeypatch.setattr(Image.Image, "save", counted)
    for share in (0.99, 0.8, 0.5, 0.3, 0.1):
        encoded.clear()
        prepared = _prepare(path, CONVERT, max_bytes=int(path.stat().st_size * share))
        assert sum(encoded) <= 5 * 2400 * 1800, share
        assert prepared.size_bytes >= path.stat().st_size * share * 0.9, share


def test_a_turned_photo_is_made_to_fit_without_being_asked(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    noisy((600, 400)).save(path, "JPEG", quality=70, exif=exif(8))
    prepared = _prepare(path, max_bytes=path.stat().st_size)

    assert (prepared.width, prepared.height) == (400, 600)
    assert path.stat().st_size * 0.9 <= prepared.size_bytes <= path.stat().st_size


def test_a_conversion_is_asked_for_in_the_same_words_as_ever(tmp_path: Path) -> None:
    for kind, limit in (("GIF", MOST), ("TIFF", MOST), ("PNG", 3000), ("JPEG", 3000)):
        path = tmp_path / f"picture.{kind.lower()}"
        noisy((90, 70)).save(path, kind)
        facts = inspect_image(path)
        medium = Medium(str(path), MediaKind.IMAGE, MediaFacts(facts.format, facts.size_bytes))
        refusals = check_medium(medium, picture_slot(FORMATS, limit))
        assert _sentence(path, max_bytes=limit) == " ".join(refusal.say for refusal in refusals)
        assert _prepare(path, CONVERT, max_bytes=limit).size_bytes <= limit


def test_nothing_that_is_seen_through_turns_black(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    noisy((200, 150), mode="RGBA").save(path)
    small = _prepare(path, CONVERT, max_bytes=15_000)
    assert (small.media_type, _opened(small).mode) == ("image/webp", "RGBA")

    clear = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    clear.save(path)
    (white,) = {colour for _, colour in _opened(_prepare(path, CONVERT, formats=("jpeg",))).getcolors() or ()}
    assert white == (255, 255, 255)


def test_an_alpha_that_hides_nothing_is_no_transparency(tmp_path: Path) -> None:
    path = tmp_path / "solid.tiff"
    noisy((90, 70)).convert("RGBA").save(path)

    assert not inspect_image(path).is_transparent
    assert _prepare(path, CONVERT).media_type == "image/jpeg"


@pytest.mark.parametrize(("colour", "seen_through"), [(0, True), (200, False)])
def test_a_transparent_colour_counts_when_it_is_used(tmp_path: Path, colour: int, seen_through: bool) -> None:
    path = tmp_path / "grey.png"
    for mode in ("L", "P", "I;16"):
        Image.new(mode, (8, 8), 0).save(path, transparency=colour)
        assert inspect_image(path).is_transparent == seen_through, mode


def test_what_cannot_be_made_small_enough_is_said(tmp_path: Path) -> None:
    noisy((90, 70)).save(tmp_path / "picture.png")

    assert "picture.png has " in _sentence(tmp_path / "picture.png", CONVERT, max_bytes=20)


def test_what_outgrows_the_limit_by_being_cropped_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painted().save(tmp_path / "picture.png")
    monkeypatch.setattr("sora_studio.media.preparation.encode_png", lambda _: Encoded(bytes(MOST + 1), 1, 1))

    sentence = _sentence(tmp_path / "picture.png", PictureEdit(Crop(0, 0, 1, 0.9)))
    assert sentence == "picture.png has more than the 10.00 MB allowed once it is turned, cropped or saved again."


def test_more_than_a_look_reads_can_still_be_converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_module, "MAX_DECODED_BYTES", 10_000)
    monkeypatch.setattr("sora_studio.media.preparation.MAX_DECODED_BYTES", 10_000)
    path = tmp_path / "huge.jpg"
    path.write_bytes(chatty(noisy((200, 150)), "JPEG", turn=6))
    prepared = _prepare(path, CONVERT)

    assert (prepared.width, prepared.height) == (150, 200)
    assert CANARY.encode() not in prepared.content


def test_the_services_get_the_same_picture(tmp_path: Path) -> None:
    painted().save(tmp_path / "picture.png")
    prepared = asyncio.run(LocalMedia().prepare_image(tmp_path / "picture.png", AS_IS, picture_slot(FORMATS, MOST)))

    assert prepared == _prepare(tmp_path / "picture.png")
