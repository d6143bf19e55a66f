"""The media of one role side by side: their wells, the file dialog, and paste and drop."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QMimeData, QPoint, QStandardPaths, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from sora_studio.domain.film_edit import FILM_ENDINGS, SOUND_ENDINGS
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.picture import ENDINGS
from sora_studio.domain.request import is_url
from sora_studio.ui.compose.media_well import SIZE, MediaWell
from sora_studio.ui.compose.pictures.fold_well import FoldWell
from sora_studio.ui.compose.pictures.incoming import copied_address, kind_of_file, picture_sources
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.media_places import MediaPlace, noun_of
from sora_studio.viewmodels.compose.pictures.picture_words import Mark

_FILTERS = {
    MediaKind.IMAGE: ("images", ENDINGS, QStandardPaths.StandardLocation.PicturesLocation),
    MediaKind.VIDEO: ("films", FILM_ENDINGS, QStandardPaths.StandardLocation.MoviesLocation),
    # A film's sound can be sent as well.
    MediaKind.AUDIO: ("sounds", (*SOUND_ENDINGS, *FILM_ENDINGS), QStandardPaths.StandardLocation.MusicLocation),
}
"""What a file dialog asks for, the endings that it shows, and where it begins."""
AnyWell = TypeVar("AnyWell", bound=MediaWell)


class MediaStrip(QWidget, Generic[AnyWell]):
    """A well for each medium and an empty one; media that do not fit are folded. The caller owns the request.

    Subclasses build the wells and fill them. Signals: `chosen(tuple[str, ...])` with all media after a change by the user,
    `address_wanted(str)` with the initial address or an empty string, `opened(str)` with a medium to show large,
    `tag_chosen(str)` with a name for the prompt, `offered(QMimeData)` for what is not only of the strip's kind,
    `dropped(str, QPoint)` with a medium that was dragged and the pointer's place on the screen. The actions appear in each
    medium's menu.
    """

    chosen = Signal(object)
    address_wanted = Signal(str)
    opened = Signal(str)
    tag_chosen = Signal(str)
    offered = Signal(object)
    dropped = Signal(str, QPoint)

    def __init__(self, place: MediaPlace, scope: TaskScope, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self._late: Callable[[str], None] | None = None
        self._place, self._actions = place, actions
        self._sources = place.sources
        self._problem = ""
        self._problems: Mapping[str, str] = {}
        self._room = len(place.media)
        self._wells: dict[str, AnyWell] = {}
        self._is_lean = False
        self._asking: str | None = None
        self._fold = FoldWell(f"{noun_of(place.kind)}s", self)
        self._fold.opened.connect(self.opened)
        self._empty = self._build_well(None)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GRID)
        self._row.addWidget(self._fold)
        self._row.addWidget(self._empty)
        self.setMinimumHeight(SIZE.height())  # or the style sheet's button height would apply
        self._rebuild()

    @property
    def role(self) -> Role:
        """The role of its media."""
        return self._place.role

    @property
    def kind(self) -> MediaKind:
        """What it takes."""
        return self._place.kind

    @property
    def sources(self) -> tuple[str, ...]:
        """Its media."""
        return self._sources

    def show_place(self, place: MediaPlace, *, problem: str, problems: Mapping[str, str]) -> None:
        """Show the role's media. `problem` is about all, `problems` about single ones."""
        if place != self._place:
            retitled = (place.title, place.caption) != (self._place.title, self._place.caption)
            self._place, self._sources = place, place.sources
            if retitled:
                self._forget_wells()
            self._rebuild()
        self._problem, self._problems = problem, problems
        self._complain()

    @property
    def room(self) -> int:
        """How many media are shown; the others are folded."""
        return self._room

    @property
    def is_lean(self) -> bool:
        """Whether the empty well beside media is left out."""
        return self._is_lean

    @property
    def is_invalid(self) -> bool:
        """Whether one of its wells has a problem."""
        return any(well.invalid for well in (*self._wells.values(), self._fold, self._empty))

    def retire(self, late: Callable[[str], None]) -> None:
        """Prepare for deletion: what is still being drawn is not shown, and `late` gets what is still being saved."""
        self._wells = {}
        self._late = late

    def set_compact(self, is_compact: bool) -> None:
        """Set whether the empty well leaves out its caption."""
        self._empty.set_compact(is_compact)

    def set_lean(self, is_lean: bool) -> None:
        """Set whether the empty well beside media is left out: their menus can add another."""
        if is_lean != self._is_lean:
            self._is_lean = is_lean
            self._show_empty()

    def set_room(self, count: int) -> None:
        """Set how many media are shown; the others are folded."""
        if count != self._room:
            self._room = count
            self._rebuild()
            self._mark()

    def width_with(self, room: int, *, is_lean: bool) -> int:
        """Return the strip's width when at most so many media are shown, and the empty well beside them is left out or not."""
        shown = min(len(self._sources), room)
        wells = shown + (len(self._sources) > shown)
        empty = self._empty.sizeHint().width() if self._shows_empty(is_lean=is_lean) else 0
        return wells * SIZE.width() + empty + theme.GRID * max(wells + bool(empty) - 1, 0)

    def index_at(self, place: QPoint) -> int | None:
        """Return before which medium something dropped at this place on the screen goes; None if it is not over the strip."""
        here = self.mapFromGlobal(place)
        if not self.rect().adjusted(-theme.GRID, -2 * theme.GRID, theme.GRID, 2 * theme.GRID).contains(here):
            return None
        return sum(here.x() > well.geometry().center().x() for well in self._wells.values())

    @property
    def shown(self) -> tuple[str, ...]:
        """The media that are not folded."""
        return self._sources[: self._room]

    def add(self, sources: tuple[str, ...]) -> None:
        """Append media; where one fits only, it replaces the present one."""
        self._add(None, sources)

    def put_address(self, address: str) -> None:
        """Add a web address: in place of the address being changed, else after the well that asked."""
        put = self._put if self._asking and is_url(self._asking) else self._add
        put(self._asking, (address,))

    def change_address(self, source: str, address: str) -> None:
        """Replace an address."""
        self._put(source, (address,))

    def remove(self, source: str) -> None:
        """Remove a medium."""
        self._put(source, ())

    def focus_first(self) -> None:
        """Focus the first well with a problem (possibly the fold), else the first well."""
        wells = [*self._wells.values(), self._fold] if self._sources else [self._empty]
        at_fault = [well for well in wells if well.invalid]
        (at_fault or wells)[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_on(self, source: str) -> None:
        """Focus a medium's well, or the fold or empty well in its place."""
        well: QWidget = self._wells.get(source, self._fold if self._fold.isVisible() else self._empty)
        well.setFocus(Qt.FocusReason.OtherFocusReason)

    def tab_stops(self) -> list[QWidget]:
        """Return the widgets in tab order."""
        return [*(self._wells[source] for source in self.shown), self._fold, self._empty]

    # --- wells ----------------------------------------------------------------------------------------------------

    def _rebuild(self) -> None:
        """Rebuild the row; reuse wells of remaining media to avoid flicker and loading them twice."""
        order = list(self._wells)
        held = self.window().focusWidget()  # also correct while a dialog over the window has the focus
        focused = next((order.index(source) for source, well in self._wells.items() if well is held), None)
        if self._empty is held:
            focused = len(order)
        for source in order:
            if source not in self.shown:
                gone = self._wells.pop(source)
                self._row.removeWidget(gone)
                gone.hide()
                gone.deleteLater()
        wells = {source: self._wells.get(source) or self._build_well(source) for source in self.shown}
        self._wells = wells
        for index, well in enumerate(wells.values()):
            well.set_company(len(self._sources) > 1)
            well.has_room = self._place.can_add
            well.set_tag(self._place.named(index))
            self._row.insertWidget(index, well)
            well.show()
        self._empty.set_company(bool(self._sources))
        self._fold.show_sources(self._sources[self._room :])
        self._show_empty()
        if focused is not None:
            stops = [stop for stop in (*wells.values(), self._empty) if not stop.isHidden()]
            stops[min(focused, len(stops) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)

    # --- for subclasses -------------------------------------------------------------------------------------------

    def _make_well(self, source: str | None) -> AnyWell:
        """Return a new well."""
        raise NotImplementedError

    def _fill(self, well: AnyWell) -> None:
        """Load what a new well shows of its medium."""

    def _show_mark(self, well: AnyWell) -> None:
        """Show what is known of a well's medium, and its mark."""

    def _mark_of(self, source: str) -> Mark | None:
        """Return the most important notice about a medium."""
        del source

    def _problem_of(self, source: str) -> str | None:
        """Return what its check found wrong with a medium; None while it has not been checked."""
        del source
        return ""

    def _take(self, after: str | None, mime: QMimeData) -> None:
        """Add what was dropped or pasted at a medium and is not a file."""
        if sources := picture_sources(mime):
            self._add(after, sources)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _shows_empty(self, *, is_lean: bool) -> bool:
        return not self._sources or (self._place.can_add and not is_lean)

    def _show_empty(self) -> None:
        self._empty.setVisible(self._shows_empty(is_lean=self._is_lean))

    def _build_well(self, source: str | None) -> AnyWell:
        well = self._make_well(source)
        if source is not None:
            well.opened.connect(partial(self.opened.emit, source))
        well.offered.connect(partial(self._offer, source))
        well.file_wanted.connect(partial(self.choose, source))
        well.removed.connect(partial(self._put, source, ()))
        well.addActions(self._actions)
        if source is not None:
            well.moved.connect(partial(self._move, source))
            well.more_wanted.connect(partial(self.choose, None))
            well.tag_wanted.connect(lambda: self.tag_chosen.emit(well.tag))
            well.dropped.connect(partial(self.dropped.emit, source))
        well.all_removed.connect(partial(self.chosen.emit, ()))
        well.address_wanted.connect(partial(self._on_well_address_wanted, source))
        self._fill(well)
        return well

    def _mark(self) -> None:
        for well in self._wells.values():
            self._show_mark(well)
        self._fold.show_marks({source: mark for source in self._sources if (mark := self._mark_of(source)) is not None})
        self._complain()

    def _complain(self) -> None:
        """Show each medium's own problem on its well; a common problem on all wells only while none has its own."""
        found = {source: self._problem_of(source) for source in self._sources}
        seen = {source: problem for source, problem in found.items() if problem}
        own = {**self._problems, **seen}
        are_known = None not in found.values()
        common = self._problem if are_known and not own else ""
        for source, well in self._wells.items():
            well.complain(own.get(source, common))
        unmarked = [own[source] for source in self._sources[self._room :] if source in own and source not in seen]
        self._fold.complain(next(iter(unmarked), common))
        self._empty.complain("" if self._sources else self._problem)

    # --- adding and removing --------------------------------------------------------------------------------------

    def _offer(self, source: str | None, mime: QMimeData) -> None:
        files = tuple(found for found in picture_sources(mime) if not is_url(found))
        if any(kind_of_file(file) is not self._place.kind for file in files):
            self.offered.emit(mime)
        elif files:
            self._add(source, files)
        else:
            self._take(source, mime)

    def _add(self, after: str | None, sources: tuple[str, ...]) -> None:
        """Insert media after a present one, or append them. The only one that fits is replaced."""
        if self._place.room == 1:
            self._put(self._sources[0] if self._sources else None, sources[:1])
            return
        self._put(after, (after, *sources) if after in self._sources else sources)

    def _put(self, source: str | None, sources: tuple[str, ...]) -> None:
        """Replace a medium with others (none removes it), or append them. Duplicates are dropped."""
        media = list(self._sources)
        place = media.index(source) if source in media else len(media)
        media[place : place + 1] = sources
        chosen = tuple(dict.fromkeys(media))
        if chosen != self._sources:
            self.chosen.emit(chosen)

    def _move(self, source: str, by: int) -> None:
        """Move a medium by so many places; it keeps the keyboard."""
        others = [other for other in self._sources if other != source]
        index = min(max(self._sources.index(source) + by, 0), len(others))
        chosen = (*others[:index], source, *others[index:])
        if chosen != self._sources:
            self.chosen.emit(chosen)
            self.focus_on(source)

    def _forget_wells(self) -> None:
        """Build all wells anew: their names have changed."""
        for well in (*self._wells.values(), self._empty):
            self._row.removeWidget(well)
            well.hide()
            well.deleteLater()
        self._wells = {}
        self._empty = self._build_well(None)
        self._row.addWidget(self._empty)

    # --- file dialog ----------------------------------------------------------------------------------------------

    def choose(self, replacing: str | None) -> None:
        """Ask for files, which replace a medium or are appended."""
        things, endings, _ = _FILTERS[self._place.kind]
        dialog = QFileDialog(self, f"Choose {things}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        is_one = self._place.room == 1
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile if is_one else QFileDialog.FileMode.ExistingFiles)
        patterns = " ".join(f"*.{ending}" for ending in endings)
        dialog.setOption(QFileDialog.Option.HideNameFilterDetails)
        dialog.setNameFilters([f"{things.capitalize()} ({patterns})", "All files (*)"])
        dialog.setDirectory(self._folder())
        dialog.filesSelected.connect(partial(self._on_dialog_selected, replacing))
        dialog.open()

    def _on_dialog_selected(self, replacing: str | None, files: list[str]) -> None:
        self._put(replacing, tuple(str(Path(file).absolute()) for file in files))

    def _folder(self) -> str:
        """Return the last local file's folder, else the system's folder for files of the kind."""
        local = [source for source in self._sources if not is_url(source)]
        if local:
            return str(Path(local[-1]).parent)
        return QStandardPaths.writableLocation(_FILTERS[self._place.kind][2])

    def _on_well_address_wanted(self, source: str | None) -> None:
        self._asking = source
        self.address_wanted.emit(source if source and is_url(source) else copied_address())
