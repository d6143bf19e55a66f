"""The words on a tile and its heading, and the sentence that a screen reader says for it. Pure functions."""

from datetime import date, datetime, timedelta

from sora_studio.domain.judgement import Verdict
from sora_studio.domain.library import DayGroup, TileFacts
from sora_studio.domain.money import dollars
from sora_studio.viewmodels.quantities import clock_text

SEPARATOR = " · "
STAR = "★"
VERDICT_WORDS = {Verdict.KEPT: "✓ kept", Verdict.REJECTED: "✗ rejected"}


def day_text(day: date, today: date) -> str:
    """Return `Today`, `Yesterday`, or `Monday, 23 November`, with the year unless it is this one."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day:%A}, {day.day} {day:%B}{year}"


def heading_text(group: DayGroup, today: date) -> str:
    """Return `Yesterday · 31`."""
    return f"{day_text(group.day, today)}{SEPARATOR}{group.count:,}"


def length_text(tile: TileFacts) -> str:
    """Return `0:10`, or nothing while the length is unknown."""
    return "" if tile.length_s is None else clock_text(round(tile.length_s))


def takes_text(tile: TileFacts) -> str:
    """Return `4 takes`, or nothing for a single one."""
    return f"{tile.takes:,} takes" if tile.takes > 1 else ""


def notes_text(tile: TileFacts) -> str:
    """Return what else is to be known: `expires in 2 days · stale · not seen`."""
    words = [*tile.states, "stale" if tile.is_stale else "", "" if tile.is_seen else "not seen"]
    return SEPARATOR.join(filter(None, words))


def cost_text(tile: TileFacts) -> str:
    """Return `$0.50`, `about $0.50` for an estimate, or nothing while the cost is unknown."""
    if tile.cost_usd is None:
        return ""
    return f"about {dollars(tile.cost_usd)}" if tile.is_cost_estimated else dollars(tile.cost_usd)


def time_text(at: datetime, *, with_day: bool) -> str:
    """Return `14:02` in local time, or `23 Nov 2026` where no heading says the day."""
    local = at.astimezone()
    return f"{local.day} {local:%b %Y}" if with_day else f"{local:%H:%M}"


def stars_text(stars: int) -> str:
    """Return `1 star` or `4 stars`, or nothing."""
    return "" if not stars else "1 star" if stars == 1 else f"{stars} stars"


def spoken(tile: TileFacts, *, position: int, total: int, today: date) -> str:
    """Return `Harbour at dawn, 0:10, kept, 4 stars, 3 of 214, today`; `position` counts from 1."""
    verdict = tile.verdict.value if tile.verdict else ""
    day = day_text(tile.day, today)
    said = day.lower() if day in {"Today", "Yesterday"} else day
    words = [
        tile.title,
        length_text(tile),
        takes_text(tile),
        verdict,
        stars_text(tile.stars),
        *tile.states,
        "stale" if tile.is_stale else "",
        "" if tile.is_seen else "not seen",
        f"{position:,} of {total:,}",
        said,
    ]
    return ", ".join(filter(None, words))
