"""Which room the centre shows: the stage above the editor, the editor alone, or the library above the folded editor."""

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
    WRITING = "writing"
    LIBRARY = "library"

    @property
    def has_editor(self) -> bool:
        """Whether the prompt can be edited there."""
        return self is not Room.LIBRARY


class Rooms(QObject):
    """Shows one room at a time. A room is built when it is first shown, so that the window's start costs nothing for it.

    Signals: `leaving(Room)` with the present room before another one is laid out, `changed(Room)` after that.
    """

    leaving = Signal(object)
    changed = Signal(object)

    def __init__(self, workspace: Workspace, build_library: Callable[[], QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self._workspace, self._build_library = workspace, build_library
        self._page: QWidget | None = None
        self.room = Room.MAKE
        self.folded = FoldedEditor(workspace)
        self.folded.hide()
        self.folded.clicked.connect(lambda: self.show(Room.MAKE))
        workspace.stage_dragged_shut.connect(lambda: self.show(Room.WRITING))

    def show(self, room: Room) -> None:
        """Show a room; the focus is the caller's business."""
        if room is self.room:
            return
        self.leaving.emit(self.room)
        self.room = room
        self._workspace.show_page(self._library_page() if room is Room.LIBRARY else None)
        self._workspace.set_stage_shown(room is not Room.WRITING)
        self.changed.emit(room)

    def show_editor(self) -> None:
        """Show a room with the editor: the present one if it has it."""
        if not self.room.has_editor:
            self.show(Room.MAKE)

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
