"""A picture file's metadata: orientation, place, camera, and whether there is anything else."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import contextlib
import re
import struct
from dataclasses import dataclass
from typing import BinaryIO

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

from sora_studio.media import stripping
from sora_studio.media.icc import quiet

_TELLING_TAGS = frozenset(
    [
        ExifTags.Base.ImageDescription,
        ExifTags.Base.Make,
        ExifTags.Base.Model,
        ExifTags.Base.Software,
        ExifTags.Base.DateTime,
        ExifTags.Base.Artist,
        ExifTags.Base.HostComputer,
        ExifTags.Base.Copyright,
        ExifTags.Base.ExifOffset,
        ExifTags.Base.GPSInfo,
        ExifTags.Base.XPTitle,
        ExifTags.Base.XPComment,
        ExifTags.Base.XPAuthor,
        ExifTags.Base.XPKeywords,
        ExifTags.Base.XPSubject,
        700,  # XMP, IPTC and Photoshop data in a TIFF
        33723,
        34377,
    ]
)
_CAMERA_TAGS = frozenset([ExifTags.Base.Make, ExifTags.Base.Model])
_CAMERA_IN_XMP = re.compile(rb"tiff:(?:Make|Model)\b")
_PLACE_TAGS = frozenset(
    [
        ExifTags.GPS.GPSLatitude,
        ExifTags.GPS.GPSLongitude,
        ExifTags.GPS.GPSDestLatitude,
        ExifTags.GPS.GPSDestLongitude,
        ExifTags.GPS.GPSAreaInformation,
    ]
)
_PLACE_IN_XMP = re.compile(
    rb"GPSL(?:atitude|ongitude)|photoshop:(?:City|State|Country)|:Location(?:Created|Shown)?\b|:CountryCode\b"
)
_PLACE_IN_IPTC = frozenset([(2, 26), (2, 27), (2, 90), (2, 92), (2, 95), (2, 100), (2, 101)])
"""Content location, city, sublocation, state, country: record and number of the IPTC's own list."""
_TELLING_INFO = ("xmp", "XML:com.adobe.xmp", "comment", "photoshop")
_TURNS = range(1, 9)
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_UNREADABLE = (ValueError, TypeError, LookupError, OSError, SyntaxError, struct.error)


@dataclass(frozen=True, slots=True)
class ImageMetadata:
    """Which kinds of metadata a file contains."""

    anything: bool = False
    a_place: bool = False
    a_camera: bool = False


def turn_of(image: ImageFile.ImageFile) -> int:
    """Return the Exif orientation, 1 (upright) to 8. Invalid values count as upright, as in other programs."""
    turn: object = _exif_of(image).get(ExifTags.Base.Orientation)
    return turn if isinstance(turn, int) and turn in _TURNS else 1


def upright(image: Image.Image, turn: int) -> Image.Image:
    """Return pixels of this orientation turned upright."""
    return image.transpose(_UPRIGHT[turn]) if turn in _UPRIGHT else image


def what_it_tells(image: ImageFile.ImageFile, kind: str, file: BinaryIO) -> ImageMetadata:
    """Return the metadata of a loaded picture and its file."""
    a_place, a_camera = _has_place(image), _has_camera(image)
    return ImageMetadata(a_place or a_camera or _has_more(image, kind, file), a_place, a_camera)


def _has_more(image: ImageFile.ImageFile, kind: str, file: BinaryIO) -> bool:
    if not _TELLING_TAGS.isdisjoint(_exif_of(image)) or any(image.info.get(name) for name in _TELLING_INFO):
        return True
    if kind in stripping.KINDS:
        file.seek(0)
        with contextlib.suppress(ValueError):  # an unusual structure, about which nothing is known
            return bool(stripping.strip(file.read(), kind).gone - {stripping.EXIF})
    profile: object = image.info.get("icc_profile")
    return isinstance(profile, bytes) and bool(profile) and quiet(profile).told


def _has_camera(image: ImageFile.ImageFile) -> bool:
    return not _CAMERA_TAGS.isdisjoint(_exif_of(image)) or bool(_CAMERA_IN_XMP.search(_xmp_of(image)))


def _has_place(image: ImageFile.ImageFile) -> bool:
    exif = _exif_of(image)
    try:
        gps = set(exif.get_ifd(ExifTags.IFD.GPSInfo))
        iptc = set(IptcImagePlugin.getiptcinfo(image) or ())
    except _UNREADABLE:
        gps, iptc = set[int](), set[tuple[int, int]]()
    return bool(gps & _PLACE_TAGS or iptc & _PLACE_IN_IPTC or _PLACE_IN_XMP.search(_xmp_of(image)))


def _xmp_of(image: ImageFile.ImageFile) -> bytes:
    found: object = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if isinstance(found, str):
        return found.encode("utf-8", "replace")
    return found if isinstance(found, bytes) else b""


def _exif_of(image: ImageFile.ImageFile) -> Image.Exif:
    """Return the Exif data; empty when missing or unreadable."""
    exif, stored = Image.Exif(), image.info.get("exif")
    try:
        if isinstance(stored, bytes):
            exif.load(stored)
        elif image.format == "TIFF":
            return image.getexif()
    except _UNREADABLE:
        return Image.Exif()
    return exif
