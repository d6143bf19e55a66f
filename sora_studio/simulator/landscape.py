"""A slow camera move along misty mountains. A seed decides the light, the ridges and the camera's path."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import colorsys
import itertools
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

from sora_studio.simulator.planes import Planes

_EDGE = 179
"""Value of Pillow's radial gradient at the middle of an edge; corners have 255."""

_PHASES = 4
"""Layers move by quarters of a pixel, each drawn in advance, so that even the slowest moves smoothly."""


@dataclass(frozen=True, slots=True)
class Light:
    """The colours of a time of day."""

    zenith: str
    sky: str
    horizon: str
    sun: str
    far: str
    near: str

    def turned(self, degrees: float) -> "Light":
        """Return the colours with their hue rotated: the same hour in another place."""
        return Light(*(_turned(colour, degrees / 360) for colour in astuple(self)))


_LIGHTS = (
    Light("#33406f", "#b76d7f", "#ffd3b5", "#fff3dc", "#c493a0", "#1c1a30"),
    Light("#3f5f86", "#dca56a", "#ffe2b0", "#fff8e4", "#d0a27a", "#231813"),
    Light("#0c1739", "#2a4d80", "#a5c7de", "#f4f8ff", "#7396b6", "#091322"),
    Light("#23646f", "#80b5ad", "#f5ead2", "#fffbee", "#93bab1", "#0e2a2a"),
    Light("#1b1545", "#6c4190", "#f7ada9", "#ffe9dd", "#9872a8", "#130e28"),
    Light("#2c1122", "#a8443a", "#ffb874", "#ffe6b8", "#b3675a", "#17090e"),
    Light("#5a8bb4", "#b2d2cb", "#fdf2dc", "#fffdf5", "#aac4c0", "#213a42"),
    Light("#101a33", "#36557a", "#e2b79c", "#fff0dc", "#8390a6", "#0c1420"),
    Light("#0b2b33", "#2f7f78", "#bfe3b4", "#f6ffe6", "#6da69a", "#07191c"),
    Light("#41210f", "#b8631f", "#ffd66e", "#fff6cf", "#b98443", "#1d0f08"),
    Light("#3b1c3f", "#9a4a78", "#ffc2c7", "#fff0ee", "#ac7397", "#190b1c"),
    Light("#59616b", "#a3abb0", "#e6e4dd", "#ffffff", "#9ca3a6", "#22272b"),
)
_MAX_TURN_DEGREES = 14.0
"""Beyond this rotation, skies look unnatural."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """What is visible at one distance: a picture for every quarter of a pixel, its mask, and its speed."""

    phases: tuple[Planes, ...]
    masks: tuple[tuple[Image.Image, Image.Image], ...]
    top: int
    quarters_per_frame: int


def landscape(seed: str, *, width: int, height: int, frames: int) -> Callable[[int], Planes]:
    """Return a function that draws frame `n` of `frames`; `seed` may be any text. Quick to set up, and cheap per frame."""
    return _Landscape(random.Random(f"landscape {seed}"), width, height, frames).frame  # noqa: S311 - simulated chance


class _Landscape:
    def __init__(self, rng: random.Random, width: int, height: int, frames: int) -> None:
        self._rng, self._width, self._height, self._frames = rng, width, height, frames
        self._light = rng.choice(_LIGHTS).turned(rng.uniform(-_MAX_TURN_DEGREES, _MAX_TURN_DEGREES))
        self._backwards = rng.random() < 0.5
        self._scale = min(width, height) / 720
        self._horizon = height * (rng.uniform(0.56, 0.62))
        self._sun = (rng.uniform(0.24, 0.76), self._horizon / height - rng.uniform(0.1, 0.26))
        self._layers = [self._sky_layer(), *(self._ridge_layer(depth, pace) for depth, pace in enumerate((1, 2, 4, 7, 12)))]

    def frame(self, number: int) -> Planes:
        """Draw the frame of that number."""
        step = self._frames - 1 - number if self._backwards else number
        sky = self._layers[0]
        scene, width = self._moved(sky, step)[0], self._width
        for layer in self._layers[1:]:
            planes, (mask, half_mask), left = self._moved(layer, step)
            half = left // 2
            scene.y.paste(planes.y, (0, layer.top), mask.crop((left, 0, left + width, mask.height)))
            cut = half_mask.crop((half, 0, half + width // 2, half_mask.height))
            scene.u.paste(planes.u, (0, layer.top // 2), cut)
            scene.v.paste(planes.v, (0, layer.top // 2), cut)
        return scene

    def _moved(self, layer: _Layer, step: int) -> tuple[Planes, tuple[Image.Image, Image.Image], int]:
        whole, phase = divmod(step * layer.quarters_per_frame, _PHASES * 2)
        left = whole * 2
        return layer.phases[phase].cropped(left, self._width), layer.masks[phase], left

    def _layer_width(self, quarters_per_frame: int) -> int:
        return self._width + math.ceil(self._frames * quarters_per_frame / _PHASES / 2) * 2 + 8

    def _sky_layer(self) -> _Layer:
        light, pace = self._light, 1
        size = (self._layer_width(pace), self._height)
        stops = [(0.0, light.zenith), (0.5, light.sky), (0.94, light.horizon), (1.0, light.horizon)]
        sky = _gradient(size, stops, span=self._horizon)
        sky = self._with_sun(sky)
        sky = self._with_clouds(sky)
        return self._layer(_grained(sky, self._rng), Image.new("L", size, 255), 0, pace)

    def _with_sun(self, sky: Image.Image) -> Image.Image:
        centre = (round(self._width * self._sun[0]), round(self._height * self._sun[1]))
        sun = Image.new("RGB", sky.size, self._light.sun)
        for reach, strength in ((1.15, 0.42), (0.42, 0.5), (0.13, 0.55)):
            sky = Image.composite(sun, sky, _glow(sky.size, centre, round(reach * 720 * self._scale), strength))
        radius = self._rng.uniform(20, 34) * self._scale
        return Image.composite(sun, sky, _disc(sky.size, centre, radius))

    def _with_clouds(self, sky: Image.Image) -> Image.Image:
        """Add long thin veils, lit from below, stronger towards the horizon."""
        width, height = sky.size
        veil = Image.new("L", (width // 4, height // 4), 0)
        for columns, rows, weight in ((5, 14, 0.55), (11, 34, 0.3), (26, 80, 0.15)):
            noise = Image.frombytes("L", (columns, rows), self._rng.randbytes(columns * rows))
            noise = noise.resize(veil.size, Image.Resampling.BICUBIC)
            veil = ImageChops.add(veil, noise.point(_scaled(weight)))
        veil = veil.point([0 if value < 118 else min(255, (value - 118) * 3) for value in range(256)])
        fade = _ramp(veil.size, [(0.0, 10), (self._horizon / height * 0.55, 120), (self._horizon / height, 200), (1.0, 0)])
        veil = ImageChops.multiply(veil, fade).filter(ImageFilter.GaussianBlur(3 * self._scale))
        colour = Image.new("RGB", sky.size, _mixed(self._light.horizon, self._light.sun, 0.45))
        return Image.composite(colour, sky, veil.resize(sky.size, Image.Resampling.BICUBIC).point(_scaled(0.62)))

    def _ridge_layer(self, depth: int, pace: int) -> _Layer:
        """Draw a ridge, from far, pale and steep to near, dark and low; the nearest one has trees."""
        nearness, is_last = depth / 4, depth == 4
        width, scale, rng = self._layer_width(pace), self._scale, self._rng
        crest = self._horizon + (self._height - self._horizon) * (0.02 + 0.80 * math.pow(nearness, 1.25)) - 26 * scale
        height_px = (120 - 62 * nearness) * scale * (1.25 if self._height > self._width else 1.0)
        line = _ridge_line(rng, width, crest, height_px, wave=(900 - 300 * nearness) * scale)
        top = max(0, int(min(line) - 80 * scale)) // 2 * 2
        size = (width, self._height - top)
        mask = _ridge_mask(size, [y - top for y in line], rng if is_last else None, scale)
        tone = _mixed(self._light.far, self._light.near, math.pow(nearness, 0.85))
        mist = _mixed(tone, self._light.horizon, 0.58 * (1 - nearness) + 0.1)
        first = (crest - height_px * 0.55 - top) / size[1]
        picture = _gradient(size, [(0.0, tone), (first, tone), (1.0, mist)], span=size[1] * (0.72 if not is_last else 1.4))
        picture = self._rim_lit(picture, mask, 0.30 * (1 - nearness) + 0.05)
        return self._layer(_grained(picture, rng), mask, top, pace)

    def _rim_lit(self, picture: Image.Image, mask: Image.Image, strength: float) -> Image.Image:
        """Brighten the edge where a ridge meets the sky."""
        depth = max(2, round(26 * self._scale))
        inside = mask.filter(ImageFilter.BoxBlur(depth))
        rim = ImageChops.subtract(mask, ImageChops.offset(inside, 0, depth // 2)).point(_scaled(strength))
        return Image.composite(Image.new("RGB", picture.size, self._light.sun), picture, rim)

    def _layer(self, picture: Image.Image, mask: Image.Image, top: int, pace: int) -> _Layer:
        steps = [phase / _PHASES for phase in range(_PHASES * 2)] if pace % (_PHASES * 2) else [0.0]
        phases = tuple(Planes.from_rgb(_shifted(picture, step)) for step in steps)
        masks = [_shifted(mask, step) for step in steps]
        return _Layer(phases, tuple((shape, shape.reduce(2)) for shape in masks), top, pace)


def _ridge_line(rng: random.Random, width: int, crest: float, height: float, *, wave: float) -> list[float]:
    """Return the height of a mountain chain at every second column: superimposed waves, sharp at the top."""
    octaves = [(wave / 2**n, 0.52**n, rng.uniform(0, 1000)) for n in range(7)]
    total = sum(weight for _, weight, _ in octaves)
    return [
        crest - height * sum(w * _ridged(x / length + shift) for length, w, shift in octaves) / total
        for x in range(0, width, 2)
    ]


def _ridged(x: float) -> float:
    """Return a chain of peaks of uneven height, −1 to 1."""
    whole = math.floor(x)
    first, second = _lot(whole), _lot(whole + 1)
    t = x - whole
    smooth = t * t * (3 - 2 * t)
    return 1 - 2 * abs(first + (second - first) * smooth)


def _lot(number: int) -> float:
    """Return a pseudorandom value from −1 to 1, always the same for a number."""
    return random.Random(number).uniform(-1, 1)  # noqa: S311 - simulated chance


def _ridge_mask(size: tuple[int, int], line: list[float], trees: random.Random | None, scale: float) -> Image.Image:
    """Return a mask of everything below the line, drawn at twice the size for clean edges."""
    width, height = size
    mask = Image.new("L", (width * 2, height * 2), 0)
    draw = ImageDraw.Draw(mask)
    crest = [(index * 4, y * 2) for index, y in enumerate(line)]
    draw.polygon([(0, height * 2), *crest, (width * 2, crest[-1][1]), (width * 2, height * 2)], fill=255)
    if trees is not None:
        _plant(draw, line, trees, scale)
    return mask.reduce(2)


def _plant(draw: ImageDraw.ImageDraw, line: list[float], rng: random.Random, scale: float) -> None:
    """Draw firs along the line, in groups with clearings between them."""
    index = 0
    while index < len(line):
        _draw_fir(draw, index * 4, line[index] * 2 + 6 * scale, rng.triangular(40, 190, 70) * scale, rng)
        clearing = rng.random() < 0.06
        index += round((rng.uniform(40, 130) if clearing else rng.uniform(3, 12)) * scale) + 2


def _draw_fir(draw: ImageDraw.ImageDraw, x: float, foot: float, tall: float, rng: random.Random) -> None:
    """Draw a slender tree with drooping, irregular branches."""
    tiers = 7 + int(tall // 24)
    peak, slim = foot - tall, tall * rng.uniform(0.13, 0.19)
    for tier in range(tiers):
        start, end = tier / tiers, (tier + 1) / tiers
        high, low = peak + tall * start * 0.92, peak + tall * (end * 0.92 + 0.035)
        left, right = (slim * math.pow(end, 0.85) * rng.uniform(0.75, 1.15) for _ in range(2))
        draw.polygon([(x - 1, high), (x + 1, high), (x + right, low), (x, low - tall * 0.03), (x - left, low)], fill=255)
    trunk = max(1.0, tall * 0.014)
    draw.rectangle((x - trunk, peak + tall * 0.5, x + trunk, foot + 4), fill=255)


def _gradient(size: tuple[int, int], stops: Sequence[tuple[float, str | tuple[int, int, int]]], *, span: float) -> Image.Image:
    """Return colours from top to bottom; the stops are shares of `span` pixels."""
    column = Image.new("RGB", (1, size[1]))
    column.putdata([_colour_at(y / span, stops) for y in range(size[1])])
    return column.resize(size)


def _colour_at(place: float, stops: Sequence[tuple[float, str | tuple[int, int, int]]]) -> tuple[int, int, int]:
    for (start, first), (end, second) in itertools.pairwise(stops):
        if place <= end:
            t = min(max((place - start) / (end - start), 0.0), 1.0) if end > start else 1.0
            return _mixed(first, second, t)
    return _rgb(stops[-1][1])


def _ramp(size: tuple[int, int], stops: list[tuple[float, int]]) -> Image.Image:
    greys = [(place, f"#{value:02x}{value:02x}{value:02x}") for place, value in stops]
    return _gradient(size, greys, span=size[1]).getchannel(0)


def _mixed(first: str | tuple[int, int, int], second: str | tuple[int, int, int], share: float) -> tuple[int, int, int]:
    a, b = _rgb(first), _rgb(second)
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


def _turned(colour: str, turn: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in _rgb(colour)))
    red, green, blue = (round(part * 255) for part in colorsys.hls_to_rgb((hue + turn) % 1, lightness, saturation))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _rgb(colour: str | tuple[int, int, int]) -> tuple[int, int, int]:
    red, green, blue = ImageColor.getrgb(colour)[:3] if isinstance(colour, str) else colour
    return red, green, blue


def _glow(size: tuple[int, int], centre: tuple[int, int], radius: int, strength: float) -> Image.Image:
    """Return brightness that falls off softly around a point."""
    falloff = [round(255 * strength * math.pow(max(0.0, 1 - value / _EDGE), 1.8)) for value in range(256)]
    ball = Image.radial_gradient("L").resize((radius * 2, radius * 2), Image.Resampling.BICUBIC).point(falloff)
    glow = Image.new("L", size, 0)
    glow.paste(ball, (centre[0] - radius, centre[1] - radius))
    return glow


def _disc(size: tuple[int, int], centre: tuple[int, int], radius: float) -> Image.Image:
    edge = round(radius) + 4
    disc = Image.new("L", (edge * 8, edge * 8), 0)
    middle, reach = edge * 4, radius * 4
    ImageDraw.Draw(disc).ellipse((middle - reach, middle - reach, middle + reach, middle + reach), fill=255)
    mask = Image.new("L", size, 0)
    mask.paste(disc.reduce(4), (centre[0] - edge, centre[1] - edge))
    return mask


def _grained(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Add slight grain, which also prevents banding in smooth skies."""
    width, height = picture.size
    grain = Image.frombytes("L", (width, height), rng.randbytes(width * height)).point(
        [124 + value // 28 for value in range(256)]
    )
    return ImageChops.add(picture, Image.merge("RGB", (grain, grain, grain)), offset=-128)


def _scaled(share: float) -> list[int]:
    return [round(value * share) for value in range(256)]


def _shifted(picture: Image.Image, pixels: float) -> Image.Image:
    """Return the picture moved to the left by up to two pixels, with subpixel precision."""
    whole, part = divmod(pixels, 1)
    near = ImageChops.offset(picture, -int(whole), 0) if whole else picture
    return Image.blend(near, ImageChops.offset(near, -1, 0), part) if part else near
