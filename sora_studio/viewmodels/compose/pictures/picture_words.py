"""The words about a picture: what it is, what is sent of it, and what a person should know. Pure values in, text out."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from sora_studio.domain.picture import (
    PictureEdit,
    PictureRoute,
    PreparedPicture,
    WebPicture,
    address_name,
    format_name,
    picture_name,
)
from sora_studio.domain.profile import OptionValue
from sora_studio.domain.request import ImageFacts, is_url
from sora_studio.viewmodels.compose.pictures.picture_crop import is_close
from sora_studio.viewmodels.quantities import size_text

CONSENT = "This picture becomes reachable on the internet until the task ends."
BY_COMMAND = "Your command makes this picture reachable on the internet. This program cannot remove it from there."
STAYS_HERE = "This picture stays on this machine, where the service runs too."
NO_ROUTE = "No way to the service is set up yet."
TRANSPARENT = "Transparent parts may turn black."

_MARKS = {
    "error": "cannot be sent",
    "warning": "transparent",
    "info": "of another shape",
    "clock": "not looked at yet",
    "crop": "cropped",
    "refresh": "converted",
}
"""By icon, the gravest first."""
_NAMED_AT_MOST = 3
_NAMED = {"landscape": (16, 9), "portrait": (9, 16)}
_COMMON = ((1, 1), (5, 4), (4, 3), (3, 2), (16, 10), (16, 9), (2, 1), (21, 9))
_ROUTES = {PictureRoute.BUCKET: "Bucket", PictureRoute.RELAY: "Relay", PictureRoute.COMMAND: "Own command"}
_THROUGH = {
    PictureRoute.BUCKET: "your bucket",
    PictureRoute.RELAY: "the relay",
    PictureRoute.COMMAND: "your own command",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What is published of a picture, without its bytes. `kind` is `JPEG`, `PNG` or `WEBP`."""

    kind: str
    width: int
    height: int
    size_bytes: int
    quality: int | None

    @classmethod
    def of(cls, picture: PreparedPicture) -> "Sent":
        """All but the bytes, which are large and not for the window."""
        return cls(kind(picture.media_type), picture.width, picture.height, picture.size_bytes, picture.quality)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at a picture found, for this edit: `facts` and `digest` of a local one, or `web` of an address."""

    edit: PictureEdit
    facts: ImageFacts | None = None
    web: WebPicture | None = None
    published: Sent | None = None
    offer: Sent | None = None
    problem: str = ""
    note: str = ""
    digest: str = ""

    @property
    def pixels(self) -> tuple[int, int] | None:
        """Of the picture itself, upright."""
        found = self.facts or self.web
        return (found.width, found.height) if found else None

    @property
    def sent_pixels(self) -> tuple[int, int] | None:
        """Of what the service gets."""
        return (self.published.width, self.published.height) if self.published else self.pixels

    @property
    def has_way_out(self) -> bool:
        """Whether a copy can be sent of what cannot be sent as it is."""
        return bool(self.problem) and self.offer is not None


@dataclass(frozen=True, slots=True)
class Shape:
    """The clip's frame: `words` such as `landscape 16:9`, and width by height."""

    words: str
    ratio: float


@dataclass(frozen=True, slots=True)
class Mark:
    """What a picture's well shows in its corner: an icon, and the sentence that goes with it."""

    icon: str
    sentence: str

    @property
    def word(self) -> str:
        """The same where there is no room for a sentence; a number can stand before it."""
        return _MARKS[self.icon]

    @property
    def is_problem(self) -> bool:
        """Whether the picture cannot be sent like this."""
        return self.icon == "error"


def name(source: str) -> str:
    """Return a file's name, `Pasted picture`, or an address's host and the end of its path."""
    return address_name(source) if is_url(source) else picture_name(source)


def address(source: str) -> str:
    """The whole of an address but for a login and a query, which may be secrets; empty for a file."""
    if not is_url(source):
        return ""
    try:
        parts = urlsplit(source)
    except ValueError:
        return ""
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{'?…' if parts.query else ''}"
    return "".join(letter for letter in shown if letter.isprintable())


def kind(format_or_type: str) -> str:
    """`JPEG` for `jpeg` and for `image/jpeg`."""
    return format_name(format_or_type.rpartition("/")[2])


