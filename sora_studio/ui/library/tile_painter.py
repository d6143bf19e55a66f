"""Paints the items of the library: tiles of the grid, lines of the list, and placeholders while they are loading."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PySide6.QtCore import QMargins, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap

from sora_studio.domain.judgement import Verdict
from sora_studio.domain.library import TileFacts
from sora_studio.ui.kit import theme
from sora_studio.ui.library.grid_layout import GRID_GAP, ROW_GAP, frame_height
from sora_studio.ui.library.poster_store import PosterStore
from sora_studio.viewmodels.library.tile_words import (
    SEPARATOR,
    STAR,
    VERDICT_WORDS,
    cost_text,
    length_text,
    notes_text,
    takes_text,
    time_text,
)
from sora_studio.viewmodels.tasks.task_words import is_right_to_left

Scrub = Callable[[QPainter, QRect, Path, float], bool]
"""Paints a filmstrip's picture and the line of time at a fraction (0–1) of its length; False while the strip is not loaded."""
RADIUS = 5
LIST_POSTER = (64, 36)
_BADGE_FILL = QColor(14, 14, 14, 200)
_BADGE_HEIGHT = 18
_INSET = 6
_GAP = 14
_TILE_REACH = QMargins(GRID_GAP // 2, ROW_GAP // 2, GRID_GAP // 2, ROW_GAP // 2)
_LINE_REACH = QMargins(8, 0, 8, 0)
_MARKED = QMargins(8, 5, 8, 3)
"""How far backgrounds reach beyond a cell. Those of a stack meet halfway."""
_LEAST_TITLE = 120
_EASY_TITLE = 280
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
_COLUMNS = (("when", 44), ("cost", 84), ("length", 38), ("stars", 70), ("verdict", 64), ("options", 128), ("model", 104))
"""A line's columns from the right, as wide as their longest usual words."""
_NEEDED = ("when", "length", "verdict", "stars")
_OPTIONAL = ("cost", "options", "model")
_DAY_WIDTH = 84


@dataclass(frozen=True, slots=True)
class TileLook:
    """How an item is painted at the moment. `in_stack` holds for the task and the takes of an open stack.

    `scrub` is the pointer's place in its frame (0–1), None without a pointer.
    """

    is_marked: bool = False
    is_current: bool = False
    has_focus: bool = False
    is_take: bool = False
    in_stack: bool = False
    scrub: float | None = None


class TilePainter:
    """Paints into the cells of the layout. Never waits: a poster that is not loaded leaves its frame empty."""

    def __init__(self, posters: PosterStore) -> None:
        self._posters = posters
        self.scrub: Scrub | None = None
        self.shows_days = False
        """Whether a line says its day, because no heading does."""
        self._title = theme.font(size_px=13)
        self._small = theme.font(size_px=12)
        self._badge = theme.font(size_px=11)
        self._stars = theme.font(size_px=12)
        self._stars.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 1)
        self._metrics = {id(font): QFontMetrics(font) for font in (self._title, self._small, self._badge, self._stars)}

    # --- grid -----------------------------------------------------------------------------------------------------

    def tile(self, painter: QPainter, cell: QRect, facts: TileFacts | None, look: TileLook) -> None:
        """Paint a tile of the grid."""
        frame = grid_frame(cell)
        self._backing(painter, cell, look, _TILE_REACH)
        if facts is None:
            self._ghost(painter, frame, QRect(frame.left(), frame.bottom() + 10, int(cell.width() * 0.6), 8))
            return
        if look.scrub is None or not self._scrubbed(painter, frame, facts, look.scrub):
            self._poster(painter, frame, facts)
        if takes := takes_text(facts):
            self._paint_badge(painter, self.badge(frame, facts), takes)
        if length := length_text(facts):
            width = self._advance(self._badge, length) + 2 * _INSET
            left, top = frame.right() + 1 - _INSET - width, frame.bottom() + 1 - _INSET - _BADGE_HEIGHT
            self._paint_badge(painter, QRect(left, top, width, _BADGE_HEIGHT), length)
        self._caption(painter, QRect(frame.left(), frame.bottom() + 1, frame.width(), cell.bottom() - frame.bottom()), facts)
        if look.is_marked:
            self._check(painter, QRect(frame.right() - 24, frame.top() + 6, 18, 18))
        self._ring(painter, QRectF(frame), look)

    def badge(self, frame: QRect, facts: TileFacts) -> QRect:
        """Return the place of the number of takes in a tile's frame."""
        width = self._advance(self._badge, takes_text(facts)) + 2 * _INSET
        return QRect(frame.left() + _INSET, frame.top() + _INSET, width, _BADGE_HEIGHT)

    def _caption(self, painter: QPainter, place: QRect, facts: TileFacts) -> None:
        line = QRect(place.left(), place.top() + 7, place.width(), 18)
        self._text(painter, line, facts.title, self._title, theme.tokens().text, _side_of(facts.title))
        line = QRect(place.left(), place.top() + 25, place.width(), 16)
        if facts.stars:
            stars = STAR * facts.stars
            self._text(painter, line, stars, self._stars, theme.tokens().review, _RIGHT)
            line.setRight(line.right() - self._advance(self._stars, stars) - 8)
        if facts.verdict:
            words = VERDICT_WORDS[facts.verdict]
            self._text(painter, line, words, self._small, _verdict_colour(facts.verdict))
            line.setLeft(line.left() + self._advance(self._small, words))
        if notes := notes_text(facts):
            separated = f"{SEPARATOR}{notes}" if facts.verdict else notes
            self._text(painter, line, separated, self._small, theme.tokens().secondary)

    # --- list -----------------------------------------------------------------------------------------------------

    def line(self, painter: QPainter, cell: QRect, facts: TileFacts | None, look: TileLook) -> None:
        """Paint a line of the list."""
        self._backing(painter, cell, look, _LINE_REACH)
        frame = list_frame(cell, is_take=look.is_take)
        if facts is None:
            self._ghost(painter, frame, QRect(frame.right() + _GAP, cell.center().y() - 4, int(cell.width() * 0.3), 8))
            return
        if look.scrub is None or not self._scrubbed(painter, frame, facts, look.scrub):
            self._poster(painter, frame, facts)
        if look.is_marked:
            self._check(painter, QRect(frame.right() - 20, frame.top() + 3, 16, 16))
        title = QRect(frame.right() + 1 + _GAP, cell.top(), cell.right() - frame.right() - _GAP, cell.height())
        for name, width in _columns(cell.width() - LIST_POSTER[0] - _GAP, with_days=self.shows_days):
            column = QRect(title.right() - width + 1, cell.top(), width, cell.height())
            self._column(painter, column, name, facts)
            title.setRight(column.left() - _GAP)
        self._title_line(painter, title, facts)
        if look.is_current:
            self._ring(painter, QRectF(cell.adjusted(-6, 2, 6, -2)), look)

    def _title_line(self, painter: QPainter, place: QRect, facts: TileFacts) -> None:
        """Paint the title and, after it, what else is to be known."""
        notes = SEPARATOR.join(filter(None, (takes_text(facts), notes_text(facts))))
        wanted = self._advance(self._title, facts.title)
        aside = min(self._advance(self._small, notes) + _GAP, place.width() // 2) if notes else 0
        title = QRect(place.left(), place.top(), min(wanted + 2, place.width() - aside), place.height())
        self._text(painter, title, facts.title, self._title, theme.tokens().text)
        if notes:
            rest = QRect(title.right() + _GAP, place.top(), place.right() - title.right() - _GAP + 1, place.height())
            self._text(painter, rest, notes, self._small, theme.tokens().secondary)

    def _column(self, painter: QPainter, place: QRect, name: str, facts: TileFacts) -> None:
        tokens = theme.tokens()
        if name == "stars":
            self._text(painter, place, STAR * facts.stars, self._stars, tokens.review)
        elif name == "verdict" and facts.verdict:
            self._text(painter, place, VERDICT_WORDS[facts.verdict], self._small, _verdict_colour(facts.verdict))
        elif name in {"when", "length", "cost"}:
            words = {"when": time_text(facts.created_at, with_day=self.shows_days), "length": length_text(facts)}
            self._text(painter, place, words.get(name, cost_text(facts)), self._small, tokens.secondary, _RIGHT)
        elif name in {"options", "model"}:
            words = facts.options if name == "options" else facts.model
            self._text(painter, place, words, self._small, tokens.secondary)

    # --- parts ----------------------------------------------------------------------------------------------------

    def _scrubbed(self, painter: QPainter, frame: QRect, facts: TileFacts, fraction: float) -> bool:
        if self.scrub is None or facts.filmstrip is None:
            return False
        painter.save()
        corners = QPainterPath()
        corners.addRoundedRect(QRectF(frame), RADIUS, RADIUS)
        painter.setClipPath(corners)
        is_painted = self.scrub(painter, frame, facts.filmstrip, fraction)
        painter.restore()
        return is_painted

    def _poster(self, painter: QPainter, frame: QRect, facts: TileFacts) -> None:
        picture = self._picture(painter, frame, facts)
        if picture is not None:
            painter.drawPixmap(frame, picture)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.DARK.stage))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        if facts.poster is None:
            box = QRect(0, 0, 20, 20)
            box.moveCenter(frame.center())
            theme.icon("film", theme.DARK.disabled).paint(painter, box)

    def _picture(self, painter: QPainter, frame: QRect, facts: TileFacts) -> QPixmap | None:
        if facts.poster is None:
            return None
        return self._posters.frame(facts.poster, frame.size(), painter.device().devicePixelRatioF())

    def _backing(self, painter: QPainter, cell: QRect, look: TileLook, reach: QMargins) -> None:
        """Paint what lies under an open stack, which joins its items, and under a selected item."""
        tokens = theme.tokens()
        if look.in_stack:
            painter.fillRect(cell.marginsAdded(reach), QColor(tokens.panel))
        if look.is_marked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.selection))
            painter.drawRoundedRect(
                cell.marginsAdded(_MARKED).intersected(cell.marginsAdded(reach)), theme.RADIUS, theme.RADIUS
            )

    def _ghost(self, painter: QPainter, frame: QRect, words: QRect) -> None:
        tokens = theme.tokens()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.panel if tokens is theme.DARK else tokens.line))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        painter.setBrush(QColor(tokens.line))
        painter.drawRoundedRect(words, 3, 3)

    def _ring(self, painter: QPainter, frame: QRectF, look: TileLook) -> None:
        """Paint a ring with a gap around the current item: the accent while the view has the focus, else quiet."""
        if look.is_current:
            tokens = theme.tokens()
            painter.setPen(QPen(QColor(tokens.accent if look.has_focus else tokens.disabled), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(-3, -3, 3, 3), theme.RADIUS + 1, theme.RADIUS + 1)

    def _check(self, painter: QPainter, box: QRect) -> None:
        tokens = theme.tokens()
        painter.setPen(QPen(QColor(tokens.on_accent), 1))
        painter.setBrush(QColor(tokens.accent))
        painter.drawEllipse(box)
        theme.icon("check", tokens.on_accent).paint(painter, box.adjusted(3, 3, -3, -3))

    def _paint_badge(self, painter: QPainter, place: QRect, words: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_BADGE_FILL)
        painter.drawRoundedRect(place, 4, 4)
        painter.setFont(self._badge)
        painter.setPen(QColor(theme.DARK.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def _text(
        self, painter: QPainter, place: QRect, words: str, font: QFont, colour: str, side: Qt.AlignmentFlag = _LEFT
    ) -> None:
        if not words or place.width() <= 0:
            return
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(place, side, self._metrics[id(font)].elidedText(words, Qt.TextElideMode.ElideRight, place.width()))

    def _advance(self, font: QFont, words: str) -> int:
        return self._metrics[id(font)].horizontalAdvance(words)


def grid_frame(cell: QRect) -> QRect:
    """Return the 16:9 frame at the top of a tile."""
    return QRect(cell.left(), cell.top(), cell.width(), frame_height(cell.width()))


def list_frame(cell: QRect, *, is_take: bool = False) -> QRect:
    """Return the poster at the left of a line; takes are indented below their stack."""
    width, height = LIST_POSTER
    indent = 24 if is_take else 0
    return QRect(cell.left() + indent, cell.top() + (cell.height() - height) // 2, width, height)


@cache
def _columns(room: int, *, with_days: bool) -> tuple[tuple[str, int], ...]:
    """Return the names and widths of the columns that fit beside the title, from the right."""
    widths = dict(_COLUMNS) | ({"when": _DAY_WIDTH} if with_days else {})
    shown = set[str]()
    for name in (*_NEEDED, *_OPTIONAL):
        room -= widths[name] + _GAP
        if room < (_LEAST_TITLE if name in _NEEDED else _EASY_TITLE):
            break
        shown.add(name)
    return tuple((name, widths[name]) for name, _ in _COLUMNS if name in shown)


def _side_of(title: str) -> Qt.AlignmentFlag:
    return _RIGHT if is_right_to_left(title) else _LEFT


def _verdict_colour(verdict: Verdict) -> str:
    tokens = theme.tokens()
    return tokens.ready if verdict is Verdict.KEPT else tokens.failed
