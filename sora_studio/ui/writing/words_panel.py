"""The vocabulary beside the text: terms by kind with a short gloss, which of them are used, and a search."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from sora_studio.domain.writing.terms import Term, TermKind
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.viewmodels.writing.writing_model import WritingModel

ENTRY = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_TERM_HEIGHT, _HEADING_HEIGHT = 44, 34


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading, or a term of the kind above it; `used` is how often it stands in the text."""

    kind: TermKind
    term: Term | None = None
    used: int = 0

    @property
    def spoken(self) -> str:
        """Return the entry as a screen reader says it."""
        if self.term is None:
            return f"{self.kind.heading}, {self.used} used" if self.used else f"{self.kind.heading}, none used"
        return f"{self.term.words}, {self.term.gloss}{', used' if self.used else ''}"


class WordsPanel(QWidget):
    """Enter or a click inserts a term where the caret is. Signals: `chosen(str)` with the words, `remix_wanted()`."""

    chosen = Signal(str)
    remix_wanted = Signal()

    def __init__(self, model: WritingModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._field = QLineEdit(self, placeholderText="dolly, dusk, anamorphic…", clearButtonEnabled=True)
        self._field.setAccessibleName("Search the vocabulary")
        self._entries = _Entries(self)
        self._view = _View(self._entries, self)
        self._view.entered_on.connect(self._on_view_entered_on)
        self._field.textChanged.connect(self._show)
        self._field.returnPressed.connect(self._on_field_return_pressed)
        remix = PushButton("Remix: other light, camera or pace", parent=self)
        theme.set_role(remix, "link")
        remix.clicked.connect(self.remix_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, theme.GRID + 4, theme.GRID, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addWidget(self._field)
        column.addWidget(self._view, 1)
        column.addWidget(remix, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self._field)
        model.vocabulary_read.connect(self._show)
        model.used_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        vocabulary = self._model.vocabulary
        if vocabulary is not None:
            self._entries.show(vocabulary.search(self._field.text()), self._model)

    def _on_view_entered_on(self, entry: Entry) -> None:
        if entry.term is not None:
            self.chosen.emit(entry.term.words)

    def _on_field_return_pressed(self) -> None:
        """Insert the first term that was found."""
        if self._field.text().strip() and (first := self._entries.first_term()) is not None:
            self.chosen.emit(first.words)


class _Entries(QAbstractListModel):
    """The rows. Their number changes with the search only, so that the list keeps its place while one writes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = list[Entry]()

    def show(self, terms: Sequence[Term], model: WritingModel) -> None:
        rows = list[Entry]()
        for kind in TermKind:
            own = [Entry(kind, term, model.used.get(term.words, 0)) for term in terms if term.kind is kind]
            if own:
                rows += [Entry(kind, used=sum(bool(entry.used) for entry in own)), *own]
        if [(row.kind, row.term) for row in rows] == [(row.kind, row.term) for row in self._rows]:
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        else:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def first_term(self) -> Term | None:
        return next((row.term for row in self._rows if row.term is not None), None)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.UserRole:
                return row
            case Qt.ItemDataRole.DisplayRole:
                return row.term.words if row.term else row.kind.heading
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.spoken
            case Qt.ItemDataRole.ToolTipRole if row.term is not None:
                return f"{row.term.words}: {row.term.gloss}"
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        is_term = self._rows[index.row()].term is not None
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if is_term else Qt.ItemFlag.ItemIsEnabled


class _View(QListView):
    """Signals: `entered_on(Entry)` when a term is clicked, or Enter is pressed on it."""

    entered_on = Signal(object)

    def __init__(self, entries: _Entries, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Vocabulary")
        theme.set_role(self, "plain")
        self.setModel(entries)
        self.setItemDelegate(_EntryDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._on_clicked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._on_clicked(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _on_clicked(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        if isinstance(entry, Entry):
            self.entered_on.emit(entry)


class _EntryDelegate(QStyledItemDelegate):
    """Paints a term over its gloss; a used one has a dot in its kind's colour and the word "used"."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry = index.data(ENTRY)
        is_term = isinstance(entry, Entry) and entry.term is not None
        return QSize(max(option.rect.width(), 1), _TERM_HEIGHT if is_term else _HEADING_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry = index.data(ENTRY)
        if not isinstance(entry, Entry):
            return
        painter.save()
        if entry.term is None:
            _paint_heading(painter, option.rect, entry)
        else:
            is_current = bool(option.state & QStyle.StateFlag.State_HasFocus)
            is_lit = bool(option.state & QStyle.StateFlag.State_MouseOver) or is_current
            _paint_term(
                painter, option.rect.adjusted(0, 0, -theme.GRID, -4), entry, entry.term, is_lit=is_lit, has_ring=is_current
            )
        painter.restore()


def _paint_heading(painter: QPainter, box: QRect, entry: Entry) -> None:
    colours = theme.tokens()
    painter.setFont(theme.font(size_px=11, semibold=True))
    title = entry.kind.heading.upper()
    painter.setPen(QColor(theme.term_colour(entry.kind.value) if entry.used else colours.secondary))
    bottom = box.adjusted(0, 0, 0, -8)
    painter.drawText(bottom, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, title)
    if entry.used:
        width = painter.fontMetrics().horizontalAdvance(title)
        painter.setPen(QColor(colours.secondary))
        painter.drawText(
            bottom.adjusted(width, 0, 0, 0),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom,
            f"  ·  {entry.used} used",
        )


def _paint_term(painter: QPainter, box: QRect, entry: Entry, term: Term, *, is_lit: bool, has_ring: bool) -> None:
    colours = theme.tokens()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(colours.accent) if has_ring else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.hover if is_lit else colours.raised))
    painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
    inside = box.adjusted(10, 4, -10, -4)
    used = "used" if entry.used == 1 else f"used {entry.used}×" if entry.used else ""
    painter.setFont(theme.font(size_px=11))
    room = painter.fontMetrics().horizontalAdvance(used) + 14 if used else 0
    if used:
        painter.setPen(QColor(theme.term_colour(entry.kind.value)))
        painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, f"● {used}")
    top = inside.adjusted(0, 0, -room, 0)
    painter.setFont(theme.font(size_px=13))
    painter.setPen(QColor(colours.text))
    words = painter.fontMetrics().elidedText(term.words, Qt.TextElideMode.ElideRight, top.width())
    painter.drawText(top, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, words)
    painter.setFont(theme.font(size_px=11))
    painter.setPen(QColor(colours.secondary))
    gloss = painter.fontMetrics().elidedText(term.gloss, Qt.TextElideMode.ElideRight, inside.width())
    painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, gloss)
