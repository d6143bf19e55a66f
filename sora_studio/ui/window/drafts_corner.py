"""Opens drafts from the rail and by keys, and gives projects their folders."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from sora_studio.domain.draft import Draft
from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.window.rail import Rail
from sora_studio.ui.window.rooms import Room, Rooms
from sora_studio.viewmodels.library.rail_model import RailModel

if TYPE_CHECKING:
    from sora_studio.services.writing.documents import Documents


class DraftsCorner(QObject):
    """Connects the rail's drafts and projects to the composer."""

    def __init__(
        self, scope: TaskScope, rail: Rail, model: RailModel, compose: ComposePanel, rooms: Rooms, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._scope = scope
        self._rail, self._model = rail, model
        self._compose, self._rooms = compose, rooms
        self._documents: Documents | None = None
        rail.draft_chosen.connect(self.open)
        rail.draft_wanted.connect(self.new)
        rail.draft_copied.connect(self.duplicate)
        rail.folder_wanted.connect(self._on_rail_folder_wanted)
        compose.drafts_changed.connect(self._on_compose_drafts_changed)
        rooms.changed.connect(self._on_rooms_changed)
        model.changed.connect(self._on_model_changed)

    def attach(self, documents: "Documents") -> None:
        """Connect the documents of a started studio."""
        self._documents = documents

    def new(self) -> None:
        """Begin a new draft with the same model and options."""
        self._rooms.show_editor()
        self._compose.open_draft(None)

    def open(self, document: int) -> None:
        """Show a draft in the editor."""
        self._start(lambda documents: documents.open(document))

    def duplicate(self, draft: int) -> None:
        """Copy a draft and show the copy."""
        self._start(lambda documents: documents.duplicate(draft))

    def turn(self, steps: int) -> None:
        """Show the draft that stands so many places below the present one in the rail."""
        order = self._model.recent_drafts
        if len(order) > 1:
            now = self._compose.draft
            place = order.index(now) if now in order else 0
            self.open(order[(place + steps) % len(order)])

    def _start(self, find: "Callable[[Documents], Awaitable[Draft | None]]", *, goes_there: bool = True) -> None:
        if self._documents is not None:
            self._scope.start(self._show(find(self._documents), goes_there=goes_there), name="open a draft")

    async def _show(self, finding: Awaitable[Draft | None], *, goes_there: bool) -> None:
        draft = await finding
        if draft is not None:
            if goes_there:
                self._rooms.show_editor()
            self._compose.open_draft(draft, takes_focus=goes_there)

    def _on_compose_drafts_changed(self) -> None:
        self._rail.show_draft(self._compose.draft)
        self._model.touch_drafts()

    def _on_rooms_changed(self, room: Room) -> None:
        if room.has_editor:
            self._rail.show_query(None)

    def _on_model_changed(self) -> None:
        """Leave a draft that was put into the trash. Room and focus stay, so that Ctrl+Z brings it back."""
        if any(draft.id == self._compose.draft for draft in self._model.trashed_drafts):
            if order := self._model.recent_drafts:
                self._start(lambda documents: documents.open(order[0]), goes_there=False)
            else:
                self._compose.open_draft(None, takes_focus=False)

    def _on_rail_folder_wanted(self, project: int) -> None:
        dialog = QFileDialog(self._rail.window(), "Folder for the project's clips")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(partial(self._choose_folder, project))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose_folder(self, project: int, folder: str) -> None:
        self._model.choose_folder(project, Path(folder))
