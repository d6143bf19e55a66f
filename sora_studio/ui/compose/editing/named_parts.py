"""Snippets and cards in the prompt: completed behind / and @, inserted with tab stops, and explained under the pointer."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QTextCursor

from sora_studio.domain.writing.cards import CardExpansion
from sora_studio.domain.writing.prompt_collection import PromptCollection
from sora_studio.domain.writing.snippets import Snippet, insertion
from sora_studio.domain.writing.templates import Template
from sora_studio.domain.writing.templates import insertion as template_insertion
from sora_studio.ui.compose.editing.completion_popup import Completer, CompletionPopup
from sora_studio.ui.compose.editing.tab_stops import TabStops
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.viewmodels.compose.handle_completion import (
    CARD_SIGN,
    SNIPPET_SIGN,
    card_offers,
    handle_completions,
    snippet_offers,
)
from sora_studio.viewmodels.compose.term_completion import Offer

_MOST_TIP = 600
"""Characters."""


class NamedParts(QObject):
    """Serves one editor. Nothing is read or looked for on a key, except behind a typed sign."""

    def __init__(self, editor: PromptEditor, popup: CompletionPopup) -> None:
        super().__init__(editor)
        self._popup = popup
        self._collection = PromptCollection()
        self._tags: Sequence[str] = ()
        self._expansion = CardExpansion(())
        self._completers = dict[str, Completer]()
        self.stops = TabStops(editor)
        editor.sign_typed.connect(self._on_editor_sign_typed)

    def use(self, collection: PromptCollection) -> None:
        """Set the snippets and cards that there are."""
        self._collection = collection
        snippets, cards = snippet_offers(collection.snippets), card_offers(collection.cards)
        self._completers = {
            SNIPPET_SIGN: Completer(
                "Snippets", partial(handle_completions, sign=SNIPPET_SIGN, offers=snippets), self._insert_offered
            ),
            CARD_SIGN: Completer("Cards", partial(handle_completions, sign=CARD_SIGN, offers=cards)),
        }
        self._expansion = CardExpansion(collection.cards, self._tags)

    def use_tags(self, tags: Sequence[str]) -> None:
        """Set how the model itself names its media, such as `@Image{n}`: these are no cards."""
        if tags != self._tags:
            self._tags = tags
            self._expansion = CardExpansion(self._collection.cards, tags)

    def insert_snippet(self, snippet: Snippet) -> None:
        """Insert a snippet at the caret."""
        self.stops.insert(insertion(snippet.text))

    def use_template(self, template: Template) -> None:
        """Put a template in the place of the text, with its fields as tab stops; undo brings the text back."""
        self.stops.insert_all(template_insertion(template))

    def words_at(self, line: str, place: int) -> str:
        """Return what the card that is named at a place of a line expands to, and its picture's name."""
        if CARD_SIGN not in line:
            return ""
        expanded = self._expansion.expand(line)
        segment = next((one for one in expanded.segments if one.source_start <= place < one.source_end), None)
        if segment is None or segment.card is None:
            return next((flaw.message for flaw in expanded.flaws if flaw.start <= place < flaw.end), "")
        words = expanded.text[segment.start : segment.end]
        words = words if len(words) <= _MOST_TIP else f"{words[:_MOST_TIP]}…"
        picture = Path(segment.card.picture).name
        title = f"@{segment.card.name} · {segment.card.kind.value}"
        return "\n".join(filter(None, (title, words, f"Picture: {picture}" if picture else "")))

    def _insert_offered(self, cursor: QTextCursor, offer: Offer) -> None:
        name = offer.words.removeprefix(SNIPPET_SIGN)
        snippet = next((one for one in self._collection.snippets if one.name == name), None)
        if snippet is not None:
            self.stops.insert(insertion(snippet.text), instead_of=cursor)

    def _on_editor_sign_typed(self, sign: str) -> None:
        if (completer := self._completers.get(sign)) is not None:
            self._popup.open(completer)
