"""A box to tick, in the colours of the look: the style sheet can colour the box but not the tick."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton

from sora_studio.ui.kit import theme


class CheckBox(QCheckBox):
    """Its words are its accessible name."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setAccessibleName(words)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box, and the tick over it."""
        super().paintEvent(event)
        if self.isChecked():
            option = QStyleOptionButton()
            self.initStyleOption(option)
            box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
            theme.icon("check", theme.tokens().on_accent).paint(QPainter(self), box.adjusted(2, 2, -2, -2))
