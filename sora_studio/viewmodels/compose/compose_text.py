"""The composer's texts for values, counts and times. Pure functions."""

from datetime import datetime

from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.models.price_words import estimate_words, explained_estimate
from sora_studio.domain.models.profile import Option
from sora_studio.domain.models.values import OptionValue, shown
from sora_studio.domain.prompt import first_line

TITLE_CHARS = 32
"""About as many as fit left of the counter in the narrowest window."""
_SUMMARY_CHARS = 300
"""More than fit on the line of the folded editor."""

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
    """Return `1,842 / 10,000`, or only the length without a limit."""
    return f"{length:,}" if limit is None else f"{length:,} / {limit:,}"


def overrun(length: int, limit: int | None) -> str:
    """Return `120 over`, or an empty string while the prompt fits."""
    return f"{length - limit:,} over" if limit is not None and length > limit else ""


def remainder(length: int, limit: int | None) -> str:
    """Return `8,158 characters left`, or an empty string without a limit or beyond it."""
    if limit is None or length > limit:
        return ""
    return "1 character left" if limit - length == 1 else f"{limit - length:,} characters left"


def title(prompt: str) -> str:
    """Return the draft's title: its first words, cut at a word boundary."""
    line = first_line(prompt)
    if len(line) <= TITLE_CHARS:
        return line or "Prompt"
    cut = line[:TITLE_CHARS]
    words = cut.rpartition(" ")[0] or cut
    return words.rstrip(" ,;:.") + "…"


def summary(prompt: str, limit: int | None) -> tuple[str, str, str]:
    """Return a prompt as one line: its title, the words that follow, and its length."""
    heading = title(prompt)
    rest = prompt[len(heading.rstrip("…")) :][:_SUMMARY_CHARS] if prompt.strip() else ""
    return heading, " ".join(rest.split()).lstrip(" ,;:."), counter(len(prompt), limit)


def removed_controls(count: int) -> str:
    """Return the notice after a paste that lost control characters."""
    what = "1 invisible control character was" if count == 1 else f"{count:,} invisible control characters were"
    return f"{what} removed from the pasted text."


def saved(at: datetime | None) -> str:
    """Return `saved 14:02` in local time, or an empty string."""
    return f"saved {at.astimezone():%H:%M}" if at else ""


def generate(*, tasks: int, price: PriceEstimate | None, online: bool) -> str:
    """Return the primary button's text: `Generate 4 · ≈ $1.68`. `price` is one task's price."""
    words = "Generate" if online else "Queue"
    count = f" {tasks}" if tasks > 1 else ""
    things = " tasks" if tasks > 1 and price is None else ""
    later = "" if online else " for later"
    total = f" · {estimate_words(price, tasks=tasks)}" if price else ""
    return f"{words}{count}{things}{later}{total}"


def save_task(price: PriceEstimate | None) -> str:
    """Return the primary button's text while a waiting task is edited: `Save · ≈ $0.42`."""
    return f"Save · {estimate_words(price)}" if price else "Save"


def price_of_one(price: PriceEstimate | None) -> str:
    """Return the tooltip of the primary button: `One clip: ≈ $0.42 (0.40–0.45, 29 measured)`."""
    return f"One clip: {explained_estimate(price)}"


def route_title(route: str) -> str:
    """Return the route's name for the menu."""
    return route[:1].upper() + route[1:]


def route_sentence(route: str) -> str:
    """Return what this route means; empty for an unknown one from a user's own profile."""
    return _ROUTES.get(route, "")


def check_title(option: Option) -> str:
    """Return the label of an on-off option's check box: `Sound`, or `Watermark removed` if that is what true stands for."""
    checked = option.label(True)
    return option.title if checked == shown(True) else f"{option.title} {checked.lower()}"


def shape(value: OptionValue) -> str | None:
    """Return the icon for a value that names a frame's shape, else None."""
    return _SHAPES.get(str(value).lower())
