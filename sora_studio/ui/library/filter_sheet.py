"""A calm question over the film of a filter session: what it is about, and a button for each answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.push_button import PushButton

_WIDTH = 480


@dataclass(frozen=True, slots=True)
class Answer:
    """A button of the sheet. The first answer is the default; Esc gives the one that `is_escape`."""

    words: str
    act: Callable[[], object]
    is_escape: bool = False


class FilterSheet(QFrame):
    """Hides before an answer acts. Keys that it does not know go no further: nothing is decided behind it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        theme.set_role(self, "popup")
        self.setFixedWidth(_WIDTH)
        self._answers: Sequence[Answer] = ()
        self._title = _label(semibold=True, size_px=15)
        self._words = _label()
        theme.set_role(self._words, "secondary")
        self._row = QHBoxLayout()
        self._row.setSpacing(theme.GRID)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * theme.GRID] * 4)
        column.setSpacing(theme.GRID)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addSpacing(theme.GRID)
        column.addLayout(self._row)
        self.hide()

    def ask(self, title: str, words: str, answers: Sequence[Answer]) -> None:
        """Show a question with the focus on its first answer."""
        self._title.setText(title)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._answers = answers
        while (item := self._row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._row.addStretch(1)
        buttons = [self._button(answer, is_default=answer is answers[0]) for answer in answers]
        for button in reversed(buttons):  # the default stands at the right, as in the other dialogs
            self._row.addWidget(button)
        for button, following in pairwise(buttons):
            QWidget.setTabOrder(button, following)
        self.setAccessibleName(title)
        self.show()
        self.raise_()
        buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, f"{title}. {words}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives the answer that changes nothing."""
        if event.key() == Qt.Key.Key_Escape:
            for answer in self._answers:
                if answer.is_escape:
                    self._give(answer)
                    break
        event.accept()

    def _button(self, answer: Answer, *, is_default: bool) -> PushButton:
        button = PushButton(answer.words, parent=self)
        if is_default:
            theme.set_role(button, "primary")
        button.clicked.connect(lambda: self._give(answer))
        return button

    def _give(self, answer: Answer) -> None:
        self.hide()
        answer.act()


def _label(*, semibold: bool = False, size_px: int = 13) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme.font(size_px=size_px, semibold=semibold))
    label.setWordWrap(True)
    return label
