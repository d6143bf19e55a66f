"""The first paint: the empty layout around the real prompt editor. Imports little, so that it shows early."""

from PySide6.QtCore import QSettings, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from sora_studio.ui.compose.column import ComposeColumn, controls_height
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.window.workspace import Workspace, lay_out


class FirstLook(QWidget):
    """A placeholder with the layout of the main view. Its editor already takes input; the main view takes the editor over.

    Signals: `painted()` once, after the first paint is on the screen.
    """

    painted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = PromptEditor()
        self._was_painted = False
        self._workspace = Workspace(
            rail=_area("panel"), stage=_area("stage"), compose=self._build_compose(), side=_area("panel")
        )
        lay_out(
            self,
            top=_area("bar", height=theme.TOP_BAR_HEIGHT),
            workspace=self._workspace,
            bottom=_area("bar", height=theme.STATUS_BAR_HEIGHT),
        )
        self.editor.setFocus()

    def restore(self, state: QSettings) -> None:
        """Restore the saved layout."""
        self._workspace.restore(state)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self.painted.emit)  # the children are painted in the same event-loop turn

    def _build_compose(self) -> QWidget:
        compose, header = QWidget(), QLabel()
        header.setFont(theme.font())  # same height as the real header's semibold, whose font file is not loaded yet
        column = ComposeColumn(compose, header=header, editor=self.editor)
        column.add_controls(notes=QWidget(), controls=_Controls())
        return compose


class _Controls(QWidget):
    """As tall as the controls will be."""

    def __init__(self) -> None:
        super().__init__()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Return True: a narrow row has two lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of one line or two."""
        return controls_height(width)


def _area(role: str, *, height: int | None = None) -> QFrame:
    area = QFrame()
    theme.set_role(area, role)
    if height is not None:
        area.setFixedHeight(height)
    return area
