"""Prepares a local picture for publication: upright, cropped, without metadata, and otherwise unchanged."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import io
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageFile, JpegImagePlugin

from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.picture import MEDIA_TYPES, PictureEdit, PreparedPicture
from sora_studio.domain.request import ImageFacts, ImageRules, check_image, megabytes
from sora_studio.media.colours import Pixels, pixels_of
from sora_studio.media.encoding import BEST_QUALITY, TOP_QUALITY, Encoded, encode_png, fit_jpeg, fit_webp
from sora_studio.media.image import MAX_DECODED_BYTES, decoded, look, opened
from sora_studio.media.image_metadata import turn_of, upright
from sora_studio.media.stripping import strip
from sora_studio.media.transparency import is_transparent

_HOPE = 1.1
"""A crop has about its share of the bytes; a forecast above the limit by this factor rules lossless formats out."""
_HOARDERS = frozenset(("WEBP", "AVIF"))
"""Formats whose decoders hold several times the picture's memory while open."""


def prepare_image(path: Path, edit: PictureEdit, *, formats: Sequence[str], max_bytes: int) -> PreparedPicture:
    """Return what would be published, in one of `formats` and at most `max_bytes` long. Blocking.

    Raises `InvalidRequest` with a sentence when it cannot be read, or when that needs a conversion that `edit` does not
    allow. A picture that need not be turned, cropped or converted keeps its exact pixels.
    """
    rules = ImageRules("", 0, 1, tuple(formats), max_bytes)
    with opened(path) as file:
        facts, image = look(path, file)
        problems = check_image(str(path), facts, rules)
        if problems and not edit.convert:
            raise InvalidRequest(problems)
        prepared = _as_it_is(file, facts, edit, rules)
        if prepared is not None:
            return prepared
        pixels, sampling = _wanted(decoded(image, file), _box(facts, edit))
        del image  # also frees its decoder's memory
        prepared = _anew(file, pixels, sampling, facts, edit, rules)
        if prepared is None:
            grown = f"{path.name} has more than the {megabytes(max_bytes)} allowed once it is turned, cropped or saved again."
            raise InvalidRequest(problems or [Problem("images", grown)])
        return prepared


def _box(facts: ImageFacts, edit: PictureEdit) -> tuple[int, int, int, int] | None:
    """Return the crop in pixels; None for the whole picture."""
    whole = (0, 0, facts.width, facts.height)
    box = edit.crop.box_px(facts.width, facts.height) if edit.crop else whole
    return None if box == whole else box


def _as_it_is(file: BinaryIO, facts: ImageFacts, edit: PictureEdit, rules: ImageRules) -> PreparedPicture | None:
    """Return the file's own bytes without metadata; None when an edit forbids that, or it does not fit."""
    if facts.format not in rules.formats or facts.is_turned or _box(facts, edit) or facts.size_bytes > MAX_DECODED_BYTES:
        return None
    file.seek(0)
    try:
        content = strip(file.read(), facts.format).content
    except ValueError:
        return None
    if len(content) > rules.max_bytes or not _is_still_there(content, facts):
        return None
    return PreparedPicture(content, MEDIA_TYPES[facts.format], facts.width, facts.height)


def _is_still_there(content: bytes, facts: ImageFacts) -> bool:
    """Return whether the stripped file still opens as the same picture, so that no paid task gets a broken file."""
    try:
        with Image.open(io.BytesIO(content), formats=[facts.format.upper()]) as image:
            return image.size == (facts.width, facts.height)
    except Exception:  # decoders raise almost any error for a damaged file
        return False


def _anew(
    file: BinaryIO, pixels: Pixels, sampling: int, facts: ImageFacts, edit: PictureEdit, rules: ImageRules
) -> PreparedPicture | None:
    """Encode the pixels: in the original format if allowed and it fits, else in the most suitable one."""
    share = facts.size_bytes * pixels.image.width * pixels.image.height / (facts.width * facts.height)
    best = TOP_QUALITY if share > rules.max_bytes else BEST_QUALITY
    for kind in _kinds(facts, pixels, edit, rules):
        encoded: Encoded | None = None
        if kind == "jpeg":
            encoded = fit_jpeg(pixels, rules.max_bytes, sampling=sampling, best=best)
        elif kind == "webp":
            lossless = share <= rules.max_bytes * _HOPE and _is_lossless_webp(file, facts)
            encoded = fit_webp(pixels, rules.max_bytes, lossless=lossless, best=best)
        elif facts.format != "png" or share <= rules.max_bytes * _HOPE:
            encoded = encode_png(pixels)
        if encoded and len(encoded.content) <= rules.max_bytes:
            return PreparedPicture(encoded.content, MEDIA_TYPES[kind], encoded.width, encoded.height, encoded.quality)
    return None


def _kinds(facts: ImageFacts, pixels: Pixels, edit: PictureEdit, rules: ImageRules) -> list[str]:
    """Return formats to try, the best first."""
    kinds = [facts.format]
    if edit.convert:
        kinds += ["png", "webp", "jpeg"] if facts.is_transparent or is_transparent(pixels.image) else ["jpeg", "webp"]
    return [kind for kind in dict.fromkeys(kinds) if kind in rules.formats]


def _wanted(image: ImageFile.ImageFile, box: tuple[int, int, int, int] | None) -> tuple[Pixels, int]:
    """Return the picture upright and cropped, and its chroma subsampling."""
    standing, sampling = upright(image, turn_of(image)), _sampling(image)
    if box or (standing is image and image.format in _HOARDERS):
        standing = standing.crop(box or (0, 0, *standing.size))
    return pixels_of(standing), sampling


def _is_lossless_webp(file: BinaryIO, facts: ImageFacts) -> bool:
    file.seek(0)
    return facts.format == "webp" and b"VP8L" in file.read(MAX_DECODED_BYTES)


def _sampling(image: Image.Image) -> int:
    """Return a JPEG's own sampling, so that no colour is lost; 4:4:4 for other formats."""
    return max(JpegImagePlugin.get_sampling(image), 0) if isinstance(image, JpegImagePlugin.JpegImageFile) else 0
