"""How a local medium gets to the service, and what that means: a block of the dialogs about one medium."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from sora_studio.domain.picture import PictureRoute
from sora_studio.ui.compose.fact_labels import block, button, label, say
from sora_studio.ui.compose.pictures.route_menu import add_routes
from sora_studio.ui.kit.controls import MenuChip
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.pictures import picture_words


class RouteBlock(QWidget):
    """Signals: `chosen(PictureRoute | None)`, `needed()` when one is to be set up."""

    chosen = Signal(object)
    needed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: tuple[Ways, PictureRoute | None, str] | None = None
        self._route = MenuChip(self)
        self._route.setMenu(QMenu(self._route))
        self._words = label()
        self._consent = label(role="secondary")
        self._set_up = button("Set one up…", self.needed.emit)
        self.tab_stops: tuple[QWidget, ...] = (self._route, self._set_up)
        """The widgets in tab order."""
        column = block(label("How it gets there", semibold=True), self._route, self._words, self._consent, self._set_up)
        column.setAlignment(self._set_up, Qt.AlignmentFlag.AlignLeft)
        column.setContentsMargins(0, 0, 0, 0)
        self.setLayout(column)

    def show_ways(self, ways: Ways, chosen: PictureRoute | None, *, noun: str) -> None:
        """Show the route of a `noun` such as `film`, and the others to choose from."""
        if (ways, chosen, noun) == self._shown:
            return
        self._shown = (ways, chosen, noun)
        route = ways.taken(chosen)
        stays_here = route is not None and route is ways.inner
        has_menu = ways.has_choice and bool(ways.routes)
        self._route.setVisible(has_menu)
        say(self._words, "" if has_menu or stays_here else picture_words.way(route))
        if has_menu:
            self._route.menu().clear()
            add_routes(self._route.menu(), ways, chosen, self.chosen.emit)
            self._route.show_words(picture_words.way(route))
            self._route.setAccessibleName(picture_words.way(route))
        self._set_up.setVisible(route is None)
        say(self._consent, picture_words.consent(route, stays_here=stays_here, noun=noun))
