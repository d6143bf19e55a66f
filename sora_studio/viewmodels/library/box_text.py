"""How the search box splits its query: filters that are complete become chips, the rest stays text."""

from collections.abc import Sequence
from dataclasses import dataclass

from sora_studio.domain.query import Group, Item, Query, parse
from sora_studio.domain.query_filters import Named, Quote, Words


@dataclass(frozen=True, slots=True)
class BoxText:
    """The filters that are shown as chips, as texts, and the text that is typed after them."""

    chips: tuple[str, ...] = ()
    typed: str = ""

    @property
    def text(self) -> str:
        """The query's whole text."""
        return " ".join(filter(None, (*self.chips, self.typed.strip())))


def split(text: str) -> BoxText:
    """Return a whole text as chips and words. Its meaning stays the same, since items may come in any order."""
    return _split(parse(text).items) or BoxText((), text.strip())


def absorb(box: BoxText) -> BoxText | None:
    """Return the box with the filters that have just been completed as chips; None if there is none.

    A filter is complete once something follows it. One that stands after a word also waits for what follows not to become an
    `OR`, which would have to bind to it and not to the word.
    """
    items = parse(box.text).items
    has_end = box.typed[-1:].isspace()
    partial = 0 if has_end else 1
    complete = items[: len(items) - partial]
    may_be_tied = has_end or (bool(items) and str(items[-1]) == "O")
    is_tied = may_be_tied and not all(map(is_filter, complete))
    found = _split(items, keeps=partial + is_tied)
    if found is None or found.chips == box.chips or len(found.typed) >= len(box.typed.strip()):
        return None
    return BoxText(found.chips, f"{found.typed} " if has_end and found.typed else found.typed)


def is_filter(item: Item) -> bool:
    """Return whether an item of a query can be a chip."""
    return bool(Query((item,)).chips) and not _is_open(item)


def _split(items: Sequence[Item], *, keeps: int = 0) -> BoxText | None:
    """Return items as chips and words; the last `keeps` stay words. None where an `OR` would bind differently."""
    if any(str(item) == "OR" for item in items):
        return None
    end = max(0, len(items) - keeps)
    chips = [str(item) for item in items[:end] if is_filter(item)]
    words = [str(item) for item in items[:end] if not is_filter(item)]
    return BoxText(tuple(chips), " ".join([*words, *map(str, items[end:])]))


def _is_open(item: Item) -> bool:
    """Return whether a quotation mark is still missing at the item's end."""
    condition = item.terms[-1].condition if isinstance(item, Group) else None
    return isinstance(condition, Named | Words) and condition.quote is Quote.OPEN
