"""The bar for finding and replacing, between the header and the prompt."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.problem_line import ProblemLine
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.viewmodels.compose.text_search import TextSearch

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_COUNT_WIDTH = 88


class FindBar(QWidget):
    """Hidden until it is opened.

    Signals: `changed()` when something else is searched for, `step_wanted(int)` with 1 or -1, `replace_wanted()`,
    `replace_all_wanted()`, `closed()`.
    """

    changed = Signal()
    step_wanted = Signal(int)
    replace_wanted = Signal()
    replace_all_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._find = _Field("Find", self)
        self._replace = _Field("Replace with", self)
        self._case = _switch("Aa", "Match case", self)
        self._whole = _switch("W", "Whole words", self)
        self._regex = _switch(".*", "Regular expression", self)
        self._count = QLabel(self)
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setMinimumWidth(_COUNT_WIDTH)
        theme.set_role(self._count, "secondary")
        self._problem = ProblemLine(self)
        self._close = _icon_button("Close", "Close (Esc)", self)
        self._previous = _icon_button("Previous match", "Previous (Shift+F3)", self)
        self._next = _icon_button("Next match", "Next (F3)", self)
        self._replace_one = PushButton("Replace", parent=self)
        self._replace_all = PushButton("Replace all", parent=self)
        self._build()
        self._connect()
        theme.notifier.changed.connect(self._draw_icons)
        self._draw_icons()
        self.hide()

    @property
    def search(self) -> TextSearch:
        """What is searched for."""
        return TextSearch(
            self._find.text(),
            is_regex=self._regex.isChecked(),
            match_case=self._case.isChecked(),
            whole_words=self._whole.isChecked(),
        )

    @property
    def replacement(self) -> str:
        """What it is replaced with."""
        return self._replace.text()

    def open(self, *, replacing: bool, words: str) -> None:
        """Show the bar with the keyboard in it; `words` were selected in the text."""
        if words:
            self._find.setText(words)
        for widget in (self._replace, self._replace_one, self._replace_all):
            widget.setVisible(replacing)
        self.show()
        field = self._replace if replacing and self._find.text() else self._find
        field.selectAll()
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.changed.emit()

    def close_bar(self) -> None:
        """Hide the bar."""
        self.hide()
        self.closed.emit()

    def show_count(self, place: int, count: int) -> None:
        """Show `3 of 12`; `place` 0 stands for none of them."""
        counted = f"{place:,} of {count:,}" if place else f"{count:,} found" if count else "No matches"
        words = counted if self._find.text() else ""
        if words != self._count.text():
            self._count.setText(words)
            if words:
                announce(self, words)
        self._problem.say("")
        self._find.mark_invalid(False)

    def show_problem(self, sentence: str) -> None:
        """Say why nothing can be found or replaced."""
        self._count.clear()
        self._problem.say(sentence)
        self._find.mark_invalid(True)
        announce(self, sentence)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, Shift+Enter back."""
        if event.key() not in _ENTER or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        elif self._replace.hasFocus():
            self.replace_wanted.emit()
        else:
            self.step_wanted.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)

    def _build(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(4)
        for widget in (self._case, self._whole, self._regex):
            tools.addWidget(widget)
        tools.addSpacing(theme.GRID)
        tools.addWidget(self._count)
        tools.addWidget(self._previous)
        tools.addWidget(self._next)
        tools.addWidget(self._close)
        replacing = QHBoxLayout()
        replacing.setSpacing(theme.GRID)
        replacing.addWidget(self._replace_one)
        replacing.addWidget(self._replace_all)
        replacing.addStretch(1)
        grid = QGridLayout()
        grid.setSpacing(theme.GRID)
        grid.addWidget(self._find, 0, 0)
        grid.addLayout(tools, 0, 1)
        grid.addWidget(self._replace, 1, 0)
        grid.addLayout(replacing, 1, 1)
        grid.setColumnStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(grid)
        column.addWidget(self._problem)

    def _connect(self) -> None:
        self._find.textChanged.connect(self.changed)
        for switch in (self._case, self._whole, self._regex):
            switch.toggled.connect(self.changed)
        self._previous.clicked.connect(lambda: self.step_wanted.emit(-1))
        self._next.clicked.connect(lambda: self.step_wanted.emit(1))
        self._replace_one.clicked.connect(self.replace_wanted)
        self._replace_all.clicked.connect(self.replace_all_wanted)
        self._close.clicked.connect(self.close_bar)

    def _draw_icons(self) -> None:
        colour = theme.tokens().secondary
        for button, name in ((self._previous, "chevron-left"), (self._next, "chevron-right"), (self._close, "close")):
            button.setIcon(theme.icon(name, colour))


class _Field(QLineEdit):
    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setPlaceholderText(title)

    def mark_invalid(self, invalid: bool) -> None:
        """Show the frame in the failed colour."""
        theme.set_role(self, "invalid" if invalid else "")


def _switch(words: str, title: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setText(words)
    button.setCheckable(True)
    return _prepared(button, title, title)


def _icon_button(title: str, tip: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    button.setIconSize(QSize(16, 16))
    return _prepared(button, title, tip)


def _prepared(button: QToolButton, title: str, tip: str) -> QToolButton:
    button.setAccessibleName(title)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    theme.set_role(button, "icon")
    return button