def pixels(width: int, height: int) -> str:
    """`1280 × 720`."""
    return f"{width} × {height}"


def size(size_bytes: int) -> str:
    """`9.8 MB`; `42 bytes` where kilobytes would say nothing."""
    return size_text(size_bytes) if size_bytes >= 1000 else "1 byte" if size_bytes == 1 else f"{size_bytes} bytes"


def facts_line(seen: Seen) -> str:
    """`JPEG · 4032 × 3024 · 3.2 MB`; empty while nothing is known."""
    found = seen.facts or seen.web
    if found is None:
        return ""
    parts = [kind(found.format), pixels(found.width, found.height)]
    if found.size_bytes is not None:
        parts.append(size(found.size_bytes))
    return " · ".join(parts)


def sent_line(sent: Sent) -> str:
    """`JPEG · 1280 × 720 · 412 kB · quality 90`."""
    parts = [sent.kind, pixels(sent.width, sent.height), size(sent.size_bytes)]
    if sent.quality is not None:
        parts.append(f"quality {sent.quality}")
    return " · ".join(parts)


def what_is_sent(seen: Seen) -> str:
    """What the service gets; empty while nothing fits."""
    if seen.problem:
        return ""
    if seen.published is not None:
        return sent_line(seen.published)
    if seen.web is not None:
        return "The address, as it is. A picture that fits was found there."
    return "The address, as it is." if seen.note else ""


def heading(seen: Seen) -> str:
    """What stands over the words about what is sent."""
    if not seen.problem:
        return "What is sent"
    return "Cannot be sent as it is" if seen.offer else "Cannot be sent"


def caution(seen: Seen) -> str:
    """What the service may make of what is sent; empty when there is nothing to fear."""
    is_transparent = seen.published is not None and seen.facts is not None and seen.facts.is_transparent
    return TRANSPARENT if is_transparent else ""


def problem(seen: Seen) -> str:
    """What is wrong, and the way out where there is one."""
    way_out = f" Open it to send a {seen.offer.kind} instead." if seen.offer else ""
    return f"{seen.problem}{way_out}" if seen.problem else ""


def complained(seen: Seen, complaint: str) -> Seen:
    """With what was found wrong after it was looked at, where the look did not find that it can be sent."""
    return replace(seen, problem=complaint, note="") if complaint and not seen.problem and not seen.published else seen


def ways_out(seen: Mapping[str, Seen]) -> str:
    """The same for several pictures at once, each of which has one."""
    offers = [(name(source), one.offer) for source, one in seen.items() if one.offer]
    if not offers:
        return ""
    if len(offers) == 1:
        [(only, offer)] = offers
        return f"Open {only} to send a {offer.kind} instead."
    names = [called for called, _ in offers]
    if len(names) > _NAMED_AT_MOST:
        names[_NAMED_AT_MOST - 1 :] = [f"{len(names) - _NAMED_AT_MOST + 1} more"]
    return f"Open {', '.join(names[:-1])} and {names[-1]} to send copies that fit."


def changes(seen: Seen) -> list[str]:
    """What is sent otherwise than it lies on the disk, one short claim each."""
    facts, sent = seen.facts, seen.published
    if facts is None or sent is None:
        return []
    said = list[str]()
    if facts.is_turned:
        said.append("Turned upright")
    if facts.has_place or facts.has_metadata:
        said.append(f"{_told(facts)} details are removed")
    said += _remade(seen.edit, facts, sent)
    return said or ["Nothing is changed"]


def _told(facts: ImageFacts) -> str:
    """What the file says beside its picture."""
    if facts.has_place:
        return "Place and camera" if facts.has_camera else "Place and other"
    return "Camera and other" if facts.has_camera else "Hidden"


def _remade(edit: PictureEdit, facts: ImageFacts, sent: Sent) -> list[str]:
    """What became of its pixels. That they were encoded anew is said where nothing else says so."""
    said = list[str]()
    if edit.crop is not None:
        said.append(f"Cropped to {pixels(sent.width, sent.height)}")
    elif (sent.width, sent.height) != (facts.width, facts.height):
        said.append(f"Scaled to {pixels(sent.width, sent.height)}")
    if sent.kind != kind(facts.format):
        said.append(f"Converted from {kind(facts.format)} to {sent.kind}")
    elif edit.convert and sent.size_bytes < facts.size_bytes:
        said.append(f"Compressed from {size(facts.size_bytes)}")
    elif sent.quality is not None and not said and not facts.is_turned:
        said.append(f"Encoded anew at quality {sent.quality}")
    return said


