"""Texts about a picture: its facts, what is sent of it, and warnings. Pure functions."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from sora_studio.domain.models.carry import ASPECT, SIZE
from sora_studio.domain.models.profile import Option
from sora_studio.domain.models.shapes import as_size
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.picture import (
    PictureEdit,
    PictureRoute,
    PreparedPicture,
    WebPicture,
    address_name,
    format_name,
    picture_name,
)
from sora_studio.domain.request import GenerationRequest, ImageFacts, is_url
from sora_studio.viewmodels.compose.pictures.picture_crop import is_close
from sora_studio.viewmodels.quantities import size_text

CONSENT = "This picture becomes reachable on the internet until the task ends."
BY_COMMAND = "Your command makes this picture reachable on the internet. This program cannot remove it from there."
STAYS_HERE = "This picture stays on this machine, where the service runs too."
NO_ROUTE = "No upload method is set up yet."
TRANSPARENT = "Transparent parts may turn black."

_MARKS = {
    "error": "cannot be sent",
    "warning": "transparent",
    "info": "of another shape",
    "clock": "not checked yet",
    "crop": "cropped",
    "cut": "cut",
    "refresh": "converted",
}
"""By icon, most severe first."""
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
    """A prepared picture without its bytes. `kind` is `JPEG`, `PNG` or `WEBP`."""

    kind: str
    width: int
    height: int
    size_bytes: int
    quality: int | None

    @classmethod
    def of(cls, picture: PreparedPicture) -> "Sent":
        """Return the picture's facts without its bytes."""
        return cls(kind(picture.media_type), picture.width, picture.height, picture.size_bytes, picture.quality)


@dataclass(frozen=True, slots=True)
class Seen:
    """The result of checking a picture with this edit: `facts` and `digest` of a local file, or `web` of an address."""

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
        """The upright picture's size."""
        found = self.facts or self.web
        return (found.width, found.height) if found else None

    @property
    def sent_pixels(self) -> tuple[int, int] | None:
        """The size of what the service gets."""
        return (self.published.width, self.published.height) if self.published else self.pixels

    @property
    def has_way_out(self) -> bool:
        """Whether a converted copy can be sent instead."""
        return bool(self.problem) and self.offer is not None


@dataclass(frozen=True, slots=True)
class Shape:
    """The clip's frame: `words` such as `landscape 16:9`, and width by height."""

    words: str
    ratio: float


@dataclass(frozen=True, slots=True)
class Mark:
    """The icon in the corner of a picture's well, and its sentence."""

    icon: str
    sentence: str

    @property
    def word(self) -> str:
        """A short form of the sentence, also usable after a count."""
        return _MARKS[self.icon]

    @property
    def is_problem(self) -> bool:
        """Whether the picture cannot be sent as it is."""
        return self.icon == "error"


def name(source: str) -> str:
    """Return a file's name, `Pasted picture`, or an address's host and the end of its path."""
    return address_name(source) if is_url(source) else picture_name(source)


def address(source: str) -> str:
    """Return an address without login and query, which may be secret; empty for a file."""
    if not is_url(source):
        return ""
    try:
        parts = urlsplit(source)
    except ValueError:
        return ""
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{'?…' if parts.query else ''}"
    return "".join(letter for letter in shown if letter.isprintable())


def kind(format_or_type: str) -> str:
    """Return `JPEG` for `jpeg` and for `image/jpeg`."""
    return format_name(format_or_type.rpartition("/")[2])


def pixels(width: int, height: int) -> str:
    """Return `1280 × 720`."""
    return f"{width} × {height}"


def size(size_bytes: int) -> str:
    """Return `9.8 MB`, or `42 bytes` below 1 kB."""
    return size_text(size_bytes) if size_bytes >= 1000 else "1 byte" if size_bytes == 1 else f"{size_bytes} bytes"


def facts_line(seen: Seen) -> str:
    """Return `JPEG · 4032 × 3024 · 3.2 MB`; empty while nothing is known."""
    found = seen.facts or seen.web
    if found is None:
        return ""
    parts = [kind(found.format), pixels(found.width, found.height)]
    if found.size_bytes is not None:
        parts.append(size(found.size_bytes))
    return " · ".join(parts)


def sent_line(sent: Sent) -> str:
    """Return `JPEG · 1280 × 720 · 412 kB · quality 90`."""
    parts = [sent.kind, pixels(sent.width, sent.height), size(sent.size_bytes)]
    if sent.quality is not None:
        parts.append(f"quality {sent.quality}")
    return " · ".join(parts)


