"""What the command line tells of a model, as values for JSON. The keys are stable."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import cast

from sora_studio.domain.models.facts import durations, price_of, resolutions, sound, usual_s
from sora_studio.domain.models.profile import Condition, MediaSlot, Mode, ModelProfile, Option, Price, Rule
from sora_studio.domain.models.record import ModelRecord
from sora_studio.domain.models.values import shown

Facts = dict[str, object]
MEASURED = "measured"
"""Kind of a price that was measured; otherwise the kind is what the profile's price is paid for."""


def summary(profile: ModelProfile, record: ModelRecord | None) -> Facts:
    """Return one line of the list. `record` is None when the database cannot be read.

    Measured values replace the profile's: `price` is then the median of one clip in US dollars and `price_kind` is `measured`;
    `usual_s` is the median, and what 95 % take at most.
    """
    amount, per = price_of(profile)
    usual = usual_s(profile)
    if record and record.price_usd is not None:
        amount, per = (record.price_usd, record.price_usd), MEASURED
    if record and record.usual_s is not None:
        usual = [round(seconds, 1) for seconds in record.usual_s]
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
        "usual_s": usual,
        "tasks": record.tasks if record else None,
    }


def details(profile: ModelProfile, record: ModelRecord | None) -> Facts:
    """Return everything about a model: the line of the list, with each mode as an object, and what else the profile says."""
    source = profile.source
    return {
        **summary(profile, record),
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


def when_of(condition: Condition) -> Facts:
    """Return the condition as a profile writes it."""
    equal = {name: values[0] if len(values) == 1 else list(values) for name, values in condition.equal.items()}
    return {**equal, **_given(has=list(condition.has), lacks=list(condition.lacks))}


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
