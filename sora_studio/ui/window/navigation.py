"""Where the keys, the search box and the rail lead: from room to room, back again, and into focus mode."""

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.stage.panel import StagePanel
from sora_studio.ui.window.filter_corner import FilterCorner
from sora_studio.ui.window.library_corner import LibraryCorner
from sora_studio.ui.window.rooms import Room, Rooms
from sora_studio.ui.window.side_panel import USUAL_TABS, WRITING_TABS, SidePanel, SideTab
from sora_studio.ui.window.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Places:
    """What can be shown. `bars` are hidden in focus mode."""

    rooms: Rooms
    workspace: Workspace
    side: SidePanel
    compose: ComposePanel
    stage: StagePanel
    library: LibraryCorner
    filter: FilterCorner
    bars: tuple[QWidget, ...]


class Navigation(QObject):
    """Shows rooms, panels and focus mode, and gives the focus to what was asked for."""

    def __init__(self, places: Places, parent: QObject) -> None:
        super().__init__(parent)
        self._at = places
        self._in_focus_mode = False
        self._room_before_search: Room | None = None
        places.rooms.leaving.connect(self._on_rooms_leaving)
        places.rooms.changed.connect(self._on_rooms_changed)
        places.library.room_asked.connect(self.show_library)
        places.library.search_left.connect(self._on_library_search_left)
        places.library.details_needed.connect(self.show_details)
        places.library.filter_asked.connect(self.filter)
        places.filter.shown_changed.connect(self._on_filter_shown_changed)

    def make(self) -> None:
        """Show the stage above the editor, with the focus in the prompt."""
        self._at.rooms.show(Room.MAKE)
        self._at.compose.focus_editor()

    def write(self) -> None:
        """Show the editor alone, with the focus in the prompt."""
        self._at.rooms.show(Room.WRITING)
        self._at.compose.focus_editor()

    def show_library(self) -> None:
        """Show the library with the focus on its clips."""
        self._at.rooms.show(Room.LIBRARY)
        self._at.library.focus_clips()

    def focus_tasks(self) -> None:
        """Show the task list and give it the focus."""
        self._at.workspace.show_tasks(True)
        self._at.side.show_tab(SideTab.TASKS)
        self._at.side.page(SideTab.TASKS).setFocus()

    def focus_stage(self) -> None:
        """Show the stage and give it the focus."""
        self._at.rooms.show(Room.MAKE)
        self._at.stage.setFocus()

    def show_details(self) -> None:
        """Show the details of what is selected in the library."""
        self._at.workspace.show_tasks(True)
        self._at.side.show_tab(SideTab.DETAILS)

    def search(self) -> None:
        """Show the library with the focus in its search box."""
        before = self._at.rooms.room
        self._at.rooms.show(Room.LIBRARY)
        self._at.library.focus_search()
        self._room_before_search = before if before.has_editor else None

    def leave_search(self) -> None:
        """Return to the prompt if the search box was opened from there, only to run a command."""
        if self._room_before_search is not None:
            self._at.rooms.show(self._room_before_search)
            self._at.compose.focus_editor()

    def filter(self) -> None:
        """Begin a filter session on what the library shows."""
        self.show_library()
        if self._at.library.to_filter is not None:
            self._at.filter.start(self._at.library.to_filter)

    def go_back(self) -> None:
        """Handle Esc: dismiss what is open over the prompt, else close the drawer, else leave focus mode, else show Make."""
        if self._at.compose.dismiss():
            return
        if self._at.workspace.drawer_is_open:
            self._at.workspace.close_drawers()
        elif self._in_focus_mode:
            self.toggle_focus_mode()
        else:
            self.make()

    def toggle_focus_mode(self) -> None:
        """Show the centre alone, or bars and sides again."""
        self._in_focus_mode = not self._in_focus_mode
        self._arrange_sides()

    def _arrange_sides(self) -> None:
        """Show the bars and sides, unless focus mode or a filter session hides them."""
        is_focused = self._in_focus_mode or self._at.filter.is_open
        for bar in self._at.bars:
            bar.setVisible(not is_focused)
        self._at.workspace.set_focused(is_focused)

    def _on_rooms_leaving(self, room: Room) -> None:
        if room.has_editor:
            self._at.compose.leave_room()

    def _on_rooms_changed(self, room: Room) -> None:
        self._at.side.show_tabs(WRITING_TABS if room is Room.WRITING else USUAL_TABS)
        if room.has_editor:
            self._at.compose.enter_room(is_roomy=room is Room.WRITING)
            self._at.compose.focus_editor()
        else:
            title, words, counter = self._at.compose.summary
            self._at.rooms.folded.show_prompt(title=title, words=words, counter=counter)

    def _on_library_search_left(self) -> None:
        self._room_before_search = None

    def _on_filter_shown_changed(self, shown: bool) -> None:
        self._arrange_sides()
        if shown:
            self._at.stage.stop()
        else:
            self._at.library.focus_clips()
