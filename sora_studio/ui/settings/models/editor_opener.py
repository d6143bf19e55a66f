"""Opens the model editor, whose modules are loaded only then."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from sora_studio.ui.kit.task_scope import TaskScope

if TYPE_CHECKING:
    from sora_studio.services.models.model_library import ModelLibrary
    from sora_studio.ui.settings.models.model_editor import ModelEditor


class EditorOpener(QObject):
    """Makes the editor once, as a window of `parent`. Does nothing before `attach`.

    Signals: `models_asked()` when the editor asks for the list of models.
    """

    models_asked = Signal()

    def __init__(self, scope: TaskScope, parent: QWidget) -> None:
        super().__init__(parent)
        self._scope, self._window = scope, parent
        self._library: ModelLibrary | None = None
        self._editor: ModelEditor | None = None

    def attach(self, library: "ModelLibrary") -> None:
        """Attach the service."""
        self._library = library

    def open_file(self, name: str, line: int) -> None:
        """Open a file at a line; 0 is its beginning."""
        if self._library is not None:
            self._made().open(self._library, name=name, line=line)

    def open_proposal(self, proposal: Path) -> None:
        """Open a proposal."""
        if self._library is not None:
            self._made().open(self._library, proposal=proposal)

    async def finish(self) -> None:
        """Keep what is typed and not saved."""
        if self._editor is not None:
            await self._editor.finish()

    def _made(self) -> "ModelEditor":
        if self._editor is None:
            from sora_studio.ui.settings.models.model_editor import ModelEditor  # noqa: PLC0415 - not needed for the start

            self._editor = ModelEditor(self._scope, self._window)
            self._editor.models_asked.connect(self.models_asked)
        return self._editor
