"""The menus of the prompt: how it looks, and on a right click what can be done with the word."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QLocale, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QTextCursor
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from sora_studio.ui.compose.editing.editor_look import ColumnWidth, EditorLook, LineHeight
from sora_studio.ui.compose.editing.spelling_marks import SpellingMarks
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.overrun import Mark
from sora_studio.ui.kit.task_scope import TaskScope

_Value = TypeVar("_Value")
Command = tuple[str, str, Callable[[], object]]
"""Words, keys, and what to do."""


class LookButton(QToolButton):
    """Opens the menu of the editor's look and commands.

    Signals: `chosen(EditorLook)`.
    """

    chosen = Signal(object)

    def __init__(self, commands: Sequence[Command], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._look = EditorLook()
        self._languages: Sequence[str] = ()
        self._has_terms = False
        self.setAccessibleName("Editor")
        self.setToolTip("How the editor looks, and its commands")
        self.setIconSize(QSize(16, 16))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_role(self, "small-icon")
        self.clicked.connect(self._open)
        theme.notifier.changed.connect(self._draw_icon)
        self._draw_icon()

    def show_look(self, look: EditorLook) -> None:
        """Set what is checked in the menu."""
        self._look = look

    def offer_languages(self, languages: Sequence[str]) -> None:
        """Set the languages that can be checked; without one, the menu has no spelling."""
        self._languages = languages

    def offer_terms(self) -> None:
        """Offer to colour terms: there is a vocabulary."""
        self._has_terms = True

    def build_menu(self) -> QMenu:
        """Return the menu, which is deleted when it closes."""
        menu, look = QMenu(self), self._look
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        widths = [(width.value.capitalize(), width) for width in ColumnWidth]
        self._add_choice(menu, "Column width", widths, look.column, lambda width: replace(look, column=width))
        heights = [(height.value.capitalize(), height) for height in LineHeight]
        self._add_choice(menu, "Line height", heights, look.line_height, lambda height: replace(look, line_height=height))
        if self._languages:
            languages = [("Off", ""), *((language_words(language), language) for language in self._languages)]
            self._add_choice(menu, "Spelling", languages, look.language, lambda language: replace(look, language=language))
        self._add_switch(menu, "Typewriter scrolling", look.is_typewriter, replace(look, is_typewriter=not look.is_typewriter))
        if self._has_terms:
            self._add_switch(menu, "Colour film terms", look.shows_terms, replace(look, shows_terms=not look.shows_terms))
        menu.addSeparator()
        for words, keys, act in self._commands:
            menu.addAction(f"{words}\t{keys}").triggered.connect(act)
        return menu

    def _open(self) -> None:
        menu = self.build_menu()
        menu.popup(self.mapToGlobal(QPoint(self.width() - menu.sizeHint().width(), self.height())))

    def _add_choice(
        self,
        menu: QMenu,
        title: str,
        entries: Sequence[tuple[str, _Value]],
        present: _Value,
        look_with: Callable[[_Value], EditorLook],
    ) -> None:
        submenu = menu.addMenu(title)
        group = QActionGroup(submenu)
        for words, value in entries:
            action = QAction(words, group, checkable=True, checked=value == present)
            action.triggered.connect(partial(self._choose, look_with(value)))
            submenu.addAction(action)

    def _add_switch(self, menu: QMenu, words: str, is_on: bool, other: EditorLook) -> None:
        action = menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(is_on)
        action.triggered.connect(partial(self._choose, other))

    def _choose(self, look: EditorLook) -> None:
        self.chosen.emit(look)

    def _draw_icon(self) -> None:
        self.setIcon(theme.icon("more", theme.tokens().secondary))


class WordMenu(QObject):
    """The editor's usual menu on a right click, with suggestions for a misspelt word on top."""

    def __init__(self, editor: PromptEditor, spelling: SpellingMarks, scope: TaskScope) -> None:
        super().__init__(editor)
        self._editor, self._spelling, self._scope = editor, spelling, scope

    def open(self, at: QPoint, *, place: int) -> None:
        """Open it at a point of the viewport, for the word at Qt's position `place`."""
        menu = self._editor.createStandardContextMenu(at)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if (misspelt := self._spelling.misspelt_at(place)) is not None:
            self._add_word(menu, *misspelt)
        menu.popup(self._editor.viewport().mapToGlobal(at))

    def _add_word(self, menu: QMenu, where: Mark, word: str) -> None:
        first = next(iter(menu.actions()), None)
        waiting = QAction("Looking for suggestions…", menu, enabled=False)
        add = QAction(f"Add “{word}” to dictionary", menu)
        add.triggered.connect(lambda: self._start(self._spelling.add(word), "add a word"))
        line = QAction(menu)
        line.setSeparator(True)
        menu.insertActions(first, [waiting, add, line])  # type: ignore[arg-type]  # None appends
        looking = self._start(self._suggest(menu, waiting, where, word), "suggest words")
        menu.destroyed.connect(looking.cancel)

    def _start(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        return self._scope.start(work, name=name)

    async def _suggest(self, menu: QMenu, waiting: QAction, where: Mark, word: str) -> None:
        words = await self._spelling.suggestions(word)
        for suggestion in words:
            action = QAction(suggestion, menu)
            action.triggered.connect(partial(self._replace, where, suggestion))
            menu.insertAction(waiting, action)
        if words:
            menu.removeAction(waiting)
        else:
            waiting.setText("No suggestions")

    def _replace(self, where: Mark, suggestion: str) -> None:
        cursor = QTextCursor(where.cursor)  # type: ignore[arg-type]  # the stubs call it a slot
        cursor.insertText(suggestion)


def language_words(language: str) -> str:
    """Return a language's own name, such as `English (United States)`; a dictionary's name if Qt knows no such language."""
    locale = QLocale(language)
    if locale.language() is QLocale.Language.C:
        return language
    territory = locale.nativeTerritoryName() if "_" in language else ""
    name = locale.nativeLanguageName()
    return f"{name} ({territory})" if territory else name
