"""Which room the centre shows: the stage above the editor, or the library above the folded editor."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.window.folded_editor import FoldedEditor
from sora_studio.ui.window.workspace import Workspace


class Room(StrEnum):
    """The rooms of the window."""

    MAKE = "make"
    LIBRARY = "library"


class Rooms(QObject):
    """Shows one room at a time. A room is built when it is first shown, so that the window's start costs nothing for it.

    Signals: `changed(Room)`.
    """

    changed = Signal(object)

    def __init__(self, workspace: Workspace, build_library: Callable[[], QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self._workspace, self._build_library = workspace, build_library
        self._page: QWidget | None = None
        self.room = Room.MAKE
        self.folded = FoldedEditor(workspace)
        self.folded.hide()
        self.folded.clicked.connect(lambda: self.show(Room.MAKE))

    def show(self, room: Room) -> None:
        """Show a room; the focus is the caller's business."""
        if room is self.room:
            return
        self.room = room
        self._workspace.show_page(self._library_page() if room is Room.LIBRARY else None)
        self.changed.emit(room)

    def cover(self, page: QWidget) -> None:
        """Show a page in place of the room, until `uncover`."""
        self._workspace.show_page(page)

    def uncover(self) -> None:
        """Show the room again."""
        self._workspace.show_page(self._library_page() if self.room is Room.LIBRARY else None)

    def _library_page(self) -> QWidget:
        if self._page is None:
            self._page = QWidget()
            column = QVBoxLayout(self._page)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            column.addWidget(self._build_library(), 1)
            column.addWidget(theme.rule())
            column.addWidget(self.folded)
            self.folded.show()
        return self._page
