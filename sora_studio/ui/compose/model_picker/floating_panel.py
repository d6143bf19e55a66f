"""A panel that floats over the window's other widgets, near the control that opened it."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QRegion, QWindow
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from sora_studio.ui.kit import theme

_SHADOW = 24
_SHADOW_DOWN = 6
BORDER = 3
"""Between the backdrop's edge and the panel, so that the panel, which is opaque, leaves the round corners free."""
_TO_WINDOW, _TO_ANCHOR = 12, 8


class FloatingPanel(QWidget):
    """A child of the anchor's window: it moves and ends with it, and takes no focus from other windows.

    It closes on a click outside, when the keyboard goes elsewhere, and by `dismiss`. It is opaque, so that nothing below is
    painted with it; edge and shadow are a widget of their own. Signals: `closed()` after it was hidden.
    """

    closed = Signal()

    def __init__(self, wanted: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = wanted
        self._anchor: QWidget | None = None
        self._column: QWidget | None = None
        self._former: QWidget | None = None
        self._handle: QWindow | None = None
        self._backdrop: _Backdrop | None = None
        self.setAutoFillBackground(True)
        self.hide()
        self._dress_ground()
        theme.notifier.changed.connect(self._dress_ground)

    @property
    def is_open(self) -> bool:
        """Whether the panel is shown."""
        return self._anchor is not None

    def open_at(self, anchor: QWidget, column: QWidget | None = None) -> None:
        """Show the panel above the anchor, or below it where there is more room; `column` gives its left edge."""
        window = anchor.window()
        former = self._former if self.is_open else window.focusWidget()
        if self.is_open:
            self._release()
        self._anchor, self._column, self._former = anchor, column or anchor, former
        if self._backdrop is None or self.parentWidget() is not window:
            self.setParent(window)
            self._backdrop = _Backdrop(window)
        window.installEventFilter(self)
        self._handle = window.windowHandle()
        self._handle.installEventFilter(self)  # sees a press before any widget does
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)
        self._place()
        for shown in (self._backdrop, self):
            shown.show()
            shown.raise_()

    def want(self, size: QSize) -> None:
        """Have this size from now on, as far as the window has room for it."""
        self._wanted = size
        self._place()

    def dismiss(self) -> None:
        """Hide the panel and give the keyboard back to where it was."""
        if self._anchor is None:
            return
        former = self._former if self._former is not None and isValid(self._former) else self._anchor
        self._release()
        if isValid(former):
            former.setFocus(Qt.FocusReason.PopupFocusReason)
        self._vanish()

    def hideEvent(self, event: QHideEvent) -> None:
        """Close when the window hides its widgets; not when it is minimized."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._leave()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close on a press outside; the anchor does not see it, or it would open the panel again. Follow the window's size."""
        if self._anchor is None:
            return False
        if isinstance(event, QMouseEvent) and event.type() is QEvent.Type.MouseButtonPress and watched is self._handle:
            return self._on_press(event.position().toPoint())
        if event.type() is QEvent.Type.Resize and watched is self.parentWidget():
            self._place()
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep Tab inside the panel."""
        stops = [stop for stop in self.tab_stops() if stop.isEnabled() and stop.isVisible()]
        if not stops:
            return False
        here = self.window().focusWidget()
        step = 1 if forward else -1
        place = (stops.index(here) + step) % len(stops) if here in stops else 0
        stops[place].setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True

    def tab_stops(self) -> list[QWidget]:
        """Return the widgets that Tab visits, in order."""
        return []

    def _on_press(self, place: QPoint) -> bool:
        window = self.window()
        if self.rect().contains(self.mapFrom(window, place)):
            return False
        anchor = self._anchor
        self.dismiss()
        return anchor is not None and anchor.rect().contains(anchor.mapFrom(window, place))

    def _on_focus_changed(self, _: QWidget | None, now: QWidget | None) -> None:
        if now is None or now.window() is not self.window() or now is self or self.isAncestorOf(now):
            return
        self._leave()

    def _leave(self) -> None:
        """Close and leave the keyboard where it is."""
        if self._anchor is None:
            return
        self._release()
        self._vanish()

    def _vanish(self) -> None:
        self.hide()
        if self._backdrop is not None and isValid(self._backdrop):
            self._backdrop.hide()
        self.closed.emit()

    def _release(self) -> None:
        self._anchor = self._column = self._former = None
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.disconnect(self._on_focus_changed)
        self.window().removeEventFilter(self)
        if self._handle is not None and isValid(self._handle):
            self._handle.removeEventFilter(self)
        self._handle = None

    def _place(self) -> None:
        """Take the room above or below the anchor; all of the window where neither is enough."""
        if self._anchor is None or self._column is None or self._backdrop is None:
            return
        window = self._anchor.window()
        area = window.rect().adjusted(_TO_WINDOW, _TO_WINDOW, -_TO_WINDOW, -_TO_WINDOW)
        anchor = QRect(self._anchor.mapTo(window, QPoint()), self._anchor.size())
        above, below = anchor.top() - _TO_ANCHOR - area.top(), area.bottom() - anchor.bottom() - _TO_ANCHOR
        width = min(self._wanted.width(), area.width())
        left = max(area.left(), min(self._column.mapTo(window, QPoint()).x(), area.right() + 1 - width))
        height = min(self._wanted.height(), max(above, below))
        if height < min(self._wanted.height(), area.height()) / 2:
            height = min(self._wanted.height(), area.height())
            top = area.top()
        elif above >= height:
            top = anchor.top() - _TO_ANCHOR - height
        else:
            top = anchor.bottom() + 1 + _TO_ANCHOR
        frame = QRect(left, top, width, height)
        self.setGeometry(frame.adjusted(BORDER, BORDER, -BORDER, -BORDER))
        self._backdrop.setGeometry(frame.adjusted(-_SHADOW, -_SHADOW, _SHADOW, _SHADOW))

    def _dress_ground(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(theme.tokens().panel))
        self.setPalette(palette)


class _Backdrop(QWidget):
    """The panel's edge with round corners, and its shadow."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.notifier.changed.connect(self.update)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint shadow, ground and edge."""
        tokens, frame = theme.tokens(), self.rect().adjusted(_SHADOW, _SHADOW, -_SHADOW, -_SHADOW)
        radius, most = theme.RADIUS + 2, _SHADOW - _SHADOW_DOWN
        strength = 22 if tokens is theme.DARK else 7
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRegion(QRegion(self.rect()) - QRegion(frame.adjusted(radius, radius, -radius, -radius)))
        painter.setPen(Qt.PenStyle.NoPen)
        for spread in range(0, most, 3):
            painter.setBrush(QColor(0, 0, 0, round(strength * (1 - spread / most)) + 1))
            shade = QRectF(frame).adjusted(-spread, -spread, spread, spread).translated(0, _SHADOW_DOWN)
            painter.drawRoundedRect(shade, radius + spread, radius + spread)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.setBrush(QColor(tokens.panel))
        painter.drawRoundedRect(QRectF(frame).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()
