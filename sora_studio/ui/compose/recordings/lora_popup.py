"""The small window about one LoRA: its address and how strongly it acts."""

from decimal import Decimal

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.number_slider import NumberSlider
from sora_studio.viewmodels.compose.number_scale import NumberScale

_SCALES = NumberScale(Decimal(0), Decimal(4), Decimal("0.05"), "", is_whole=False)
_WIDTH = 360


class LoraPopup(QFrame):
    """Closed by a click outside, or Esc. Signals: `address_entered(str)`, `scale_chosen(float)`."""

    address_entered = Signal(str)
    scale_chosen = Signal(object)

    def __init__(self, address: str, scale: float, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("LoRA")
        theme.set_role(self, "panel")
        self._shown = address
        self._address = QLineEdit(address, self)
        self._address.setAccessibleName("LoRA address")
        self._address.setPlaceholderText("https://… and Enter")
        self._address.setCursorPosition(0)
        self._address.returnPressed.connect(self._on_address_return_pressed)
        self._scale = NumberSlider("Scale", _SCALES, "", self)
        self._scale.show_value(scale)
        self._scale.chosen.connect(self.scale_chosen)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 12, 12, 12)
        grid.setSpacing(theme.GRID)
        for row, (words, field) in enumerate((("Address", self._address), ("Scale", self._scale))):
            grid.addWidget(QLabel(words, self), row, 0)
            grid.addWidget(field, row, 1)
        self.setFixedWidth(_WIDTH)

    def open_above(self, widget: QWidget) -> None:
        """Show the window above a widget, with the keyboard on the scale."""
        self.adjustSize()
        self.move(widget.mapToGlobal(QPoint(0, -self.height() - theme.GRID // 2)))
        self.show()
        self._scale.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close with Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _on_address_return_pressed(self) -> None:
        if (entered := self._address.text().strip()) and entered != self._shown:
            self.address_entered.emit(entered)
        self.close()
