"""A question before several paid tasks are created, or why none was."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sora_studio.domain.errors import BatchQuestion
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.library.details.labels import label


class QuestionBox(QWidget):
    """Hidden unless there is something to say. Signals: `confirmed(list[int])` with the tasks that the question is about."""

    confirmed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = list[int]()
        self._words = label("", "review", parent=self)
        self._yes, self._no = PushButton("", parent=self), PushButton("Cancel", parent=self)
        self._yes.clicked.connect(self._on_yes_clicked)
        self._no.clicked.connect(self.dismiss)
        answers = QHBoxLayout()
        answers.setSpacing(theme.GRID)
        answers.addWidget(self._yes)
        answers.addWidget(self._no)
        answers.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addWidget(self._words)
        column.addLayout(answers)
        self.hide()

    def ask(self, question: BatchQuestion, tasks: Sequence[int]) -> None:
        """Show the question; it is about these tasks."""
        self._tasks = list(tasks)
        self._yes.setText(f"Create {question.tasks:,}")
        self._say(f"{question.title} Create them?", asks=True)

    def refuse(self, sentence: str) -> None:
        """Show why nothing was created."""
        self._say(sentence, asks=False)

    def dismiss(self) -> None:
        """Withdraw it."""
        self._tasks = []
        self.hide()

    def _say(self, words: str, *, asks: bool) -> None:
        self._words.setText(words)
        self._yes.setVisible(asks)
        self._no.setVisible(asks)
        self.show()
        announce(self, words, at_once=True)

    def _on_yes_clicked(self) -> None:
        tasks = self._tasks
        self.dismiss()
        self.confirmed.emit(tasks)
