"""One picture of the request."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from sora_studio.domain.picture import Crop
from sora_studio.ui.compose.media_well import SIZE, MediaWell
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Shape


class ImageWell(MediaWell):
    """Shows the picture, cropped as it is sent; an address shows a link icon."""

    def __init__(self, source: str | None, parent: QWidget, *, title: str = "Image", caption: str = "") -> None:
        super().__init__(source, parent, title=title, caption=caption)
        self._image = QImage()
        self._crop: Crop | None = None
        self._picture = QPixmap()

    def show_picture(self, image: QImage) -> None:
        """Show this image, which should be a few times the well's size as only a crop of it may be shown."""
        self._image = image
        self._cut()

    def show_seen(self, seen: Seen, shape: Shape | None) -> None:
        """Show the picture's facts, and its most important mark."""
        self._facts = picture_words.facts_line(seen)
        if seen.edit.crop != self._crop:
            self._crop = seen.edit.crop
            self._cut()
        if seen.pixels is not None:
            self.setAccessibleName("{} {}, {} by {}".format(self._title, self._words, *seen.pixels))
        self.show_mark(picture_words.mark(seen, shape))

    def _paint_medium(self, painter: QPainter) -> None:
        if self._picture.isNull():
            super()._paint_medium(painter)
            return
        place = QRect(QPoint(0, 0), self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio))
        place.moveCenter(self.rect().center())
        painter.drawPixmap(place, self._picture)

    def _cut(self) -> None:
        """Crop and scale the image to the painted size."""
        if not self._image.isNull():
            left, top, right, bottom = (self._crop or Crop(0, 0, 1, 1)).box_px(self._image.width(), self._image.height())
            kept = self._image.copy(left, top, right - left, bottom - top)
            size = SIZE * self.devicePixelRatioF()
            smooth = Qt.TransformationMode.SmoothTransformation
            self._picture = QPixmap.fromImage(kept.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth))
        self.update()
