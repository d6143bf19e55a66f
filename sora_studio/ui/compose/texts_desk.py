"""Connects the strip of a prompt's texts to the composer: their facts, their hints, and the pictures of cards."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.request import as_draft
from sora_studio.domain.writing.prompt_context import PromptContext, context_of
from sora_studio.domain.writing.prompt_table import TableRow
from sora_studio.ui.compose.media_desk import MediaDesk
from sora_studio.ui.compose.texts_list import TextRows
from sora_studio.ui.compose.texts_strip import TextsStrip
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose import texts_words
from sora_studio.viewmodels.compose.composer import ComposeModel
from sora_studio.viewmodels.compose.prompt_texts import Made

if TYPE_CHECKING:
    from sora_studio.services.writing.hinting import Hinting

_ROLES = (Role.CHARACTER, Role.REFERENCE)
"""Where the picture of a card belongs before all others."""


class TextsDesk(QObject):
    """Hints are counted while the texts are shown, one after the other, off the window's thread."""

    def __init__(self, model: ComposeModel, pictures: MediaDesk, scope: TaskScope, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._pictures, self._scope = model, pictures, scope
        self._hinting: Hinting | None = None
        self._hints = dict[str, int]()
        self._context = PromptContext()
        self._counting: asyncio.Task[None] | None = None
        self._rows = TextRows(model.texts, self._facts_of, self)
        self.strip = TextsStrip(model.texts, self._rows, parent)
        self.strip.unfolded.connect(self._count_hints)
        self.strip.picture_wanted.connect(self._on_strip_picture_wanted)

    def attach(self, hinting: "Hinting") -> None:
        """Connect the service that looks for hints."""
        self._hinting = hinting

    def show(self) -> None:
        """Show the texts, and their facts with the options as they are now."""
        profile, made = self._model.profile, self._model.texts.made
        context = context_of(profile, as_draft(self._model.request, profile)) if profile and made else PromptContext()
        if context != self._context:
            self._context, self._hints = context, {}
        card = texts_words.picture_to_add(made, self._model.request.sources) if made and self._picture_role else None
        self.strip.show_texts(card_words=f"Add the picture of @{card.name}" if card else "")
        self._count_hints()

    def _facts_of(self, row: TableRow) -> str:
        price = texts_words.price(self._model.price)
        return texts_words.facts(row, limit=self._model.limit, hints=self._hints.get(row.text), price=price)

    @property
    def _picture_role(self) -> Role | None:
        """Where a card's picture goes; None for a model that takes none. The mode follows the picture."""
        roles = [slot.role for slot in self._model.slots if slot.kind is MediaKind.IMAGE]
        slots = self._model.profile.media if self._model.profile else ()
        usual = self._model.picture_role if any(slot.kind is MediaKind.IMAGE for slot in slots) else None
        return next((role for role in _ROLES if role in roles), usual)

    def _count_hints(self) -> None:
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        wanted = [row.text for row in self._model.texts.ticked if row.text not in self._hints]
        if self._hinting is not None and wanted and self.strip.is_unfolded:
            self._counting = self._scope.start(self._count(self._hinting, wanted), name="count the hints of texts")

    async def _count(self, hinting: "Hinting", texts: list[str]) -> None:
        known, context, off = self._hints, self._context, (await hinting.choices()).off_in(self._model.draft.id)
        for text in texts:
            known[text] = await hinting.count(text, context, off=off)
            self._rows.tell()

    def _on_strip_picture_wanted(self, made: Made) -> None:
        role, card = self._picture_role, texts_words.picture_to_add(made, self._model.request.sources)
        if role is not None and card is not None:
            present = next((place.sources for place in self._model.places if place.role is role), ())
            self._pictures.put(role, (*present, str(Path(card.picture))))
