"""Prepares a local picture for publication: upright, cropped, without metadata, and otherwise unchanged."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import io
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageFile, JpegImagePlugin

from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.models.check import Refusal, RefusalKind, check_medium
from sora_studio.domain.models.draft import MediaFacts, Medium
from sora_studio.domain.models.profile import MediaKind, MediaSlot
from sora_studio.domain.picture import MEDIA_TYPES, PictureEdit, PreparedPicture
from sora_studio.domain.request import USUAL_FORMATS, USUAL_MAX_BYTES, ImageFacts, megabytes, picture_facts
from sora_studio.media.colours import Pixels, pixels_of
from sora_studio.media.encoding import BEST_QUALITY, TOP_QUALITY, Encoded, encode_png, fit_jpeg, fit_webp
from sora_studio.media.image import MAX_DECODED_BYTES, decoded, look, opened
from sora_studio.media.image_metadata import turn_of, upright
from sora_studio.media.stripping import strip
from sora_studio.media.transparency import is_transparent

_HOPE = 1.1
"""A crop has about its share of the bytes; a forecast above the limit by this factor rules lossless formats out."""
_MENDED = frozenset((RefusalKind.MEDIA_FORMAT, RefusalKind.MEDIA_BYTES, RefusalKind.MEDIA_ALPHA, RefusalKind.MEDIA_PIXELS))
"""What a converted copy mends; a shape is the user's to crop."""
_HOARDERS = frozenset(("WEBP", "AVIF"))
"""Formats whose decoders hold several times the picture's memory while open."""


def prepare_image(path: Path, edit: PictureEdit, slot: MediaSlot) -> PreparedPicture:
    """Return what would be published, within the limits of `slot`, which names formats and bytes. Blocking.

    Raises `InvalidRequest` with a sentence when it cannot be read, or when that needs a conversion that `edit` does not
    allow. A picture that need not be turned, cropped or converted keeps its exact pixels.
    """
    with opened(path) as file:
        facts, image = look(path, file)
        refusals = _refusals(path, facts, edit, slot)
        if any(not edit.convert or refusal.kind not in _MENDED or _is_too_small(facts, edit, slot) for refusal in refusals):
            raise InvalidRequest(_problems(refusals))
        prepared = _as_it_is(file, facts, edit, slot)
        if prepared is not None:
            return prepared
        pixels, sampling = _wanted(decoded(image, file), _box(facts, edit), slot)
        del image  # also frees its decoder's memory
        prepared = _anew(file, pixels, sampling, facts, edit, slot)
        if prepared is None:
            over = f"has more than the {megabytes(_max_bytes(slot))} allowed"
            grown = f"{path.name} {over} once it is turned, cropped or saved again."
            raise InvalidRequest(_problems(refusals) or [Problem("images", grown)])
        if refusals := check_medium(Medium(str(path), MediaKind.IMAGE, picture_facts(prepared)), slot):
            raise InvalidRequest(_problems(refusals))
        return prepared


def _refusals(path: Path, facts: ImageFacts, edit: PictureEdit, slot: MediaSlot) -> list[Refusal]:
    """Return what keeps the picture from being sent as it is, but for its crop."""
    width, height = _size(facts, edit)
    known = MediaFacts(facts.format, facts.size_bytes, width, height, facts.is_transparent)
    return check_medium(Medium(str(path), MediaKind.IMAGE, known), slot)


def _is_too_small(facts: ImageFacts, edit: PictureEdit, slot: MediaSlot) -> bool:
    """Return whether a side is too short: a picture is made smaller, never larger."""
    return slot.min_side is not None and min(_size(facts, edit)) < slot.min_side


def _problems(refusals: Sequence[Refusal]) -> list[Problem]:
    return [Problem("images", refusal.say) for refusal in refusals]


def _size(facts: ImageFacts, edit: PictureEdit) -> tuple[int, int]:
    left, top, right, bottom = _box(facts, edit) or (0, 0, facts.width, facts.height)
    return right - left, bottom - top


def _max_bytes(slot: MediaSlot) -> int:
    return slot.max_bytes or USUAL_MAX_BYTES


def _formats(slot: MediaSlot) -> Sequence[str]:
    """Return the formats that can be published."""
    return [name for name in slot.formats or USUAL_FORMATS if name in MEDIA_TYPES]


def _box(facts: ImageFacts, edit: PictureEdit) -> tuple[int, int, int, int] | None:
    """Return the crop in pixels; None for the whole picture."""
    whole = (0, 0, facts.width, facts.height)
    box = edit.crop.box_px(facts.width, facts.height) if edit.crop else whole
    return None if box == whole else box


