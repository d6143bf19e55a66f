"""The numbers that an option's slider can stand at. Exact decimals, so that no value shows binary noise."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sora_studio.domain.models.profile import Option, OptionKind
from sora_studio.domain.models.values import OptionValue, is_number

_MOST_POSITIONS = 1_000
"""A finer range gets a field without a slider."""
_DEFAULT_STEPS = 100
"""A range of floats without a step is divided into at least so many."""


@dataclass(frozen=True, slots=True)
class NumberScale:
    """Whole positions from `first` to `last`; each stands for one number on the step grid.

    For whole numbers in steps of one a position is the number itself, which is what screen readers read.
    """

    low: Decimal
    high: Decimal
    step: Decimal
    unit: str
    is_whole: bool

    @property
    def first(self) -> int:
        """The position of the lowest number."""
        return int(self.low) if self.is_whole and self.step == 1 else 0

    @property
    def last(self) -> int:
        """The position of the highest number on the grid."""
        return self.first + int((self.high - self.low) // self.step)

    @property
    def page(self) -> int:
        """The positions that Page Up and Page Down move by."""
        return max(2, (self.last - self.first) // 5)

    def value_at(self, position: int) -> int | float:
        """Return the number at a position."""
        number = self.low + (position - self.first) * self.step
        return int(number) if self.is_whole else float(number)

    def position_of(self, value: OptionValue) -> int:
        """Return the position nearest to a number, within the scale."""
        steps = ((_exact(value) - self.low) / self.step).to_integral_value()
        return min(max(self.first + int(steps), self.first), self.last)

    def words(self, value: OptionValue) -> str:
        """Return the number with as many decimals as the step has, and its unit."""
        number = f"{_exact(value):.{self.decimals}f}"
        return f"{number} {self.unit}" if self.unit else number

    @property
    def decimals(self) -> int:
        """How many decimals the step, or the lowest number, has."""
        return max(_decimals(self.step), _decimals(self.low))

    def parse(self, text: str) -> int | float | None:
        """Return the number on the grid nearest to what was typed; None for anything but a number."""
        typed = text.strip().removesuffix(self.unit).strip().replace(",", ".")
        try:
            number = Decimal(typed)
        except InvalidOperation:
            return None
        if not number.is_finite():
            return None
        return self.value_at(self.position_of(float(min(max(number, self.low), self.high))))


def number_scale(option: Option) -> NumberScale | None:
    """Return the option's scale; None for anything but a number in a range that a slider can show."""
    if option.kind not in (OptionKind.INT, OptionKind.FLOAT) or option.min is None or option.max is None:
        return None
    is_whole = option.kind is OptionKind.INT
    low, high = _exact(option.min), _exact(option.max)
    step = _exact(option.step) if option.step is not None else Decimal(1) if is_whole else _usual_step(high - low)
    if high <= low or step <= 0 or (high - low) / step > _MOST_POSITIONS:
        return None
    return NumberScale(low, high, step, option.unit, is_whole)


def _usual_step(span: Decimal) -> Decimal:
    """Return the largest power of ten that divides the span into enough steps."""
    return Decimal(1).scaleb((span / _DEFAULT_STEPS).adjusted()) if span > 0 else Decimal(1)


def _exact(value: OptionValue) -> Decimal:
    """Return the decimal that a float is written as."""
    return Decimal(str(value)) if is_number(value) else Decimal(0)


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
