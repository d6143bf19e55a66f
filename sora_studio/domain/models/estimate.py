"""What a clip will probably cost and how long it will take: measured with like tasks, else as the profile states it."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from statistics import median

from sora_studio.domain.models.carry import RESOLUTION, SIZE
from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.facts import SOUND
from sora_studio.domain.models.profile import DURATION, ROUTE, MediaKind, Mode, ModelProfile, PricePer, Role
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.money import rounded

MEASURED_TIMES = 5
"""Fewer measured times than this say nothing about the next one."""
_SHARE = 0.95
"""Share of the tasks that a time promises something about."""
_MEANINGS = (DURATION, RESOLUTION, SIZE, SOUND)
"""Meanings of the options that decide price and time."""
_TIMED = (MediaKind.VIDEO, MediaKind.AUDIO)
"""Kinds of media that last, those that are paid for first in front."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What like tasks have in common. `values` are those of the options for length, resolution, size and sound."""

    model: str
    mode: str
    values: tuple[tuple[str, OptionValue], ...]
    route: str


@dataclass(frozen=True, slots=True)
class PriceEstimate:
    """The price of one clip in US dollars: the median, the lowest and the highest of `measured` prices.

    If none is measured, the ends are the profile's, and `usd` lies in the middle.
    """

    usd: float
    low_usd: float
    high_usd: float
    measured: int = 0


@dataclass(frozen=True, slots=True)
class TimeEstimate:
    """Seconds from acceptance to result: the median of `measured` times, what 95 % take at least, and what 95 % take at most.

    If none is measured, the ends are the profile's, and `usual_s` lies in the middle.
    """

    usual_s: float
    least_s: float
    most_s: float
    measured: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """None: not known yet."""

    price: PriceEstimate | None = None
    time: TimeEstimate | None = None


def likeness_of(draft: Draft, profile: ModelProfile) -> Likeness | None:
    """Return what a draft shares with like tasks; None if its mode is not the model's.

    None too if price and time depend on how long the media last: past tasks do not tell that, so none is known to be alike.
    """
    mode = profile.mode(draft.mode)
    if mode is None:
        return None
    facts, present = draft.facts(mode, profile)
    price = profile.price_for(facts, present)
    if (price and price.per is PricePer.INPUT_SECOND) or (profile.duration_s(facts) is None and _has_timed_media(draft)):
        return None
    options = (option for option in profile.options_in(mode.id) if option.meaning in _MEANINGS and option.field in facts)
    values = tuple(sorted(((option.meaning, facts[option.field]) for option in options), key=lambda pair: pair[0]))
    return Likeness(profile.slug, mode.id, values, str(facts[ROUTE]))


def measured_price(prices_usd: Collection[float]) -> PriceEstimate | None:
    """Return the estimate from measured prices; None without any."""
    if not prices_usd:
        return None
    return PriceEstimate(rounded(median(prices_usd)), min(prices_usd), max(prices_usd), len(prices_usd))


def measured_time(seconds: Collection[float]) -> TimeEstimate | None:
    """Return the estimate from measured times; None if there are too few of them."""
    if len(seconds) < MEASURED_TIMES:
        return None
    ordered = sorted(seconds)
    beyond = len(ordered) - math.ceil(_SHARE * len(ordered))
    return TimeEstimate(median(ordered), ordered[beyond], ordered[-1 - beyond], len(ordered))


def stated_price(draft: Draft, profile: ModelProfile) -> PriceEstimate | None:
    """Return the estimate from the profile; None if it states no price, or one that depends on what is not known."""
    mode = profile.mode(draft.mode)
    span = profile.price_range_usd(*draft.facts(mode, profile), input_s=_input_s(draft, mode)) if mode else None
    if span is None:
        return None
    low_usd, high_usd = span
    return PriceEstimate(rounded((low_usd + high_usd) / 2), rounded(low_usd), rounded(high_usd))


def stated_time(draft: Draft, profile: ModelProfile) -> TimeEstimate | None:
    """Return the estimate from the profile; None if it states no time."""
    mode = profile.mode(draft.mode)
    span = profile.usual_time_s(*draft.facts(mode, profile)) if mode else None
    return TimeEstimate(sum(span) / 2, *span) if span else None


def _has_timed_media(draft: Draft) -> bool:
    return any(medium.kind in _TIMED for media in draft.media.values() for medium in media)


def _input_s(draft: Draft, mode: Mode) -> float | None:
    """Return how long the media last that are paid by the second; None unless that is known of all of them.

    They are those that the clip's length is read from, else the films, else the sounds.
    """
    everything = [medium for media in draft.media.values() for medium in media]
    timed_by = mode.fixed.get(DURATION)
    if timed_by in set(Role):
        paid = draft.media.get(Role(timed_by), ())
    else:
        paid = next(filter(None, ([one for one in everything if one.kind is kind] for kind in _TIMED)), ())
    lengths = [medium.facts.seconds for medium in paid]
    known = [seconds for seconds in lengths if seconds is not None]
    return sum(known) if known and len(known) == len(lengths) else None
