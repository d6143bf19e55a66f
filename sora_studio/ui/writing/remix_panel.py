"""Variants of the text: a list, what the selected one changes, and a button that takes it."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.writing.difference_view import DifferenceView
from sora_studio.viewmodels.writing.remix_model import RemixModel

_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ABOUT = "Your text with other words of the vocabulary. Taking one keeps your text as a version."
_NONE = "Nothing to change yet: write a sentence, or name a light, a camera move or a pace."


class RemixPanel(QWidget):
    """Enter takes the selected variant. Signals: `taken(Proposal)`, `left()` with the button or Esc."""

    taken = Signal(object)
    left = Signal()

    def __init__(self, model: RemixModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._back = PushButton("‹ Words", "Back to the words", self)
        theme.set_role(self._back, "link")
        self._about = QLabel(_ABOUT, self, wordWrap=True)
        theme.set_role(self._about, "secondary")
        self._list = QListWidget(self)
        self._list.setAccessibleName("Variants")
        self._list.setUniformItemSizes(True)
        theme.set_role(self._list, "rows")
        self._difference = DifferenceView(self)
        self._take = PushButton("Use this text", parent=self)
        buttons = QHBoxLayout()
        buttons.addWidget(self._take)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, theme.GRID + 4, 2 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(theme.GRID)
        column.addWidget(self._back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._about)
        column.addWidget(self._list)
        column.addWidget(self._difference, 1)
        column.addLayout(buttons)
        self.setFocusProxy(self._list)
        self._back.clicked.connect(self.left)
        self._take.clicked.connect(self._on_take_clicked)
        self._list.currentRowChanged.connect(self._show_current)
        self._list.itemDoubleClicked.connect(self._on_take_clicked)
        model.changed.connect(self._show)
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the text while visible."""
        super().showEvent(event)
        self._model.watch(is_watched=True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop following the text."""
        super().hideEvent(event)
        self._model.watch(is_watched=False)

    def event(self, event: QEvent) -> bool:
        """Take Esc before the window does, and Enter in the list."""
        if not isinstance(event, QKeyEvent):
            return super().event(event)
        is_press = event.type() == QEvent.Type.KeyPress
        if event.key() == Qt.Key.Key_Escape:
            if is_press:
                self.left.emit()
            event.accept()
            return True
        if is_press and event.key() in _ENTER_KEYS and self._list.hasFocus():
            self._on_take_clicked()
            return True
        return super().event(event)

    def _show(self) -> None:
        proposals, row = self._model.proposals, max(self._list.currentRow(), 0)
        self._list.clear()
        self._list.addItems([proposal.variant.title for proposal in proposals])
        self._list.setFixedHeight(len(proposals) * self._list.sizeHintForRow(0) + 2 * theme.GRID if proposals else 0)
        self._about.setText(_ABOUT if proposals else _NONE)
        for part in (self._list, self._difference, self._take):
            part.setVisible(bool(proposals))
        self._list.setCurrentRow(min(row, len(proposals) - 1))
        self._show_current()

    def _show_current(self) -> None:
        row, proposals = self._list.currentRow(), self._model.proposals
        if 0 <= row < len(proposals):
            shown = proposals[row].difference
            spoken = f"{shown.added} words added, {shown.removed} removed"
            self._difference.show_difference(shown, spoken=spoken)
            self._take.setAccessibleName(f"Use this text: {proposals[row].variant.title}")

    def _on_take_clicked(self) -> None:
        row, proposals = self._list.currentRow(), self._model.proposals
        if 0 <= row < len(proposals):
            self.taken.emit(proposals[row])
