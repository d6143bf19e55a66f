"""Sentences about a filter that cannot be read."""

from sora_studio.domain.query import parse
from sora_studio.viewmodels.library.box_text import is_filter

_EXAMPLES = {
    "stars": "stars takes 0 to 5, such as stars:4 or stars:>=3.",
    "cost": "cost takes dollars, such as cost:>0.5.",
    "dur": "dur takes seconds, such as dur:15 or dur:8..12.",
    "before": "before takes a day, month or year, such as before:2026-11.",
    "after": "after takes a day, month or year, such as after:2026-11-05.",
    "on": "on takes a day, month or year, such as on:yesterday.",
    "is": "is takes a state, such as is:failed or is:unseen.",
    "has": "has takes note, tag, file or parent.",
    "shape": "shape takes portrait, landscape or square.",
    "in": "in takes trash or hidden.",
    "sort": "sort takes newest, oldest, stars, cost or duration.",
}
_ANY = "A filter looks like stars:>=3, kept, model:sora or tag:rain."


def why_no_filter(text: str) -> str:
    """Return why a text is no filter, or none that is complete; empty if every part of it is one."""
    wrong = next((item for item in parse(text).items if not is_filter(item)), None)
    if wrong is None:
        return ""
    if '"' in (words := str(wrong)) and words.count('"') % 2:
        return "The closing quotation mark is missing."
    name = words.lstrip("-").partition(":")[0].lower()
    return f"“{words}” is not a filter. {_EXAMPLES.get(name, _ANY)}"
