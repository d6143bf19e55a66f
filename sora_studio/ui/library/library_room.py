"""The library room: the search box above the grid or list, judging by keys, and what can be done with the selection."""

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSettings, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.domain.judgement import MOST_STARS, ClipRef, Judgement, Verdict
from sora_studio.domain.library import LibraryIndex
from sora_studio.ui.kit import caps_lock, theme
from sora_studio.ui.kit.filmstrip import FilmstripCache, paint_cell
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.empty_offers import EmptyOffers
from sora_studio.ui.library.grid_layout import LibraryMode
from sora_studio.ui.library.library_view import LibraryView
from sora_studio.ui.library.room_commands import room_commands
from sora_studio.ui.library.search_box import SearchBox
from sora_studio.viewmodels.commands import Command
from sora_studio.viewmodels.library.library_model import LibraryModel
from sora_studio.viewmodels.library.room_services import RoomServices

_VERDICTS = {
    Qt.Key.Key_P: Judgement(verdict=Verdict.KEPT),
    Qt.Key.Key_X: Judgement(verdict=Verdict.REJECTED),
    Qt.Key.Key_U: Judgement(clears_verdict=True),
}
_MODE, _TILE_WIDTH, _ADVANCES = "library/mode", "library/tile-width", "library/advances"
Act = Callable[[RoomServices, Sequence[ClipRef]], Coroutine[object, object, None]]


