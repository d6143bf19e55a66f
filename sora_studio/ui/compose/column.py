"""The composer's layout. The editor's position is the same before and after the other parts are loaded."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.ui.kit import theme

CONTROLS_HEIGHT = 44
"""Height of the row below the editor, in px; set by the image wells."""


class ComposeColumn(QVBoxLayout):
    """The header above the editor; the caller adds what comes below."""

    def __init__(self, home: QWidget, *, header: QWidget, editor: QWidget) -> None:
        super().__init__(home)
        self._home = home
        self.setContentsMargins(20, 16, 20, 14)
        self.setSpacing(theme.GRID)
        self.addWidget(header)
        self.addSpacing(4)
        self.addWidget(editor, 1)
        editor.setMinimumHeight(72)

    def minimumSize(self) -> QSize:
        """Include wrapped text at the current width, so that the stage shrinks and not the picture wells."""
        least = super().minimumSize()
        return QSize(least.width(), max(least.height(), self.minimumHeightForWidth(self._home.width())))
