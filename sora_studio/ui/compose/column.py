"""The composer's layout. The editor's place is the same before and after the other parts are loaded, and for every model."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.ui.kit import theme

CONTROLS_HEIGHT = 44
"""Height of a line of the controls below the editor, in px; set by the image wells."""
MEDIA_WIDTH = 192
"""The least room for the media on the line of the options, in px: two pictures and a place for more."""
NOTES_HEIGHT = 16
"""Height of the line of notes above the controls, in px; kept free, so that a note moves nothing."""
OPTIONS_WIDTH = 860
"""Room for everything else on one line, in px: enough for the model with the widest options."""
_ONE_LINE_FROM = MEDIA_WIDTH + theme.GRID + OPTIONS_WIDTH


def is_one_line(width: int) -> bool:
    """Return whether all controls stand on one line. Model and media do not matter, so that another one moves nothing."""
    return width >= _ONE_LINE_FROM


def controls_height(width: int) -> int:
    """Return the height of the controls at this width: of one line, or of two."""
    return CONTROLS_HEIGHT if is_one_line(width) else CONTROLS_HEIGHT + theme.GRID + theme.GENERATE_HEIGHT


class ComposeColumn(QVBoxLayout):
    """The header above the editor; the caller adds what comes below."""

    def __init__(self, home: QWidget, *, header: QWidget, editor: QWidget) -> None:
        super().__init__(home)
        self._home = home
        self._widest: int | None = None
        self.setContentsMargins(20, 16, 20, 14)
        self.setSpacing(theme.GRID)
        self.addWidget(header)
        self.addSpacing(4)
        self.addWidget(editor, 1)
        editor.setMinimumHeight(72)

    def limit_width(self, widest: int | None) -> None:
        """Keep everything within a column in the middle that is so wide; None uses the whole width."""
        if widest != self._widest:
            self._widest = widest
            self.invalidate()
            self.activate()

    def setGeometry(self, rect: QRect) -> None:
        """Lay everything out within the column."""
        margins = self.contentsMargins()
        room = rect.width() - margins.left() - margins.right()
        inset = max((room - self._widest) // 2, 0) if self._widest is not None else 0
        super().setGeometry(rect.adjusted(inset, 0, -inset, 0))

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
