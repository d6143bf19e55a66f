"""The options and media that are not the same in two versions."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from sora_studio.domain.writing.comparison import SetupChange
from sora_studio.ui.kit import theme

_TITLES_WIDTH = 88


class SetupTable(QWidget):
    """A line for each: what it is, and how it was and is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GRID)
        self._grid.setVerticalSpacing(theme.GRID // 2)
        self._grid.setColumnMinimumWidth(0, _TITLES_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self._changes: Sequence[SetupChange] = ()

    def show_changes(self, changes: Sequence[SetupChange]) -> None:
        """Show these; the table is hidden without any."""
        if changes != self._changes:
            self._changes = changes
            while (item := self._grid.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.deleteLater()
            for row, change in enumerate(changes):
                words = f"{change.before} → {change.after}"
                self._grid.addWidget(_label(change.title, "secondary"), row, 0, Qt.AlignmentFlag.AlignTop)
                value = _label(words)
                value.setAccessibleName(f"{change.title}: {change.before}, then {change.after}")
                value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(value, row, 1)
        self.setVisible(bool(changes))


def _label(words: str, role: str = "") -> QLabel:
    made = QLabel(words)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    made.setMinimumWidth(1)
    if role:
        theme.set_role(made, role)
    return made
