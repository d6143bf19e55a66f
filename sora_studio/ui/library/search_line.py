"""The box itself: filters as chips, the text after them, and the number of results at the right."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise, takewhile

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import box_path
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.library.chip_editor import ChipEditor
from sora_studio.ui.library.filter_chip import FilterChip
from sora_studio.ui.library.flow_rows import GAP, ROW_HEIGHT, flow
from sora_studio.ui.library.offer_field import OfferField, Offers
from sora_studio.viewmodels.library.box_text import split

_TOP, _SIDE, _ICON = 4, 10, 14
_LEAST_LEFT = 260
"""What is left for chips and text before count and link give way."""
HINT = "Search prompts, tags and notes; stars:>=3, kept, model:sora…; > for commands"


class SearchLine(QWidget):
    """Knows no query: it shows chips and text, and says what the person does with them.

    Signals: `chips_changed(list)` with the filters' texts, to be shown, when one was edited or dropped; `cleared()` by the
    cross; `save_asked()`.
    """

    chips_changed = Signal(list)
    cleared = Signal()
    save_asked = Signal()

    def __init__(self, offers: Offers, completions: Offers, parent: QWidget) -> None:
        """`offers` are for the text, `completions` for a filter that is edited."""
        super().__init__(parent)
        self._completions = completions
        self._chips = list[FilterChip]()
        self._editor: ChipEditor | None = None
        self._edited_at = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.field = OfferField(offers, self)
        self.field.setPlaceholderText(HINT)
        self.field.setAccessibleName("Search the library")
        self.field.went_back.connect(self._on_field_went_back)
        self._clear = QToolButton(self)
        theme.set_role(self._clear, "small-icon")
        self._clear.setAccessibleName("Clear the search")
        self._clear.setToolTip("Clear the search (Esc)")
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.clicked.connect(self.cleared)
        self._count = QLabel(self)
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        theme.set_role(self._count, "secondary")
        self._save = PushButton("Save search", parent=self)
        theme.set_role(self._save, "link")
        self._save.clicked.connect(self.save_asked)
        self._has_query = False
        self._count_room = 0
        for watched in (self.field, self._save):
            watched.installEventFilter(self)
        theme.notifier.changed.connect(self._dress)
        self._dress()

    @property
    def chips(self) -> Sequence[FilterChip]:
        """The filters, in order."""
        return self._chips

    @property
    def count_words(self) -> str:
        """What stands at the right, as last shown."""
        return self._count.text()

    def show_chips(self, filters: Sequence[str]) -> None:
        """Show these filters. The editor of one that has changed is abandoned."""
        same = sum(1 for _ in takewhile(lambda pair: pair[0].filter == pair[1], zip(self._chips, filters, strict=False)))
        if same == len(self._chips) == len(filters):
            return
        gone = self._chips[same:]
        had_focus = any(chip.hasFocus() for chip in gone)
        if self._edited_at >= same:
            self._close_editor()
        for chip in gone:
            chip.hide()
            chip.deleteLater()
        self._chips = [*self._chips[:same], *(self._chip(text, place) for place, text in enumerate(filters[same:], start=same))]
        if had_focus:
            self._focus_field()
        self._order_tabs()
        self._arrange()

    def show_count(self, words: str, spoken: str) -> None:
        """Show how many were found."""
        self._count.setText(words)
        self._count.setAccessibleName(spoken)
        self._arrange()

    def show_has_query(self, has_query: bool) -> None:
        """Offer to clear and to save, or not."""
        self._has_query = has_query
        self.field.setPlaceholderText("" if self._chips else HINT)
        self._arrange()

    def edit(self, place: int) -> None:
        """Open a filter's editor in its place."""
        if self._editor is not None:
            self._editor.finish()
        if place >= len(self._chips):
            return
        self._edited_at = place
        editor = self._editor = ChipEditor(self._chips[place].filter, self._completions, self)
        editor.installEventFilter(self)
        editor.committed.connect(self._on_editor_committed)
        editor.cancelled.connect(self._on_editor_cancelled)
        editor.textChanged.connect(self._arrange)
        editor.show()
        editor.setFocus(Qt.FocusReason.OtherFocusReason)  # before its chip is hidden, or the focus would wander
        self._arrange()
        editor.end(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Paint the edge again when the focus comes or goes."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        """Return a small width: it takes what there is."""
        return QSize(300, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._arrange()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside the field goes into it."""
        del event
        self.field.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the box and the glass."""
        tokens, painter = theme.tokens(), QPainter(self)
        has_focus = any(child.hasFocus() for child in self.findChildren(QWidget))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.accent if has_focus else tokens.line), 1))
        painter.setBrush(QColor(tokens.raised))
        painter.drawPath(box_path(self.rect()))
        glass = QRect(_SIDE, _TOP + (ROW_HEIGHT - _ICON) // 2, _ICON, _ICON)
        theme.icon("search", tokens.secondary).paint(painter, glass)

    # --- chips ----------------------------------------------------------------------------------------------------

    def _chip(self, text: str, place: int) -> FilterChip:
        chip = FilterChip(text, self)
        chip.edit_asked.connect(partial(self.edit, place))
        chip.dropped.connect(partial(self._replace, place, ""))
        chip.moved.connect(partial(self._focus_beside, place))
        chip.left.connect(self._focus_field)
        chip.installEventFilter(self)
        chip.show()
        return chip

    def _replace(self, place: int, text: str) -> None:
        """Put other filters in the place of one, and the focus to what stands there then."""
        filters = [chip.filter for chip in self._chips]
        filters[place : place + 1] = split(text).chips
        self.chips_changed.emit(filters)
        if not text and self._chips:
            self._chips[min(place, len(self._chips) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._focus_field()

    def _focus_beside(self, place: int, step: int) -> None:
        target = place + step
        if target >= len(self._chips):
            self._focus_field()
            self.field.setCursorPosition(0)
        elif target >= 0:
            self._chips[target].setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus_field(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_field_went_back(self) -> None:
        if self._chips:
            self._chips[-1].setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_editor_committed(self, text: str) -> None:
        place = self._edited_at
        is_changed = text != self._chips[place].filter
        self._on_editor_cancelled()
        if is_changed:
            self._replace(place, text)

    def _on_editor_cancelled(self) -> None:
        had_focus = self._editor is not None and self._editor.hasFocus()
        self._close_editor()
        self._arrange()
        if had_focus:
            self._chips[self._edited_at].setFocus(Qt.FocusReason.OtherFocusReason)

    def _close_editor(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None:
            editor.abandon()
            editor.list.deleteLater()
            editor.hide()
            editor.deleteLater()

    # --- look -----------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        block = self._place_right()
        shown: list[QWidget] = list(self._chips)
        if self._editor is not None:
            shown[self._edited_at].hide()
            shown[self._edited_at] = self._editor
        widths = [widget.sizeHint().width() for widget in shown]
        left = _SIDE + _ICON + GAP
        places, height = flow(widths, left=left, right=self.width() - _SIDE, first_right=block, top=_TOP)
        for widget, place in zip((*shown, self.field), places, strict=True):
            widget.setGeometry(place)
            widget.show()
        self.setFixedHeight(height)
        self.update()

    def _place_right(self) -> int:
        """Place what stands at the right, as far as there is room, and return where it begins."""
        right = self.width() - _SIDE
        wanted = ((self._save, self._has_query), (self._count, bool(self._count.text())), (self._clear, self._has_query))
        for widget, is_wanted in wanted:
            width = ROW_HEIGHT if widget is self._clear else widget.sizeHint().width()
            if widget is self._count:  # other figures must not move the field while one types
                width = self._count_room = max(width, self._count_room if self._has_query else 0)
            fits = is_wanted and right - width >= _LEAST_LEFT
            widget.setVisible(fits)
            if fits:
                widget.setGeometry(right - width, _TOP, width, ROW_HEIGHT)
                right -= width + GAP
        return right

    def _order_tabs(self) -> None:
        stops: list[QWidget] = [*self._chips, self.field, self._save]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _dress(self) -> None:
        self._clear.setIcon(theme.icon("close", theme.tokens().secondary))
        self.update()
