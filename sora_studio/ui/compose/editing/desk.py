"""What helps to write: find and replace, film terms, hints, spelling, completion, and how the editor looks."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QHelpEvent, QTextCursor
from PySide6.QtWidgets import QToolTip, QWidget

from sora_studio.domain.draft import Draft
from sora_studio.domain.writing.remix import Change
from sora_studio.domain.writing.terms import Vocabulary
from sora_studio.ui.compose.editing.completion_popup import CompletionPopup
from sora_studio.ui.compose.editing.editor_look import EditorLook
from sora_studio.ui.compose.editing.editor_menu import LookButton, WordMenu
from sora_studio.ui.compose.editing.find_bar import FindBar
from sora_studio.ui.compose.editing.finding import Finding
from sora_studio.ui.compose.editing.hint_marks import HintMarks
from sora_studio.ui.compose.editing.named_parts import NamedParts
from sora_studio.ui.compose.editing.spelling_marks import SpellingMarks
from sora_studio.ui.compose.editing.term_colours import FindTerms, TermColours
from sora_studio.ui.compose.editing.typewriter import Typewriter
from sora_studio.ui.compose.editing.undo_breaks import begin_step
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import plain_tip
from sora_studio.ui.kit.overrun import character_place, utf16_length
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.term_completion import Offer

if TYPE_CHECKING:
    from sora_studio.services.writing.spell_checker import SpellChecker


class WritingDesk(QObject):
    """Serves one editor. `find_bar` and `button` are placed by the panel.

    Signals: `look_changed()` when the column has to be laid out again.
    """

    look_changed = Signal()

    def __init__(self, editor: PromptEditor, scope: TaskScope, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor, self._scope = editor, scope
        self._find_terms: FindTerms | None = None
        self._places = dict[bool, tuple[int, int, int]]()
        self.look = EditorLook()
        self.find_bar = FindBar(parent)
        self._finding = Finding(editor, self.find_bar, scope)
        self._colours = TermColours(editor.document(), self)
        self._completion = CompletionPopup(editor)
        self.parts = NamedParts(editor, self._completion)
        self._typewriter = Typewriter(editor)
        self.hints = HintMarks(editor)
        self._spelling = SpellingMarks(editor, scope, self._terms_in)
        self._word_menu = WordMenu(editor, self._spelling, scope)
        self.button = LookButton(
            (
                ("Find…", "Ctrl+F", self.find),
                ("Replace…", "Ctrl+H", self.replace),
                ("Complete a film term", "Ctrl+Space", self.complete),
            ),
            parent,
        )
        self.button.chosen.connect(self.take_look)
        editor.document_shown.connect(self._on_editor_document_shown)
        editor.zoomed.connect(self._on_editor_zoomed)
        editor.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        editor.customContextMenuRequested.connect(self._on_editor_menu_requested)
        editor.viewport().installEventFilter(self)
        theme.notifier.changed.connect(self._colours.repaint)

    def attach(self, checker: "SpellChecker", vocabulary: Callable[[], Awaitable[Vocabulary]]) -> None:
        """Set who checks spelling, and what reads the terms of film."""
        self._spelling.attach(checker)
        self._scope.start(self._take_vocabulary(vocabulary), name="read the vocabulary")
        self._scope.start(self._offer_languages(checker), name="find dictionaries")

    def use_terms(self, find: FindTerms, offers: Sequence[Offer]) -> None:
        """Set the vocabulary: what finds its terms in a paragraph, and what is completed."""
        self._find_terms = find
        self._completion.offer(offers)
        self.button.offer_terms()
        self._colours.use(find if self.look.shows_terms else None)
        self._spelling.touch()

    @property
    def shortcuts(self) -> Mapping[str, Callable[[], object]]:
        """What the keys do while the prompt, or what is around it, has the focus."""
        return {
            "Ctrl+F": self.find,
            "Ctrl+H": self.replace,
            "Ctrl+Space": self.complete,
            "F3": partial(self.find_next, 1),
            "Shift+F3": partial(self.find_next, -1),
        }

    def show_draft(self, draft: Draft, earlier: Sequence[str], *, leaving: int) -> None:
        """Show the text of a draft, whose `earlier` texts undo leads back to, instead of that of the draft `leaving`."""
        self._editor.show_draft(draft.id, draft.request.prompt, caret=draft.caret, leaving=leaving, earlier=earlier)

    def show_earlier(self, draft: Draft, earlier: Sequence[str]) -> None:
        """Show the text of the draft from the last time; below what was typed meanwhile, one undo away."""
        typed = self._editor.text()
        if not typed:
            self.show_draft(draft, earlier, leaving=0)
        elif draft.request.prompt:
            caret = self._editor.caret()
            self._editor.replace(draft.request.prompt)
            self._editor.replace(typed, caret=caret)

    def insert(self, words: str) -> None:
        """Insert words where the caret is."""
        self._editor.insert(words)

    @property
    def selected_text(self) -> str:
        """The text that is selected."""
        return self._editor.textCursor().selectedText().replace("\u2029", "\n").replace("\u2028", "\n")

    def show_place(self, start: int, end: int) -> None:
        """Select a part of the text."""
        self._editor.select(start, end)

    def replace_part(self, start: int, end: int, words: str, *, caret: int | None = None) -> None:
        """Replace a part of the text as one undo step."""
        self._editor.replace_part(start, end, words, caret=caret)

    def replace_parts(self, changes: Sequence[Change]) -> None:
        """Replace parts of the text, which are in order, as one undo step; the caret goes to the first of them."""
        text, cursor = self._editor.text(), self._editor.textCursor()
        begin_step(self._editor.document())
        cursor.beginEditBlock()
        for change in reversed(changes):
            cursor.setPosition(utf16_length(text[: change.start]))
            cursor.setPosition(utf16_length(text[: change.end]), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(change.text)
        cursor.endEditBlock()
        begin_step(self._editor.document())
        if changes:
            self._editor.set_caret(changes[0].start + len(changes[0].text))

    def find(self) -> None:
        """Open the bar for finding."""
        self._finding.open(replacing=False)

    def replace(self) -> None:
        """Open the bar for replacing."""
        self._finding.open(replacing=True)

    def complete(self) -> None:
        """Open the list of film terms that begin with what was typed."""
        self._completion.open()

    def find_next(self, by: int) -> None:
        """Select the next match, or with -1 the one before."""
        self._finding.step(by)

    def dismiss(self) -> bool:
        """Close the bar; return whether it was open."""
        was_open = self.find_bar.isVisible()
        if was_open:
            self.find_bar.close_bar()
        return was_open

    def take_look(self, look: EditorLook) -> None:
        """Show the editor in another way."""
        before, self.look = self.look, look
        self.button.show_look(look)
        self._editor.zoom_to(look.size_px)
        self._editor.set_line_height(look.line_height.percent)
        self._typewriter.turn(on=look.is_typewriter)
        self._colours.use(self._find_terms if look.shows_terms else None)
        if look.language != before.language:
            self._scope.start(self._spelling.choose(look.language or None), name="choose a dictionary")
        self.look_changed.emit()

    def remember(self, state: QSettings) -> None:
        """Save how the editor looks."""
        self.look.remember(state)

    def restore(self, state: QSettings) -> None:
        """Restore what `remember` saved."""
        self.take_look(EditorLook.restored(state))

    def keep_place(self, *, is_roomy: bool) -> None:
        """Note what is scrolled into view, before another room is shown."""
        self._places[is_roomy] = (self._editor.verticalScrollBar().value(), *self._state())

    def return_to_place(self, *, is_roomy: bool) -> None:
        """Scroll to where this room was left, if neither text nor caret has changed; else to the caret."""
        scrolled, *state = self._places.get(is_roomy, (0, -1, -1))
        if tuple(state) == self._state():
            self._editor.verticalScrollBar().setValue(scrolled)
        else:
            self._editor.ensureCursorVisible()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Explain what is under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = plain_tip(self._words_at(event.pos())).replace("\n", "<br>")
            QToolTip.showText(event.globalPos(), words, self._editor.viewport())
            return True
        return super().eventFilter(watched, event)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _state(self) -> tuple[int, int]:
        return self._editor.textCursor().position(), self._editor.document().revision()

    async def _take_vocabulary(self, read: Callable[[], Awaitable[Vocabulary]]) -> None:
        found = await read()
        self.use_terms(found.find, [Offer(term.words, term.gloss, term.kind) for term in found.terms])

    async def _offer_languages(self, checker: "SpellChecker") -> None:
        languages = await checker.languages()
        self.button.offer_languages(languages)
        if self.look.language in languages:
            await self._spelling.choose(self.look.language)

    def _terms_in(self, text: str) -> Sequence[tuple[int, int]]:
        found = self._find_terms(text) if self._find_terms is not None and text else ()
        return [(span.start, span.end) for span in found]

    def _words_at(self, at: QPoint) -> str:
        """Return what there is to say about the text at a point: hints, spelling, and the kind of a term."""
        cursor = self._editor.cursorForPosition(at)
        misspelt = self._spelling.misspelt_at(cursor.position())
        line = cursor.block().text()
        place = character_place(line, cursor.positionInBlock())
        spans = self._find_terms(line) if self._find_terms is not None and self.look.shows_terms else ()
        kinds = [span.term.kind.heading for span in spans if span.start <= place < span.end]
        says = (
            self.parts.words_at(line, place),
            self.hints.words_at(cursor.position()),
            f"“{misspelt[1]}” is not in the dictionary" if misspelt else "",
            *kinds,
        )
        return "\n\n".join(filter(None, says))

    def _on_editor_menu_requested(self, at: QPoint) -> None:
        """Open the menu of the word at a point, or with the menu key of the word that ends at the caret."""
        place = self._editor.cursorForPosition(at).position()
        self._word_menu.open(at, place=place if self._spelling.misspelt_at(place) else place - 1)

    def _on_editor_document_shown(self) -> None:
        self._colours.setDocument(self._editor.document())
        self._places.clear()

    def _on_editor_zoomed(self, size_px: int) -> None:
        self.look = replace(self.look, size_px=size_px)
        self.button.show_look(self.look)
        self.look_changed.emit()
