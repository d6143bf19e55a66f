"""A picture is known by its content, and whatever is wrong with it comes as one sentence for the image control."""

import asyncio
import io
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.picture import ENDINGS
from sora_studio.domain.request import ImageFacts
from sora_studio.media.image import _FORMATS, MAX_DECODED_BYTES
from sora_studio.media.local import LocalMedia


def _inspect(path: Path) -> ImageFacts:
    return asyncio.run(LocalMedia().inspect_image(path))


def _sentence(path: Path) -> str:
    with pytest.raises(InvalidRequest) as refused:
        _inspect(path)
    (problem,) = refused.value.problems
    assert problem.field == "images"
    assert problem.message.startswith(f"{path.name} ")
    assert problem.message.endswith(".")
    return problem.message


def _png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [head, b"IDAT" + zlib.compress(b""), b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def test_all_endings_of_what_can_be_read_are_known() -> None:
    Image.init()
    readable = {ending for ending, kind in Image.registered_extensions().items() if kind in (*_FORMATS, "MPO")}
    assert {f".{ending}" for ending in ENDINGS} == readable


@pytest.mark.parametrize(
    ("kind", "found"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp"), ("GIF", "gif"), ("BMP", "bmp"), ("TIFF", "tiff")]
)
def test_the_content_counts_not_the_name(tmp_path: Path, kind: str, found: str) -> None:
    path = tmp_path / "picture.txt"
    Image.new("RGB", (40, 30), "teal").save(path, kind)

    assert _inspect(path) == ImageFacts(found, 40, 30, path.stat().st_size)


def test_a_phones_double_picture_is_a_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    first, second = Image.new("RGB", (40, 30), "teal"), Image.new("RGB", (20, 15), "navy")
    first.save(path, "MPO", save_all=True, append_images=[second])

    assert _inspect(path).format == "jpeg"


@pytest.mark.parametrize("kind", ["WEBP", "GIF", "PNG"])
def test_an_animation_is_no_still(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "moving"
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("teal", "navy", "white")]
    frames[0].save(path, kind, save_all=True, append_images=frames[1:])

    assert "is animated" in _sentence(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_torn_picture_is_damaged(tmp_path: Path, kind: str, kept: float) -> None:
    path = tmp_path / "torn"
    Image.effect_noise((200, 150), 80).convert("RGB").save(path, kind)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])

    assert "is damaged and cannot be read to its end" in _sentence(path)


@pytest.mark.parametrize("size", [(50_000, 50_000), (2_147_483_647, 2_147_483_647), (100_000_000, 1)])
def test_a_hostile_size_is_refused_before_it_is_decoded(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(_png_header(*size))

    assert f"{size[0]:,} × {size[1]:,} pixels" in _sentence(path)
    assert _sentence(path).endswith(" million that can be opened. Make it smaller first.")


@pytest.mark.parametrize(
    "content", [b"x", b"not a picture at all" * 50, b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\xff\xd8\xff", b"\0" * 9999]
)
def test_what_is_no_picture_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "thing.jpg"
    path.write_bytes(content)

    assert "is not a picture" in _sentence(path)


def _saved(kind: str, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (40, 30)).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "is_what"),
    [
        *((b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1xxxx", "a HEIC photo") for brand in (b"heic", b"heis", b"hevm", b"MiHE")),
        (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "a camera's raw file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- made so -->\n<svg/>", "an SVG drawing"),
        (b"8BPS\0\1", "a Photoshop file"),
        (b"\xff\x0a\xfa\x1f", "a JPEG XL picture"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
        (_saved("ICO"), "an icon"),
        (_saved("PPM"), "a PPM picture"),
        *((_saved("TGA", mode), "a TGA picture") for mode in ("RGB", "RGBA", "L", "P")),
    ],
)
def test_a_picture_of_a_kind_that_is_not_opened_gets_its_own_advice(tmp_path: Path, content: bytes, is_what: str) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content + b"x" * 100)

    assert _sentence(path) == f"photo.jpg is {is_what}, which cannot be sent; save it as JPEG or PNG first."


@pytest.mark.parametrize(
    "content", [b"<html><svg/></html>", b"<?xml version='1.0'?><rss/>", b"P1 is a road", b"\0\0\0\x18ftypisom\0\0\2\0isomavc1"]
)
def test_what_only_looks_a_little_like_a_picture_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "thing").write_bytes(content + b"x" * 100)

    assert _sentence(tmp_path / "thing") == "thing is not a picture."


def test_a_tiff_of_several_pages_or_with_a_small_view_first_is_no_animation(tmp_path: Path) -> None:
    pages, raw = tmp_path / "pages.tiff", tmp_path / "raw.dng"
    Image.new("RGB", (40, 30)).save(pages, save_all=True, append_images=[Image.new("RGB", (40, 30))])
    Image.new("RGB", (40, 30)).save(raw, "TIFF", tiffinfo={254: 1})

    for path in (pages, raw):
        assert _sentence(path).endswith(" has several pages or is a camera's raw file; save it as JPEG or PNG first.")


@pytest.mark.parametrize("packed", [True, False])
def test_a_png_with_a_long_history_is_sound(tmp_path: Path, packed: bool) -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("History", "saved again " * 250_000, zip=packed)
    words.add_itxt("XML:com.adobe.xmp", "saved again " * 250_000, zip=packed)
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "edited.png", pnginfo=words)

    facts = _inspect(tmp_path / "edited.png")
    assert (facts.has_metadata, facts.has_camera, facts.has_place) == (True, False, False)


_MAKER = struct.pack(">HHL", ExifTags.Base.Make, 2, 6)
DAMAGED_EXIF: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda tags: tags[:-12],
    "a count beyond the file": lambda tags: tags.replace(_MAKER, _MAKER[:4] + b"\x7f\xff\xff\xff"),
    "an offset beyond the file": lambda tags: tags.replace(_MAKER, _MAKER + b"\xff\xff\xff\xf0", 1),
    "one tag of many": lambda _: b"Exif\0\0MM\0*\0\0\0\x08\0\x30",
    "no tags at all": lambda _: b"Exif\0\0" + b"junk" * 9,
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_exif_block_is_no_reason_to_refuse_and_prints_nothing(tmp_path: Path, kind: str) -> None:
    """In a process of its own, as a command would run: what Pillow says of it went to standard error."""
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation], tags[ExifTags.Base.Make] = 1, "Maker"
    assert _MAKER in tags.tobytes()
    for number, damage in enumerate(DAMAGED_EXIF.values()):
        Image.new("RGB", (64, 48), "teal").save(tmp_path / f"{number}.{kind.lower()}", exif=damage(tags.tobytes()))
    code = (
        "import sys; from pathlib import Path; from sora_studio.media.image import inspect_image\n"
        "for path in sorted(Path(sys.argv[1]).iterdir()): print(inspect_image(path).format)"
    )
    ended = subprocess.run(
        [sys.executable, "-W", "always", "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env=_environment(),
    )
    assert ended.stdout.split() == [kind.lower()] * len(DAMAGED_EXIF)
    assert ended.stderr == ""


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}


def test_places_without_a_picture(tmp_path: Path) -> None:
    folder, empty = tmp_path / "folder", tmp_path / "empty.png"
    folder.mkdir()
    empty.touch()

    assert "is a folder" in _sentence(folder)
    assert "is empty" in _sentence(empty)
    assert "is not there any more" in _sentence(tmp_path / "gone.png")
    assert "its name is not valid" in _sentence(tmp_path / "nul\0byte.png")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")

    assert "is not a file" in _sentence(tmp_path / "pipe.png")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden here")
def test_a_picture_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    Image.new("RGB", (4, 3)).save(path)
    path.chmod(0)

    assert "permission denied" in _sentence(path)


def test_a_file_far_too_large_is_measured_and_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(_png_header(4000, 3000))
    with path.open("ab") as file:
        file.truncate(MAX_DECODED_BYTES + 1)

    assert _inspect(path) == ImageFacts("png", 4000, 3000, MAX_DECODED_BYTES + 1)
