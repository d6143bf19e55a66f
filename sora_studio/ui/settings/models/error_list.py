"""The errors of a profile's text, one a row; a click or Enter goes to the line."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from sora_studio.domain.errors import ProfileError
from sora_studio.ui.kit import theme

_ICON = 16
FINE = "No errors. The text can be read."


class ErrorList(QListWidget):
    """Signals: `line_chosen(int)`, counted from 1; 0 is the file as a whole."""

    line_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._errors: tuple[ProfileError, ...] | None = None
        self.setAccessibleName("Errors in the text")
        self.setFont(theme.font())
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(_ICON, _ICON))
        theme.set_role(self, "rows")
        self.itemClicked.connect(self._on_item_chosen)
        self.itemActivated.connect(self._on_item_chosen)
        theme.notifier.changed.connect(self._show)

    def show_errors(self, errors: Sequence[ProfileError]) -> None:
        """Show the errors; the list keeps its place if they are the same."""
        shown = tuple(errors)
        if self._errors is None or _words(self._errors) != _words(shown):
            self._errors = shown
            self._show()

    def words(self) -> list[str]:
        """Return the rows as they are read."""
        return [self.item(row).text() for row in range(self.count())]

    def _show(self) -> None:
        colours = theme.tokens()
        self.clear()
        for error, text in zip(self._errors or (), _words(self._errors or ()), strict=True):
            item = QListWidgetItem(theme.icon("error", colours.failed), text)
            item.setData(Qt.ItemDataRole.UserRole, error.line)
            self.addItem(item)
        if not self.count():
            item = QListWidgetItem(theme.icon("success", colours.ready), FINE)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            item.setSizeHint(QSize(0, theme.CONTROL_HEIGHT))
            self.addItem(item)

    def _on_item_chosen(self, item: QListWidgetItem) -> None:
        line = item.data(Qt.ItemDataRole.UserRole)
        if isinstance(line, int):
            self.line_chosen.emit(line)


def _words(errors: Sequence[ProfileError]) -> list[str]:
    return [f"Line {error.line}: {error.reason}" if error.line else error.reason for error in errors]
