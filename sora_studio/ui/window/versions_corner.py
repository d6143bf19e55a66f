"""Connects the panel of versions to the editor and to what is selected in the library."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.version import Version
from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.window.library_corner import LibraryCorner
from sora_studio.ui.window.rooms import Room
from sora_studio.ui.window.side_panel import SidePanel, SideTab
from sora_studio.ui.writing.versions_panel import VersionsPanel
from sora_studio.viewmodels.writing.versions_model import VersionsModel

if TYPE_CHECKING:
    from sora_studio.services.writing.documents import Documents
    from sora_studio.viewmodels.writing.versions_services import VersionsServices


class VersionsCorner(QObject):
    """Builds the panel when it is first shown. It follows the draft in the editor, or the selected clip in the library."""

    def __init__(self, scope: TaskScope, compose: ComposePanel, library: LibraryCorner, parent: QObject) -> None:
        super().__init__(parent)
        self._scope = scope
        self._compose, self._library = compose, library
        self._documents: Documents | None = None
        self._services: VersionsServices | None = None
        self._side: SidePanel | None = None
        self.model = VersionsModel(scope.start, self._written, self)
        self.model.counted.connect(self._on_model_counted)
        compose.drafts_changed.connect(self._on_compose_drafts_changed)
        library.selection_changed.connect(self._on_library_selection_changed)

    def build(self) -> QWidget:
        """Build the panel."""
        panel = VersionsPanel(self._scope, self.model)
        panel.restore_asked.connect(self._on_panel_restore_asked)
        return panel

    def attach(self, documents: "Documents", services: "VersionsServices", side: SidePanel) -> None:
        """Connect the services of a started studio, and the side panel that counts the versions."""
        self._documents, self._services, self._side = documents, services, side
        self.model.attach(services)

    def touch(self) -> None:
        """A task, a draft or a name has changed."""
        self.model.touch()

    def follow_room(self, room: Room) -> None:
        """Show the versions of what the room is about."""
        if room is Room.LIBRARY and self._library.selected:
            self.model.show_takes(self._library.selected)
        else:
            self.model.show_document(self._compose.draft)

    def _written(self, document: int) -> GenerationRequest | None:
        return self._compose.request if document and document == self._compose.draft else None

    def _on_compose_drafts_changed(self) -> None:
        if not (self._library.selected and self._library.room is not None and self._library.room.isVisible()):
            self.model.show_document(self._compose.draft)
        self.model.touch()

    def _on_model_counted(self, count: int, newest: int) -> None:
        if self._side is not None:
            self._side.count(SideTab.VERSIONS, count)
        if self.model.document == self._compose.draft:
            self._compose.header.show_version(newest)

    def _on_library_selection_changed(self) -> None:
        self.follow_room(Room.LIBRARY)

    def _on_panel_restore_asked(self, version: Version) -> None:
        if self._documents is not None and self._services is not None:
            self._scope.start(self._restore(self._documents, self._services, version), name="restore a version")

    async def _restore(self, documents: "Documents", services: "VersionsServices", version: Version) -> None:
        """Keep what is written now, make the version the newest one, and show it in the editor."""
        await self._compose.save()
        restored = await services.versions.restore(version)
        draft = await documents.open(version.document)
        if restored is not None and draft is not None:
            self._compose.restore(draft, restored.request)
