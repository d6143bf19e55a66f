"""The pictures of one role side by side: their wells, the file dialog, and paste and drop."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, QStandardPaths, Qt, Signal
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.picture import ENDINGS
from sora_studio.domain.request import is_url
from sora_studio.ui.compose.pictures.fold_well import FoldWell
from sora_studio.ui.compose.pictures.image_well import SIZE, ImageWell
from sora_studio.ui.compose.pictures.incoming import (
    copied_address,
    keep_pixels,
    kind_of_file,
    picture_pixels,
    picture_sources,
)
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.images import image_of
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.media_places import MediaPlace
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Shape

if TYPE_CHECKING:
    from sora_studio.services.pictures.pictures import Pictures

_TIMES_A_WELL = 4
"""Thumbnails are this many times a well's size, so that a crop of them is still sharp."""


class ImageStrip(QWidget):
    """A well for each picture and an empty one; pictures that do not fit are folded. The caller owns the request.

    Signals: `images_chosen(tuple[str, ...])` with all pictures after a change by the user, `address_wanted(str)` with
    the initial address or an empty string, `opened(str)` with a picture to show large, `tag_chosen(str)` with a name for the
    prompt, `offered(QMimeData)` for what is not only pictures, `dragged(str, QPoint)` and `dropped(str, QPoint)` with a picture
    and the pointer's place on the screen. The actions appear in each picture's menu.
    """

    images_chosen = Signal(object)
    address_wanted = Signal(str)
    opened = Signal(str)
    tag_chosen = Signal(str)
    offered = Signal(object)
    dragged = Signal(str, QPoint)
    dropped = Signal(str, QPoint)

    def __init__(self, place: MediaPlace, scope: TaskScope, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self._place, self._actions = place, actions
        self._pictures: Pictures | None = None
        self._pasted_dir: Path | None = None
        self._images: tuple[str, ...] = place.sources
        self._problem = ""
        self._problems: Mapping[str, str] = {}
        self._seen: Mapping[str, Seen] = {}
        self._shape: Shape | None = None
        self._room = len(place.media)
        self._wells = dict[str, ImageWell]()
        self._asking: str | None = None
        self._fold = FoldWell(self)
        self._fold.opened.connect(self.opened)
        self._empty = self._build_well(None)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GRID)
        self._row.addWidget(self._fold)
        self._row.addWidget(self._empty)
        self.setMinimumHeight(SIZE.height())  # or the style sheet's button height would apply
        self._rebuild()

    def attach(self, pictures: "Pictures", pasted_dir: Path) -> None:
        """Load thumbnails from now on, and save pasted pixels in `pasted_dir`."""
        self._pictures, self._pasted_dir = pictures, pasted_dir
        for well in self._wells.values():
            self._draw(well)

    @property
    def role(self) -> Role:
        """The role of its pictures."""
        return self._place.role

    @property
    def images(self) -> tuple[str, ...]:
        """Its pictures."""
        return self._images

    def show_place(self, place: MediaPlace, *, problem: str, problems: Mapping[str, str]) -> None:
        """Show the role's pictures. `problem` is about all, `problems` about single ones."""
        if place != self._place:
            retitled = (place.title, place.caption) != (self._place.title, self._place.caption)
            self._place, self._images = place, place.sources
            if retitled:
                self._forget_wells()
            self._rebuild()
        self._problem, self._problems = problem, problems
        self._complain()

    def show_seen(self, seen: Mapping[str, Seen], shape: Shape | None) -> None:
        """Show the results of the pictures' checks, and mark pictures that differ from the clip's shape."""
        changed = {source for source, now in seen.items() if source in self._seen and self._seen[source].digest != now.digest}
        self._seen, self._shape = dict(seen), shape
        for source in changed & self._wells.keys():  # the file's content has changed
            self._draw(self._wells[source])
        self._mark()

    @property
    def room(self) -> int:
        """How many pictures are shown; the others are folded."""
        return self._room

    @property
    def is_invalid(self) -> bool:
        """Whether one of its wells has a problem."""
        return any(well.invalid for well in (*self._wells.values(), self._fold, self._empty))

    def retire(self) -> None:
        """Prepare for deletion: thumbnails that are still being drawn are not shown."""
        self._wells = {}

    def set_compact(self, is_compact: bool) -> None:
        """Set whether the empty well leaves out its caption."""
        self._empty.set_compact(is_compact)

    def set_room(self, pictures: int) -> None:
        """Set how many pictures are shown; the others are folded."""
        if pictures != self._room:
            self._room = pictures
            self._rebuild()
            self._mark()

    def width_with(self, room: int) -> int:
        """Return the strip's width when at most so many pictures are shown."""
        shown = min(len(self._images), room)
        wells = shown + (len(self._images) > shown)
        empty = 0 if self._empty.isHidden() else self._empty.sizeHint().width()
        return wells * SIZE.width() + empty + theme.GRID * max(wells + bool(empty) - 1, 0)

    def index_at(self, place: QPoint) -> int | None:
        """Return before which picture something dropped at this place on the screen goes; None if it is not over the strip."""
        here = self.mapFromGlobal(place)
        if not self.rect().adjusted(-theme.GRID, -2 * theme.GRID, theme.GRID, 2 * theme.GRID).contains(here):
            return None
        return sum(here.x() > well.geometry().center().x() for well in self._wells.values())

    @property
    def shown(self) -> tuple[str, ...]:
        """The pictures that are not folded."""
        return self._images[: self._room]

    def add(self, sources: tuple[str, ...]) -> None:
        """Append pictures; where one fits only, it replaces the present one."""
        self._add(None, sources)

    def add_pixels(self, pixels: QImage) -> None:
        """Append pixels of the clipboard or a drop."""
        if self._pasted_dir is not None:
            self._scope.start(self._keep(None, pixels, self._pasted_dir), name="paste image")

    def put_address(self, address: str) -> None:
        """Add a web address: in place of the address being changed, else after the well that asked."""
        put = self._put if self._asking and is_url(self._asking) else self._add
        put(self._asking, (address,))

    def change_address(self, source: str, address: str) -> None:
        """Replace an address."""
        self._put(source, (address,))

    def remove(self, source: str) -> None:
        """Remove a picture."""
        self._put(source, ())

    def focus_first(self) -> None:
        """Focus the first well with a problem (possibly the fold), else the first well."""
        wells = [*self._wells.values(), self._fold] if self._images else [self._empty]
        at_fault = [well for well in wells if well.invalid]
        (at_fault or wells)[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_on(self, source: str) -> None:
        """Focus a picture's well, or the fold or empty well in its place."""
        well: QWidget = self._wells.get(source, self._fold if self._fold.isVisible() else self._empty)
        well.setFocus(Qt.FocusReason.OtherFocusReason)

    def tab_stops(self) -> list[QWidget]:
        """Return the widgets in tab order."""
        return [*(self._wells[source] for source in self.shown), self._fold, self._empty]

    # --- wells ----------------------------------------------------------------------------------------------------

    def _rebuild(self) -> None:
        """Rebuild the row; reuse wells of remaining pictures to avoid flicker and loading them twice."""
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
            well.set_company(len(self._images) > 1)
            well.set_tag(self._place.named(index))
            self._row.insertWidget(index, well)
            well.show()
        self._empty.set_company(bool(self._images))
        self._fold.show_sources(self._images[self._room :])
        self._empty.setVisible(self._place.can_add or not self._images)
        if focused is not None:
            stops = [stop for stop in (*wells.values(), self._empty) if not stop.isHidden()]
            stops[min(focused, len(stops) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)

    def _build_well(self, source: str | None) -> ImageWell:
        well = ImageWell(source, self, title=self._place.title, caption=self._place.caption)
        if source is None:
            well.clicked.connect(partial(self.choose, None))
        else:
            well.clicked.connect(partial(self.opened.emit, source))
        well.offered.connect(partial(self._offer, source))
        well.file_wanted.connect(partial(self.choose, source))
        well.removed.connect(partial(self._put, source, ()))
        well.addActions(self._actions)
        if source is not None:
            well.moved.connect(partial(self._move, source))
            well.tag_wanted.connect(lambda: self.tag_chosen.emit(well.tag))
            well.dragged.connect(partial(self.dragged.emit, source))
            well.dropped.connect(partial(self.dropped.emit, source))
        well.all_removed.connect(partial(self.images_chosen.emit, ()))
        well.address_wanted.connect(partial(self._on_well_address_wanted, source))
        self._draw(well)
        return well

    def _draw(self, well: ImageWell) -> None:
        if self._pictures and well.source and not is_url(well.source):
            edge = round(_TIMES_A_WELL * SIZE.width() * self.devicePixelRatioF())
            self._scope.start(self._show_thumbnail(self._pictures, well, Path(well.source), edge), name="thumbnail")

    async def _show_thumbnail(self, pictures: "Pictures", well: ImageWell, path: Path, edge: int) -> None:
        thumbnail = await pictures.thumbnail(path, max_edge=edge)
        if thumbnail is not None and well in self._wells.values():
            well.show_picture(image_of(thumbnail))

    def _mark(self) -> None:
        for source, well in self._wells.items():
            if source in self._seen:
                well.show_seen(self._seen[source], self._shape)
        self._fold.show_seen(self._seen, self._shape)
        self._complain()

    def _complain(self) -> None:
        """Show each picture's own problem on its well; a common problem on all wells only while none has its own."""
        seen = {source: picture_words.problem(seen) for source, seen in self._seen.items() if seen.problem}
        own = {**self._problems, **seen}
        are_known = all(source in self._seen for source in self._images)
        common = self._problem if are_known and not own else ""
        for source, well in self._wells.items():
            well.complain(own.get(source, common))
        unmarked = [own[source] for source in self._images[self._room :] if source in own and source not in seen]
        self._fold.complain(next(iter(unmarked), common))
        self._empty.complain("" if self._images else self._problem)

    # --- adding and removing --------------------------------------------------------------------------------------

    def _offer(self, source: str | None, mime: QMimeData) -> None:
        """Prefer pixels to an address when both are offered: the address may be the page's, not the picture's."""
        files = tuple(found for found in picture_sources(mime) if not is_url(found))
        pixels = picture_pixels(mime)
        if any(kind_of_file(file) is not MediaKind.IMAGE for file in files):
            self.offered.emit(mime)
        elif files:
            self._add(source, files)
        elif pixels is not None and self._pasted_dir is not None:
            self._scope.start(self._keep(source, pixels, self._pasted_dir), name="paste image")
        elif sources := picture_sources(mime):
            self._add(source, sources)

    async def _keep(self, source: str | None, pixels: QImage, folder: Path) -> None:
        self._add(source, (str(await keep_pixels(pixels, folder)),))

    def _add(self, after: str | None, sources: tuple[str, ...]) -> None:
        """Insert pictures after a present one, or append them. The only one that fits is replaced."""
        if self._place.room == 1 and self._images:
            self._put(self._images[0], sources[:1])
            return
        self._put(after, (after, *sources) if after in self._images else sources)

    def _put(self, source: str | None, sources: tuple[str, ...]) -> None:
        """Replace a picture with others (none removes it), or append them. Duplicates are dropped."""
        images = list(self._images)
        place = images.index(source) if source in images else len(images)
        images[place : place + 1] = sources
        chosen = tuple(dict.fromkeys(images))
        if chosen != self._images:
            self.images_chosen.emit(chosen)

    def _move(self, source: str, by: int) -> None:
        """Move a picture by so many places; it keeps the keyboard."""
        images = [image for image in self._images if image != source]
        index = min(max(self._images.index(source) + by, 0), len(images))
        chosen = (*images[:index], source, *images[index:])
        if chosen != self._images:
            self.images_chosen.emit(chosen)
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
        """Ask for files, which replace a picture or are appended."""
        dialog = QFileDialog(self, "Choose images")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        endings = " ".join(f"*.{ending}" for ending in ENDINGS)
        dialog.setOption(QFileDialog.Option.HideNameFilterDetails)
        dialog.setNameFilters([f"Images ({endings})", "All files (*)"])
        dialog.setDirectory(self._folder())
        dialog.filesSelected.connect(partial(self._on_dialog_selected, replacing))
        dialog.open()

    def _on_dialog_selected(self, replacing: str | None, files: list[str]) -> None:
        self._put(replacing, tuple(str(Path(file).absolute()) for file in files))

    def _folder(self) -> str:
        """Return the last local picture's folder, else the system's pictures folder."""
        local = [image for image in self._images if not is_url(image)]
        if local:
            return str(Path(local[-1]).parent)
        return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)

    def _on_well_address_wanted(self, source: str | None) -> None:
        self._asking = source
        self.address_wanted.emit(source if source and is_url(source) else copied_address())
