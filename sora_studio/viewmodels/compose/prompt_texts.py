"""The exact texts that the prompt stands for, with groups taken and cards expanded: shown, ticked, and sent."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.request import MAX_TASKS_AT_ONCE, GenerationRequest
from sora_studio.domain.writing.malformed import MalformedText
from sora_studio.domain.writing.prompt_table import MOST_ROWS, TableRow, prompt_table, request_of
from sora_studio.domain.writing.variations import Group, Variations

if TYPE_CHECKING:
    from sora_studio.domain.writing.cards import Card
    from sora_studio.services.writing.prompt_library import PromptLibrary
    from sora_studio.viewmodels.starter import Starter

PAUSE_MS = 60
"""From a key to the table."""
NONE_TICKED = "No text is ticked, so there is nothing to send."
NOT_SEEN = "The prompt stands for {count} texts now. Look at them, then press Generate again."

ONE_TEXT = "Only one text can be sent here, and {count} are ticked. Tick one, or write the one that you want."


@dataclass(frozen=True, slots=True)
class Made:
    """What a prompt stands for.

    `rows` are the first of `count` texts. There are none if it stands for itself, as JSON with braces does, or if `flaw` says
    why it cannot be read.
    """

    source: str
    tags: tuple[str, ...]
    rows: Sequence[TableRow] = ()
    groups: Sequence[Group] = ()
    count: int = 1
    count_words: str = "1"
    flaw: str = ""


class PromptTexts(QObject):
    """Follows the prompt. A prompt without groups and cards stands for itself, which costs nothing.

    `made` is what was worked out last, None for a prompt that has none of their signs.

    Signals: `changed()` with other texts or ticks.
    """

    changed = Signal()

    def __init__(self, start: "Starter", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._library: PromptLibrary | None = None
        self._cards: Sequence[Card] = ()
        self._source, self._tags = "", tuple[str, ...]()
        self._unticked = frozenset[tuple[str, ...]]()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_timeout)
        self.made: Made | None = None

    def attach(self, library: "PromptLibrary") -> None:
        """Connect the cards."""
        self._library = library
        self.read_cards()

    def read_cards(self) -> None:
        """Read the cards: some may have changed."""
        if self._library is not None:
            self._start(self._read_cards(self._library), name="read the cards")

    def show(self, source: str, tags: tuple[str, ...]) -> None:
        """Follow the prompt, and how it names the model's media. Cheap, for every key."""
        if (source, tags) == (self._source, self._tags):
            return
        self._source, self._tags = source, tags
        if not self._is_plain(source):
            self._pause.start()
        elif self.made is not None:
            self._take(None)

    @property
    def is_current(self) -> bool:
        """Whether `made` is about the prompt as it is now."""
        made = self.made
        return self._is_plain(self._source) if made is None else (made.source, made.tags) == (self._source, self._tags)

    @property
    def varies(self) -> bool:
        """Whether the prompt has groups."""
        return self.made is not None and bool(self.made.groups)

    @property
    def ticked(self) -> Sequence[TableRow]:
        """The texts that are to be sent, in order."""
        return self._ticked_of(self.made) if self.made is not None else ()

    @property
    def count(self) -> int:
        """How many texts are to be sent."""
        return 1 if self.made is None or not self.made.rows else len(self.ticked)

    @property
    def longest(self) -> int | None:
        """The length of the longest text to be sent, in characters; None for a prompt that stands for itself."""
        return max((len(row.text) for row in self.ticked), default=None)

    def is_ticked(self, row: TableRow) -> bool:
        """Return whether a text is to be sent."""
        return self.made is None or _key(row, self.made) not in self._unticked

    def tick(self, rows: Sequence[TableRow], *, on: bool) -> None:
        """Choose whether these texts are sent. A choice holds for the same options of groups while the rest is written on."""
        if self.made is None:
            return
        keys = frozenset(_key(row, self.made) for row in rows)
        self._unticked = self._unticked - keys if on else self._unticked | keys
        self.changed.emit()

    async def to_send(self, source: str, tags: tuple[str, ...]) -> Sequence[TableRow]:
        """Return the texts to send of this prompt; none for a prompt that stands for itself.

        Raises `InvalidRequest` for one that cannot be read, or stands for more texts than were shown or can be sent at once.
        """
        if self._is_plain(source):
            return ()
        made = self.made
        was_shown = made is not None and (made.source, made.tags) == (source, tags)
        if made is None or not was_shown:
            made = await self._make(source, tags)
            if (source, tags) == (self._source, self._tags):
                self._take(made)
        if problem := self._problem(made, was_shown=was_shown):
            raise InvalidRequest([Problem("prompt", problem)])
        return self._ticked_of(made)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _problem(self, made: Made, *, was_shown: bool) -> str:
        if made.flaw:
            return made.flaw
        if made.count > MOST_ROWS:
            return f"The prompt stands for {made.count_words} texts. At most {MAX_TASKS_AT_ONCE} tasks can be sent at once."
        ticked = self._ticked_of(made)
        if made.rows and not ticked:
            return NONE_TICKED
        if flaws := [flaw.message for row in ticked for flaw in row.flaws]:
            return flaws[0]
        if not was_shown and len(ticked) > 1:
            return NOT_SEEN.format(count=f"{len(ticked):,}")
        return ""

    def _is_plain(self, source: str) -> bool:
        return "{" not in source and "}" not in source and not (self._cards and "@" in source)

    def _ticked_of(self, made: Made) -> list[TableRow]:
        return [row for row in made.rows if _key(row, made) not in self._unticked]

    def _take(self, made: Made | None) -> None:
        self.made = made
        self.changed.emit()

    async def _make(self, source: str, tags: tuple[str, ...]) -> Made:
        return await asyncio.to_thread(_made, source, tags, self._cards)

    async def _make_shown(self) -> None:
        source, tags = self._source, self._tags
        made = await self._make(source, tags)
        if (source, tags) == (self._source, self._tags):
            self._take(made)

    async def _read_cards(self, library: "PromptLibrary") -> None:
        self._cards = (await library.read()).cards
        if self._is_plain(self._source):
            if self.made is not None:
                self._take(None)
        else:
            await self._make_shown()

    def _on_pause_timeout(self) -> None:
        if not self._is_plain(self._source):
            self._start(self._make_shown(), name="take the groups of a prompt")


def _key(row: TableRow, made: Made) -> tuple[str, ...]:
    """Return the options that a row took: a row without groups has none, and is always to be sent."""
    return tuple(made.groups[pick.group].options[pick.option] for pick in row.picks)


def one_request(request: GenerationRequest, rows: Sequence[TableRow]) -> GenerationRequest:
    """Return the request with the only text that is to be sent, where there is room for one. Raises `InvalidRequest`."""
    if len(rows) > 1:
        raise InvalidRequest([Problem("prompt", ONE_TEXT.format(count=f"{len(rows):,}"))])
    return request_of(rows[0], request) if rows else request


def _made(source: str, tags: tuple[str, ...], cards: "Sequence[Card]") -> Made:
    try:
        variations = Variations(source)
    except MalformedText as malformed:
        return Made(source, tags, flaw=malformed.title)
    rows = prompt_table(variations, cards, tags)
    if not variations.varies and rows[0].text == source and not rows[0].flaws:
        return Made(source, tags)
    return Made(source, tags, rows, variations.groups, variations.count, variations.count_words)
