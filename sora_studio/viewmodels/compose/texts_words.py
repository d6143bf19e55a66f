"""The words about the texts that a prompt stands for."""

from collections.abc import Sequence
from pathlib import Path

from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.models.price_words import estimate_words
from sora_studio.domain.writing.cards import Card
from sora_studio.domain.writing.prompt_table import TableRow
from sora_studio.viewmodels.compose import compose_text
from sora_studio.viewmodels.compose.prompt_texts import Made

_NOTHING = "nothing"


def summary(made: Made, *, ticked: int) -> str:
    """Return what a prompt stands for as one line: `5 of 6 texts from 2 groups · @anna expanded`."""
    if made.flaw:
        return made.flaw
    parts = [_count(made, ticked)] if made.groups else []
    if cards := cards_of(made):
        parts.append(f"{', '.join(f'@{card.name}' for card in cards)} expanded")
    parts += list(dict.fromkeys(flaw.message for row in made.rows for flaw in row.flaws))[:1]
    return " · ".join(parts)


def cards_of(made: Made) -> Sequence[Card]:
    """Return the cards that the texts use, in order, each once."""
    return tuple(dict.fromkeys(card for row in made.rows for card in row.cards))


def picture_to_add(made: Made, sources: Sequence[str]) -> Card | None:
    """Return the first card whose picture is not among the media yet."""
    return next((card for card in cards_of(made) if card.picture and str(Path(card.picture)) not in sources), None)


def picks(row: TableRow, made: Made) -> str:
    """Return the options that a row took of its groups: `dawn · handheld`."""
    words = [" ".join(made.groups[pick.group].options[pick.option].split()) for pick in row.picks]
    return " · ".join(word or _NOTHING for word in words)


def facts(row: TableRow, *, limit: int | None, hints: int | None, price: str) -> str:
    """Return a row's length, hints and price: `1,842 characters · 2 hints · ≈ $0.50`. `hints` None: not looked at yet."""
    length, over = f"{len(row.text):,} characters", compose_text.overrun(len(row.text), limit)
    found = "" if hints is None else "no hints" if not hints else "1 hint" if hints == 1 else f"{hints} hints"
    same = f"same as {row.same_as + 1}" if row.same_as is not None else ""
    return " · ".join(filter(None, (same, length, over, found, price)))


def price(estimate: PriceEstimate | None) -> str:
    """Return what one text costs: `≈ $0.50`, or nothing while that is not known."""
    return estimate_words(estimate) if estimate else ""


def _count(made: Made, ticked: int) -> str:
    groups = "1 group" if len(made.groups) == 1 else f"{len(made.groups):,} groups"
    if made.count > len(made.rows):
        return f"{made.count_words} texts from {groups}, of which the first {len(made.rows):,} are listed"
    texts = f"{made.count_words} texts" if ticked == made.count else f"{ticked:,} of {made.count_words} texts"
    return f"{texts} from {groups}"
