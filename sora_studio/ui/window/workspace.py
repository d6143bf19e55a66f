"""The area between the bars: the rail, the room in the centre, and the side panel; in a narrow window the sides are drawers."""

from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.window.side_column import SideColumn

RAIL_WIDTH = 208
TASKS_WIDTH = 372
NARROW_BELOW = 1100
RAIL_BELOW = 1360
"""Below this width the rail is a drawer: the centre keeps more than 770 pixels beside the side panel."""
_CENTRE_SHARE = (54, 46)
"""Height ratio of stage to editor, from the design."""


class Workspace(QWidget):
    """Lays out rail, centre and side panel. Splitter positions and hidden sides are kept between sessions.

    The centre shows the stage above the editor, or a room's own page.

    Signals: `drawer_changed(is_offered, is_open)` and `rail_changed(is_offered, is_open)`: whether a button has to bring the
    side panel or the rail back, and whether it is open. `stage_dragged_shut()` after the editor was dragged up over the stage.
    """

    drawer_changed = Signal(bool, bool)
    rail_changed = Signal(bool, bool)
    stage_dragged_shut = Signal()

    def __init__(
        self,
        *,
        rail: QWidget,
        stage: QWidget,
        compose: QWidget,
        side: QWidget,
        keep_clear: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`keep_clear` is a part of `compose` that a drawer never covers: drawers end above it."""
        super().__init__(parent)
        self._keep_clear = keep_clear
        self._focused = False
        self._rail = SideColumn(rail, self, name="rail", is_left=True, width=RAIL_WIDTH, least=160, column_from=RAIL_BELOW)
        self._side = SideColumn(side, self, name="tasks", is_left=False, width=TASKS_WIDTH, least=280, column_from=NARROW_BELOW)
        self._stage = stage
        self._make = self._build_make(stage, compose)
        centre = QWidget()
        self._pages = QStackedLayout(centre)
        self._pages.addWidget(self._make)
        self._centre = centre
        self._columns = _splitter(Qt.Orientation.Horizontal, rail, centre, side)
        self._columns.splitterMoved.connect(self._on_columns_moved)
        self._spread(1600)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._columns)
        if keep_clear is not None:
            keep_clear.installEventFilter(self)

    @property
    def covered_width(self) -> int:
        """How much of the centre's right side the open drawer covers, in pixels."""
        return self._side.drawer.width() if self._side.drawer.isVisibleTo(self) else 0

    @property
    def drawer_is_open(self) -> bool:
        """Whether a drawer is open over the centre."""
        return any(side.is_drawer and side.is_open for side in self._sides)

    def show_page(self, page: QWidget | None) -> None:
        """Show a room's page in the centre; None shows the stage above the editor."""
        if page is not None and self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page or self._make)
        self._place_drawers()

    def set_stage_shown(self, shown: bool) -> None:
        """Show the stage above the editor, or give the editor its place. The heights are the same when it comes back."""
        if shown == self._stage.isVisibleTo(self._make):
            return
        if not shown:
            if self._make.sizes()[0]:  # else it was dragged shut, and what was before that is kept
                self._kept_make = self._make.saveState()
            self._stage.hide()
        else:
            self._stage.show()
            if self._kept_make is not None:
                self._make.restoreState(self._kept_make)
            self._kept_make = None
        self._make.refresh()  # at once, so that the room can scroll the prompt to its place
        self._place_drawers()

    def toggle_tasks(self) -> None:
        """Toggle the side panel, in its column or in the drawer."""
        self.show_tasks(not self._side.is_shown)

    def show_tasks(self, shown: bool) -> None:
        """Show or hide the side panel, in its column or in the drawer."""
        self._side.show(shown)
        self._arrange()

    def toggle_rail(self) -> None:
        """Toggle the rail, in its column or in the drawer."""
        self.show_rail(not self._rail.is_shown)

    def show_rail(self, shown: bool) -> None:
        """Show or hide the rail, in its column or in the drawer."""
        self._rail.show(shown)
        self._arrange()

    def close_drawers(self, *, rail_only: bool = False) -> None:
        """Close the open drawers; columns stay."""
        for side in (self._rail,) if rail_only else self._sides:
            side.is_open = False
        self._arrange()

    def set_focused(self, focused: bool) -> None:
        """Enter or leave focus mode, which shows only the centre."""
        self._focused = focused
        self._arrange()

    def remember(self, state: QSettings) -> None:
        """Save the splitter positions and which sides are shown."""
        state.setValue("workspace/centre", self._kept_make or self._make.saveState())
        for side in self._sides:
            side.remember(state)

    def restore(self, state: QSettings) -> None:
        """Restore what `remember` saved; missing or unreadable values keep their defaults."""
        if (kept := state.value("workspace/centre")) is not None:
            self._make.restoreState(kept)
        for side in self._sides:
            side.restore(state)
        self._spread(self.width())
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        changed = [side for side in self._sides if side.fit(self.width())]
        if changed:
            self._move_panels()
        self._place_drawers()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Resize the drawers when the widget that they must not cover moves or resizes; note where a drag begins and ends."""
        if watched is self._keep_clear and event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            self._place_drawers()
        elif watched is self._make.handle(1):
            self._follow_drag(event)
        return super().eventFilter(watched, event)

    @property
    def _sides(self) -> tuple[SideColumn, SideColumn]:
        return self._rail, self._side

    def _build_make(self, stage: QWidget, compose: QWidget) -> QSplitter:
        self._kept_make: QByteArray | None = None
        """The heights of stage and editor before the stage was hidden, or dragged shut."""
        make = _splitter(Qt.Orientation.Vertical, stage, compose)
        make.setSizes([share * 10 for share in _CENTRE_SHARE])
        make.setCollapsible(0, True)
        make.handle(1).installEventFilter(self)
        return make

    def _follow_drag(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.MouseButtonPress:
            self._kept_make = self._make.saveState()
        elif event.type() == QEvent.Type.MouseButtonRelease:
            # Hidden after the handle has dealt with the release: it would keep the mouse.
            QTimer.singleShot(0, self, self._end_drag)

    def _end_drag(self) -> None:
        if self._make.sizes()[0] == 0:
            self.stage_dragged_shut.emit()
        elif self._stage.isVisibleTo(self._make):
            self._kept_make = None

    def _move_panels(self) -> None:
        """Put the panels of columns into the splitter, in order."""
        for side in self._sides:
            if not side.is_drawer and self._columns.indexOf(side.panel) < 0:
                self._columns.insertWidget(0 if side.is_left else self._columns.count(), side.panel)
        self._arrange()
        self._columns.resize(self.size())  # the layout runs too late for `setSizes` to use the new width
        self._spread(self.width())

    def _spread(self, width: int) -> None:
        """Give the columns their widths, and the rest to the centre."""
        taken = sum(side.width + 1 for side in self._sides if not side.is_drawer)
        widths = {self._columns.indexOf(side.panel): side.width for side in self._sides}
        centre = self._columns.indexOf(self._centre)
        widths[centre] = max(width - taken, 1)
        places = range(self._columns.count())
        for place in places:
            self._columns.setStretchFactor(place, 1 if place == centre else 0)
        self._columns.setSizes([widths[place] for place in places])

    def _on_columns_moved(self) -> None:
        for side in self._sides:
            if not side.is_drawer and side.panel.isVisible():
                side.width = side.panel.width()

    def _arrange(self) -> None:
        for side in self._sides:
            side.arrange(is_hidden=self._focused)
        self._place_drawers()
        self.drawer_changed.emit(self._side.is_out_of_sight, self._side.is_shown)
        self.rail_changed.emit(self._rail.is_out_of_sight, self._rail.is_shown)

    def _place_drawers(self) -> None:
        height = self.height()
        if self._keep_clear is not None and self._pages.currentWidget() is self._make:
            height = min(height, self._keep_clear.mapTo(self, QPoint()).y())
        for side in self._sides:
            width = min(side.drawer_width, self.width())
            side.drawer.setGeometry(0 if side.is_left else self.width() - width, 0, width, height)
            side.drawer.raise_()


def lay_out(home: QWidget, *, top: QWidget, workspace: Workspace, bottom: QWidget, notices: QWidget | None = None) -> None:
    """Fill `home` with the bars and the workspace between them."""
    column = QVBoxLayout(home)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(top)
    column.addWidget(theme.rule())
    if notices is not None:
        column.addWidget(notices)
    column.addWidget(workspace, 1)
    column.addWidget(theme.rule())
    column.addWidget(bottom)


def _splitter(orientation: Qt.Orientation, *panels: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    for panel in panels:
        splitter.addWidget(panel)
    return splitter