def offer(sent: Sent) -> str:
    """`Send a JPEG of 9.9 MB instead`."""
    return f"Send a {sent.kind} of {size(sent.size_bytes)} instead"


def shape_of(value: OptionValue | None) -> Shape | None:
    """The frame that a value of `aspect_ratio` names: by its word, or as `4:3`."""
    text = str(value).lower()
    word = f"{text} " if text in _NAMED else ""
    width, _, height = text.partition(":")
    if text in _NAMED:
        across, down = _NAMED[text]
    elif width.isdecimal() and height.isdecimal() and int(width) and int(height):
        across, down = int(width), int(height)
    else:
        return None
    return Shape(f"{word}{across}:{down}", across / down)


def ratio(width: int, height: int) -> str:
    """`4:3` for what is close to a common shape, else `1.37:1` or `1:1.37`."""
    shape = width / height
    for across, down in _COMMON:
        if is_close(shape, across / down):
            return f"{across}:{down}"
        if is_close(shape, down / across):
            return f"{down}:{across}"
    exact = math.gcd(width, height)
    if max(width, height) // exact <= 32:
        return f"{width // exact}:{height // exact}"
    return f"{shape:.2f}:1" if shape >= 1 else f"1:{1 / shape:.2f}"


def fits(seen: Seen, shape: Shape | None) -> bool:
    """Whether what is sent has the clip's shape, as far as anyone knows."""
    return shape is None or seen.sent_pixels is None or is_close(seen.sent_pixels[0] / seen.sent_pixels[1], shape.ratio)


def shape_sentence(width: int, height: int, shape: Shape) -> str:
    """Both shapes in words, such as 4:3 and landscape 16:9."""
    return f"This picture is {ratio(width, height)}, the clip will be {shape.words}."


def mark(seen: Seen, shape: Shape | None) -> Mark | None:
    """The one thing about a picture that a person should know first; None when it is sent much as it is."""
    if seen.problem or seen.note:
        return Mark("error", problem(seen)) if seen.problem else Mark("clock", seen.note)
    sent, found = seen.published, seen.facts
    if found is not None and found.is_transparent:
        return Mark("warning", TRANSPARENT)
    if not fits(seen, shape) and shape is not None and seen.sent_pixels is not None:
        return Mark("info", shape_sentence(*seen.sent_pixels, shape))
    if sent is not None and seen.edit.crop is not None:
        return Mark("crop", f"Cropped to {pixels(sent.width, sent.height)}.")
    if sent is not None and seen.edit.convert:
        return Mark("refresh", f"Sent as a {sent.kind} of {size(sent.size_bytes)}.")
    return None


def gravest(marks: Iterable[Mark]) -> Mark | None:
    """The one of them to know first."""
    return min(marks, key=lambda mark: list(_MARKS).index(mark.icon), default=None)


def counted(marks: Iterable[Mark]) -> str:
    """`1 cannot be sent, 2 transparent`: of each kind how many there are, the gravest first."""
    count = Counter(mark.word for mark in marks)
    return ", ".join(f"{count[word]} {word}" for word in _MARKS.values() if count[word])


def route_title(route: PictureRoute) -> str:
    """As a menu names it."""
    return _ROUTES[route]


def way(route: PictureRoute | None) -> str:
    """`Through your bucket`, or that there is none yet."""
    return f"Through {_THROUGH[route]}" if route else NO_ROUTE


def consent(route: PictureRoute | None, *, stays_here: bool) -> str:
    """What a person agrees to who sends a picture this way."""
    if route is None:
        return ""
    if stays_here:
        return STAYS_HERE
    return BY_COMMAND if route is PictureRoute.COMMAND else CONSENT


def route_choices(routes: tuple[PictureRoute, ...], usual: PictureRoute | None) -> list[tuple[PictureRoute | None, str]]:
    """What a menu of ways offers: the settings' own first, then each by its name."""
    named = f" ({route_title(usual)})" if usual else ""
    return [(None, f"As in Settings{named}"), *((route, route_title(route)) for route in routes)]
