"""The area between the bars: the stage above the editor, and the tasks beside them or, in a narrow window, in a drawer."""

from PySide6.QtCore import QEvent, QObject, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme

TASKS_WIDTH = 372
NARROW_BELOW = 1100
_CENTRE_SHARE = (54, 46)
"""Height ratio of stage to editor, from the design."""


class Workspace(QWidget):
    """Lays out the three panels. Splitter positions and a hidden tasks column are kept between sessions.

    Signals: `drawer_changed(offered, is_open)`.
    """

    drawer_changed = Signal(bool, bool)

    def __init__(
        self,
        *,
        stage: QWidget,
        compose: QWidget,
        tasks: QWidget,
        keep_clear: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`keep_clear` is a part of `compose` that the drawer never covers: the drawer ends above it."""
        super().__init__(parent)
        self._keep_clear = keep_clear
        self._tasks = tasks
        self._is_narrow = False
        self._column_wanted = True
        self._drawer_open = False
        self._focused = False
        self._centre = _splitter(Qt.Orientation.Vertical, stage, compose)
        self._centre.setSizes([share * 10 for share in _CENTRE_SHARE])
        self._columns = _splitter(Qt.Orientation.Horizontal, self._centre, tasks)
        self._columns.setStretchFactor(0, 1)
        self._columns.setStretchFactor(1, 0)
        self._columns.setSizes([1228, TASKS_WIDTH])
        tasks.setMinimumWidth(280)
        self._drawer = self._build_drawer()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._columns)
        if keep_clear is not None:
            keep_clear.installEventFilter(self)

    @property
    def covered_width(self) -> int:
        """How much of the centre's right side the open drawer covers, in pixels."""
        return self._drawer.width() if self._drawer.isVisibleTo(self) else 0

    @property
    def drawer_is_open(self) -> bool:
        """Whether the drawer is open over the centre."""
        return self._is_narrow and self._drawer_open

    def toggle_tasks(self) -> None:
        """Toggle the tasks, in the column or in the drawer."""
        self.show_tasks(not (self._drawer_open if self._is_narrow else self._column_wanted))

    def show_tasks(self, shown: bool) -> None:
        """Show or hide the tasks, in the column or in the drawer."""
        if self._is_narrow:
            self._drawer_open = shown
        else:
            self._column_wanted = shown
        self._arrange()

    def set_focused(self, focused: bool) -> None:
        """Enter or leave focus mode, which shows only the stage and the editor."""
        self._focused = focused
        self._arrange()

    def remember(self, state: QSettings) -> None:
        """Save the splitter positions and the visibility of the tasks column."""
        state.setValue("workspace/centre", self._centre.saveState())
        if not self._is_narrow and not self._focused and self._column_wanted:
            state.setValue("workspace/columns", self._columns.saveState())
        state.setValue("workspace/tasks", self._column_wanted)

    def restore(self, state: QSettings) -> None:
        """Restore what `remember` saved; missing or unreadable values keep their defaults."""
        for splitter, name in ((self._centre, "centre"), (self._columns, "columns")):
            if (kept := state.value(f"workspace/{name}")) is not None:
                splitter.restoreState(kept)
        self._column_wanted = state.value("workspace/tasks", True, type=bool) is True
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (narrow := self.width() < NARROW_BELOW) != self._is_narrow:
            self._is_narrow = narrow
            self._drawer_open = False
            self._move_tasks()
        self._place_drawer()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Resize the drawer when the widget it must not cover moves or resizes."""
        if watched is self._keep_clear and event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            self._place_drawer()
        return super().eventFilter(watched, event)

    def _build_drawer(self) -> QFrame:
        drawer = QFrame(self)
        theme.set_role(drawer, "panel")
        row = QHBoxLayout(drawer)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(theme.rule(vertical=True))
        drawer.hide()
        return drawer

    def _move_tasks(self) -> None:
        layout = self._drawer.layout()
        if self._is_narrow and layout is not None:
            layout.addWidget(self._tasks)
        else:
            self._columns.addWidget(self._tasks)
            self._columns.setStretchFactor(1, 0)
        self._arrange()
        self._columns.resize(self.size())  # the layout runs too late for `setSizes` to use the new width
        self._columns.setSizes([max(self.width() - TASKS_WIDTH - 1, 1), TASKS_WIDTH])

    def _arrange(self) -> None:
        shown = self._drawer_open if self._is_narrow else self._column_wanted
        self._tasks.setVisible(shown and not self._focused)
        self._drawer.setVisible(self.drawer_is_open and not self._focused)
        self._place_drawer()
        self.drawer_changed.emit(self._is_narrow or not self._column_wanted, shown)

    def _place_drawer(self) -> None:
        width = min(TASKS_WIDTH + 1, self.width())
        height = self.height()
        if self._keep_clear is not None:
            height = min(height, self._keep_clear.mapTo(self, QPoint()).y())
        self._drawer.setGeometry(self.width() - width, 0, width, height)
        self._drawer.raise_()


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
