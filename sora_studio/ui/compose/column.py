"""The composer's layout. The editor's place is the same before and after the other parts are loaded, and for every model."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.ui.kit import theme

CONTROLS_HEIGHT = 44
"""Height of a line of the controls below the editor, in px; set by the image wells."""
WELL_WIDTH = 64
NOTES_HEIGHT = 16
"""Height of the line of notes above the controls, in px; kept free, so that a note moves nothing."""
_ONE_LINE_FROM = 860
"""The least width beside the pictures, in px, at which all controls stand on one line."""


def is_one_line(width: int, pictures_width: int) -> bool:
    """Return whether all controls stand on one line. The model does not matter, so that another one moves nothing."""
    return width - pictures_width - theme.GRID >= _ONE_LINE_FROM


def controls_height(width: int, pictures_width: int = WELL_WIDTH) -> int:
    """Return the height of the controls at this width: of one line, or of two."""
    return CONTROLS_HEIGHT if is_one_line(width, pictures_width) else CONTROLS_HEIGHT + theme.GRID + theme.GENERATE_HEIGHT


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

    def add_controls(self, *, notes: QWidget, controls: QWidget) -> None:
        """Add the line of notes and the controls at the bottom."""
        notes.setFixedHeight(NOTES_HEIGHT)
        bottom = QVBoxLayout()
        bottom.setSpacing(theme.GRID // 2)
        bottom.addWidget(notes)
        bottom.addWidget(controls)
        self.addLayout(bottom)

    def minimumSize(self) -> QSize:
        """Include wrapped text at the current width, so that the stage shrinks and not the picture wells."""
        least = super().minimumSize()
        return QSize(least.width(), max(least.height(), self.minimumHeightForWidth(self._home.width())))
