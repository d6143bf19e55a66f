"""A picture on its way to the service: the user's edits, the published copy, and how it becomes reachable."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import PurePath
from urllib.parse import unquote, urlsplit

MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
"""Media types of the formats that the service accepts, by decoder name."""
ENDINGS = (
    *("jpg", "jpeg", "jpe", "jfif", "mpo", "png", "apng", "webp", "gif", "bmp", "tif", "tiff", "avif", "avifs"),
    *("jp2", "j2k", "jpx", "jpf", "jpc", "j2c"),
)
"""Extensions of files that may contain a readable picture, if only to send a converted copy."""
MAX_DECODED_BYTES = 50_000_000
"""A larger file is rejected for its size alone, without reading it to the end."""
TAKEN_UP_AFTER = timedelta(minutes=10)
"""An upload that began longer ago and was cut off can no longer arrive: only then is its name reused."""

_MAX_NAME_CHARS = 40
_UNNAMED = "The address"
PASTED, FRAME = "pasted", "frame"
_ORIGINS = {PASTED: "Pasted picture", FRAME: "Frame of a clip"}
_NAMED_BY_DIGEST = re.compile(r"(pasted|frame)-[0-9a-f]{16,64}\.png")


def format_name(format: str) -> str:  # noqa: A002 - it is one
    """Return the format's usual spelling: `JPEG` for `jpeg`."""
    return {"webp": "WebP", "webm": "WebM"}.get(format, format.upper())


def address_name(url: str) -> str:
    """Return host and file name of a picture's address, without the parts of a signed link that are secret."""
    try:
        parts = urlsplit(url)
        host, (folder, slash, name) = parts.hostname or "", unquote(parts.path).rstrip("/").rpartition("/")
    except ValueError:
        return _UNNAMED
    name = "".join(letter for letter in name if letter.isprintable())
    name = name if len(name) <= _MAX_NAME_CHARS else f"…{name[-_MAX_NAME_CHARS:]}"
    return f"{host}{'/…/' if folder else slash}{name}" if host and host.isprintable() else _UNNAMED


def picture_name(file: str | PurePath) -> str:
    """Return the display name of a local picture: its file name, or its origin when the program named the file by a digest."""
    name = PurePath(file).name
    own = _NAMED_BY_DIGEST.fullmatch(name)
    return _ORIGINS[own[1]] if own else name


class PictureRoute(StrEnum):
    """How a local picture, film or sound gets an address that the service can reach. One with a web address needs none."""

    BUCKET = "bucket"
    RELAY = "relay"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Crop:
    """The part of an upright picture to keep, as fractions of its width and height. Raises ValueError for an empty area."""

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        """Check that the crop lies inside the picture, allowing for rounding."""
        lost = 1e-6
        inside = min(self.left, self.top) >= -lost and max(self.left + self.width, self.top + self.height) <= 1 + lost
        if not inside or min(self.width, self.height) <= 0:
            raise ValueError("a crop lies inside its picture")

    def box_px(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in whole pixels; at least one pixel, and inside the picture."""
        left = min(max(round(self.left * width), 0), width - 1)
        top = min(max(round(self.top * height), 0), height - 1)
        right = min(max(round((self.left + self.width) * width), left + 1), width)
        bottom = min(max(round((self.top + self.height) * height), top + 1), height)
        return left, top, right, bottom


@dataclass(frozen=True, slots=True)
class PictureEdit:
    """The user's changes to make before a picture is published. Upright rotation and metadata removal always happen.

    `convert` accepts a copy in another format or quality, for a picture that could not be sent as it is.
    """

    crop: Crop | None = None
    convert: bool = False


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """The published copy of a local picture: upright, cropped, without metadata. `quality`, 1 to 100, if it was reencoded."""

    content: bytes = field(repr=False)
    media_type: str
    width: int
    height: int
    quality: int | None = None
    is_transparent: bool = False
    """Has transparent parts."""
    fingerprint: str = field(init=False)
    """The content's SHA-256 in hex: equal pictures are published once. Computed at preparation, off the loop."""

    def __post_init__(self) -> None:
        """Compute the digest once: ten megabytes are too much to hash at every use."""
        object.__setattr__(self, "fingerprint", hashlib.sha256(self.content).hexdigest())

    @property
    def size_bytes(self) -> int:
        """Size of the published copy."""
        return len(self.content)


PIXEL = PreparedPicture(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="),
    "image/png",
    1,
    1,
)
"""A black picture, published to test a route."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A local picture drawn small, upright as published. `rgba` has four bytes for each pixel, row by row."""

    rgba: bytes = field(repr=False)
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class WebPicture:
    """A picture at a web address, from its response headers and first bytes. `size_bytes` is None if the server omits it."""

    format: str
    width: int
    height: int
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Publication:
    """A picture, film or sound that this program published. All times are aware UTC.

    `place` names the bucket, relay or command that has it; `handle` is its name there. `url` is empty during the upload.
    """

    id: int
    fingerprint: str
    route: PictureRoute
    place: str
    handle: str
    url: str
    name: str
    """The file's name, for display."""
    published_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None = None
    trouble: str | None = None
    """Why it could not be withdrawn yet."""
    tasks: tuple[int, ...] = ()
    """The tasks that it was published for."""
