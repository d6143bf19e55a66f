"""The selection of the library: by task id, and as compact for everything as for one."""

from array import array
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from sora_studio.viewmodels.library.display_order import NOTHING, DisplayOrder, changes


class LibrarySelection(QObject):
    """A set of ids, or all but a set of ids, and the current item, which has the keyboard's focus.

    `current` need not be selected. `origin` is where a range with Shift begins.

    Signals: `changed()` when other items are selected; `current_changed(int | None)` with a task id.
    """

    changed = Signal()
    current_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._order = NOTHING
        self._ids = set[int]()
        self._is_all_but = False
        self._current: int | None = None
        self.origin: int | None = None

    def __contains__(self, task: int) -> bool:
        return (task in self._ids) is not self._is_all_but

    def __len__(self) -> int:
        return len(self._order) - len(self._ids) if self._is_all_but else len(self._ids)

    @property
    def current(self) -> int | None:
        """The task that has the keyboard's focus."""
        return self._current

    def ids(self) -> "array[int]":
        """Return the selected ids in display order."""
        return array("q", [task for task in self._order.ids if (task in self._ids) is not self._is_all_but])

    def select_only(self, tasks: Iterable[int]) -> None:
        """Select these and no others."""
        self._set(set(tasks), is_all_but=False)

    def add(self, tasks: Iterable[int]) -> None:
        """Select these too."""
        more = set(tasks)
        self._set(self._ids - more if self._is_all_but else self._ids | more, is_all_but=self._is_all_but)

    def toggle(self, task: int) -> None:
        """Select the task, or no longer."""
        self._set(self._ids ^ {task}, is_all_but=self._is_all_but)

    def select_all(self) -> None:
        """Select everything that is shown now; items that come later are not selected."""
        self._set(set(), is_all_but=len(self._order) > 0)

    def clear(self) -> None:
        """Select nothing; the current item stays."""
        self._set(set(), is_all_but=False)

    def snapshot(self) -> tuple[frozenset[int], bool]:
        """Return the selection, to be given to `restore` together with what a rubber band touches."""
        return frozenset(self._ids), self._is_all_but

    def restore(self, snapshot: tuple[frozenset[int], bool], more: Iterable[int] = ()) -> None:
        """Select what was selected then, and these."""
        ids, is_all_but = snapshot
        self._set(set(ids) - set(more) if is_all_but else set(ids).union(more), is_all_but=is_all_but)

    def make_current(self, task: int | None, *, is_origin: bool = True) -> None:
        """Move the keyboard's focus; with `is_origin`, the next range begins here."""
        if is_origin:
            self.origin = task
        if task != self._current:
            self._current = task
            self.current_changed.emit(task)

    def follow(self, order: DisplayOrder) -> None:
        """Keep what is still shown. Of what is new, nothing is selected.

        When the current item is gone, the next one becomes current, and selected if nothing else is, to go on from there.
        """
        before, self._order = self._order, order
        if not self._ids and not self._is_all_but and self._current is None:
            return
        gone, new = changes(before.ids, order.ids)
        was_selected = self._current is not None and self._current in self
        if self._is_all_but:
            exceptions = (self._ids - gone) | new
            is_some = len(exceptions) < len(order)
            self._set(exceptions if is_some else set(), is_all_but=is_some, is_certain=bool(gone or new))
        elif not self._ids.isdisjoint(gone):
            self._set(self._ids - gone, is_all_but=False)
        if self.origin in gone:
            self.origin = None
        if self._current is not None and self._current in gone:
            self.make_current(_successor(self._current, before, gone))
            if was_selected and not len(self) and (current := self.current) is not None:
                self.select_only((current,))

    def _set(self, ids: set[int], *, is_all_but: bool, is_certain: bool = False) -> None:
        if is_certain or (ids, is_all_but) != (self._ids, self._is_all_but):
            self._ids, self._is_all_but = ids, is_all_but
            self.changed.emit()


def _successor(task: int, before: DisplayOrder, gone: set[int]) -> int | None:
    """Return the next item that is still there, else the previous one."""
    place = before.place(task)
    if place is None:
        return None
    later = next((other for other in before.ids[place:] if other not in gone), None)
    return later if later is not None else next((other for other in reversed(before.ids[:place]) if other not in gone), None)
