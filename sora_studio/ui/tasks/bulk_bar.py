"""What can be done with several selected tasks, below the list; asks there before paid tasks are created."""

from collections.abc import Collection, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from sora_studio.domain.errors import BatchQuestion
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.viewmodels.tasks.bulk_actions import BulkAction, Selected, bulk_steps

_BESIDE_COUNT = (BulkAction.COPY_IDS, BulkAction.REMOVE)
_ROWS = ((BulkAction.HOLD, BulkAction.RELEASE, BulkAction.SEND_NEXT), (BulkAction.CANCEL, BulkAction.RETRY))
"""Actions below the count, so that they fit into the narrowest panel."""


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

    def show_selection(self, tasks: Collection[int], selected: Selected) -> None:
        """Show the actions for this selection, and withdraw a question about another one."""
        if self._selection != (selection := frozenset(tasks)):
            self._selection = selection
            self.dismiss()
        self._count.setText(selected.words)
        steps = {step.action: step for step in bulk_steps(selected)}
        for action, button in self._buttons.items():
            step = steps.get(action)
            button.setVisible(step is not None)
            if step is not None:
                button.setText(step.label)
                button.setToolTip(step.tip)
                button.setAccessibleDescription(step.tip)
        for row, actions in zip(self._rows, _ROWS, strict=True):
            row.setVisible(any(action in steps for action in actions))

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
        announce(self, words, at_once=True)

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(theme.GRID)
        top.addWidget(self._count, 1)
        for action in _BESIDE_COUNT:
            top.addWidget(self._buttons[action])
        self._rows = [self._build_row(actions) for actions in _ROWS]
        answers = QHBoxLayout()
        answers.setSpacing(theme.GRID)
        answers.addStretch(1)
        answers.addWidget(self._yes)
        answers.addWidget(self._no)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, theme.GRID, 12, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addLayout(top)
        for row in self._rows:
            column.addWidget(row)
        column.addWidget(self._words)
        column.addLayout(answers)

    def _build_row(self, actions: Sequence[BulkAction]) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GRID)
        for action in actions:
            layout.addWidget(self._buttons[action])
        layout.addStretch(1)
        return row

    def _on_button_clicked(self, action: BulkAction) -> None:
        self.chosen.emit(action)

    def _on_yes_clicked(self) -> None:
        tasks = self._asked_about
        self.dismiss()
        self.confirmed.emit(tasks)
