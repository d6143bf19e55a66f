"""Where the editor stands in the composer: the same before the composer's other parts are there as afterwards."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.ui.kit import theme

CONTROLS_HEIGHT = 44
"""Of the row below the editor; the image wells set it."""


class ComposeColumn(QVBoxLayout):
    """The header over the editor; what comes below is added."""

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
        """With every line of a sentence that wraps at the present width: the stage gives way, not the picture wells."""
        least = super().minimumSize()
        return QSize(least.width(), max(least.height(), self.minimumHeightForWidth(self._home.width())))
