"""The list of the model picker. The keyboard stays in the search field, which moves the highlight through here."""

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from sora_studio.ui.compose.model_picker.row_delegate import RowDelegate
from sora_studio.ui.compose.model_picker.row_layout import HEADING_HEIGHT, ROW_HEIGHT
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.compose.models.picker_list import AnyIndex, PickerList


class PickerListView(QListView):
    """Headings and models; a model is always highlighted while there is one.

    Signals: `highlighted(str)` with the slug of another model; `chosen(str)` by a double click; `star_clicked(str)`.
    """

    highlighted = Signal(str)
    chosen = Signal(str)
    star_clicked = Signal(str)

    def __init__(self, model: PickerList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = model
        self._rows = RowDelegate(model, self)
        self.setModel(model)
        self.setItemDelegate(self._rows)
        self._build_look()
        theme.notifier.changed.connect(self.viewport().update)

    @property
    def slug(self) -> str | None:
        """The highlighted model."""
        return self._list.slug_at(self.currentIndex().row()) if self.currentIndex().isValid() else None

    def highlight(self, slug: str | None) -> None:
        """Highlight this model, else the first one; scroll it into view."""
        row = self._list.row_of(slug) if slug else None
        rows = self._list.model_rows()
        if row is None:
            row = rows[0] if rows else None
        if row is not None:
            self._move_to(row)

    def move_by(self, steps: int) -> None:
        """Move the highlight down, or up for a negative number; it stops at the ends."""
        rows = self._list.model_rows()
        if not rows:
            return
        here = self.currentIndex().row()
        position = rows.index(here) if here in rows else 0
        self._move_to(rows[max(0, min(position + steps, len(rows) - 1))])

    def move_to_end(self, *, first: bool) -> None:
        """Move the highlight to the first or the last model."""
        if rows := self._list.model_rows():
            self._move_to(rows[0 if first else -1])

    @property
    def page(self) -> int:
        """How many models a page has."""
        return max(1, self.viewport().height() // ROW_HEIGHT - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Toggle a star without moving the highlight."""
        if event.button() is Qt.MouseButton.LeftButton and (slug := self._starred(event)):
            self.star_clicked.emit(slug)
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Choose a model; two quick clicks on its star toggle it twice."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if slug := self._starred(event):
            self.star_clicked.emit(slug)
        elif slug := self._list.slug_at(self.indexAt(event.position().toPoint()).row()):
            self.chosen.emit(slug)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Highlighting follows clicks and keys, not a drag; show a hand over stars."""
        if not event.buttons():
            super().mouseMoveEvent(event)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if self._starred(event) else Qt.CursorShape.ArrowCursor)

    def currentChanged(self, current: AnyIndex, previous: AnyIndex) -> None:
        """Tell which model is highlighted."""
        super().currentChanged(current, previous)
        if current.isValid() and (slug := self._list.slug_at(current.row())):
            self.highlighted.emit(slug)

    def _starred(self, event: QMouseEvent) -> str | None:
        place = event.position().toPoint()
        index = self.indexAt(place)
        if not index.isValid() or not self._rows.is_star(index, self.visualRect(index), place):
            return None
        return self._list.slug_at(index.row())

    def _move_to(self, row: int) -> None:
        index = self._list.index(row)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        heading = row - 1
        if self._list.slug_at(heading) is None and heading >= 0:  # show what it belongs to
            self.scrollTo(self._list.index(heading))
        self.scrollTo(index)

    def _build_look(self) -> None:
        self.setAccessibleName("Models")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(HEADING_HEIGHT)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)  # the panel's ground shows
