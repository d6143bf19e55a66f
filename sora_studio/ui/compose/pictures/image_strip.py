"""The pictures of one role side by side."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QWidget

from sora_studio.domain.request import is_url
from sora_studio.ui.compose.media_strip import MediaStrip
from sora_studio.ui.compose.media_well import SIZE
from sora_studio.ui.compose.pictures.image_well import ImageWell
from sora_studio.ui.compose.pictures.incoming import keep_pixels, picture_pixels
from sora_studio.ui.kit.images import image_of
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.media_places import MediaPlace
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_words import Mark, Seen, Shape

if TYPE_CHECKING:
    from sora_studio.services.pictures.pictures import Pictures

_TIMES_A_WELL = 4
"""Thumbnails are this many times a well's size, so that a crop of them is still sharp."""


class ImageStrip(MediaStrip[ImageWell]):
    """Shows thumbnails, and saves pasted pixels as files."""

    def __init__(self, place: MediaPlace, scope: TaskScope, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        self._pictures: Pictures | None = None
        self._pasted_dir: Path | None = None
        self._seen: Mapping[str, Seen] = {}
        self._shape: Shape | None = None
        super().__init__(place, scope, actions, parent)

    def attach(self, pictures: "Pictures", pasted_dir: Path) -> None:
        """Load thumbnails from now on, and save pasted pixels in `pasted_dir`."""
        self._pictures, self._pasted_dir = pictures, pasted_dir
        for well in self._wells.values():
            self._fill(well)

    def show_seen(self, seen: Mapping[str, Seen], shape: Shape | None) -> None:
        """Show the results of the pictures' checks, and mark pictures that differ from the clip's shape."""
        changed = {source for source, now in seen.items() if source in self._seen and self._seen[source].digest != now.digest}
        self._seen, self._shape = dict(seen), shape
        for source in changed & self._wells.keys():  # the file's content has changed
            self._fill(self._wells[source])
        self._mark()

    def add_pixels(self, pixels: QImage) -> None:
        """Append pixels of the clipboard or a drop."""
        self._add_pixels(None, pixels)

    def _make_well(self, source: str | None) -> ImageWell:
        return ImageWell(source, self, title=self._place.title, caption=self._place.caption)

    def _fill(self, well: ImageWell) -> None:
        if self._pictures and well.source and not is_url(well.source):
            edge = round(_TIMES_A_WELL * SIZE.width() * self.devicePixelRatioF())
            self._scope.start(self._show_thumbnail(self._pictures, well, Path(well.source), edge), name="thumbnail")

    async def _show_thumbnail(self, pictures: "Pictures", well: ImageWell, path: Path, edge: int) -> None:
        thumbnail = await pictures.thumbnail(path, max_edge=edge)
        if thumbnail is not None and well in self._wells.values():
            well.show_picture(image_of(thumbnail))

    def _show_mark(self, well: ImageWell) -> None:
        if well.source is not None and well.source in self._seen:
            well.show_seen(self._seen[well.source], self._shape)

    def _mark_of(self, source: str) -> Mark | None:
        return picture_words.mark(self._seen[source], self._shape) if source in self._seen else None

    def _problem_of(self, source: str) -> str | None:
        return picture_words.problem(self._seen[source]) if source in self._seen else None

    def _take(self, after: str | None, mime: QMimeData) -> None:
        """Prefer pixels to an address when both are offered: the address may be the page's, not the picture's."""
        pixels = picture_pixels(mime)
        if pixels is not None:
            self._add_pixels(after, pixels)
        else:
            super()._take(after, mime)

    def _add_pixels(self, after: str | None, pixels: QImage) -> None:
        if self._pasted_dir is not None:
            self._scope.start(self._keep(after, pixels, self._pasted_dir), name="paste image")

    async def _keep(self, after: str | None, pixels: QImage, folder: Path) -> None:
        source = str(await keep_pixels(pixels, folder))
        if self._late is not None:  # the mode has changed meanwhile
            self._late(source)
        else:
            self._add(after, (source,))
