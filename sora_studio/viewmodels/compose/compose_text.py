"""The words of the composer: what its controls say for a value, a count or a moment. Pure text in, text out."""

from datetime import datetime

from sora_studio.domain.profile import Option, OptionValue
from sora_studio.domain.prompt import first_line

TITLE_CHARS = 32
"""About what fits left of the counter in the narrowest window."""

_ROUTES = {
    "auto": "The cheapest route first, another one when it fails.",
    "value": "Always the cheapest route.",
    "official": "Always the most reliable route.",
}
_SHAPES = {
    "landscape": "landscape",
    "16:9": "landscape",
    "1280*720": "landscape",
    "1920*1080": "landscape",
    "portrait": "portrait",
    "9:16": "portrait",
    "720*1280": "portrait",
    "1080*1920": "portrait",
}


def counter(length: int, limit: int | None) -> str:
    """`1,842 / 10,000`; without a profile there is no limit to show."""
    return f"{length:,}" if limit is None else f"{length:,} / {limit:,}"


def overrun(length: int, limit: int | None) -> str:
    """`120 over`, or nothing while the prompt fits."""
    return f"{length - limit:,} over" if limit is not None and length > limit else ""


def title(prompt: str) -> str:
    """What the draft is called: its first words, cut between words."""
    line = first_line(prompt)
    if len(line) <= TITLE_CHARS:
        return line or "Prompt"
    cut = line[:TITLE_CHARS]
    words = cut.rpartition(" ")[0] or cut
    return words.rstrip(" ,;:.") + "…"


def removed_controls(count: int) -> str:
    """What is said after a paste that lost characters."""
    what = "1 invisible control character was" if count == 1 else f"{count:,} invisible control characters were"
    return f"{what} left out of the pasted text."


def saved(at: datetime | None) -> str:
    """`saved 14:02` in the person's own time."""
    return f"saved {at.astimezone():%H:%M}" if at else ""


def generate(*, tasks: int, price_usd: float | None, online: bool) -> str:
    """What the one primary button says. `price_usd` is one task's price, None when the profile knows none."""
    words = "Generate" if online else "Queue"
    count = f" {tasks} tasks" if tasks > 1 else ""
    later = "" if online else " for later"
    price = "" if price_usd is None else f" · ≈ ${price_usd * tasks:.2f}"
    return f"{words}{count}{later}{price}"


def route_title(route: str) -> str:
    """The route as the menu names it."""
    return route[:1].upper() + route[1:]


def route_sentence(route: str) -> str:
    """What choosing this route means; empty for one that a profile of the person's own names."""
    return _ROUTES.get(route, "")


def check_title(option: Option) -> str:
    """A yes-or-no option as a short claim that is ticked: `Remove watermark` reads `No watermark`."""
    verb, _, rest = option.title.partition(" ")
    return f"No {rest}" if verb == "Remove" and rest else option.title


def shape(value: OptionValue) -> str | None:
    """The icon of a frame's shape, for the values that name one."""
    return _SHAPES.get(str(value).lower())
