"""What the command line tells of a model, as values for JSON. The keys are stable."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import cast

from sora_studio.domain.models.carry import RESOLUTION, SIZE
from sora_studio.domain.models.profile import (
    DURATION,
    Condition,
    MediaSlot,
    Mode,
    ModelProfile,
    Option,
    OptionKind,
    Price,
    Rule,
)
from sora_studio.domain.models.shapes import as_size
from sora_studio.domain.models.values import OptionValue, shown

SOUND = "sound"
Facts = dict[str, object]


def summary(profile: ModelProfile, tasks: int | None) -> Facts:
    """Return one line of the list. `tasks` is None when the database cannot be read."""
    amount, per = price_of(profile)
    return {
        "slug": profile.slug,
        "title": profile.title,
        "family": profile.family,
        "status": profile.status.value,
        "modes": [mode.id for mode in profile.modes],
        "durations": durations(profile),
        "resolutions": resolutions(profile),
        "sound": sound(profile),
        "price": _short(amount),
        "price_kind": per,
        "usual_s": usual_s(profile),
        "tasks": tasks,
    }


def details(profile: ModelProfile, tasks: int | None) -> Facts:
    """Return everything about a model: the line of the list, with each mode as an object, and what else the profile says."""
    source = profile.source
    return {
        **summary(profile, tasks),
        "modes": [_mode(mode, profile) for mode in profile.modes],
        "gone_after": profile.gone_after.isoformat() if profile.gone_after else None,
        "successors": list(profile.successors),
        "source": {**asdict(source), "seen_on": source.seen_on.isoformat()} if source else None,
        "prompt": asdict(profile.prompt),
        "routes": list(profile.routing.values) if profile.routing else [],
        "route": profile.routing.default if profile.routing else None,
        "rules": [_rule(rule) for rule in profile.rules],
        "prices": [_price(price) for price in profile.prices],
        "generation_times": [_given(when=when_of(time.when), seconds=list(time.seconds)) for time in profile.generation_times],
        "poll": asdict(profile.poll),
        "limits": asdict(profile.limits),
        "expire_after_s": profile.expire_after_s,
    }


def durations(profile: ModelProfile) -> list[OptionValue]:
    """Return the lengths of a clip in seconds, in the words common to all models; a range as `3-15`."""
    return _values(profile, DURATION)


def resolutions(profile: ModelProfile) -> list[OptionValue]:
    """Return the resolutions, those of sizes included."""
    return _values(profile, RESOLUTION)


def sound(profile: ModelProfile) -> str:
    """Return whether clips have sound: `switch`, `always` or `never`."""
    if any(option.meaning == SOUND for option in profile.options):
        return "switch"
    return "always" if any(mode.fixed.get(SOUND) is True for mode in profile.modes) else "never"


def price_of(profile: ModelProfile) -> tuple[tuple[float, float] | None, str | None]:
    """Return the lowest and the highest amount, and what it is paid for. Other kinds of prices than the first are left out."""
    known = [price for price in profile.prices if price.amount] or list(profile.prices)
    if not known:
        return None, None
    alike = [price for price in known if (price.per, price.currency) == (known[0].per, known[0].currency)]
    return _span(price.amount for price in alike), known[0].per.value


def usual_s(profile: ModelProfile) -> list[float] | None:
    """Return the shortest and the longest usual time in seconds, whatever is chosen."""
    span = _span(time.seconds for time in profile.generation_times)
    return list(span) if span else None


def when_of(condition: Condition) -> Facts:
    """Return the condition as a profile writes it."""
    equal = {name: values[0] if len(values) == 1 else list(values) for name, values in condition.equal.items()}
    return {**equal, **_given(has=list(condition.has), lacks=list(condition.lacks))}


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


def _span(spans: Iterable[tuple[float, float] | None]) -> tuple[float, float] | None:
    known = [span for span in spans if span]
    return (min(low for low, _ in known), max(high for _, high in known)) if known else None


def _short(amount: tuple[float, float] | None) -> float | list[float] | None:
    """Return a number where both ends are equal."""
    if amount is None:
        return None
    low, high = amount
    return low if low == high else [low, high]


def _mode(mode: Mode, profile: ModelProfile) -> Facts:
    return {
        "id": mode.id,
        "title": mode.title,
        "kind": mode.kind.value,
        "prompt_required": mode.prompt_required,
        "sends": dict(mode.sends),
        "fixed": dict(mode.fixed),
        "options": [_option(option) for option in profile.options_in(mode.id)],
        "media": [_media(slot) for slot in profile.media_in(mode.id)],
    }


def _option(option: Option) -> Facts:
    return _given(
        field=option.field,
        title=option.title,
        kind=option.kind.value,
        meaning=option.meaning,
        unit=option.unit,
        default=option.default,
        required=option.required,
        wire="string" if option.as_text else None,
        values=[asdict(choice) for choice in option.choices],
        min=option.min,
        max=option.max,
        step=option.step,
        random=option.random,
        max_chars=option.max_chars,
    )


def _media(slot: MediaSlot) -> Facts:
    facts: Facts = asdict(slot)
    del facts["modes"]
    return _given(**{**facts, "formats": list(slot.formats)})


def _rule(rule: Rule) -> Facts:
    allow: Facts = {
        name: list(allowed.values) if allowed.values else _given(min=allowed.min, max=allowed.max)
        for name, allowed in rule.allow.items()
    }
    return _given(when=when_of(rule.when), say=rule.say, allow=allow)


def _price(price: Price) -> Facts:
    return _given(
        per=price.per.value,
        when=when_of(price.when),
        amount=_short(price.amount),
        currency=price.currency,
        seen_on=price.seen_on.isoformat() if price.seen_on else None,
        source=price.source,
        min_s=price.min_s,
        max_s=price.max_s,
    )


def _given(**facts: object) -> Facts:
    """Return the facts that say something."""
    return {name: value for name, value in facts.items() if value not in (None, "", [], {})}


def words_of(values: Mapping[str, object]) -> str:
    """Return a condition as words: `duration 10, has video`."""

    def word(value: object) -> str:
        return " or ".join(map(shown, cast("list[object]", value))) if isinstance(value, list) else shown(value)

    return ", ".join(f"{name} {word(value)}" for name, value in values.items())
