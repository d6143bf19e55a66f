"""Connects the library room and the rail to the window and to a studio."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal

from sora_studio.domain.judgement import ClipRef, Judgement
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.clip_tools import ClipTools
from sora_studio.ui.window import panel_services
from sora_studio.ui.window.rail import Rail
from sora_studio.viewmodels.commands import Command
from sora_studio.viewmodels.library.details_services import DetailsServices
from sora_studio.viewmodels.library.rail_model import RailModel
from sora_studio.viewmodels.library.room_services import RoomServices

if TYPE_CHECKING:
    from sora_studio.studio import Studio
    from sora_studio.ui.library.details.panel import DetailsPanel
    from sora_studio.ui.library.library_room import LibraryRoom


class LibraryCorner(QObject):
    """Builds the room and Details when they are first shown.

    Signals: `room_asked()` when the rail leads to the room; `search_left()` when the focus leaves the search box;
    `details_asked()` when something is selected, `details_needed()` when something is to be typed or answered there;
    `selection_changed()`; `opened(int)` with a task to show on the stage;
    `reuse_asked(TaskAction, int)` with what to do with a task; `filter_asked()`
    for a filter session; `export_asked(list[int])` and `folder_asked(list[int])` with the tasks to export, or whose clips to
    copy.
    """

    room_asked = Signal()
    search_left = Signal()
    details_asked = Signal()
    details_needed = Signal()
    selection_changed = Signal()
    opened = Signal(int)
    reuse_asked = Signal(object, int)
    filter_asked = Signal()
    export_asked = Signal(object)
    folder_asked = Signal(object)

    def __init__(self, scope: TaskScope, parent: QObject) -> None:
        super().__init__(parent)
        self._scope = scope
        self._services: RoomServices | None = None
        self._state: QSettings | None = None
        self._waiting_query: str | None = None
        self._details_services: DetailsServices | None = None
        self._commands: Sequence[Command] = ()
        self.room: LibraryRoom | None = None
        self.details: DetailsPanel | None = None
        self._tools = ClipTools(scope, self)
        self._tools.details_needed.connect(self.details_needed)
        self._tools.menu.export_asked.connect(self.export_asked)
        self._tools.menu.folder_asked.connect(self.folder_asked)
        self._tools.commands.reuse_asked.connect(self.reuse_asked)
        self.rail_model = RailModel(scope.start, self)
        self._tools.project_added.connect(self.rail_model.touch)
        self.rail = Rail(self.rail_model)
        self.rail.chosen.connect(self._on_rail_chosen)
        self.rail.dropped.connect(self._on_rail_dropped)

    @property
    def to_filter(self) -> Sequence[int] | None:
        """The tasks for a filter session; None before the room has been read."""
        return self.room.to_filter if self.room is not None and self.room.model.is_known else None

    @property
    def selected(self) -> Sequence[int]:
        """The tasks that are selected in the room."""
        return self.room.selected if self.room is not None else ()

    @property
    def advances(self) -> bool:
        """Whether judging one clip goes on to the next."""
        return self.room is not None and self.room.advances

    def build(self) -> "LibraryRoom":
        """Build the room; it reads once a studio is attached."""
        from sora_studio.ui.library.library_room import LibraryRoom  # noqa: PLC0415 - not needed for the first screen

        self.room = LibraryRoom(self._scope)
        self.room.box.field.focus_lost.connect(self.search_left)
        self.room.opened.connect(self.opened)
        self.room.filter_asked.connect(self.filter_asked)
        self._tools.serve_room(self.room)
        self.room.selection_changed.connect(self._on_room_selection_changed)
        self.room.searched.connect(self.rail.show_query)
        self.room.search_saved.connect(self.rail_model.touch)
        self.room.offer_commands(self._commands)
        if self._state is not None:
            self.room.restore(self._state)
        if self._services is not None:
            self.room.attach(self._services)
        if self._waiting_query is not None:
            self.room.search(self._waiting_query)
        else:
            self.rail.show_query("")
        return self.room

    def build_details(self) -> "DetailsPanel":
        """Build Details; it reads once a studio is attached."""
        from sora_studio.ui.library.details.panel import DetailsPanel  # noqa: PLC0415 - not needed for the first screen

        self.details = DetailsPanel(self._scope, self._tools.commands)
        self.details.opened.connect(self.opened)
        self._tools.serve_details(self.details)
        if self._details_services is not None:
            self.details.attach(self._details_services)
        if self.room is not None:
            self.details.show_tasks(self.room.selected)
        return self.details

    def attach(self, studio: "Studio") -> None:
        """Connect the studio."""
        self._services = panel_services.room(studio)
        self._details_services = panel_services.details(studio)
        self._tools.commands.attach(panel_services.clips(studio))
        if self.details is not None:
            self.details.attach(self._details_services)
        self.rail_model.attach(panel_services.rail(studio))
        if self.room is not None:
            self.room.attach(self._services)

    def offer_commands(self, commands: Sequence[Command]) -> None:
        """Set the window's commands that the search box runs, beside the room's own."""
        self._commands = commands
        if self.room is not None:
            self.room.offer_commands(commands)

    def take_changes(self, tasks: frozenset[int]) -> None:
        """Show changed tasks."""
        self.rail_model.touch()
        if self.room is not None:
            self.room.take_changes(tasks)
        if self.details is not None:
            self.details.take_changes(tasks)

    async def finish(self) -> None:
        """Save what was typed in Details."""
        if self.details is not None:
            await self.details.finish()

    def focus_search(self) -> None:
        """Put the focus into the search box."""
        if self.room is not None:
            self.room.box.focus()

    def focus_clips(self) -> None:
        """Put the focus on the clips."""
        if self.room is not None:
            self.room.view.setFocus()

    def remember(self, state: QSettings) -> None:
        """Save how the room looks."""
        if self.room is not None:
            self.room.remember(state)

    def restore(self, state: QSettings) -> None:
        """Restore it when it is built."""
        self._state = state

    def _on_room_selection_changed(self) -> None:
        if self.room is not None and self.room.selected:
            self.details_asked.emit()
        if self.room is not None and self.details is not None:
            self.details.show_tasks(self.room.selected)
        self.selection_changed.emit()

    def _on_rail_chosen(self, query: str) -> None:
        self._waiting_query = query
        self.room_asked.emit()
        if self.room is not None:
            self.room.search(query)
        self.rail.show_query(query)

    def _on_rail_dropped(self, project: int | None, tasks: Sequence[int]) -> None:
        if self._services is not None:
            moved = Judgement(clears_project=True) if project is None else Judgement(project=project)
            refs = [ClipRef(task) for task in tasks]
            self._scope.start(self._services.judging.judge(refs, moved), name="Move to a project")
