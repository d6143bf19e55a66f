"""The table of a prompt: the exact texts that it stands for, with variations taken and cards expanded, in a fixed order.

Groups are taken first, so that `{@anna|@ben}` works; what a card says is never read for groups.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.writing.cards import Card, CardExpansion, Expanded
from sora_studio.domain.writing.malformed import Flaw, MalformedText
from sora_studio.domain.writing.variations import Pick, Row, Variations, escape

MOST_ROWS = 1_000
"""Rows that a window shows."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One exact text, as it is counted, checked, kept and sent. `picks` say what it took, with their places in the text.

    `same_as` is the number of the first row with an equal text, None for that row itself. `flaws` are about cards that could
    not be expanded, with places in the text.
    """

    number: int
    text: str
    picks: tuple[Pick, ...]
    same_as: int | None
    cards: tuple[Card, ...]
    flaws: tuple[Flaw, ...]


def prompt_table(
    variations: Variations, cards: Iterable[Card] = (), model_tags: Iterable[str] = (), *, most: int = MOST_ROWS
) -> tuple[TableRow, ...]:
    """Return the first rows of the table; `variations.count` tells how many there are."""
    expansion = CardExpansion(cards, model_tags)
    first = dict[str, int]()
    rows = list[TableRow]()
    for row in variations.rows(0, most):
        expanded = expansion.expand(row.text)
        known = first.setdefault(expanded.text, row.number)
        same_as = None if known == row.number else known
        rows.append(TableRow(row.number, expanded.text, _picks(row, expanded), same_as, expanded.cards, _flaws(expanded)))
    return tuple(rows)


def request_of(row: TableRow, written: GenerationRequest) -> GenerationRequest:
    """Return the request of a row. One that is the written text itself remembers nothing besides."""
    return replace(written, prompt=row.text, written="" if row.text == written.prompt else written.prompt)


def to_edit(request: GenerationRequest) -> GenerationRequest:
    """Return a request to edit, whose prompt stands for what was sent and for nothing else: groups are not taken anew.

    A text with cards is what was written, so that their names come back.
    """
    if request.written and _is_one(request.written):
        text = request.written
    else:
        text = request.prompt if _is_itself(request.prompt) else escape(request.prompt)
    return replace(request, prompt=text, written="")


def _is_one(text: str) -> bool:
    try:
        return Variations(text).count == 1
    except MalformedText:
        return False


def _is_itself(text: str) -> bool:
    return _is_one(text) and Variations(text).row(0).text == text


def _picks(row: Row, expanded: Expanded) -> tuple[Pick, ...]:
    return tuple(Pick(pick.group, pick.option, *_span(expanded, pick.start, pick.end)) for pick in row.picks)


def _flaws(expanded: Expanded) -> tuple[Flaw, ...]:
    return tuple(Flaw(*_span(expanded, flaw.start, flaw.end), flaw.message) for flaw in expanded.flaws)


def _span(expanded: Expanded, start: int, end: int) -> tuple[int, int]:
    return expanded.to_text(start), expanded.to_text(end)
