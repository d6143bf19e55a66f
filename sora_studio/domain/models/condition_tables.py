"""Reads what names modes, options and media of a profile: rules, prices and usual times."""

from collections.abc import Sequence
from dataclasses import dataclass

from sora_studio.domain.models.names import HAS, LACKS
from sora_studio.domain.models.profile import (
    MODE,
    ROUTE,
    Allowed,
    Condition,
    GenerationTime,
    MediaSlot,
    Mode,
    Option,
    OptionKind,
    Price,
    PricePer,
    Routing,
    Rule,
)
from sora_studio.domain.models.toml_table import Table, quoted
from sora_studio.domain.models.values import OptionValue

_NUMBERS = (OptionKind.INT, OptionKind.FLOAT)


@dataclass(frozen=True, slots=True)
class Names:
    """What conditions may name."""

    modes: Sequence[Mode]
    options: Sequence[Option] = ()
    media: Sequence[MediaSlot] = ()
    routing: Routing | None = None
    """Only conditions of schema 1 name routes."""

    def options_of(self, field: str) -> list[Option]:
        """Return the options with that field: one for each group of modes."""
        return [option for option in self.options if option.field == field]

    @property
    def present(self) -> list[str]:
        """Return the names that `has` and `lacks` may use: roles and fields."""
        return list(dict.fromkeys([*(slot.role.value for slot in self.media), *(option.field for option in self.options)]))


def read_rule(table: Table, names: Names) -> Rule:
    """Return a rule; everything that it names must exist."""
    allow = table.maybe(table.table, "allow")
    rule = Rule(
        when=read_condition(table.table("when"), names),
        say=table.text("say"),
        allow={} if allow is None else {name: _read_allowed(allow, name, names) for name in allow},
    )
    if allow is not None and not rule.allow:
        raise table.error("allow", "allow must name at least one option.")
    table.finish()
    return rule


def read_price(table: Table, names: Names) -> Price:
    """Return a price of schema 2."""
    price = Price(
        per=table.word("per", PricePer),
        when=_read_when(table, names),
        amount=table.maybe(table.amount, "amount"),
        currency=table.maybe(table.text, "currency") or "USD",
        seen_on=table.day("seen_on"),
        source=table.text("source"),
        min_s=table.maybe(table.seconds, "min_s"),
        max_s=table.maybe(table.seconds, "max_s"),
    )
    table.check_order("min_s", price.min_s, "max_s", price.max_s)
    table.finish()
    return price


def read_time(table: Table, names: Names) -> GenerationTime:
    """Return the usual time of tasks that a condition describes."""
    time = GenerationTime(table.span("seconds"), _read_when(table, names))
    table.finish()
    return time


def _read_when(table: Table, names: Names) -> Condition:
    when = table.maybe(table.table, "when")
    return Condition() if when is None else read_condition(when, names)


def read_condition(table: Table, names: Names) -> Condition:
    """Return a condition: options, `mode` and `provider` by their values, and `has` and `lacks`."""
    present = names.present
    has = table.maybe(table.names, HAS, present, "a role or an option") or ()
    lacks = table.maybe(table.names, LACKS, present, "a role or an option") or ()
    equal = {name: _read_equal(table, name, names) for name in table if name not in (HAS, LACKS)}
    return Condition(equal, has, lacks)


def _read_equal(table: Table, name: str, names: Names) -> tuple[OptionValue, ...]:
    values = table.one_or_more(name)
    if name == MODE:
        known: Sequence[OptionValue] | None = [mode.id for mode in names.modes]
    elif name == ROUTE and names.routing is not None:
        known = names.routing.values
    else:
        return _checked_values(table, name, values, names)
    for value in values:
        if value not in known:
            raise table.error(name, f"There is no {name} {quoted(value)}.")
    return values


def _checked_values(table: Table, name: str, values: tuple[OptionValue, ...], names: Names) -> tuple[OptionValue, ...]:
    options = names.options_of(name)
    if not options:
        raise table.error(name, f"There is no option {name!r}.")
    for value in values:
        if not any(option.allows(value) for option in options):
            raise table.error(name, f"{quoted(value)} is no value of {name}: {options[0].title} {options[0].says()}.")
    return values


def _read_allowed(table: Table, name: str, names: Names) -> Allowed:
    if isinstance(table.value(name), list):
        return Allowed(_checked_values(table, name, table.scalars(name), names))
    bounds, options = table.table(name), names.options_of(name)
    if not any(option.kind in _NUMBERS for option in options):
        raise table.error(name, f"{name} has no range: there is no option {name!r} for whole numbers or numbers.")
    low, high = bounds.maybe(bounds.signed, "min"), bounds.maybe(bounds.signed, "max")
    if low is None and high is None:
        raise table.error(name, f"{name} must be a list of values, or have min or max.")
    bounds.check_order("min", low, "max", high)
    bounds.finish()
    return Allowed(min=low, max=high)
