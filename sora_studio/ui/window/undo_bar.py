"""A bar over the bottom of the window that says what was just decided, and takes it back."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.push_button import PushButton

SHOWN_MS = 8000
"""Long enough to read a line and reach the button; Ctrl+Z works longer."""
_ABOVE_PX = 44
"""Above the window's lower edge, clear of the status bar."""


class UndoBar(QFrame):
    """Hides by itself, but not under the pointer or with the focus. Signals: `undo_clicked()`."""

    undo_clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("undo-bar")
        theme.set_role(self, "popup")
        self._words = QLabel(self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._undo = PushButton("Undo", parent=self)
        self._undo.setToolTip("Take it back (Ctrl+Z)")
        theme.set_role(self._undo, "link")
        self._undo.clicked.connect(self.undo_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        row.setSpacing(2 * theme.GRID)
        row.addWidget(self._words)
        row.addWidget(self._undo)
        self._hide = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._hide.timeout.connect(self._on_hide_timeout)
        parent.installEventFilter(self)
        self.hide()

    def say(self, words: str, *, can_undo: bool) -> None:
        """Show the words in place of earlier ones, and tell a screen reader."""
        self._words.setText(words)
        self._undo.setVisible(can_undo)
        self._undo.setAccessibleName(f"Undo: {words}")
        self._place()
        self.show()
        self.raise_()
        self._hide.start()
        spoken = f"{words}. Ctrl+Z takes it back." if can_undo else words
        announce(self, spoken)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the bottom when the window changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        home = self.parentWidget()
        assert home is not None
        self.adjustSize()
        self.move(max(0, (home.width() - self.width()) // 2), max(0, home.height() - self.height() - _ABOVE_PX))

    def _on_hide_timeout(self) -> None:
        if self.underMouse() or self._undo.hasFocus():
            self._hide.start()
        else:
            self.hide()
