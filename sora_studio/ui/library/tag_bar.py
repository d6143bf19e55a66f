"""A small field over the library that adds tags to the selected clips."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.library.tag_field import TagField

_FIELD_WIDTH = 260
_ABOVE_EDGE = 24
_STAYS = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


class TagBar(QFrame):
    """Hidden until it is opened for some clips; it adds tags to these, whatever is selected by then.

    Signals: `entered(list[int], tuple[str, ...])`; `closed()` when the focus is to go back.
    """

    entered = Signal(object, object)
    closed = Signal()

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._tasks = list[int]()
        theme.set_role(self, "popup")
        self.setObjectName("tag-bar")
        self._words = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.field = TagField(self)
        self.field.setPlaceholderText("Tags, with commas between them")
        self.field.setFixedWidth(_FIELD_WIDTH)
        keys = QLabel("Enter adds · Esc closes")
        theme.set_role(keys, "secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, theme.GRID, 12, theme.GRID)
        row.setSpacing(theme.GRID + 2)
        row.addWidget(self._words)
        row.addWidget(self.field)
        row.addWidget(keys)
        self.field.entered.connect(self._on_field_entered)
        self.field.left.connect(self._close)
        self.field.installEventFilter(self)
        over.installEventFilter(self)
        self.hide()

    def open_for(self, tasks: Sequence[int]) -> None:
        """Open for these clips, with the focus in the field."""
        self._tasks = list(tasks)
        words = "Tag this clip" if len(self._tasks) == 1 else f"Tag {len(self._tasks):,} clips"
        self._words.setText(words)
        self.field.setAccessibleName(words)
        self.field.clear()
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle of the lower edge; close when the focus goes elsewhere in the window."""
        if watched is self._over and event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        elif watched is self.field and isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in _STAYS:
            self.hide()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        self.adjustSize()
        room = self._over.rect()
        self.move(max(0, (room.width() - self.width()) // 2), max(0, room.height() - self.height() - _ABOVE_EDGE))

    def _on_field_entered(self, tags: tuple[str, ...]) -> None:
        if tags:
            self.entered.emit(self._tasks, tags)
        self._close()

    def _close(self) -> None:
        self.closed.emit()
        self.hide()
