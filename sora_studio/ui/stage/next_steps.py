"""A row of buttons with the next steps for the task on the stage, below its message."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from sora_studio.ui.kit import theme
from sora_studio.viewmodels.tasks.task_actions import NextStep


class NextSteps(QWidget):
    """The row of buttons; hidden while there are none.

    Signals: `chosen(TaskAction)`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._steps: Sequence[NextStep] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GRID)
        self.hide()

    def offer(self, steps: Sequence[NextStep]) -> None:
        """Show a button for each step, the most likely first."""
        if steps != self._steps:
            self._steps = steps
            self._clear()
            for step in steps:
                button = self._build_button(step)
                self._row.addWidget(button)
                button.show()  # until shown, the layout ignores it in its size hint
        self.setVisible(bool(steps))
        self.adjustSize()

    def _clear(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if (button := item.widget()) is not None:
                button.hide()
                button.deleteLater()

    def _build_button(self, step: NextStep) -> QPushButton:
        button = QPushButton(step.label)
        button.setToolTip(step.tip)
        button.clicked.connect(lambda: self.chosen.emit(step.action))
        return button
