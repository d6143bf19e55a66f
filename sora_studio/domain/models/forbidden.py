"""Which values a model's rules rule out, given everything else that is chosen."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.profile import Allowed, Condition, Mode, ModelProfile, Option, OptionKind, Rule
from sora_studio.domain.models.values import OptionValue, is_among


@dataclass(frozen=True, slots=True)
class Ban:
    """Rules out `values`, and whatever `allowed`, if given, does not contain. `say` is why."""

    say: str
    values: tuple[OptionValue, ...] = ()
    allowed: Allowed | None = None

    def __contains__(self, value: OptionValue) -> bool:
        return is_among(value, self.values) or (self.allowed is not None and value not in self.allowed)


def forbidden(draft: Draft, profile: ModelProfile) -> dict[str, tuple[Ban, ...]]:
    """Return the bans of each option that has any, by field.

    A rule that holds now bans what it does not allow. A value that would make another rule hold is banned while that rule
    would not allow what is chosen elsewhere, unless both could then never be changed, one after the other.
    """
    mode = profile.mode(draft.mode)
    if mode is None:
        return {}
    situation = _Situation(draft, mode, profile)
    bans = dict[str, tuple[Ban, ...]]()
    for option in profile.options_in(mode.id):
        found = (*situation.direct(option), *situation.by_consequence(option))
        if found:
            bans[option.field] = found
    return bans


def reason(bans: Iterable[Ban], value: OptionValue) -> str:
    """Return why the value is ruled out; empty if it is not."""
    return " ".join(dict.fromkeys(ban.say for ban in bans if value in ban))


def bounds(bans: Iterable[Ban]) -> tuple[float | None, float | None]:
    """Return the lowest and highest number that the bans leave; None where they leave an end open."""
    ranges = [ban.allowed for ban in bans if ban.allowed is not None and not ban.allowed.values]
    lows = [allowed.min for allowed in ranges if allowed.min is not None]
    highs = [allowed.max for allowed in ranges if allowed.max is not None]
    return max(lows, default=None), min(highs, default=None)


@dataclass(frozen=True, slots=True)
class _Situation:
    draft: Draft
    mode: Mode
    profile: ModelProfile

    def direct(self, option: Option) -> Iterator[Ban]:
        """Yield what the rules that hold now rule out of the option."""
        for rule in self.profile.rules:
            if option.field in rule.allow and rule.when.holds(*self.draft.facts(self.mode, self.profile)):
                yield Ban(rule.say, allowed=rule.allow[option.field])

    def by_consequence(self, option: Option) -> Iterator[Ban]:
        """Yield the values of a list or switch that would make a rule hold, against something that is chosen elsewhere."""
        rules = [rule for rule in self.profile.rules if rule.allow and _mentions(rule.when, option.field)]
        for rule in rules:
            found = [value for value in _values(option) if self._is_at_odds(rule, option, value)]
            if found:
                yield Ban(rule.say, tuple(found))

    def _is_at_odds(self, rule: Rule, option: Option, value: OptionValue) -> bool:
        chosen = self.with_value(option.field, value)
        return any(name != option.field and self._has_way(option, value, name) for name in chosen.violated(rule))

    def _has_way(self, option: Option, value: OptionValue, name: str) -> bool:
        """Return whether the other option can be changed first, and this one then have the value."""
        other = next(other for other in self.profile.options_in(self.mode.id) if other.field == name)
        for before in _alternatives(other, self.profile.rules):
            first = self.with_value(name, before)
            if not first.violations() and not first.with_value(option.field, value).violations():
                return True
        return False

    def violated(self, rule: Rule) -> list[str]:
        """Return the options that have a value which the rule does not allow now."""
        values, present = self.draft.facts(self.mode, self.profile)
        if not rule.when.holds(values, present):
            return []
        return [name for name, allowed in rule.allow.items() if name in values and values[name] not in allowed]

    def violations(self) -> list[str]:
        """Return the options that have a value which any rule does not allow now."""
        return [name for rule in self.profile.rules for name in self.violated(rule)]

    def with_value(self, name: str, value: OptionValue | None) -> "_Situation":
        options: Mapping[str, OptionValue] = {other: kept for other, kept in self.draft.options.items() if other != name}
        return replace(self, draft=replace(self.draft, options=options if value is None else {**options, name: value}))


def _mentions(when: Condition, name: str) -> bool:
    return name in when.equal or name in when.has or name in when.lacks


def _values(option: Option) -> tuple[OptionValue, ...]:
    if option.kind is OptionKind.SWITCH:
        return (True, False)
    return tuple(choice.value for choice in option.choices)


def _alternatives(option: Option, rules: Iterable[Rule]) -> Iterator[OptionValue | None]:
    """Yield what the option could be instead: its values, or the ends of the ranges that the rules leave."""
    yield from _values(option)
    if option.default is None and not option.required:
        yield None
    for rule in rules:
        if (allowed := rule.allow.get(option.field)) is not None:
            ends = (*allowed.values, allowed.min, allowed.max)
            numbers = (round(end) if option.kind is OptionKind.INT and isinstance(end, float) else end for end in ends)
            yield from (end for end in numbers if end is not None and option.allows(end))
