"""The outline beside the text: its headings and timed beats, each beat's share of the clip, and moving beats."""

import re
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QLabel, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from sora_studio.domain.writing.beat_times import check_times, move_beat
from sora_studio.domain.writing.outline import Outline
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.writing.writing_model import WritingModel

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_ROW = Qt.ItemDataRole.UserRole
_HEIGHT = 34
_UNIT = re.compile(r"^\s*(?:s|sec|seconds)?\b[\s:.,–—-]*")
"""What follows a beat's times: the unit, and signs before the words."""
_NONE = "No headings or timed beats yet. Write “Scene” on a line of its own, or “0–4 s Wide, the pier empty”."


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """A line of the outline: a heading, or a beat with its number in the text and its share of the clip."""

    start: int
    words: str
    beat: int | None = None
    label: str = ""
    share: float = 0.0

    @property
    def spoken(self) -> str:
        """Return the line as a screen reader says it."""
        return f"{self.label}, {self.share:.0%} of the clip, {self.words}" if self.label else self.words


class OutlinePanel(QWidget):
    """Enter or a click goes to the line in the text; Alt+Up and Alt+Down move a beat, which changes times.

    Signals: `place_chosen(int, int)`; `edit_wanted(Edit)` with what moves a beat.
    """

    place_chosen = Signal(int, int)
    edit_wanted = Signal(object)

    def __init__(self, model: WritingModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._rows = _Rows(self)
        self._view = _View(self._rows, self)
        self._view.chosen.connect(self._on_view_chosen)
        self._view.moved.connect(self._on_view_moved)
        self._none, self._issues = QLabel(_NONE, wordWrap=True), QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        theme.set_role(self._none, "secondary")
        theme.set_role(self._issues, "review")
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, theme.GRID + 4, theme.GRID, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addWidget(self._none)
        column.addWidget(self._view, 1)
        column.addWidget(self._issues)
        self.setFocusProxy(self._view)
        model.hints_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        outline, clip_s = self._model.outline, self._model.clip_s
        rows = _rows_of(outline, clip_s)
        self._rows.show(rows)
        self._none.setVisible(not rows)
        self._view.setVisible(bool(rows))
        issues = [issue.message for issue in check_times(outline, clip_s)]
        self._issues.setText("\n".join(issues))
        self._issues.setVisible(bool(issues))

    def _on_view_chosen(self, row: OutlineRow) -> None:
        self.place_chosen.emit(row.start, row.start)

    def _on_view_moved(self, row: OutlineRow, by: int) -> None:
        edit = None if row.beat is None else move_beat(self._model.outline, row.beat, row.beat + by)
        if edit is not None:
            self.edit_wanted.emit(edit)


def _rows_of(outline: Outline, clip_s: float | None) -> list[OutlineRow]:
    rows, number = list[OutlineRow](), 0
    for section in outline.sections:
        if section.heading is not None:
            rows.append(OutlineRow(section.heading.start, section.heading.title))
        for beat in section.beats:
            words = " ".join(_UNIT.sub("", beat.text[beat.times[1][1] :], count=1).split())
            share = beat.share(clip_s) if clip_s else 0.0
            rows.append(OutlineRow(beat.start, words, number, beat.label, share))
            number += 1
    return rows


class _Rows(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = list[OutlineRow]()

    def show(self, rows: list[OutlineRow]) -> None:
        if rows == self._rows:
            return
        if len(rows) == len(self._rows):
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        else:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.UserRole:
                return row
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return f"{row.label} {row.words}".strip()
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.spoken
            case _:
                return None


class _View(QListView):
    """Signals: `chosen(OutlineRow)`; `moved(OutlineRow, int)` with the number of places, negative for up."""

    chosen = Signal(object)
    moved = Signal(object, int)

    def __init__(self, rows: _Rows, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Outline")
        theme.set_role(self, "plain")
        self.setModel(rows)
        self.setItemDelegate(_RowDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._on_clicked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().data(_ROW)
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if isinstance(row, OutlineRow) and steps and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(row, steps)
        elif isinstance(row, OutlineRow) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(row)
        else:
            super().keyPressEvent(event)

    def _on_clicked(self, index: QModelIndex) -> None:
        row = index.data(_ROW)
        if isinstance(row, OutlineRow):
            self.chosen.emit(row)


class _RowDelegate(QStyledItemDelegate):
    """Paints headings, and beats with a bar as long as their share of the clip."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(max(option.rect.width(), 1), _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(_ROW)
        if isinstance(row, OutlineRow):
            painter.save()
            lit = option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected)
            _paint_row(painter, option.rect.adjusted(0, 0, -theme.GRID, -2), row, is_lit=bool(lit))
            painter.restore()


def _paint_row(painter: QPainter, box: QRect, row: OutlineRow, *, is_lit: bool) -> None:
    colours = theme.tokens()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    if is_lit:
        painter.setBrush(QColor(colours.hover))
        painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
    inside = box.adjusted(8, 0, -8, 0)
    middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    if not row.label:
        painter.setFont(theme.font(semibold=True))
        painter.setPen(QColor(colours.text))
        painter.drawText(inside, middle, row.words)
        return
    bar = QRect(inside.left(), box.bottom() - 3, round(inside.width() * min(row.share, 1.0)), 2)
    painter.setBrush(QColor(colours.accent))
    painter.drawRect(bar)
    painter.setFont(theme.font(size_px=12))
    painter.setPen(QColor(colours.secondary))
    painter.drawText(inside, middle, row.label)
    rest = inside.adjusted(64, 0, 0, 0)
    painter.setPen(QColor(colours.text))
    painter.drawText(rest, middle, painter.fontMetrics().elidedText(row.words, Qt.TextElideMode.ElideRight, rest.width()))