def _as_it_is(file: BinaryIO, facts: ImageFacts, edit: PictureEdit, slot: MediaSlot) -> PreparedPicture | None:
    """Return the file's own bytes without metadata; None when an edit forbids that, or it does not fit."""
    is_whole = not facts.is_turned and _box(facts, edit) is None and facts.size_bytes <= MAX_DECODED_BYTES
    if facts.format not in _formats(slot) or not is_whole or _is_too_large(facts, slot) or _loses_alpha(facts, slot):
        return None
    file.seek(0)
    try:
        content = strip(file.read(), facts.format).content
    except ValueError:
        return None
    if len(content) > _max_bytes(slot) or not _is_still_there(content, facts):
        return None
    return PreparedPicture(content, MEDIA_TYPES[facts.format], facts.width, facts.height, is_transparent=facts.is_transparent)


def _is_too_large(facts: ImageFacts, slot: MediaSlot) -> bool:
    return slot.max_side is not None and max(facts.width, facts.height) > slot.max_side


def _loses_alpha(facts: ImageFacts, slot: MediaSlot) -> bool:
    return facts.is_transparent and not slot.alpha


def _is_still_there(content: bytes, facts: ImageFacts) -> bool:
    """Return whether the stripped file still opens as the same picture, so that no paid task gets a broken file."""
    try:
        with Image.open(io.BytesIO(content), formats=[facts.format.upper()]) as image:
            return image.size == (facts.width, facts.height)
    except Exception:  # decoders raise almost any error for a damaged file
        return False


def _anew(
    file: BinaryIO, pixels: Pixels, sampling: int, facts: ImageFacts, edit: PictureEdit, slot: MediaSlot
) -> PreparedPicture | None:
    """Encode the pixels: in the original format if allowed and it fits, else in the most suitable one."""
    share = facts.size_bytes * pixels.image.width * pixels.image.height / (facts.width * facts.height)
    best = TOP_QUALITY if share > _max_bytes(slot) else BEST_QUALITY
    for kind in _kinds(facts, pixels, edit, slot):
        encoded: Encoded | None = None
        if kind == "jpeg":
            encoded = fit_jpeg(pixels, _max_bytes(slot), sampling=sampling, best=best)
        elif kind == "webp":
            lossless = share <= _max_bytes(slot) * _HOPE and _is_lossless_webp(file, facts)
            encoded = fit_webp(pixels, _max_bytes(slot), lossless=lossless, best=best)
        elif facts.format != "png" or share <= _max_bytes(slot) * _HOPE:
            encoded = encode_png(pixels)
        if encoded and len(encoded.content) <= _max_bytes(slot):
            clear = facts.is_transparent and slot.alpha and kind != "jpeg"
            return PreparedPicture(
                encoded.content, MEDIA_TYPES[kind], encoded.width, encoded.height, encoded.quality, is_transparent=clear
            )
    return None


def _kinds(facts: ImageFacts, pixels: Pixels, edit: PictureEdit, slot: MediaSlot) -> list[str]:
    """Return formats to try, the best first."""
    # The service may take a format that this program does not publish: then the pixels are kept as they are.
    kinds = ["png"] if facts.format in slot.formats and facts.format not in MEDIA_TYPES else [facts.format]
    if edit.convert:
        kinds += ["png", "webp", "jpeg"] if facts.is_transparent or is_transparent(pixels.image) else ["jpeg", "webp"]
    return [kind for kind in dict.fromkeys(kinds) if kind in _formats(slot)]


def _wanted(image: ImageFile.ImageFile, box: tuple[int, int, int, int] | None, slot: MediaSlot) -> tuple[Pixels, int]:
    """Return the picture upright, cropped, within the largest side, and opaque if it must be; and its chroma subsampling."""
    standing, sampling = upright(image, turn_of(image)), _sampling(image)
    if box or (standing is image and image.format in _HOARDERS):
        standing = standing.crop(box or (0, 0, *standing.size))
    pixels = pixels_of(standing)
    if not slot.alpha:
        pixels = pixels.opaque()
    return pixels.within(slot.max_side) if slot.max_side is not None else pixels, sampling


def _is_lossless_webp(file: BinaryIO, facts: ImageFacts) -> bool:
    file.seek(0)
    return facts.format == "webp" and b"VP8L" in file.read(MAX_DECODED_BYTES)


def _sampling(image: Image.Image) -> int:
    """Return a JPEG's own sampling, so that no colour is lost; 4:4:4 for other formats."""
    return max(JpegImagePlugin.get_sampling(image), 0) if isinstance(image, JpegImagePlugin.JpegImageFile) else 0
