"""The pictures of a request side by side: the wells, the file dialog that fills them, and what is pasted or dropped."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QStandardPaths, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from sora_studio.domain.profile import ImageRules
from sora_studio.domain.request import is_url
from sora_studio.ui import theme
from sora_studio.ui.compose.image_well import SIZE, ImageWell
from sora_studio.ui.compose.incoming import keep_pixels, picture_pixels, picture_sources
from sora_studio.ui.compose.thumbnail import load_thumbnail
from sora_studio.ui.task_scope import TaskScope

_ENDINGS = {"jpeg": "*.jpg *.jpeg"}


class ImageStrip(QWidget):
    """A well for each picture and an empty one while the model takes more. It keeps no picture: it shows what it is given.

    Signals: `images_chosen(tuple[str, ...])` with all pictures after a change by the person, `address_wanted(str)` with
    the present address of the well that asks, or nothing.
    """

    images_chosen = Signal(object)
    address_wanted = Signal(str)

    def __init__(self, scope: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self._rules: ImageRules | None = None
        self._pasted: Path | None = None
        self._images: tuple[str, ...] = ()
        self._wells = list[ImageWell]()
        self._place = 0
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GRID)
        self._rebuild()

    def show_images(self, images: tuple[str, ...], rules: ImageRules | None, *, problem: str = "") -> None:
        """The request's pictures, the model's rules for them, and what is wrong with them."""
        if (images, rules) != (self._images, self._rules):
            self._images, self._rules = images, rules
            self._rebuild()
        for well in self._wells:
            well.complain(problem)

    def keep_pasted_in(self, folder: Path) -> None:
        """Where pixels without a file are kept from now on."""
        self._pasted = folder

    def offer(self, mime: QMimeData) -> None:
        """Take the pictures of a clipboard or a drop, in the first free place."""
        self._offer(self._free_place(), mime)

    def put_address(self, address: str) -> None:
        """Take a picture by its web address, in the place of the well that asked."""
        self._put(self._place, (address,))

    def focus_first(self) -> None:
        """Give the keyboard to the first well."""
        self._wells[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def tab_stops(self) -> list[QWidget]:
        """What the keyboard visits, in order."""
        return [*self._wells]

    # --- wells ----------------------------------------------------------------------------------------------------

    def _rebuild(self) -> None:
        had_focus = any(well.hasFocus() for well in self._wells)
        for well in self._wells:
            self._row.removeWidget(well)
            well.hide()
            well.deleteLater()
        most = self._rules.max if self._rules else 0
        # Without rules pictures are not taken, yet those that are there must be seen to be removed.
        sources: list[str | None] = [*self._images]
        if len(sources) < most or (not sources and self._rules is None):
            sources.append(None)
        self._wells = [self._build_well(place, source) for place, source in enumerate(sources)]
        if had_focus:
            self._wells[-1].setFocus(Qt.FocusReason.OtherFocusReason)

    def _build_well(self, place: int, source: str | None) -> ImageWell:
        well = ImageWell(source, self)
        well.clicked.connect(partial(self._on_well_clicked, place))
        well.offered.connect(partial(self._offer, place))
        well.removed.connect(partial(self._put, place, ()))
        well.address_wanted.connect(partial(self._on_well_address_wanted, place))
        self._row.addWidget(well)
        well.show()
        if source and not is_url(source):
            self._scope.start(self._load(well, Path(source)), name="thumbnail")
        return well

    async def _load(self, well: ImageWell, path: Path) -> None:
        thumbnail = await load_thumbnail(path, SIZE * self.devicePixelRatioF())
        if well in self._wells:
            well.show_thumbnail(thumbnail)

    # --- what comes in --------------------------------------------------------------------------------------------

    def _offer(self, place: int, mime: QMimeData) -> None:
        """Pixels are better than an address when both come: a page's address is not its picture's."""
        files = tuple(source for source in picture_sources(mime) if not is_url(source))
        pixels = picture_pixels(mime)
        if files:
            self._put(place, files)
        elif pixels is not None and self._pasted is not None:
            self._scope.start(self._keep(place, pixels, self._pasted), name="paste image")
        elif sources := picture_sources(mime):
            self._put(place, sources)

    async def _keep(self, place: int, pixels: QImage, folder: Path) -> None:
        self._put(place, (str(await keep_pixels(pixels, folder)),))

    def _put(self, place: int, sources: tuple[str, ...]) -> None:
        """Put pictures in the place of the one that is there; none removes it."""
        images = list(self._images)
        images[place : place + 1] = sources
        if tuple(images) != self._images:
            self.images_chosen.emit(tuple(images))

    def _free_place(self) -> int:
        most = self._rules.max if self._rules else 1
        return min(len(self._images), max(most - 1, 0))

    # --- asking ---------------------------------------------------------------------------------------------------

    def _on_well_clicked(self, place: int) -> None:
        dialog = QFileDialog(self, "Choose an image")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        several = self._rules is not None and self._rules.max > 1
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles if several else QFileDialog.FileMode.ExistingFile)
        formats = self._rules.formats if self._rules else ()
        endings = " ".join(_ENDINGS.get(name, f"*.{name}") for name in formats)
        dialog.setNameFilters([f"Images ({endings})", "All files (*)"])
        dialog.setDirectory(self._folder())
        dialog.filesSelected.connect(partial(self._on_dialog_selected, place))
        dialog.open()

    def _on_dialog_selected(self, place: int, files: list[str]) -> None:
        self._put(place, tuple(str(Path(file).absolute()) for file in files))

    def _folder(self) -> str:
        """Where the last picture came from, else the system's pictures."""
        local = [image for image in self._images if not is_url(image)]
        if local:
            return str(Path(local[-1]).parent)
        return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)

    def _on_well_address_wanted(self, place: int) -> None:
        self._place = place
        present = self._images[place] if place < len(self._images) else ""
        self.address_wanted.emit(present if is_url(present) else "")
