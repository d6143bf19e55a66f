"""A sentence with its icon in the colour of what it says; the words say the same without the colour."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.steady_label import SteadyLabel

_ICON_PX = 16


class IconLine(QWidget):
    """Follows the look. `role` is the name of a colour that words can have too: secondary, ready, review or failed."""

    def __init__(self, icon: str = "info", role: str = "secondary", text: str = "", *, room_for: Sequence[str] = ()) -> None:
        """`room_for`: the sentences that may take each other's place while a person is about to press something below."""
        super().__init__()
        self._mark = QLabel()
        self._mark.setFixedWidth(_ICON_PX)
        self._words = SteadyLabel()
        self._words.keep_room(*room_for)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self.say(icon, role, text)
        theme.notifier.changed.connect(self._draw)

    def say(self, icon: str, role: str, text: str) -> None:
        """Show these from now on."""
        self._icon, self._role = icon, role
        theme.set_role(self._words, role)
        self._words.setText(text)
        self._words.setAccessibleName(text)
        self._draw()

    def words(self) -> str:
        """What stands there."""
        return self._words.text()

    def _draw(self) -> None:
        colour = str(getattr(theme.tokens(), self._role))
        self._mark.setPixmap(theme.icon(self._icon, colour).pixmap(_ICON_PX, _ICON_PX))
