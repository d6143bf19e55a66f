"""A field for tags, with commas between them, that completes from the tags in use."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from sora_studio.ui.kit import theme
from sora_studio.viewmodels.library.clip_commands import tags_in

_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_MOST_OFFERED = 8


class TagField(QLineEdit):
    """Signals: `entered(tuple[str, ...])` by Enter, then it is empty; `left()` by Esc; `begun()` when it has the focus."""

    entered = Signal(object)
    left = Signal()
    begun = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Add tags")
        self._known = QStringListModel(self)
        completer = _LastTag(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(_MOST_OFFERED)
        self._popup = QListView()  # it belongs to the completer
        self._popup.setAccessibleName("Tags in use")
        theme.set_role(self._popup, "completions")
        completer.setPopup(self._popup)
        self.setCompleter(completer)

    def offer(self, tags: Sequence[str]) -> None:
        """Set what is completed, the most usual first."""
        if self._known.stringList() != list(tags):
            self._known.setStringList(list(tags))

    def take(self) -> tuple[str, ...]:
        """Return the typed tags and empty the field."""
        tags = tags_in(self.text())
        self.clear()
        return tags

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Ask for the tags in use."""
        super().focusInEvent(event)
        self.begun.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter commits, unless it chooses a completion; Esc leaves."""
        popup = self._popup
        if event.key() in _ENTER and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            if popup.isVisible() and popup.currentIndex().isValid():
                event.ignore()  # the completer takes it
            else:
                popup.hide()
                self.entered.emit(self.take())
        elif event.key() == Qt.Key.Key_Escape and not popup.isVisible():
            self.clear()
            self.left.emit()
        else:
            super().keyPressEvent(event)


class _LastTag(QCompleter):
    """Completes what stands behind the last comma."""

    def __init__(self, tags: QAbstractItemModel, field: TagField) -> None:
        super().__init__(tags, field)
        self._field = field

    def splitPath(self, path: str) -> list[str]:
        return [path.rpartition(",")[2].strip()]

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        before = self._field.text().rpartition(",")[0].strip()
        completed = super().pathFromIndex(index)
        return f"{before}, {completed}" if before else completed
