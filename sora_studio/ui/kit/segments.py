"""A segmented control: a few exclusive values side by side. It is one tab stop; arrow keys move within."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from sora_studio.domain.models.values import OptionValue, is_same
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import SegmentButton, box_path


class Segments(QWidget):
    """Exclusive buttons in one frame. Signals: `chosen(OptionValue)` when the user picks a value."""

    chosen = Signal(object)

    def __init__(self, title: str, choices: Sequence[tuple[OptionValue | None, str, str | None]], parent: QWidget) -> None:
        """`choices` are values with their texts and optional icons."""
        super().__init__(parent)
        self.invalid = False
        self._compact = False
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._values = [value for value, _, _ in choices]
        self._group = QButtonGroup(self)
        self._buttons = list[SegmentButton]()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for number, (_, text, icon_name) in enumerate(choices):
            button = SegmentButton(text, icon_name, self)
            button.setAccessibleName(f"{title} {text}")
            self._group.addButton(button, number)
            self._buttons.append(button)
            row.addWidget(button)
        self._group.idToggled.connect(self._on_group_toggled)
        self._settle()

    @property
    def buttons(self) -> Sequence[SegmentButton]:
        """The buttons, in order of their values."""
        return self._buttons

    @property
    def stop(self) -> SegmentButton:
        """The tab stop: the checked button, else the first."""
        return next((button for button in self._buttons if button.isChecked()), self._buttons[0])

    def show_value(self, value: OptionValue | None) -> None:
        """Check this value's button without emitting `chosen`; none if no button has it."""
        self._group.blockSignals(True)
        self._group.setExclusive(False)  # an exclusive group does not let go of its last button
        for known, button in zip(self._values, self._buttons, strict=True):
            button.setChecked(is_same(known, value))
        self._group.setExclusive(True)
        self._group.blockSignals(False)
        self._settle()

    def width_when(self, *, compact: bool) -> int:
        """Return the width with all texts, or compact."""
        return sum(button.width_when(compact=compact) for button in self._buttons)

    def set_compact(self, compact: bool) -> None:
        """Show icons without text where there are icons; the text moves to the tool tip."""
        if compact == self._compact:
            return
        self._compact = compact
        for button in self._buttons:
            button.set_compact(compact)

    def forbid(self, why: Callable[[OptionValue], str]) -> None:
        """Grey the values for which `why` returns a reason. The arrow keys reach them, and they say why."""
        for value, button in zip(self._values, self._buttons, strict=True):
            button.forbid("" if value is None else why(value))

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint one frame around all buttons, the chosen one filled, with thin lines between the others."""
        colours = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = box_path(self.rect())
        painter.fillPath(frame, QColor(colours.raised))
        painter.setClipPath(frame)
        for button in self._buttons:
            if button.isChecked():
                painter.fillRect(button.geometry(), QColor(colours.selection))
            elif button.x() > 0:
                painter.fillRect(QRect(button.x(), 0, 1, self.height()), QColor(colours.line))
        painter.setClipping(False)
        focused = any(button.hasFocus() for button in self._buttons)
        edge = colours.failed if self.invalid else colours.accent if focused else colours.line
        painter.setPen(QPen(QColor(edge), 1))
        painter.drawPath(frame)

    def _on_group_toggled(self, number: int, checked: bool) -> None:
        if checked:
            self._settle()
            self.chosen.emit(self._values[number])

    def _settle(self) -> None:
        """Make the checked button the only tab stop, and move the focus to it if a segment had it."""
        had_focus = any(button.hasFocus() for button in self._buttons)
        for button in self._buttons:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if button is self.stop else Qt.FocusPolicy.NoFocus)
        if had_focus:
            self.stop.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()
