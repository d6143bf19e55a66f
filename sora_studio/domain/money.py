"""Money as the program counts it: US dollars, a local calendar day's sum, and the limits that a person sets for a day."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class DayLimits:
    """In US dollars, None for no limit. At the soft one the person is told, beyond the hard one nothing is submitted."""

    soft_usd: float | None = None
    hard_usd: float | None = None


@dataclass(frozen=True, slots=True)
class DaySpend:
    """What a day's tasks cost as far as it is known, and how many more there are whose price nobody knows."""

    usd: float = 0.0
    unpriced: int = 0


def local_day(now: datetime) -> tuple[datetime, datetime]:
    """When the calendar day around `now` begins and ends where the person is; it may have 23 or 25 hours."""
    today = now.astimezone().date()
    begin, end = (datetime.combine(day, time()).astimezone() for day in (today, today + timedelta(days=1)))
    return begin, end


def rounded(usd: float) -> float:
    """Without what binary fractions add: 0.1 + 0.2 is 0.3, and no limit is missed by less than a millionth."""
    return round(usd, 6)


def dollars(usd: float) -> str:
    """`$0.50`; prices below a cent keep the digits that they have."""
    cents = f"${abs(usd):,.2f}" if abs(usd) >= 0.01 or not usd else f"${abs(usd):.6f}".rstrip("0")
    return f"-{cents}" if usd < 0 else cents
