"""Filters of a search that compare figures and days: `stars:>=3`, `dur:8..12`, `before:2026-11`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum


class Measure(StrEnum):
    """A figure of a task: stars 0 to 5, cost in USD, or duration in seconds."""

    STARS = "stars"
    COST = "cost"
    DURATION = "dur"


class Relation(StrEnum):
    """How a figure is compared."""

    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    BETWEEN = ".."


_SIGNS = {Relation.EQUAL: "=", Relation.LESS: "<", Relation.AT_MOST: "≤", Relation.MORE: ">", Relation.AT_LEAST: "≥"}
_DIGITS = {Measure.STARS: 0, Measure.COST: 4, Measure.DURATION: 1}
_COMPARE: dict[Relation, Callable[[float, float], bool]] = {
    Relation.EQUAL: lambda value, limit: value == limit,
    Relation.LESS: lambda value, limit: value < limit,
    Relation.AT_MOST: lambda value, limit: value <= limit,
    Relation.MORE: lambda value, limit: value > limit,
    Relation.AT_LEAST: lambda value, limit: value >= limit,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A comparison of a figure, as in `stars:>=3` or `dur:8..12`; `most` is the upper end of a range, which includes both."""

    measure: Measure
    relation: Relation
    value: Decimal
    most: Decimal | None = None

    def __str__(self) -> str:
        if self.most is not None:
            return f"{self.measure}:{_plain(self.value)}..{_plain(self.most)}"
        return f"{self.measure}:{'' if self.relation is Relation.EQUAL else self.relation}{_plain(self.value)}"

    @property
    def words(self) -> str:
        """For example `stars ≥ 3`, `cost > $0.5` or `length 8–12 s`."""
        dollar, name, unit = _AS_WORDS[self.measure]
        if self.most is not None:
            return f"{name} {dollar}{_plain(self.value)}–{_plain(self.most)}{unit}"
        return f"{name} {_SIGNS[self.relation]} {dollar}{_plain(self.value)}{unit}"

    @property
    def digits(self) -> int:
        """Figures are compared after rounding to this many decimals: a film of 15.04 s is one of 15 s."""
        return _DIGITS[self.measure]

    @property
    def limits(self) -> tuple[tuple[Relation, float], ...]:
        """The comparisons that a figure has to pass."""
        if self.most is not None:
            return (Relation.AT_LEAST, float(self.value)), (Relation.AT_MOST, float(self.most))
        return ((self.relation, float(self.value)),)

    def fits(self, value: float | None) -> bool:
        """Return whether a figure passes; an unknown one never does."""
        if value is None:
            return False
        rounded = round(value, self.digits)
        return all(_COMPARE[relation](rounded, limit) for relation, limit in self.limits)


_AS_WORDS = {Measure.STARS: ("", "stars", ""), Measure.COST: ("$", "cost", ""), Measure.DURATION: ("", "length", " s")}


class When(StrEnum):
    """How a day is compared with a period: earlier than all of it, later than all of it, or in it."""

    BEFORE = "before"
    AFTER = "after"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Dated:
    """`before:2026-11` and its like. `period` is a year, month or day in ISO form, `today` or `yesterday`."""

    when: When
    period: str

    def __str__(self) -> str:
        return f"{self.when}:{self.period}"

    @property
    def words(self) -> str:
        """For example `before 2026-11`."""
        if self.period in _NAMED_DAYS:
            return self.period if self.when is When.ON else f"{self.when} {self.period}"
        return f"{'in' if self.when is When.ON and len(self.period) < 10 else self.when} {self.period}"

    def days(self, today: date) -> tuple[date, date]:
        """Return the first and last day of the period."""
        if self.period in _NAMED_DAYS:
            try:
                day = today - timedelta(days=_NAMED_DAYS[self.period])
            except OverflowError:
                day = today
            return day, day
        return days_of(self.period)

    def fits(self, day: date, *, today: date) -> bool:
        """Return whether a local calendar day is meant."""
        first, last = self.days(today)
        if self.when is When.BEFORE:
            return day < first
        return day > last if self.when is When.AFTER else first <= day <= last


_NAMED_DAYS = {"today": 0, "yesterday": 1}


def days_of(period: str) -> tuple[date, date]:
    """Return the first and last day of an ISO year, month or day; raise `ValueError` for any other text."""
    parts = [int(part) for part in period.split("-")]
    if len(parts) == 3:
        day = date(*parts)
        return day, day
    if len(parts) == 2:
        year, month = parts
        first = date(year, month, 1)
        return first, date(year, month, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)
    year = parts[0]
    return date(year, 1, 1), date(year, 12, 31)


def _plain(value: Decimal) -> str:
    """Return a number without an exponent and without zeros at its end."""
    return f"{value.normalize():f}"
