"""A sentence with an icon, both in the colour of its role; the text is understandable without the colour."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.steady_label import SteadyLabel

_ICON_MORE_PX = 3
"""Larger than the text by this."""


class IconLine(QWidget):
    """Follows the theme. `role` names a text colour: secondary, ready, review or failed."""

    def __init__(
        self,
        icon: str = "info",
        role: str = "secondary",
        text: str = "",
        *,
        room_for: Sequence[str] = (),
        size_px: int = 13,
    ) -> None:
        """`room_for`: texts that may replace each other; room for the tallest is reserved, so that controls below stay put."""
        super().__init__()
        self._mark = QLabel()
        self._icon_px = size_px + _ICON_MORE_PX
        self._mark.setFixedWidth(self._icon_px)
        self._words = SteadyLabel(size_px=size_px)
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
        """Show this icon and text in the role's colour."""
        self._icon, self._role = icon, role
        theme.set_role(self._words, role)
        self._words.setText(text)
        self._words.setAccessibleName(text)
        self._draw()

    def words(self) -> str:
        """Return the text."""
        return self._words.text()

    def _draw(self) -> None:
        colour = str(getattr(theme.tokens(), self._role))
        self._mark.setPixmap(theme.icon(self._icon, colour).pixmap(self._icon_px, self._icon_px))
