"""Money: US dollars, a local calendar day's total, and the limits that the user sets for a day."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class DayLimits:
    """In US dollars, None for no limit. The soft limit warns; beyond the hard one nothing is submitted."""

    soft_usd: float | None = None
    hard_usd: float | None = None


@dataclass(frozen=True, slots=True)
class DaySpend:
    """What a day's tasks cost as far as known, how many more have an unknown price, and how many are counted by estimate."""

    usd: float = 0.0
    unpriced: int = 0
    estimated: int = 0


def local_day(now: datetime) -> tuple[datetime, datetime]:
    """Return when the local calendar day around `now` begins and ends; it may have 23 or 25 hours."""
    today = now.astimezone().date()
    begin, end = (datetime.combine(day, time()).astimezone() for day in (today, today + timedelta(days=1)))
    return begin, end


def rounded(usd: float) -> float:
    """Return the amount without binary fraction errors: 0.1 + 0.2 is 0.3, and no limit is missed by less than a millionth."""
    return round(usd, 6)


def dollars(usd: float) -> str:
    """Return the amount as text, `$0.50`; prices below a cent keep all their digits."""
    cents = f"${abs(usd):,.2f}" if abs(usd) >= 0.01 or not usd else f"${abs(usd):.6f}".rstrip("0")
    return f"-{cents}" if usd < 0 else cents