class LibraryRoom(QWidget):
    """P keeps, X rejects, U clears, 0 to 5 rate, T tags, N notes, G makes the longest version, Del moves to the trash.
    `advances`, or Caps Lock: judging one clip goes on to the next.

    Signals: `opened(int)` with a task to show on the stage; `selection_changed()`; `searched(str)` with the query's text;
    `search_saved()`; `filter_asked()` for a filter session; `menu_asked(QPoint)` with a global position, `tags_asked()` by T,
    `note_asked()` by N and `longest_asked()` by G, about what is selected.
    """

    opened = Signal(int)
    selection_changed = Signal()
    searched = Signal(str)
    search_saved = Signal()
    filter_asked = Signal()
    menu_asked = Signal(QPoint)
    tags_asked = Signal()
    note_asked = Signal()
    longest_asked = Signal()

    def __init__(self, scope: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self._services: RoomServices | None = None
        self._total: int | None = None
        self._is_total_stale = True
        self.advances = False
        self.model = LibraryModel(scope.start, parent=self)
        self.view = LibraryView(self.model, scope, parent=self)
        self.box = SearchBox(self)
        self._offers = EmptyOffers(scope, self.box, self.view.updates.empty)
        self._strips = FilmstripCache(scope, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.box)
        column.addWidget(theme.rule())
        column.addWidget(self.view, 1)
        self.box.show_mode(self.view.mode)
        self._connect()

    def attach(self, services: RoomServices) -> None:
        """Connect the services and read the library."""
        self._services = services
        self.model.attach(services.library)
        self._scope.start(self._read_names(services), name="Read names to search for")

    def offer_commands(self, commands: Sequence[Command]) -> None:
        """Let the search box run these, beside the room's own."""
        self.box.commands = lambda: (*commands, *room_commands(self))

    @property
    def selected(self) -> Sequence[int]:
        """The selected tasks, else the current one."""
        ids = list(self.model.selection.ids())
        current = self.model.selection.current
        return ids or ([] if current is None else [current])

    @property
    def to_filter(self) -> Sequence[int]:
        """The tasks for a filter session: those selected if there are several, else all that are shown."""
        return self.model.selection.ids() if len(self.model.selection) > 1 else self.model.order.ids

    def search(self, text: str) -> None:
        """Search for a query's text, as if it were typed."""
        self.box.show_text(text)

    def choose(self, task: int) -> None:
        """Select a task, in view; one that was not found is searched for."""
        place = self.model.order.place(task)
        if place is None:
            self.search(f"#{task}")
            self.model.selection.clear()
        else:
            self.view.scroll_to(place)
            self.model.selection.select_only((task,))
        self.model.selection.make_current(task)

    def take_changes(self, tasks: frozenset[int]) -> None:
        """Show changed tasks, and what came or went."""
        self._is_total_stale = True
        self.model.mark_changed(tasks)
        self.model.refresh()

    def remember(self, state: QSettings) -> None:
        """Save the view's mode and the size of its tiles."""
        state.setValue(_MODE, self.view.mode.value)
        state.setValue(_TILE_WIDTH, self.view.tile_width)
        state.setValue(_ADVANCES, self.advances)

    def restore(self, state: QSettings) -> None:
        """Restore what `remember` saved; unreadable values keep their defaults."""
        mode, width = state.value(_MODE, ""), state.value(_TILE_WIDTH, 0, type=int)
        if mode in [known.value for known in LibraryMode]:
            self.set_mode(LibraryMode(mode))
        self.set_advances(state.value(_ADVANCES, False, type=bool) is True)
        if isinstance(width, int) and width:
            self.view.set_tile_width(width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Judge with plain keys that the view leaves."""
        key = Qt.Key(event.key())
        is_plain = not event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if is_plain and self._judge_by(key, goes_on=self.advances or caps_lock.is_on(event)):
            return
        asked = {Qt.Key.Key_T: self.tags_asked, Qt.Key.Key_N: self.note_asked, Qt.Key.Key_G: self.longest_asked}
        if is_plain and key in asked and self.selected and not event.isAutoRepeat():
            asked[key].emit()
        elif is_plain and key == Qt.Key.Key_Delete:
            self.trash()
        else:
            super().keyPressEvent(event)

    def _connect(self) -> None:
        self.box.query_changed.connect(self._on_box_query_changed)
        self.box.mode_chosen.connect(self.set_mode)
        self.box.save_asked.connect(self._on_box_save_asked)
        self.box.left.connect(self.view.setFocus)
        self.box.focused.connect(self._on_box_focused)
        self.box.advances_chosen.connect(self.set_advances)
        self.view.opened.connect(self.opened)
        self.view.menu_requested.connect(self._on_view_menu_requested)
        self.view.painter.scrub = self._scrub
        self.view.hover.rested.connect(self._on_hover_rested)
        self._strips.arrived.connect(self.view.viewport().update)
        self.model.searched.connect(self._on_model_searched)
        self.model.selection.changed.connect(self.selection_changed)
        self.model.selection.current_changed.connect(self._on_current_changed)

    def _scrub(self, painter: QPainter, frame: QRect, strip: Path, position: float) -> bool:
        picture = self._strips.strip(strip)
        if picture is None or picture.isNull():
            return False
        paint_cell(painter, frame, picture, position)
        return True

    def _on_hover_rested(self, place: int) -> None:
        """Have the strip of an older clip made; its tile then changes like that of any changed task."""
        tile = self.model.tile(place)
        if self._services is not None and tile is not None and tile.filmstrip is None:
            self._scope.start(self._services.make_strip(tile.id), name="Make a filmstrip")

    def _on_current_changed(self) -> None:
        self.selection_changed.emit()

    def set_mode(self, mode: LibraryMode) -> None:
        """Show a grid or a list."""
        self.view.set_mode(mode)
        self.box.show_mode(mode)

    def set_advances(self, advances: bool) -> None:
        """Set whether judging goes on to the next clip."""
        self.advances = advances
        self.box.show_advances(advances)

    def _judge_by(self, key: Qt.Key, *, goes_on: bool) -> bool:
        judgement = _VERDICTS.get(key)
        if judgement is None and Qt.Key.Key_0 <= key <= Qt.Key.Key_0 + MOST_STARS:
            judgement = Judgement(stars=key - Qt.Key.Key_0)
        if judgement is None:
            return False
        self.judge(judgement)
        if goes_on and len(self.selected) == 1:
            self._advance()
        return True

    def _advance(self) -> None:
        """Select the next clip, if there is one."""
        order, current = list(self.model.order.ids), self.selected[0]
        place = order.index(current) + 1 if current in order else len(order)
        if place < len(order):
            self.view.scroll_to(place)
            self.model.selection.select_only((order[place],))
            self.model.selection.make_current(order[place], is_origin=True)

    def _on_box_query_changed(self, text: str) -> None:
        self.model.search(text)
        self.searched.emit(text)

    def _on_model_searched(self, index: LibraryIndex) -> None:
        if not self.box.text:
            self._total, self._is_total_stale = len(index.ids), False
        self.box.show_result(index, self._total)
        if self._services is None:
            return
        if self._is_total_stale:
            self._is_total_stale = False
            self._scope.start(self._count_all(self._services, index), name="Count the library")
        if not len(index.ids):
            self._offers.ask(self._services)

    async def _count_all(self, services: RoomServices, index: LibraryIndex) -> None:
        """Show of how many clips the result is a part."""
        query = self.box.text
        self._total = await services.count("")
        if query == self.box.text:
            self.box.show_result(index, self._total)

    def _on_box_focused(self) -> None:
        """Bring the names up to date that the box offers."""
        if self._services is not None:
            self._scope.start(self._read_names(self._services), name="Read names to search for")

    async def _read_names(self, services: RoomServices) -> None:
        self.box.names = await services.names()

    def _on_box_save_asked(self, text: str) -> None:
        if self._services is not None:
            self._scope.start(self._save_search(self._services, text), name="Save a search")

    async def _save_search(self, services: RoomServices, text: str) -> None:
        await services.save_search(text)
        self.search_saved.emit()

    def _on_view_menu_requested(self, _: int, place: QPoint) -> None:
        self.menu_asked.emit(place)

    def judge(self, judgement: Judgement) -> None:
        """Judge the selected clips."""
        self._start_with(lambda services, refs: services.judging.judge(refs, judgement))

    def trash(self) -> None:
        """Put the selected clips into the trash."""
        self._start_with(lambda services, refs: services.judging.trash(refs))

    def _start_with(self, act: Act) -> None:
        """Do something with the selected tasks."""
        tasks = self.selected
        if self._services is not None and tasks:
            self._scope.start(act(self._services, [ClipRef(task) for task in tasks]), name="Decide about clips")
