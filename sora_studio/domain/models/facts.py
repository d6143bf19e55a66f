"""What a model can do, read from its profile: the facts that lists, comparisons and searches show."""

import math
from collections.abc import Iterable
from functools import lru_cache

from sora_studio.domain.models.carry import ASPECT, RESOLUTION, SIZE
from sora_studio.domain.models.profile import DURATION, MediaSlot, ModelProfile, Option, OptionKind, Role
from sora_studio.domain.models.shapes import as_lines, as_ratio, as_size
from sora_studio.domain.models.values import OptionValue, is_number, shown

SOUND = "sound"
"""Meaning of the option that switches a clip's sound."""
_WIDE, _UPRIGHT = "16:9", "9:16"
_SHAPES = {
    f"{width}:{height}": math.log(width / height)
    for width, height in ((16, 9), (9, 16), (1, 1), (4, 3), (3, 4), (21, 9), (9, 21), (3, 2), (2, 3), (5, 4), (4, 5))
}
"""Logarithms of width / height, by name."""
_SHAPE_TOLERANCE = 0.03
"""Relative: 1792 × 1024 counts as 16:9, and 1088 × 832 as 4:3."""


def durations(profile: ModelProfile) -> list[OptionValue]:
    """Return the lengths of a clip in seconds, in the words common to all models; a range as `3-15`."""
    return _values(profile, DURATION)


def length_ranges(profile: ModelProfile) -> list[tuple[float, float]]:
    """Return the lengths of a clip as lowest and highest seconds, in ascending order; a single length has both ends alike."""
    found = set[tuple[float, float]]()
    for option in profile.options:
        if option.meaning != DURATION:
            continue
        if option.kind in (OptionKind.INT, OptionKind.FLOAT):
            found.add((option.min or 0.0, option.max if option.max is not None else math.inf))
        else:
            found.update(_single(choice.means) for choice in option.choices if is_number(choice.means))
    fixed = (mode.fixed[DURATION] for mode in profile.modes if DURATION in mode.fixed)
    found.update(_single(value) for value in fixed if is_number(value))
    return sorted(found)


def length_sources(profile: ModelProfile) -> list[Role]:
    """Return the roles that a clip's length is read from."""
    fixed = (mode.fixed.get(DURATION) for mode in profile.modes)
    return list(dict.fromkeys(Role(value) for value in fixed if isinstance(value, str) and value in list(Role)))


def resolutions(profile: ModelProfile) -> list[OptionValue]:
    """Return the resolutions, those of sizes included."""
    return _values(profile, RESOLUTION)


def named_resolutions(profile: ModelProfile) -> list[str]:
    """Return the resolutions that name a model, lowest first; of sizes, those of wide and upright ones if there are any."""
    sizes = [size for option in profile.options if option.meaning == SIZE for c in option.choices if (size := as_size(c.means))]
    wide = [size.resolution for size in sizes if _shape_of(size.ratio) in (_WIDE, _UPRIGHT)]
    plain = [shown(value) for option in profile.options if option.meaning == RESOLUTION for value in _meant(option, RESOLUTION)]
    fixed = [shown(mode.fixed[RESOLUTION]) for mode in profile.modes if RESOLUTION in mode.fixed]
    names = dict.fromkeys([*(wide or [size.resolution for size in sizes]), *plain, *fixed])
    return sorted(names, key=lambda name: as_lines(name) or 0)


def shapes(profile: ModelProfile) -> list[str]:
    """Return the shapes that can be chosen, as `16:9`, those of sizes included."""
    meant = [choice.means for option in profile.options if option.meaning in (ASPECT, SIZE) for choice in option.choices]
    names = [_shape_of(ratio) or shown(value) for value in meant if (ratio := as_ratio(value)) is not None]
    return list(dict.fromkeys(names))


def sound(profile: ModelProfile) -> str:
    """Return whether clips have sound: `switch`, `always` or `never`."""
    if any(option.meaning == SOUND for option in profile.options):
        return "switch"
    return "always" if any(mode.fixed.get(SOUND) is True for mode in profile.modes) else "never"


def slots_of(profile: ModelProfile, role: Role) -> list[MediaSlot]:
    """Return the places for media of this role, in all modes."""
    return [slot for slot in profile.media if slot.role is role]


def most_of(profile: ModelProfile, role: Role) -> int | None:
    """Return how many media of this role one task takes at most: 0 for none, None without a stated limit."""
    limits = [slot.max for slot in slots_of(profile, role)]
    return None if None in limits else max((limit for limit in limits if limit is not None), default=0)


def price_of(profile: ModelProfile) -> tuple[tuple[float, float] | None, str | None]:
    """Return the lowest and the highest amount, and what it is paid for. Other kinds of prices than the first are left out."""
    known = [price for price in profile.prices if price.amount] or list(profile.prices)
    if not known:
        return None, None
    alike = [price for price in known if (price.per, price.currency) == (known[0].per, known[0].currency)]
    return span_of(price.amount for price in alike), known[0].per.value


def usual_s(profile: ModelProfile) -> list[float] | None:
    """Return the shortest and the longest usual time in seconds, whatever is chosen."""
    span = span_of(time.seconds for time in profile.generation_times)
    return list(span) if span else None


def span_of(spans: Iterable[tuple[float, float] | None]) -> tuple[float, float] | None:
    """Return the lowest and the highest end of all; None without any."""
    known = [span for span in spans if span]
    return (min(low for low, _ in known), max(high for _, high in known)) if known else None


def _values(profile: ModelProfile, meaning: str) -> list[OptionValue]:
    values = [value for option in profile.options for value in _meant(option, meaning)]
    values += [mode.fixed[meaning] for mode in profile.modes if meaning in mode.fixed]
    return list(dict.fromkeys(values))


def _meant(option: Option, meaning: str) -> list[OptionValue]:
    if option.meaning == SIZE and meaning == RESOLUTION:
        return [size.resolution for choice in option.choices if (size := as_size(choice.means))]
    if option.meaning != meaning:
        return []
    if option.kind in (OptionKind.INT, OptionKind.FLOAT):
        low, high = ("" if limit is None else shown(limit) for limit in (option.min, option.max))
        return [f"{low}-{high}"]
    return [choice.means for choice in option.choices]


def _single(value: OptionValue) -> tuple[float, float]:
    return float(value), float(value)


@lru_cache(maxsize=256)
def _shape_of(ratio: float) -> str | None:
    """Return the common shape that is nearest to width / height; None if none is near."""
    apart = {shape: abs(log - math.log(ratio)) for shape, log in _SHAPES.items()}
    near = min(apart, key=lambda shape: apart[shape])
    return near if apart[near] <= _SHAPE_TOLERANCE else None
