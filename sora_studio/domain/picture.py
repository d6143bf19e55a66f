"""A picture on its way to the service: what a person wants changed, what is published, and how it becomes reachable."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import PurePath
from urllib.parse import unquote, urlsplit

MEDIA_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
"""Of the formats that the service takes, by decoder name."""
ENDINGS = (
    *("jpg", "jpeg", "jpe", "jfif", "mpo", "png", "apng", "webp", "gif", "bmp", "tif", "tiff", "avif", "avifs"),
    *("jp2", "j2k", "jpx", "jpf", "jpc", "j2c"),
)
"""Of files that may hold a picture which can be read, be it to send a converted copy."""
MAX_DECODED_BYTES = 50_000_000
"""A file above this is refused for its size alone, so nobody reads it to its end."""
TAKEN_UP_AFTER = timedelta(minutes=10)
"""An upload that began longer ago and was cut off does not arrive any more: only then its name is used for another."""

SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
_MAX_NAME_CHARS = 40
_UNNAMED = "The address"
PASTED, FRAME = "pasted", "frame"
_ORIGINS = {PASTED: "Pasted picture", FRAME: "Frame of a clip"}
_NAMED_BY_DIGEST = re.compile(r"(pasted|frame)-[0-9a-f]{16,64}\.png")


def format_name(format: str) -> str:  # noqa: A002 - it is one
    """`JPEG` for `jpeg`, as people write it."""
    return "WebP" if format == "webp" else format.upper()


def address_name(url: str) -> str:
    """Host and file name of a picture's address: the rest of a signed link is a secret."""
    try:
        parts = urlsplit(url)
        host, (folder, slash, name) = parts.hostname or "", unquote(parts.path).rstrip("/").rpartition("/")
    except ValueError:
        return _UNNAMED
    name = "".join(letter for letter in name if letter.isprintable())
    name = name if len(name) <= _MAX_NAME_CHARS else f"…{name[-_MAX_NAME_CHARS:]}"
    return f"{host}{'/…/' if folder else slash}{name}" if host and host.isprintable() else _UNNAMED


def picture_name(file: str | PurePath) -> str:
    """Return what a person calls a local picture: its file name, or its origin when the program named the file by a digest."""
    name = PurePath(file).name
    own = _NAMED_BY_DIGEST.fullmatch(name)
    return _ORIGINS[own[1]] if own else name


class PictureRoute(StrEnum):
    """How a local picture gets an address that the service can reach. A picture that has an address needs none."""

    BUCKET = "bucket"
    RELAY = "relay"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Crop:
    """What is kept of a picture that stands upright, as fractions of its width and height. Raises ValueError for no area."""

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        """A crop lies inside the picture, give or take what fractions lose."""
        lost = 1e-6
        inside = min(self.left, self.top) >= -lost and max(self.left + self.width, self.top + self.height) <= 1 + lost
        if not inside or min(self.width, self.height) <= 0:
            raise ValueError("a crop lies inside its picture")

    def box_px(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom in whole pixels; at least one pixel, and inside the picture."""
        left = min(max(round(self.left * width), 0), width - 1)
        top = min(max(round(self.top * height), 0), height - 1)
        right = min(max(round((self.left + self.width) * width), left + 1), width)
        bottom = min(max(round((self.top + self.height) * height), top + 1), height)
        return left, top, right, bottom


@dataclass(frozen=True, slots=True)
class PictureEdit:
    """What a person wants changed before a picture is published. Rotation and metadata are seen to in any case.

    `convert` takes the offer of a copy in another format or quality, for a picture that could not be sent as it is.
    """

    crop: Crop | None = None
    convert: bool = False


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """What is published of a local picture: upright, cropped, without metadata. `quality` is a new encoding's, 1 to 100."""

    content: bytes = field(repr=False)
    media_type: str
    width: int
    height: int
    quality: int | None = None
    fingerprint: str = field(init=False)
    """The content's SHA-256 in hex: equal pictures are published once. Made where the picture is, which takes milliseconds."""

    def __post_init__(self) -> None:
        """Ten megabytes are not hashed at every use."""
        object.__setattr__(self, "fingerprint", hashlib.sha256(self.content).hexdigest())

    @property
    def size_bytes(self) -> int:
        """As it is published."""
        return len(self.content)


PIXEL = PreparedPicture(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="),
    "image/png",
    1,
    1,
)
"""A black one: what is published to try a way out."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A local picture drawn small, upright as it is published. `rgba` has four bytes for each pixel, row by row."""

    rgba: bytes = field(repr=False)
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class WebPicture:
    """What stands at a web address, as its server and its first bytes say. `size_bytes` None: the server does not tell."""

    format: str
    width: int
    height: int
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Publication:
    """A picture that this program made reachable. All times are aware UTC.

    `place` names the bucket, relay or command that has it; `handle` is its name there. `url` is empty while it is on its way.
    """

    id: int
    fingerprint: str
    route: PictureRoute
    place: str
    handle: str
    url: str
    name: str
    """The picture's file name, for the person's eyes."""
    published_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None = None
    trouble: str | None = None
    """Why it could not be withdrawn yet."""
    tasks: tuple[int, ...] = ()
    """Those that it was published for."""
