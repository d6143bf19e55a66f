"""Hints beside the text: at most five, each with its reason, a fix where there is one, and a way to silence it."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from sora_studio.domain.writing.hints import Hint, Level
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.viewmodels.writing.writing_model import WritingModel

_LEVELS = {Level.ERROR: "Likely refused", Level.WARNING: "Warning", Level.SUGGESTION: "Suggestion"}
_NONE = "Nothing to suggest."


class HintsPanel(QScrollArea):
    """Hints never block anything. Signals: `place_chosen(int, int)` to select in the text; `fix_wanted(Hint)`."""

    place_chosen = Signal(int, int)
    fix_wanted = Signal(object)

    def __init__(self, model: WritingModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._shown = list[Hint]()
        self._cards = list[_HintCard]()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Hints")
        home = QWidget()
        self._column = QVBoxLayout(home)
        self._column.setContentsMargins(*(2 * theme.GRID,) * 4)
        self._column.setSpacing(theme.GRID)
        self._none = QLabel(_NONE, wordWrap=True)
        theme.set_role(self._none, "secondary")
        self._all = PushButton("Show all rules again")
        theme.set_role(self._all, "link")
        self._all.clicked.connect(model.show_all_rules)
        self._column.addWidget(self._none)
        self._column.addWidget(self._all, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addStretch(1)
        self.setWidget(home)
        model.hints_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        """Show the present hints; cards of hints that stay are kept, so that a press while typing reaches its button."""
        hints = list(self._model.hints)
        left = len(self._model.all_hints) - len(hints)
        self._none.setText(_NONE if not hints else f"{left:,} more, once these are settled." if left else "")
        self._none.setVisible(not hints or left > 0)
        self._all.setVisible(self._model.silenced > 0)
        self._all.setText(f"Show {self._model.silenced} silenced {'rule' if self._model.silenced == 1 else 'rules'} again")
        if hints == self._shown:
            return
        self._shown = hints
        focused = QApplication.focusWidget()
        place_of_focus = next((place for place, card in enumerate(self._cards) if _holds(card, focused)), None)
        for card in self._cards:
            self._column.removeWidget(card)
            card.deleteLater()
        self._cards.clear()
        for place, hint in enumerate(hints):
            card = _HintCard(hint, self._model.text)
            card.pressed.connect(partial(self.place_chosen.emit, hint.start, hint.end))
            card.fix.clicked.connect(partial(self.fix_wanted.emit, hint))
            card.not_here.clicked.connect(partial(self._model.silence, hint.rule, everywhere=False))
            card.never.clicked.connect(partial(self._model.silence, hint.rule, everywhere=True))
            self._column.insertWidget(place, card)
            self._cards.append(card)
        if place_of_focus is not None:  # not lost with its card: the keys go on from the hint that took its place
            (self._cards[min(place_of_focus, len(self._cards) - 1)] if self._cards else self).setFocus()


def _holds(card: "_HintCard", focused: QWidget | None) -> bool:
    return focused is not None and (focused is card or card.isAncestorOf(focused))


class _HintCard(QFrame):
    """One hint. Signals: `pressed()` on its words."""

    pressed = Signal()

    def __init__(self, hint: Hint, text: str) -> None:
        super().__init__()
        theme.set_role(self, f"hint-{hint.level.value}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{_LEVELS[hint.level]}: {hint.message} {hint.why}")
        self.setToolTip(f"Source: {hint.source}" if hint.source else "")
        message, why = QLabel(hint.message, wordWrap=True), QLabel(hint.why, wordWrap=True)
        for label in (message, why):
            label.setTextFormat(Qt.TextFormat.PlainText)
        theme.set_role(why, "small")
        self.fix, self.not_here, self.never = PushButton("Replace"), PushButton("Not in this draft"), PushButton("Never")
        if hint.fix is not None:
            old, new = text[hint.fix.start : hint.fix.end].strip(), hint.fix.text.strip()
            self.fix.setText(f"Replace by “{new}”" if new and len(new) <= 24 else "Replace" if new else "Remove")
            self.fix.setToolTip(f"“{old}” → “{new}”" if new else f"Remove “{old}”")
        self.fix.setVisible(hint.fix is not None)
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        for button in (self.fix, self.not_here, self.never):
            theme.set_role(button, "link")
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 6)
        column.setSpacing(3)
        for part in (message, why):
            column.addWidget(part)
        column.addLayout(row)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.pressed.emit()
