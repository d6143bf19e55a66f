"""Paints the rows of the model picker: headings of families, and models with facts, price and time."""

import html
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from sora_studio.domain.models.fact_words import DOT
from sora_studio.domain.models.price_words import NOT_KNOWN
from sora_studio.ui.compose.model_picker.row_layout import EDGE, HEADING_HEIGHT, INSET, ROW_HEIGHT, RowLayout
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.compose.models.picker_list import PickerList, PickerRole
from sora_studio.viewmodels.compose.models.picker_words import RowWords

AnyIndex = QModelIndex | QPersistentModelIndex
_SCROLL_BAR = 10
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextSingleLine)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight) | int(Qt.TextFlag.TextSingleLine)
_MOST_FITTED = 2_000


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A row's layout at the top of the view, and its texts as they fit."""

    layout: RowLayout
    title: str
    facts: str


class RowDelegate(QStyledItemDelegate):
    """Facts that do not fit are dropped from the end; the tool tip and the details have them all."""

    def __init__(self, model: PickerList, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._model, self._view = model, view
        self._heading_font = theme.font(size_px=11, semibold=True)
        self._heading_font.setCapitalization(QFont.Capitalization.AllUppercase)
        self._heading_font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5)
        self._title_font, self._small_font = theme.font(size_px=13), theme.font(size_px=12)
        self._title_metrics, self._small_metrics = QFontMetrics(self._title_font), QFontMetrics(self._small_font)
        self._fitted: dict[tuple[RowWords, bool, int], _Fitted] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Return a fixed height: a row never grows with its text."""
        return QSize(option.rect.width(), HEADING_HEIGHT if self._model.slug_at(index.row()) is None else ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint a heading or a model."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words = self._model.words_at(index.row())
        if words is None:
            self._paint_heading(painter, option.rect, str(index.data()))
        else:
            self._paint_model(painter, option, words, is_favourite=bool(index.data(PickerRole.IS_FAVOURITE)))
        painter.restore()

    def is_star(self, index: AnyIndex, cell: QRect, place: QPoint) -> bool:
        """Return whether the place is the row's star."""
        words = self._model.words_at(index.row())
        if words is None:
            return False
        fitted = self._fit(words, cell.width(), is_favourite=bool(index.data(PickerRole.IS_FAVOURITE)))
        return fitted.layout.star_target.contains(place - cell.topLeft())

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: AnyIndex) -> bool:
        """Show the whole row as a tooltip. Escaped, so that a title is never read as HTML."""
        words = self._model.words_at(index.row()) if index.isValid() else None
        if event.type() is QEvent.Type.ToolTip and words is not None:
            lines = [words.title, DOT.join(words.facts)]
            QToolTip.showText(event.globalPos(), f"<qt>{'<br>'.join(map(html.escape, lines))}</qt>", view)
            return True
        return super().helpEvent(event, view, option, index)

    def _fit(self, words: RowWords, width: int, *, is_favourite: bool) -> _Fitted:
        """Return the row in a cell of this width, measured once: measuring text takes as long as painting it."""
        key = (words, is_favourite, width)
        if (kept := self._fitted.get(key)) is not None:
            return kept
        layout = RowLayout.within(
            QRect(0, 0, width, ROW_HEIGHT),
            right_edge=self._view.width() - _SCROLL_BAR,
            title_width=self._title_metrics.horizontalAdvance(words.title) + 1,
            price_width=self._small_metrics.horizontalAdvance(words.price) + 1,
            time_width=self._small_metrics.horizontalAdvance(words.time) + 1,
            is_favourite=is_favourite,
            is_current=words.is_current,
        )
        title = self._title_metrics.elidedText(words.title, Qt.TextElideMode.ElideRight, layout.title.width())
        if len(self._fitted) >= _MOST_FITTED:
            self._fitted.clear()
        self._fitted[key] = fitted = _Fitted(layout, title, self._fitting(words, layout.facts.width()))
        return fitted

    def _paint_heading(self, painter: QPainter, cell: QRect, text: str) -> None:
        painter.setFont(self._heading_font)
        painter.setPen(QColor(theme.tokens().secondary))
        place = cell.adjusted(EDGE + INSET, HEADING_HEIGHT - 24, -EDGE - INSET, 0)
        elided = QFontMetrics(self._heading_font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, _LEFT, elided)

    def _paint_model(self, painter: QPainter, option: QStyleOptionViewItem, words: RowWords, *, is_favourite: bool) -> None:
        tokens, fitted = theme.tokens(), self._fit(words, option.rect.width(), is_favourite=is_favourite)
        layout = fitted.layout
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.translate(option.rect.topLeft())
        if is_selected or is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.selection if is_selected else tokens.hover))
            painter.drawRoundedRect(layout.row, theme.RADIUS, theme.RADIUS)
        if is_favourite or is_hovered:
            name, colour = ("star-filled", tokens.text) if is_favourite else ("star", tokens.secondary)
            theme.icon(name, colour).paint(painter, layout.star)
        if words.is_current:
            theme.icon("check", tokens.accent).paint(painter, layout.check)
        painter.setFont(self._title_font)
        painter.setPen(QColor(tokens.secondary if words.is_gone else tokens.text))
        painter.drawText(layout.title, _LEFT, fitted.title)
        painter.setFont(self._small_font)
        painter.setPen(QColor(tokens.secondary if words.price == NOT_KNOWN else tokens.text))
        painter.drawText(layout.price, _RIGHT, words.price)
        painter.setPen(QColor(tokens.secondary))
        painter.drawText(layout.time, _RIGHT, words.time)
        painter.setPen(QColor(tokens.review if words.end else tokens.secondary))
        painter.drawText(layout.facts, _LEFT, fitted.facts)

    def _fitting(self, words: RowWords, width: int) -> str:
        """Return the facts that fit; of a model that is ending, when it does rather than what it can."""
        facts = words.facts
        while len(facts) > 1 and self._small_metrics.horizontalAdvance(DOT.join(facts)) > width:
            facts = facts[1:] if words.end else facts[:-1]
        return self._small_metrics.elidedText(DOT.join(facts), Qt.TextElideMode.ElideRight, width)
