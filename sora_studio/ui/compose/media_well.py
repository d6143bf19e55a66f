"""One medium of the request: a dashed square with a plus while it is empty, then what a subclass paints."""

import html
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QEnterEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from sora_studio.domain.request import is_url
from sora_studio.ui.compose.column import CONTROLS_HEIGHT
from sora_studio.ui.compose.pictures.incoming import clipboard_picture, offers_picture
from sora_studio.ui.compose.pictures.picture_mark import draw_mark
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import box_path
from sora_studio.viewmodels.compose.media_places import with_article
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_words import Mark

SIZE = QSize(64, CONTROLS_HEIGHT)
SLIM = QSize(32, CONTROLS_HEIGHT)
"""Size of the empty well beside others: less prominent than they are."""
_REMOVE_SIZE = 16
_ICON = 18
_MOVES = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_REMOVE_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class MediaWell(QPushButton):
    """Shows one medium or none. Clicks, drops, pastes and removals are reported, not carried out.

    Actions added to it appear in its menu while enabled. A medium can be dragged to another place of the composer. `tag`
    is how the prompt names it, if it can. Subclasses paint the medium and have their own words.

    Signals: `opened()` to show it large, `offered(QMimeData)` when something was dropped or pasted, `file_wanted()`,
    `address_wanted()`, `removed()`, `all_removed()`, `moved(int)` by so many places, `tag_wanted()`,
    `more_wanted()` to add another beside it, and
    `dropped(QPoint)` at the end of a drag, with the pointer's place on the screen.
    """

    opened = Signal()
    offered = Signal(object)
    file_wanted = Signal()
    address_wanted = Signal()
    removed = Signal()
    all_removed = Signal()
    moved = Signal(int)
    tag_wanted = Signal()
    more_wanted = Signal()
    dropped = Signal(QPoint)

    noun = "image"
    """What it shows, for its menu and its cross."""
    placeholder = "image"
    """The icon of a medium of which nothing else can be shown."""
    opening = "View…"
    takes_files = True

    def __init__(self, source: str | None, parent: QWidget, *, title: str, caption: str = "") -> None:
        """`source` is an absolute path or a web address; None makes the empty well, which shows the caption.

        `title` is the role's name.
        """
        super().__init__(parent)
        self.source = source
        self.invalid = False
        self.has_company = False
        """Whether other media are beside it; see `set_company`."""
        self.has_room = False
        """Whether there is room for another one beside it."""
        self.tag = ""
        self._title, self._caption = title, caption
        adding = f"Add {with_article(title)}"
        self._words = picture_words.name(source) if source else f"{adding}: choose, drop or paste one"
        self._facts = ""
        self._problem = ""
        self._mark: Mark | None = None
        self._dragging = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._pressed_at: QPoint | None = None
        self._is_dragged = self._is_compact = False
        self.setAccessibleName(f"{title} {self._words}" if source else adding)
        self._tell()
        self._remove = self._build_remove()
        self.clicked.connect(self._on_clicked)

    def sizeHint(self) -> QSize:
        """Return the well's size; an empty well beside others is slim."""
        if self.source is not None:
            return SIZE
        if self.has_company or (self._caption and self._is_compact):
            return SLIM
        words = self.fontMetrics().horizontalAdvance(self._caption) + _ICON + 3 * theme.GRID if self._caption else 0
        return QSize(max(SIZE.width(), words), SIZE.height())

    def set_compact(self, is_compact: bool) -> None:
        """Set whether an empty well leaves out its caption."""
        if is_compact != self._is_compact:
            self._is_compact = is_compact
            self.updateGeometry()
            self.update()

    def set_tag(self, tag: str) -> None:
        """Set how the prompt names it; empty if it cannot."""
        if tag != self.tag:
            self.tag = tag
            self._tell()

    def set_company(self, has_company: bool) -> None:
        """Set whether other media are beside it."""
        if has_company != self.has_company:
            self.has_company = has_company
            self.updateGeometry()

    def show_mark(self, mark: Mark | None) -> None:
        """Show the most important notice about the medium as an icon and in the tool tip."""
        self._mark = mark
        self._tell()
        self.update()

    def complain(self, problem: str) -> None:
        """Show a problem with the medium; an empty one clears it."""
        self._problem = problem
        self.invalid = bool(problem)
        self._tell()
        self.update()

    # --- input ----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, e: QKeyEvent) -> None:
        """Handle Paste, Delete (remove), Enter (open), Shift+F10 (menu) and Alt+arrows (move)."""
        if e.matches(QKeySequence.StandardKey.Paste):
            self._paste()
        elif e.key() in _REMOVE_KEYS and self.source:
            self.removed.emit()
        elif e.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not e.modifiers():
            self._open()
        elif e.key() == Qt.Key.Key_F10 and e.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._open_menu(self.mapToGlobal(self.rect().center()))  # on X11 Qt opens menus with the menu key only
        elif self.source and e.key() in _MOVES and e.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(_MOVES[Qt.Key(e.key())])
        else:
            super().keyPressEvent(e)

    def mousePressEvent(self, e: QMouseEvent) -> None:
        """Remember where a drag may begin."""
        super().mousePressEvent(e)
        if self.source and e.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = e.position().toPoint()

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        """Drag the medium once the pointer has moved far enough."""
        super().mouseMoveEvent(e)
        here = e.position().toPoint()
        if self._pressed_at is None:
            return
        if not self._is_dragged and (here - self._pressed_at).manhattanLength() < QApplication.startDragDistance():
            return
        self._is_dragged = True
        self.setDown(False)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        """End a drag without a click."""
        was_dragged, self._is_dragged, self._pressed_at = self._is_dragged, False, None
        super().mouseReleaseEvent(e)
        if was_dragged:
            self.unsetCursor()
            self.dropped.emit(e.globalPosition().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu."""
        self._open_menu(event.globalPos())

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.source:
            menu.addAction(self.opening, self._open)
            self._add_own_entries(menu)
        if self.takes_files:
            menu.addAction("Replace…" if self.source else "Choose a file…", self.file_wanted.emit)
            menu.addAction(f"Paste {self.noun}", self._paste).setEnabled(clipboard_picture() is not None)
        is_address = self.source is not None and is_url(self.source)
        menu.addAction("Change address…" if is_address else "Paste address…", self.address_wanted.emit)
        if self.source:
            menu.addSeparator()
            if self.has_room:
                menu.addAction("Add another…", self.more_wanted.emit)
            if self.tag:
                menu.addAction(f"Name it in the prompt: {self.tag}", self.tag_wanted.emit)
            if self.has_company:
                menu.addAction("Move left\tAlt+Left", partial(self.moved.emit, -1))
                menu.addAction("Move right\tAlt+Right", partial(self.moved.emit, 1))
                menu.addSeparator()
            menu.addAction("Remove", self.removed.emit)
            if self.has_company:
                menu.addAction("Remove all", self.all_removed.emit)
        if can_do := [action for action in self.actions() if action.isEnabled()]:
            menu.addSeparator()
            menu.addActions(can_do)
        menu.popup(place)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files, addresses and pixels."""
        if offers_picture(event.mimeData()):
            self._set_dragging(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """End the drop highlight."""
        self._set_dragging(False)
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Report what was dropped."""
        self._set_dragging(False)
        self.offered.emit(event.mimeData())
        event.acceptProposedAction()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the remove button while the pointer is over a medium."""
        super().enterEvent(event)
        self._remove.setVisible(self.source is not None)

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the remove button."""
        super().leaveEvent(event)
        self._remove.hide()

    # --- painting -------------------------------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint a dashed frame with a plus, or the medium on the stage's black."""
        colours = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        frame = box_path(self.rect())
        lit = self.hasFocus() or self._dragging
        edge = colours.failed if self.invalid else colours.accent if lit else colours.disabled
        if self.source is None:
            if self.underMouse() or self._dragging:
                painter.fillPath(frame, QColor(colours.hover))
            painter.setPen(QPen(QColor(edge), 1, Qt.PenStyle.CustomDashLine))
            pen = painter.pen()
            pen.setDashPattern([3, 2])
            painter.setPen(pen)
            painter.drawPath(frame)
            self._draw_invitation(painter)
            return
        painter.fillPath(frame, QColor(colours.stage))
        painter.setClipPath(frame)
        painter.save()
        self._paint_medium(painter)
        painter.restore()
        painter.setClipping(False)
        painter.setPen(QPen(QColor(edge if self.invalid or lit else colours.line), 1))
        painter.drawPath(frame)
        if self._mark is not None:
            draw_mark(painter, self.rect(), self._mark)

    def _paste(self) -> None:
        if (mime := clipboard_picture()) is not None:
            self.offered.emit(mime)

    # --- for subclasses -------------------------------------------------------------------------------------------

    def _on_clicked(self) -> None:
        self._open()

    def _open(self) -> None:
        (self.opened if self.source else self.file_wanted).emit()

    def _invitation(self) -> str:
        """Return the icon of an empty well without its caption."""
        return "plus"

    def _add_own_entries(self, menu: QMenu) -> None:
        """Add what else can be done with the medium to its menu."""

    def _paint_medium(self, painter: QPainter) -> None:
        """Paint the medium, clipped to the frame; without anything to show, an icon."""
        self._draw_icon(painter, "link" if self.source and is_url(self.source) else self.placeholder, "#a6a6a6")

    # --- inside ---------------------------------------------------------------------------------------------------

    def _draw_invitation(self, painter: QPainter) -> None:
        """Draw a plus, and the role's caption if the well has room for it."""
        colour = theme.tokens().secondary
        if not self._caption or self.has_company or self._is_compact:
            self._draw_icon(painter, "plus" if self.has_company else self._invitation(), colour)
            return
        text = self.fontMetrics().horizontalAdvance(self._caption)
        left = (self.width() - text - _ICON - theme.GRID // 2) // 2
        theme.icon("plus", colour).paint(painter, QRect(left, (self.height() - _ICON) // 2, _ICON, _ICON))
        painter.setPen(QColor(colour))
        words = QRect(left + _ICON + theme.GRID // 2, 0, text + 2, self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._caption)

    def _draw_icon(self, painter: QPainter, name: str, colour: str) -> None:
        place = QRect(0, 0, _ICON, _ICON)
        place.moveCenter(self.rect().center())
        theme.icon(name, colour).paint(painter, place)

    def _build_remove(self) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(f"Remove {self.noun}")
        button.setToolTip(f"Remove {self.noun}")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        button.setIcon(theme.icon("close", "#ececec"))
        button.setIconSize(QSize(10, 10))
        # Light on dark in both themes, to be visible on a picture of any colour.
        button.setStyleSheet(
            "QToolButton { background: rgba(14, 14, 14, 200); border: 0; border-radius: 8px; padding: 0; min-height: 0; }"
        )
        button.setGeometry(SIZE.width() - _REMOVE_SIZE - 3, 3, _REMOVE_SIZE, _REMOVE_SIZE)
        button.clicked.connect(self.removed)
        button.hide()
        return button

    def _set_dragging(self, dragging: bool) -> None:
        self._dragging = dragging
        self.update()

    def _tell(self) -> None:
        note = self._problem or (self._mark.sentence if self._mark else "")
        named = f"Named {self.tag} in the prompt" if self.tag else ""
        words = " · ".join(filter(None, (self._words, self._facts, named)))
        facts = self._facts.replace(" ", "\N{NO-BREAK SPACE}")
        # Escape: tool tips autodetect HTML, and a file may be named <b>.
        role = self._title if self.source and self._caption else ""
        lines = [html.escape(line) for line in (role, self._words, facts, named, note) if line]
        self.setToolTip(f"<qt>{'<br>'.join(lines)}</qt>")
        # Without a description, screen readers read the tool tip with its tags.
        self.setAccessibleDescription(self._problem or ". ".join(filter(None, (words, note))))
