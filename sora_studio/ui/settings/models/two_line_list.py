"""A list whose rows have a title and, below it, smaller words that wrap."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from sora_studio.ui.kit import theme

_ICON = 16
_SIDE, _EDGE, _BETWEEN = 12, 7, 2
_FACTS_PX = 12
_ANY_HEIGHT = 1_000
_FACTS = Qt.ItemDataRole.UserRole

_Index = QModelIndex | QPersistentModelIndex


class TwoLineList(QListWidget):
    """Plain text only. A screen reader gets title and words of a row together."""

    def __init__(self, name: str, height: int) -> None:
        """`height` is fixed, in px."""
        super().__init__()
        self.setAccessibleName(name)
        self.setFixedHeight(height)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_Delegate(self))
        theme.set_role(self, "rows")

    def add(self, title: str, facts: str, icon: QIcon | None = None) -> None:
        """Add a row."""
        item = QListWidgetItem(title)
        item.setData(_FACTS, facts)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title}: {facts}")
        if icon is not None:
            item.setIcon(icon)
        self.addItem(item)

    def words(self) -> list[str]:
        """Return the rows as a screen reader gets them."""
        return [str(self.item(row).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(self.count())]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the words anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: QListWidget) -> None:
        super().__init__(view)
        self._view = view
        self._title, self._facts = theme.font(), theme.font(size_px=_FACTS_PX)

    def sizeHint(self, _: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the view's width and the height of title and words in it."""
        inside = self._view.viewport().width() - 2 * _SIDE - self._left(index)
        words = QFontMetrics(self._facts).boundingRect(
            QRect(0, 0, inside, _ANY_HEIGHT), Qt.TextFlag.TextWordWrap, str(index.data(_FACTS))
        )
        height = 2 * _EDGE + QFontMetrics(self._title).height() + _BETWEEN + words.height()
        return QSize(self._view.viewport().width(), height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint the row's background in the list's style, then icon, title and words."""
        row = QStyleOptionViewItem(option)
        self.initStyleOption(row, index)
        icon, area = index.data(Qt.ItemDataRole.DecorationRole), option.rect  # type: ignore[attr-defined] - not in the stubs
        row.text, row.icon = "", QIcon()  # type: ignore[attr-defined]
        widget: QWidget = self._view
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, row, painter, widget)
        colours = theme.tokens()
        area = area.adjusted(_SIDE + self._left(index), _EDGE, -_SIDE, -_EDGE)
        if isinstance(icon, QIcon):
            icon.paint(painter, QRect(area.left() - _ICON - theme.GRID, area.top(), _ICON, _ICON))
        painter.save()
        painter.setFont(self._title)
        painter.setPen(QColor(colours.text))
        height = QFontMetrics(self._title).height()
        title = QFontMetrics(self._title).elidedText(str(index.data()), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextSingleLine, title)
        painter.setFont(self._facts)
        painter.setPen(QColor(colours.secondary))
        painter.drawText(area.adjusted(0, height + _BETWEEN, 0, 0), Qt.TextFlag.TextWordWrap, str(index.data(_FACTS)))
        painter.restore()

    def _left(self, index: _Index) -> int:
        return _ICON + theme.GRID if index.data(Qt.ItemDataRole.DecorationRole) is not None else 0
