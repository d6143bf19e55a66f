"""Opens the panel for several models, which is built when it is first needed."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from sora_studio.ui.kit.task_scope import TaskScope

if TYPE_CHECKING:
    from sora_studio.services.tasks.submission import Submission
    from sora_studio.ui.compose.beside.beside_panel import BesidePanel
    from sora_studio.viewmodels.compose.composer import ComposeModel


class BesideOpener(QObject):
    """Signals: those of `BesidePanel`, and `route_needed()` when nothing was sent because no picture route is set up."""

    submitted = Signal(object)
    key_needed = Signal()
    route_needed = Signal()
    use_wanted = Signal(str)

    def __init__(self, parent: QWidget, compose: "ComposeModel", scope: TaskScope) -> None:
        super().__init__(parent)
        self._parent, self._compose, self._scope = parent, compose, scope
        self._submission: Submission | None = None
        self._panel: BesidePanel | None = None

    def attach(self, submission: "Submission") -> None:
        """Connect to the service that sends."""
        self._submission = submission

    def open(self, slug: str, anchor: QWidget, column: QWidget) -> None:
        """Show the draft's model and this one near the anchor; `column` gives the left edge. Nothing before `attach`."""
        if self._submission is None:
            return
        if self._panel is None:
            self._panel = self._build(self._submission)
        self._panel.open(slug, anchor, column)

    def _build(self, submission: "Submission") -> "BesidePanel":
        # Not before the first paint.
        from sora_studio.ui.compose.beside.beside_panel import BesidePanel  # noqa: PLC0415
        from sora_studio.viewmodels.compose.models.beside_model import BesideModel  # noqa: PLC0415

        model = BesideModel(self._compose, submission, self)
        panel = BesidePanel(model, self._scope, self._parent)
        model.route_needed.connect(self.route_needed)
        panel.submitted.connect(self.submitted)
        panel.key_needed.connect(self.key_needed)
        panel.use_wanted.connect(self.use_wanted)
        return panel
