"""Menu entries for choosing a picture route."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from sora_studio.domain.picture import PictureRoute
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.pictures import picture_words


def add_routes(menu: QMenu, ways: Ways, chosen: PictureRoute | None, choose: Callable[[PictureRoute | None], object]) -> None:
    """Add the default from the settings, then each route that is set up; exactly one is checked."""
    group = QActionGroup(menu)
    for route, words in picture_words.route_choices(ways.routes, ways.usual):
        action = QAction(words, group, checkable=True)
        action.setChecked(route == (chosen if chosen in ways.routes else None))
        action.triggered.connect(partial(choose, route))
        menu.addAction(action)
