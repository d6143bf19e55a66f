"""The library's items: the order of a query's result at once, the tiles as far as they are looked at."""

import asyncio
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.library import LibraryIndex, TileFacts
from sora_studio.viewmodels.library.display_order import NOTHING, changes, ordered
from sora_studio.viewmodels.library.library_selection import LibrarySelection
from sora_studio.viewmodels.library.library_services import LibraryServices
from sora_studio.viewmodels.library.tile_cache import TileCache
from sora_studio.viewmodels.starter import TaskStarter

REFRESH_EVERY_S = 0.3
"""Changes in quick succession are shown together: reading the ids of a large library holds Python's lock for 10 ms."""


class LibraryModel(QObject):
    """One query's result. Reads tiles for what is shown, the newest request first, and drops what was scrolled away.

    While `holds` is set, items that a refresh found anew are held back, so that nothing moves under the pointer; what is gone
    leaves at once.

    Signals: `updating()` before and `updated()` after the order changes; `tiles_changed(range)` with positions;
    `searched(LibraryIndex)` after each query; `held(int)` with the number of items that are held back.
    """

    updating = Signal()
    updated = Signal()
    tiles_changed = Signal(object)
    searched = Signal(object)
    held = Signal(int)

    def __init__(self, start: TaskStarter, *, refresh_every_s: float = REFRESH_EVERY_S, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start, self._refresh_every_s = start, refresh_every_s
        self.services: LibraryServices | None = None
        """Set by `attach`."""
        self._query = ""
        self._index: LibraryIndex | None = None
        self._held_back: LibraryIndex | None = None
        self._stacks = dict[int, Sequence[int]]()
        self._tiles = TileCache()
        self._visible = self._ahead = range(0)
        self._finding: asyncio.Task[None] | None = None
        self._is_stale = False
        self._reading: asyncio.Task[None] | None = None
        self._batch = frozenset[int]()
        self.order = NOTHING
        self.selection = LibrarySelection(self)
        self.holds = False

    # --- the query ------------------------------------------------------------------------------------------------

    @property
    def is_known(self) -> bool:
        """Whether a result is there; before the first one, an empty order means nothing."""
        return self._index is not None

    @property
    def query(self) -> str:
        """The query whose result is shown or being read."""
        return self._query

    def attach(self, services: LibraryServices) -> None:
        """Connect the services and read the current query."""
        self.services = services
        self.search(self._query)

    def search(self, query: str) -> None:
        """Show another query's result; a search that still runs is cancelled."""
        if query != self._query:
            self._stacks.clear()
        self._query = query
        if self._finding is not None:
            self._finding.cancel()
        self._find(is_refresh=False)

    def refresh(self, *, at_once: bool = False) -> None:
        """Read the result again soon, after tasks have come, gone or moved. `at_once` also shows new items under the pointer:
        for what the person did.
        """
        if at_once:
            self.search(self._query)
        elif self._finding is not None and not self._finding.done():
            self._is_stale = True  # the running one may have missed the change
        else:
            self._find(is_refresh=True)

    def show_held(self) -> None:
        """Show the items that were held back."""
        if self._held_back is not None:
            index, self._held_back = self._held_back, None
            self._show(index)
            self.held.emit(0)

    def _find(self, *, is_refresh: bool) -> None:
        if self.services is not None:
            self._finding = self._start(self._find_all(self.services, is_refresh=is_refresh), name="Search the library")

    async def _find_all(self, services: LibraryServices, *, is_refresh: bool) -> None:
        while True:
            if is_refresh:
                await asyncio.sleep(self._refresh_every_s)
            self._is_stale = False
            index = await services.find(self._query)
            self._take_index(index, may_hold=is_refresh)
            self.searched.emit(index)
            if not self._is_stale:
                return
            is_refresh = True

    def _take_index(self, index: LibraryIndex, *, may_hold: bool) -> None:
        was_held, self._held_back = self._held_back, None
        new = 0
        if may_hold and self.holds and self._index is not None and (added := changes(self._index.ids, index.ids)[1]):
            self._held_back, new = index, len(added)
            index = index.without(added)
        if self._index is None or (index.ids, index.groups) != (self._index.ids, self._index.groups):
            self._show(index)
        if new or was_held is not None:
            self.held.emit(new)

    def _show(self, index: LibraryIndex) -> None:
        self._index = index
        self._arrange()

    def _arrange(self) -> None:
        """Rebuild the order from the index and the open stacks."""
        if self._index is None:
            return
        self.updating.emit()
        self.order = ordered(self._index, self._stacks)
        self._visible = self._ahead = range(0)
        self.selection.follow(self.order)
        self.updated.emit()

    # --- stacks ---------------------------------------------------------------------------------------------------

    def open_stack(self, task: int) -> None:
        """Show the task's other takes after its tile."""
        if self.services is not None and task not in self._stacks:
            self._start(self._open(self.services, task), name="Open the takes")

    def close_stack(self, task: int) -> None:
        """Show only the tile of the stack again; `task` may be any of its takes."""
        if self._stacks.pop(self.order.head_of.get(task, task), None) is not None:
            self._arrange()

    def is_open(self, task: int) -> bool:
        """Return whether the takes of this task are shown."""
        return task in self._stacks

    async def _open(self, services: LibraryServices, task: int) -> None:
        takes = await services.takes_of(task)
        self._stacks[task] = [take for take in takes if take != task]
        self._arrange()

    # --- tiles ----------------------------------------------------------------------------------------------------

    def tile(self, place: int) -> TileFacts | None:
        """Return the tile at a position, if it is loaded."""
        return self._tiles.get(self.order.ids[place])

    def tile_of(self, task: int) -> TileFacts | None:
        """Return the tile of a task, if it is loaded."""
        return self._tiles.get(task)

    def show(self, visible: range, ahead: range) -> None:
        """Read what is missing of the visible positions, then of those around them."""
        if (visible, ahead) != (self._visible, self._ahead):
            self._visible, self._ahead = visible, ahead
            self._tiles.touch(self._ids(ahead))
            self._read()

    def mark_changed(self, tasks: Iterable[int]) -> None:
        """Read these tasks' tiles again, as far as they are on the screen, and forget them otherwise."""
        if self._tiles.outdate(tasks, self._ids(self._ahead)):
            self._read()

    def _ids(self, places: range) -> Sequence[int]:
        return self.order.ids[places.start : places.stop]

    def _read(self) -> None:
        """Begin to read, unless something that is still wanted is being read."""
        if self.services is None:
            return
        if self._reading is not None and not self._reading.done():
            if not self._batch.isdisjoint(self._ids(self._ahead)):
                return
            self._reading.cancel()
        if self._tiles.missing(self._ids(self._visible), self._ids(self._ahead)):
            self._reading = self._start(self._read_missing(self.services), name="Read the library's tiles")

    async def _read_missing(self, services: LibraryServices) -> None:
        while batch := self._tiles.missing(self._ids(self._visible), self._ids(self._ahead)):
            self._batch = frozenset(batch)
            self._tiles.begin(batch)
            self._tell(self._tiles.put(await services.rows(batch)))

    def _tell(self, changed: Iterable[int]) -> None:
        """Announce the changed tiles that may be on the screen as few ranges of positions."""
        tasks = set(changed)
        first = None
        for place, task in enumerate(self._ids(self._ahead), self._ahead.start):
            if task in tasks:
                first = place if first is None else first
            elif first is not None:
                self.tiles_changed.emit(range(first, place))
                first = None
        if first is not None:
            self.tiles_changed.emit(range(first, self._ahead.stop))
