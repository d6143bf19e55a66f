"""The chip at the end of the row for rarely used choices: the callback, and how pictures reach the service."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QWidget

from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.compose.pictures.route_menu import add_routes
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import ICON, PADDING, MenuChip, draw_box
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.pictures import picture_words

_LINE = 2.0


class AdvancedChip(MenuChip):
    """Three dots and a menu of the callback and picture routes that are set up. Stateless: shows what it is given.

    Signals: `callback_chosen(bool)`, `route_chosen(PictureRoute | None)`.
    """

    callback_chosen = Signal(bool)
    route_chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: tuple[Ways, bool, PictureRoute | None] | None = None
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self.setMenu(self._menu)
        self.setAccessibleName("Advanced")

    def show_ways(self, ways: Ways, request: GenerationRequest) -> None:
        """Show what can be chosen, and the request's choices."""
        showing = (ways, request.callback, request.pictures_by)
        if showing == self._shown:
            return
        self._shown = showing
        self._menu.clear()
        said = list[str]()
        if ways.callback:
            self._add_callback(is_on=request.callback)
            said += ["The service reports when the clip is ready (callback)"] if request.callback else []
        if ways.has_choice:
            self._add_routes(ways, request.pictures_by)
            said += [f"Pictures: {picture_words.way(request.pictures_by)}"] if request.pictures_by in ways.routes else []
        self.setToolTip(". ".join(said) or "Advanced")
        self.show_words(". ".join(said))

    @staticmethod
    def has_any(ways: Ways) -> bool:
        """Return whether there is anything to choose."""
        return ways.callback or ways.has_choice

    def sizeHint(self) -> QSize:
        """Return the size of the dots with padding."""
        return QSize(ICON + 2 * PADDING, theme.CONTROL_HEIGHT)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint three dots; in the accent colour and underlined (for colour-blind users) while a choice is not the default."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_box(painter, self, invalid=self.invalid)
        colours = theme.tokens()
        colour = colours.accent if self.words else colours.text if self.underMouse() else colours.secondary
        place = QRect(PADDING, (self.height() - ICON) // 2, ICON, ICON)
        theme.icon("more", colour).paint(painter, place)
        if self.words:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(place.left(), place.bottom() - 1, ICON, _LINE), _LINE / 2, _LINE / 2)

    def _add_callback(self, *, is_on: bool) -> None:
        action = self._menu.addAction("Let the service report when the clip is ready (callback)")
        action.setCheckable(True)
        action.setChecked(is_on)
        action.setToolTip("The service reports to your relay as soon as the clip is ready, so it is polled less often.")
        action.triggered.connect(self.callback_chosen)

    def _add_routes(self, ways: Ways, chosen: PictureRoute | None) -> None:
        self._menu.addSeparator()
        self._menu.addAction("Send pictures through").setEnabled(False)  # the style sheet hides section titles
        add_routes(self._menu, ways, chosen, self.route_chosen.emit)
