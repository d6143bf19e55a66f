"""What is painted first: the layout in its colours around the real editor. It imports little, so that it comes soon."""

from PySide6.QtCore import QSettings, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from sora_studio.ui.compose.column import CONTROLS_HEIGHT, ComposeColumn
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.window.workspace import Workspace, lay_out


class FirstLook(QWidget):
    """Everything stands where the main view will have it. The editor takes typing; the main view takes the editor over.

    Signals: `painted()` once, after the first paint is on the screen.
    """

    painted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = PromptEditor()
        self._was_painted = False
        self._workspace = Workspace(stage=_area("stage"), compose=self._build_compose(), tasks=_area("panel"))
        lay_out(
            self,
            top=_area("bar", height=theme.TOP_BAR_HEIGHT),
            workspace=self._workspace,
            bottom=_area("bar", height=theme.STATUS_BAR_HEIGHT),
        )
        self.editor.setFocus()

    def restore(self, state: QSettings) -> None:
        """Take up the layout of last time."""
        self._workspace.restore(state)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self.painted.emit)  # the children are painted in the same turn

    def _build_compose(self) -> QWidget:
        compose, header, controls = QWidget(), QLabel(), QWidget()
        header.setFont(theme.font())  # as tall as the semibold of the real header, whose file need not be loaded yet
        controls.setFixedHeight(CONTROLS_HEIGHT)
        ComposeColumn(compose, header=header, editor=self.editor).addWidget(controls)
        return compose


def _area(role: str, *, height: int | None = None) -> QFrame:
    area = QFrame()
    theme.set_role(area, role)
    if height is not None:
        area.setFixedHeight(height)
    return area
