"""A check box in the theme's colours. Style sheets can colour the box but not the tick, so the tick is painted here."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton

from sora_studio.ui.kit import theme


class CheckBox(QCheckBox):
    """A check box whose text is also its accessible name."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setAccessibleName(words)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box, and the tick over it."""
        super().paintEvent(event)
        if self.isChecked():
            option = QStyleOptionButton()
            self.initStyleOption(option)
            box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
            theme.icon("check", theme.tokens().on_accent).paint(QPainter(self), box.adjusted(2, 2, -2, -2))
