"""The date beside the scroll bar while it is dragged."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QLabel, QStyle, QStyleOptionSlider

from sora_studio.ui.kit import theme

_STYLE = "background: {raised}; color: {text}; border: 1px solid {line}; border-radius: 6px; padding: 5px 10px;"
_GAP = 8


class DateBubble(QLabel):
    """Says which day is at the top. Stands beside the handle of the view's scroll bar."""

    def __init__(self, view: QAbstractScrollArea) -> None:
        super().__init__(view)
        self._view = view
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(semibold=True))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._dress()
        theme.notifier.changed.connect(self._dress)
        self.hide()

    def say(self, words: str) -> None:
        """Show these words, or hide without any."""
        self.setVisible(bool(words))
        if words:
            self.setText(words)
            self.adjustSize()
            self._place()

    def _place(self) -> None:
        bar = self._view.verticalScrollBar()
        option = QStyleOptionSlider()
        bar.initStyleOption(option)
        style = bar.style()
        handle = style.subControlRect(QStyle.ComplexControl.CC_ScrollBar, option, QStyle.SubControl.SC_ScrollBarSlider, bar)
        left = self._view.viewport().geometry().right() - self.width() - _GAP
        middle = bar.mapTo(self._view, handle.center()).y()
        self.move(left, max(_GAP, min(middle - self.height() // 2, self._view.height() - self.height() - _GAP)))
        self.raise_()

    def _dress(self) -> None:
        tokens = theme.tokens()
        self.setStyleSheet(_STYLE.format(raised=tokens.raised, text=tokens.text, line=tokens.line))
