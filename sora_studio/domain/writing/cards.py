r"""Cards: `@anna` in a prompt stands for the text of a character, a place or a palette, and for its picture.

- Names are compared without case; the longest one wins. `\@anna` is the words themselves.
- What the model itself names stays: its own tags, such as `@Image1`, and everything in `<<<…>>>`. So do addresses
  (`a@b.example`) and names that no card has.
- The text of a card may name other cards, but not itself, however far around: then what was typed stays, and a flaw says why.

The expanded text is the prompt: it is counted, checked, shown, kept and sent. Positions lead from each text to the other.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.writing.handles import joins_words
from sora_studio.domain.writing.malformed import Flaw

MOST_CHARS = 100_000
"""An expanded text is never longer: cards that name one another could otherwise grow without limit."""
MOST_NESTING = 20
_ANYWHERE = "<<<[^<>\r\n]*>>>"
_NUMBER = r"\{n\}"


class CardKind(StrEnum):
    """What a card describes."""

    CHARACTER = "character"
    PLACE = "place"
    PALETTE = "palette"


@dataclass(frozen=True, slots=True)
class Card:
    """A text that is named in prompts. `picture` is the full path of its picture, empty without one."""

    name: str
    kind: CardKind
    text: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the source and what it became; `card` is None for text that was copied."""

    source_start: int
    source_end: int
    start: int
    end: int
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class Expanded:
    """A text with its cards expanded. `cards` are those it uses, in order, each once; `flaws` are places of the source."""

    source: str
    text: str
    segments: tuple[Segment, ...]
    cards: tuple[Card, ...]
    flaws: tuple[Flaw, ...]

    @property
    def pictures(self) -> tuple[str, ...]:
        """The pictures of the cards, in their order, each once."""
        return tuple(dict.fromkeys(card.picture for card in self.cards if card.picture))

    def to_source(self, at: int) -> int:
        """Return the place of the source for a position of the text; inside a card that is where its name begins."""
        segment = self._segment(at, [segment.start for segment in self.segments])
        if segment is None or at >= segment.end:
            return segment.source_end if segment else 0
        return segment.source_start + (at - segment.start if segment.card is None else 0)

    def to_text(self, at: int) -> int:
        """Return the place of the text for a position of the source; inside the name of a card that is where it begins."""
        segment = self._segment(at, [segment.source_start for segment in self.segments])
        if segment is None or at >= segment.source_end:
            return segment.end if segment else 0
        return segment.start + (at - segment.source_start if segment.card is None else 0)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return what a stretch of the text stands for in the source; a part of a card stands for its whole name."""
        last = self._segment(max(start, end - 1), [segment.start for segment in self.segments])
        source_end = last.source_end if last and last.card else self.to_source(end)
        return self.to_source(start), source_end

    def _segment(self, at: int, starts: Sequence[int]) -> Segment | None:
        index = bisect_right(starts, at) - 1
        return self.segments[index] if index >= 0 else None


class _CannotExpandError(Exception):
    """Why the card at this place stays as it was typed."""


@dataclass(slots=True)
class _Span:
    """A name in a text: from its `@` to its end. `card` None: an escaped `@`."""

    start: int
    end: int
    card: Card | None


class CardExpansion:
    """Expands texts with one set of cards. The text of each card is made once.

    `model_tags` are those of the model's media, as `@Image{n}`.
    """

    def __init__(self, cards: Iterable[Card], model_tags: Iterable[str] = ()) -> None:
        self._cards = {card.name.casefold(): card for card in cards}
        self._lengths = sorted({len(card.name) for card in self._cards.values()}, reverse=True)
        tags = [f"{re.escape(tag).replace(_NUMBER, '[0-9]+')}(?!\\w)" for tag in model_tags if tag]
        self._signs = re.compile("|".join([_ANYWHERE, *tags, r"\\@", "@"]), re.IGNORECASE)
        self._texts = dict[str, tuple[str, tuple[Card, ...]]]()

    def expand(self, source: str) -> Expanded:
        """Return the text with its cards expanded."""
        parts, segments, used, flaws = list[str](), list[Segment](), dict[str, Card](), list[Flaw]()
        length, at = 0, 0

        def add(end: int, words: str, card: Card | None = None) -> None:
            nonlocal length, at
            if end > at:
                segments.append(Segment(at, end, length, length + len(words), card))
                parts.append(words)
                length, at = length + len(words), end

        for span in self._spans(source):
            add(span.start, source[at : span.start])
            if span.card is None:
                add(span.start + 1, "")
                continue
            try:
                words, inner = self._text_of(span.card, (span.card,))
                if length + len(words) > MOST_CHARS:
                    raise _CannotExpandError(f"With this card the prompt is longer than {MOST_CHARS:,} characters.")
            except _CannotExpandError as why:
                flaws.append(Flaw(span.start, span.end, str(why)))
                add(span.end, source[span.start : span.end])
                continue
            add(span.end, words, span.card)
            used |= {card.name.casefold(): card for card in (span.card, *inner) if card.name.casefold() not in used}
        add(len(source), source[at:])
        return Expanded(source, "".join(parts), tuple(segments), tuple(used.values()), tuple(flaws))

    def _text_of(self, card: Card, path: tuple[Card, ...]) -> tuple[str, tuple[Card, ...]]:
        """Return the expanded text of a card and the cards in it. `path` leads from the prompt to it."""
        key = card.name.casefold()
        if key in self._texts:
            return self._texts[key]
        if len(path) > MOST_NESTING:
            raise _CannotExpandError(f"Cards name one another more than {MOST_NESTING} deep here.")
        parts, used, at, length = list[str](), list[Card](), 0, 0
        for span in self._spans(card.text):
            words = ""
            if span.card is not None:
                if span.card in path:
                    raise _CannotExpandError(_circle([*path[path.index(span.card) :], span.card]))
                words, inner = self._text_of(span.card, (*path, span.card))
                used += [span.card, *inner]
            parts += [card.text[at : span.start], words]
            length += len(words)
            at = span.end if span.card else span.start + 1
            if length > MOST_CHARS:
                raise _CannotExpandError(f"The text of @{card.name} is longer than {MOST_CHARS:,} characters.")
        made = "".join([*parts, card.text[at:]]), tuple(dict.fromkeys(used))
        self._texts[key] = made
        return made

    def _spans(self, text: str) -> Iterator[_Span]:
        """Yield the names of cards in a text, and the escaped ones."""
        if not self._cards:
            return
        for sign in self._signs.finditer(text):
            start = sign.start()
            if sign[0] == "\\@":
                if found := self._named_at(text, start + 2):
                    yield _Span(start, start + 2 + len(found.name), None)
            elif sign[0] == "@" and not (start and joins_words(text[start - 1])) and (found := self._named_at(text, start + 1)):
                yield _Span(start, start + 1 + len(found.name), found)

    def _named_at(self, text: str, at: int) -> Card | None:
        for length in self._lengths:
            card = self._cards.get(text[at : at + length].casefold())
            end = at + length
            if card is not None and len(card.name) == length and not (end < len(text) and joins_words(text[end])):
                return card
        return None


def expand(text: str, cards: Iterable[Card], model_tags: Iterable[str] = ()) -> Expanded:
    """Return one text with its cards expanded; see `CardExpansion`."""
    return CardExpansion(cards, model_tags).expand(text)


def _circle(path: Sequence[Card]) -> str:
    """Return the sentence about cards that name one another, from the first to the first again."""
    first, *others = [f"@{card.name}" for card in path]
    if len(others) == 1:
        return f"The card {first} names itself, so it cannot be expanded."
    return f"{first} names {', which names '.join(others)} again. Cards cannot contain themselves."
