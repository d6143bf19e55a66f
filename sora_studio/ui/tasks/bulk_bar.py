"""What can be done with several selected tasks, below the list; asks there before paid tasks are created."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from sora_studio.domain.errors import BatchQuestion
from sora_studio.domain.task import TaskSection
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.viewmodels.tasks.bulk_actions import BulkAction, bulk_steps, selected_words

_ABOVE = (BulkAction.COPY_IDS, BulkAction.REMOVE)
"""Actions beside the count; the others stand in a row of their own."""


class BulkBar(QFrame):
    """Hidden unless several tasks are selected. Never takes the keyboard focus by itself.

    Signals: `chosen(BulkAction)`; `confirmed(list[int])` with the tasks of the question that was answered with yes.
    """

    chosen = Signal(object)
    confirmed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Selected tasks")
        self._count = QLabel()
        self._count.setFont(theme.font(semibold=True))
        self._buttons = {action: PushButton("") for action in BulkAction}
        for action, button in self._buttons.items():
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self._on_button_clicked, action))
        self._words = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        theme.set_role(self._words, "review")
        self._yes, self._no = PushButton("", parent=self), PushButton("Cancel", parent=self)
        self._yes.clicked.connect(self._on_yes_clicked)
        self._no.clicked.connect(self.dismiss)
        self._asked_about: list[int] = []
        self._selection = frozenset[int]()
        self._build()
        self.dismiss()
        self.hide()

    def show_selection(self, tasks: Collection[int], sections: Mapping[TaskSection, int]) -> None:
        """Show the actions for this selection, and withdraw a question about another one."""
        if self._selection != (selection := frozenset(tasks)):
            self._selection = selection
            self.dismiss()
        self._count.setText(selected_words(sections))
        steps = {step.action: step for step in bulk_steps(sections)}
        for action, button in self._buttons.items():
            step = steps.get(action)
            button.setVisible(step is not None)
            if step is not None:
                button.setText(step.label)
                button.setToolTip(step.tip)
                button.setAccessibleDescription(step.tip)
        self._row.setVisible(any(action in steps for action in BulkAction if action not in _ABOVE))

    def ask(self, question: BatchQuestion, tasks: Sequence[int]) -> None:
        """Show the question; it is about these tasks."""
        self._asked_about = list(tasks)
        self._yes.setText(f"Create {question.tasks}")
        self._say(f"{question.title} Create them?", asks=True)

    def refuse(self, sentence: str) -> None:
        """Show why nothing was created, until the selection changes."""
        self._say(sentence, asks=False)

    def dismiss(self) -> None:
        """Withdraw the question."""
        self._asked_about = []
        for widget in (self._words, self._yes, self._no):
            widget.hide()

    def _say(self, words: str, *, asks: bool) -> None:
        self._words.setText(words)
        self._words.show()
        self._yes.setVisible(asks)
        self._no.setVisible(asks)
        event = QAccessibleAnnouncementEvent(self, words)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(theme.GRID)
        top.addWidget(self._count, 1)
        self._row = QWidget()
        below = QHBoxLayout(self._row)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(theme.GRID)
        for action, button in self._buttons.items():
            (top if action in _ABOVE else below).addWidget(button)
        below.addStretch(1)
        answers = QHBoxLayout()
        answers.setSpacing(theme.GRID)
        answers.addStretch(1)
        answers.addWidget(self._yes)
        answers.addWidget(self._no)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, theme.GRID, 12, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addLayout(top)
        column.addWidget(self._row)
        column.addWidget(self._words)
        column.addLayout(answers)

    def _on_button_clicked(self, action: BulkAction) -> None:
        self.chosen.emit(action)

    def _on_yes_clicked(self) -> None:
        tasks = self._asked_about
        self.dismiss()
        self.confirmed.emit(tasks)
