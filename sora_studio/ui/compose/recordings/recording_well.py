"""One film or sound of the request: a film's poster or a sound's wave, and the length."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.request import is_url
from sora_studio.ui.compose.media_well import SIZE, MediaWell
from sora_studio.ui.compose.recordings.wave import draw_wave
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.play_button import pause_glyph, play_glyph
from sora_studio.viewmodels.compose.media_places import noun_of
from sora_studio.viewmodels.compose.recordings import recording_words
from sora_studio.viewmodels.compose.recordings.recording_words import SeenRecording

WAVE_BARS = 20
_BADGE_PX, _BADGE_HEIGHT = 10, 14
_GLYPH_PX = 10


class RecordingWell(MediaWell):
    """A film opens by a click; a local sound is played and stopped by it, and opens with Enter.

    Signals: `play_wanted()` to play the sound, or to stop it.
    """

    play_wanted = Signal()

    def __init__(self, kind: MediaKind, source: str | None, parent: QWidget, *, title: str, caption: str) -> None:
        self.noun = noun_of(kind)
        self.placeholder = "sound" if kind is MediaKind.AUDIO else "film"
        self.opening = "Open…"
        super().__init__(source, parent, title=title, caption=caption)
        self._kind = kind
        self._poster = QPixmap()
        self._peaks: Sequence[float] = ()
        self._length = ""
        self._seconds = 0.0
        self._played: int | None = None

    @property
    def can_play(self) -> bool:
        """Whether it is a sound that can be heard here."""
        return self._kind is MediaKind.AUDIO and self.source is not None and not is_url(self.source)

    @property
    def length(self) -> str:
        """The badge's text; empty while the length is unknown."""
        return self._length

    def show_poster(self, image: QImage) -> None:
        """Show a film's frame; it fills the well, so that its edges may be cut."""
        size = SIZE * self.devicePixelRatioF()
        filled = image.scaled(size, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation)
        middle = QRect(QPoint(0, 0), size)
        middle.moveCenter(filled.rect().center())
        self._poster = QPixmap.fromImage(filled.copy(middle))
        self.update()

    def show_wave(self, peaks: Sequence[float]) -> None:
        """Show a sound's peaks, 0 to 1."""
        self._peaks = peaks
        self.update()

    def show_playing(self, position_ms: int | None) -> None:
        """Show how far the sound has been played; None while it is not playing."""
        if position_ms != self._played:
            self._played = position_ms
            self._name_it()
            self.update()

    def show_seen(self, seen: SeenRecording) -> None:
        """Show the facts, and the most important mark."""
        self._facts = recording_words.facts_line(seen)
        self._seconds = seen.facts.seconds if seen.facts else 0.0
        kept = seen.sent.seconds if seen.sent and seen.sent.seconds else self._seconds
        self._length = recording_words.length(kept) if kept else ""
        self._name_it()
        self.show_mark(recording_words.mark(seen))

    def _on_clicked(self) -> None:
        if self.can_play:
            self.play_wanted.emit()
        else:
            self._open()

    def _invitation(self) -> str:
        return self.placeholder

    def _add_own_entries(self, menu: QMenu) -> None:
        if self.can_play:
            menu.addAction("Stop" if self._played is not None else "Play", self.play_wanted.emit)

    def _paint_medium(self, painter: QPainter) -> None:
        if self.source and is_url(self.source):
            self._draw_icon(painter, self.placeholder, "#a6a6a6")
            self._draw_link(painter)
        elif not self._poster.isNull():
            painter.drawPixmap(self.rect(), self._poster)
        elif self._peaks:
            self._paint_wave(painter)
        else:
            self._draw_icon(painter, self.placeholder, "#a6a6a6")
        if self._length:
            self._paint_badge(painter)

    def _paint_wave(self, painter: QPainter) -> None:
        to = self._played / 1000 / self._seconds if self._played is not None and self._seconds else 0.0
        place = QRectF(self.rect()).adjusted(7, 7, -6, -15)
        draw_wave(painter, place, self._peaks, QColor(theme.DARK.secondary), played=QColor(theme.DARK.accent), to=to)
        if self.underMouse() or self._played is not None:
            middle = QPointF(self.rect().center().x() + 1, place.center().y())
            painter.setBrush(QColor(14, 14, 14, 200))
            painter.drawEllipse(middle, _GLYPH_PX, _GLYPH_PX)
            glyph = pause_glyph if self._played is not None else play_glyph
            painter.fillPath(glyph(middle, _GLYPH_PX), QColor(theme.DARK.text))

    def _paint_badge(self, painter: QPainter) -> None:
        font = theme.font(size_px=_BADGE_PX)
        width = QFontMetrics(font).horizontalAdvance(self._length) + 6
        ground = QRectF(self.width() - width - 3, self.height() - _BADGE_HEIGHT - 3, width, _BADGE_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(14, 14, 14, 215))
        painter.drawRoundedRect(ground, 3, 3)
        painter.setFont(font)
        painter.setPen(QColor(theme.DARK.text))
        painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, self._length)

    def _draw_link(self, painter: QPainter) -> None:
        theme.icon("link", "#a6a6a6").paint(painter, QRect(self.width() - 17, self.height() - 17, 12, 12))

    def _name_it(self) -> None:
        parts = [f"{self._title} {self._words}", self._length, "playing" if self._played is not None else ""]
        if self.source:
            self.setAccessibleName(", ".join(filter(None, parts)))
