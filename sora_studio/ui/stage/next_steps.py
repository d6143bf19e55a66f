"""Rows of buttons with the next steps for the task on the stage, below its message."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.viewmodels.tasks.successor_steps import SuccessorStep
from sora_studio.viewmodels.tasks.task_actions import NextStep

Step = NextStep | SuccessorStep


class NextSteps(QWidget):
    """The row of buttons, and one above it for the models to open the draft with; hidden while there are none.

    Signals: `chosen(Step)`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._steps: Sequence[Step] = ()
        self._successors, self._actions = QHBoxLayout(), QHBoxLayout()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(theme.GRID)
        for row in (self._successors, self._actions):
            row.setSpacing(theme.GRID)
            row.setAlignment(Qt.AlignmentFlag.AlignCenter)
            rows.addLayout(row)
        self.hide()

    def offer(self, steps: Sequence[Step]) -> None:
        """Show a button for each step, the most likely first."""
        if steps != self._steps:
            self._steps = steps
            self._clear()
            for step in steps:
                button = self._build_button(step)
                row = self._successors if isinstance(step, SuccessorStep) else self._actions
                row.addWidget(button)
                button.show()  # until shown, the layout ignores it in its size hint
        self.setVisible(bool(steps))
        self.adjustSize()

    def _clear(self) -> None:
        for row in (self._successors, self._actions):
            while (item := row.takeAt(0)) is not None:
                if (button := item.widget()) is not None:
                    button.hide()
                    button.deleteLater()

    def _build_button(self, step: Step) -> QPushButton:
        button = QPushButton(step.label)
        button.setToolTip(step.tip)
        button.setAccessibleDescription(step.tip)
        button.clicked.connect(lambda: self.chosen.emit(step))
        return button
