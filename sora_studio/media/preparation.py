"""Makes of a local picture what is published: upright, cropped, silent about all else, and otherwise as it was."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import io
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageFile, JpegImagePlugin

from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.picture import MEDIA_TYPES, PictureEdit, PreparedPicture
from sora_studio.domain.profile import ImageRules
from sora_studio.domain.request import ImageFacts, check_image, megabytes
from sora_studio.media.colours import Pixels, pixels_of
from sora_studio.media.encoding import BEST_QUALITY, TOP_QUALITY, Encoded, encode_png, fit_jpeg, fit_webp
from sora_studio.media.image import MAX_DECODED_BYTES, decoded, look, opened
from sora_studio.media.image_metadata import turn_of, upright
from sora_studio.media.stripping import strip
from sora_studio.media.transparency import is_transparent

_HOPE = 1.1
"""A part has about its share of the bytes; beyond the limit by more than this, nothing without loss is worth the try."""
_HOARDERS = frozenset(("WEBP", "AVIF"))
"""Their decoders hold several times the picture as long as it is theirs."""


def prepare_image(path: Path, edit: PictureEdit, *, formats: Sequence[str], max_bytes: int) -> PreparedPicture:
    """Blocking. What would be published of it, in one of `formats` and at most `max_bytes` long.

    Raises `InvalidRequest` with a sentence when it cannot be read, or when that needs a conversion that `edit` does not ask
    for. A picture that need not be turned, cropped or converted keeps its very pixels.
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
        del image  # and with it what its decoder holds
        prepared = _anew(file, pixels, sampling, facts, edit, rules)
        if prepared is None:
            grown = f"{path.name} has more than the {megabytes(max_bytes)} allowed once it is turned, cropped or saved anew."
            raise InvalidRequest(problems or [Problem("images", grown)])
        return prepared


def _box(facts: ImageFacts, edit: PictureEdit) -> tuple[int, int, int, int] | None:
    """What is kept of it, if not all."""
    whole = (0, 0, facts.width, facts.height)
    box = edit.crop.box_px(facts.width, facts.height) if edit.crop else whole
    return None if box == whole else box


def _as_it_is(file: BinaryIO, facts: ImageFacts, edit: PictureEdit, rules: ImageRules) -> PreparedPicture | None:
    """Its own bytes without what it tells; None when that is not what is wanted, or does not fit."""
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
    """Whether what was stripped opens as the picture that it was: nobody pays for half a file."""
    try:
        with Image.open(io.BytesIO(content), formats=[facts.format.upper()]) as image:
            return image.size == (facts.width, facts.height)
    except Exception:  # Decoders answer a damaged file with almost any error.
        return False


def _anew(
    file: BinaryIO, pixels: Pixels, sampling: int, facts: ImageFacts, edit: PictureEdit, rules: ImageRules
) -> PreparedPicture | None:
    """From its pixels: in its own format when it may have it and fits, else in the one that suits it."""
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
    """What to try, the best first."""
    kinds = [facts.format]
    if edit.convert:
        kinds += ["png", "webp", "jpeg"] if facts.is_transparent or is_transparent(pixels.image) else ["jpeg", "webp"]
    return [kind for kind in dict.fromkeys(kinds) if kind in rules.formats]


def _wanted(image: ImageFile.ImageFile, box: tuple[int, int, int, int] | None) -> tuple[Pixels, int]:
    """Upright, then cropped; and how its colours were thinned out."""
    standing, sampling = upright(image, turn_of(image)), _sampling(image)
    if box or (standing is image and image.format in _HOARDERS):
        standing = standing.crop(box or (0, 0, *standing.size))
    return pixels_of(standing), sampling


def _is_lossless_webp(file: BinaryIO, facts: ImageFacts) -> bool:
    file.seek(0)
    return facts.format == "webp" and b"VP8L" in file.read(MAX_DECODED_BYTES)


def _sampling(image: Image.Image) -> int:
    """A JPEG's own, so that no colour is lost; 4:4:4 for what was none."""
    return max(JpegImagePlugin.get_sampling(image), 0) if isinstance(image, JpegImagePlugin.JpegImageFile) else 0
