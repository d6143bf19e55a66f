"""One side of the window: a column beside the centre, or in a narrow window a drawer over it."""

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from sora_studio.ui.kit import theme


class SideColumn(QObject):
    """`panel` in its column or drawer. A hidden column and its width are kept between sessions; a drawer opens closed.

    Widths are in logical pixels. The workspace places the drawer, and adds the panel to its splitter again.
    """

    def __init__(
        self, panel: QWidget, home: QWidget, *, name: str, is_left: bool, width: int, least: int, column_from: int
    ) -> None:
        """`column_from` is the least width of the workspace with a column; `name` is that of its settings."""
        super().__init__(home)
        self.panel, self.is_left = panel, is_left
        self.width = self._usual_width = width
        self._least, self._column_from, self._name = least, column_from, name
        self.is_drawer = False
        self.is_wanted = True
        """Whether the column is shown, where there is one."""
        self.is_open = False
        """Whether the drawer is shown, where there is one."""
        panel.setMinimumWidth(least)
        self.drawer = self._build_drawer(home)

    @property
    def is_shown(self) -> bool:
        """Whether the panel is shown, unless focus mode hides it."""
        return self.is_open if self.is_drawer else self.is_wanted

    @property
    def is_out_of_sight(self) -> bool:
        """Whether a button has to bring the panel back: it is a drawer, or a hidden column."""
        return self.is_drawer or not self.is_wanted

    @property
    def drawer_width(self) -> int:
        """The usual width and its edge."""
        return self._usual_width + 1

    def show(self, shown: bool) -> None:
        """Show or hide it, in whichever place it is now."""
        if self.is_drawer:
            self.is_open = shown
        else:
            self.is_wanted = shown

    def fit(self, workspace_width: int) -> bool:
        """Become a drawer or a column for this width; return whether that changed."""
        if (is_drawer := workspace_width < self._column_from) == self.is_drawer:
            return False
        self.is_drawer, self.is_open = is_drawer, False
        if is_drawer:
            self._row.insertWidget(0 if self.is_left else 1, self.panel)  # the edge is on the side of the centre
        return True

    def arrange(self, *, is_hidden: bool) -> None:
        """Show the panel and its drawer, or hide them; `is_hidden` in focus mode."""
        self.panel.setVisible(self.is_shown and not is_hidden)
        self.drawer.setVisible(self.is_drawer and self.is_open and not is_hidden)

    def remember(self, state: QSettings) -> None:
        """Save whether the column is shown, and its width."""
        state.setValue(f"workspace/{self._name}", self.is_wanted)
        state.setValue(f"workspace/{self._name}-width", self.width)

    def restore(self, state: QSettings) -> None:
        """Restore what `remember` saved; missing or unreadable values keep their defaults."""
        self.is_wanted = state.value(f"workspace/{self._name}", True, type=bool) is True
        width = state.value(f"workspace/{self._name}-width", 0, type=int)
        if isinstance(width, int) and self._least <= width <= 2 * self._usual_width:
            self.width = width

    def _build_drawer(self, home: QWidget) -> QFrame:
        drawer = QFrame(home)
        theme.set_role(drawer, "panel")
        self._row = QHBoxLayout(drawer)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(theme.rule(vertical=True))
        drawer.hide()
        return drawer