def what_is_sent(seen: Seen) -> str:
    """Return what the service gets; empty if the picture cannot be sent as it is."""
    if seen.problem:
        return ""
    if seen.published is not None:
        return sent_line(seen.published)
    if seen.web is not None:
        return "The address, unchanged. The picture there is suitable."
    return "The address, unchanged." if seen.note else ""


def heading(seen: Seen) -> str:
    """Return the heading above what is sent."""
    if not seen.problem:
        return "What is sent"
    return "Cannot be sent as it is" if seen.offer else "Cannot be sent"


def caution(seen: Seen) -> str:
    """Return a warning about how the service may render the picture; usually empty."""
    is_transparent = seen.published is not None and seen.facts is not None and seen.facts.is_transparent
    return TRANSPARENT if is_transparent else ""


def problem(seen: Seen) -> str:
    """Return the problem, with the alternative if there is one."""
    way_out = f" Open it to send a {seen.offer.kind} instead." if seen.offer else ""
    return f"{seen.problem}{way_out}" if seen.problem else ""


def complained(seen: Seen, complaint: str) -> Seen:
    """Add a problem found after the check, unless the check had found one or prepared a picture."""
    return replace(seen, problem=complaint, note="") if complaint and not seen.problem and not seen.published else seen


def ways_out(seen: Mapping[str, Seen]) -> str:
    """Return the alternatives for several pictures in one sentence."""
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
    """Return how what is sent differs from the file, one short statement each."""
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
    """Return the kinds of metadata in the file."""
    if facts.has_place:
        return "Place and camera" if facts.has_camera else "Place and other"
    return "Camera and other" if facts.has_camera else "Hidden"


def _remade(edit: PictureEdit, facts: ImageFacts, sent: Sent) -> list[str]:
    """Return the changes to the pixels. Re-encoding is mentioned only if no other change implies it."""
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
        said.append(f"Re-encoded at quality {sent.quality}")
    return said


def offer(sent: Sent) -> str:
    """Return `Send a JPEG of 9.9 MB instead`."""
    return f"Send a {sent.kind} of {size(sent.size_bytes)} instead"


def shape_chosen(request: GenerationRequest, options: Iterable[Option]) -> Shape | None:
    """Return the clip's frame as one of `options` chooses it; None if none does, or if the service decides."""
    for option in options:
        value = request.options.get(option.field)
        if option.meaning in (ASPECT, SIZE) and value is not None:
            choice = option.choice(value)
            return shape_of(value) or (shape_of(choice.means) if choice else None)
    return None


def shape_of(value: OptionValue | None) -> Shape | None:
    """Return the frame for a value such as `landscape`, `4:3` or `1280x720`, else None."""
    text = size.aspect if (size := as_size(value)) else str(value).lower()
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
    """Return `4:3` for what is close to a common shape, else the exact ratio, or `1.37:1` if that is unwieldy."""
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
    """Return whether what is sent has the clip's shape; True while unknown."""
    return shape is None or seen.sent_pixels is None or is_close(seen.sent_pixels[0] / seen.sent_pixels[1], shape.ratio)


def shape_sentence(width: int, height: int, shape: Shape) -> str:
    """Return a sentence with both shapes, such as 4:3 and landscape 16:9."""
    return f"This picture is {ratio(width, height)}, the clip will be {shape.words}."


def mark(seen: Seen, shape: Shape | None) -> Mark | None:
    """Return the most important notice about a picture; None if it is sent without notable changes."""
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
    """Return the most severe mark."""
    return min(marks, key=lambda mark: list(_MARKS).index(mark.icon), default=None)


def counted(marks: Iterable[Mark]) -> str:
    """Return `1 cannot be sent, 2 transparent`: the number of each kind, most severe first."""
    count = Counter(mark.word for mark in marks)
    return ", ".join(f"{count[word]} {word}" for word in _MARKS.values() if count[word])


def route_title(route: PictureRoute) -> str:
    """Return the route's name for menus."""
    return _ROUTES[route]


def way(route: PictureRoute | None) -> str:
    """Return `Through your bucket`, or that no route is set up."""
    return f"Through {_THROUGH[route]}" if route else NO_ROUTE


def consent(route: PictureRoute | None, *, stays_here: bool, noun: str = "picture") -> str:
    """Return what the user agrees to by using this route."""
    if route is None:
        return ""
    words = STAYS_HERE if stays_here else BY_COMMAND if route is PictureRoute.COMMAND else CONSENT
    return words.replace("picture", noun)


def route_choices(routes: tuple[PictureRoute, ...], usual: PictureRoute | None) -> list[tuple[PictureRoute | None, str]]:
    """Return a menu's choices: the default from the settings first, then each route by name."""
    named = f" ({route_title(usual)})" if usual else ""
    return [(None, f"As in Settings{named}"), *((route, route_title(route)) for route in routes)]
