"""Facts in two columns: what they are about, and their words."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import plain_tip
from sora_studio.ui.library.details.labels import label
from sora_studio.viewmodels.library.details_model import Line

_TITLES_WIDTH = 88


class FactsTable(QWidget):
    """Rows are changed in place, so that a selected text stays selected while other facts change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = list[tuple[QLabel, QLabel]]()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GRID)
        self._grid.setVerticalSpacing(theme.GRID - 2)
        self._grid.setColumnMinimumWidth(0, _TITLES_WIDTH)
        self._grid.setColumnStretch(1, 1)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these facts."""
        while len(self._rows) < len(lines):
            self._add_row()
        for number, (title, words) in enumerate(self._rows):
            is_used = number < len(lines)
            title.setVisible(is_used)
            words.setVisible(is_used)
            line = lines[number] if is_used else Line("", "")
            if (title.text(), words.text()) != (line.title, shown := line.short or line.words):
                title.setText(line.title)
                words.setText(shown)
                words.setToolTip(plain_tip(line.words) if line.short not in ("", line.words) else "")
                words.setAccessibleName(f"{line.title}: {line.words}")

    def _add_row(self) -> None:
        title, words = label("", "secondary", parent=self), label("", parent=self)
        title.setWordWrap(False)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignTop)
        row = len(self._rows)
        self._grid.addWidget(title, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(words, row, 1)
        self._rows.append((title, words))
