"""Paints the rows of the task list: section headings and cards, as in the design."""

import html
from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.task import Phase, Task
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.poster_cache import PosterCache
from sora_studio.ui.tasks.card_layout import CARD_HEIGHT, EDGE, HEADING_HEIGHT, CardLayout
from sora_studio.viewmodels.tasks.task_actions import SPENDING, TaskAction, main_action
from sora_studio.viewmodels.tasks.task_list import TaskListModel, TaskRole
from sora_studio.viewmodels.tasks.task_words import SEPARATOR, State, Tone, facts_of, is_right_to_left, state_of, title_of

_POSTER_RADIUS = 4
_GLYPH = 16
_MARK = 10
_MARK_GAP = 5
_PROMISE = 0.4
"""Opacity of a task's start picture while it has no clip."""
_GLYPHS: dict[Phase, str] = {
    Phase.WAITING: "clock",
    Phase.DOWNLOADING: "download",
    Phase.UNSAVED: "download",
    Phase.READY: "play",
    Phase.EXPIRED: "cloud-off",
    Phase.MISSING: "folder",
    Phase.FAILED: "close",
    Phase.LOST: "cloud-off",
    Phase.CANCELLED: "close",
}
_ACTION_GLYPHS: dict[TaskAction, str] = {
    TaskAction.PLAY: "play",
    TaskAction.CHECK: "refresh",
    TaskAction.PAUSE: "pause",
    TaskAction.SAVE_NOW: "download",
    TaskAction.LOCATE: "folder",
    TaskAction.REVIEW: "info",
    TaskAction.EDIT: "send",
}
"""Actions allowed on a poster click: none that may be charged or that removes a card."""

_TALKATIVE = frozenset({Tone.REVIEW, Tone.FAILED})


def poster_action(task: Task) -> TaskAction | None:
    """Return the main action if a click on the poster may start it."""
    action = main_action(task)
    return action if action in _ACTION_GLYPHS and action not in SPENDING else None


class CardDelegate(QStyledItemDelegate):
    """Paints a row from its task's current state. Takes pictures from the poster cache and never waits for one."""

    def __init__(self, model: TaskListModel, posters: PosterCache, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._model, self._posters, self._view = model, posters, view
        self._heading_font = theme.font(size_px=11, semibold=True)
        self._heading_font.setCapitalization(QFont.Capitalization.AllUppercase)
        self._heading_font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5)
        self._title_font = theme.font(size_px=13)
        self._small_font = theme.font(size_px=12)
        self._tight_font = theme.font(size_px=12)
        self._tight_font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -0.25)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return a fixed height: a card never grows with its text."""
        is_card = index.data(TaskRole.TASK_ID) is not None
        return QSize(option.rect.width(), CARD_HEIGHT if is_card else HEADING_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Paint a heading, a card, or a placeholder for a card that is still loading."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(TaskRole.TASK_ID) is None:
            self._paint_heading(painter, option.rect, _words(index))
        elif isinstance(task := index.data(TaskRole.TASK), Task):
            self._paint_card(painter, option, task)
        else:
            self._paint_ghost(painter, CardLayout.within(option.rect, right=self._right()))
        painter.restore()

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Show the whole row as a tooltip: a card omits what does not fit. Escaped, so that a prompt is never read as HTML."""
        if event.type() is QEvent.Type.ToolTip and index.data(TaskRole.TASK_ID) is not None:
            QToolTip.showText(event.globalPos(), f"<qt>{html.escape(_words(index))}</qt>", view)
            return True
        return super().helpEvent(event, view, option, index)

    def _paint_heading(self, painter: QPainter, row: QRect, text: str) -> None:
        painter.setFont(self._heading_font)
        painter.setPen(QColor(theme.tokens().secondary))
        place = row.adjusted(EDGE + 8, 8, -EDGE - 8, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_card(self, painter: QPainter, option: QStyleOptionViewItem, task: Task) -> None:
        around = self._model.surroundings(task)
        state = state_of(task, around)
        width = CardLayout.within(option.rect, right=self._right()).state.width()
        lines = self._state_lines(state, width, talkative=state.tone in _TALKATIVE or bool(task.trouble and not state.busy))
        if state.times:
            lines = [lines[0], self._fitting(state.times_line, width)]
        layout = CardLayout.within(option.rect, right=self._right(), state_lines=len(lines), with_bar=state.busy)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        self._paint_ground(painter, option, layout.card)
        self._paint_poster(painter, layout.poster, task, hovered=is_hovered)
        self._paint_line(painter, layout.title, title_of(task), self._title_font, theme.tokens().text)
        facts = self._fitting(facts_of(task, around.profile, is_stale=around.is_stale), layout.facts.width())
        self._paint_line(painter, layout.facts, facts, self._font_for(facts, layout.facts.width()), theme.tokens().secondary)
        self._paint_state(painter, layout.state, lines, state.tone, selected=is_selected)
        if state.busy:
            _paint_bar(painter, layout.bar, state.fraction)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, card: QRect) -> None:
        tokens = theme.tokens()
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(tokens.selection))
            painter.drawRoundedRect(card, theme.RADIUS, theme.RADIUS)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(card, theme.RADIUS, theme.RADIUS)
        focused_by_key = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
        if option.state & focused_by_key == focused_by_key:
            painter.setPen(QPen(QColor(tokens.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)

    def _paint_line(self, painter: QPainter, place: QRect, text: str, font: QFont, color: str) -> None:
        """Paint one elided line; align right-to-left text to the right."""
        painter.setFont(font)
        painter.setPen(QColor(color))
        rtl = is_right_to_left(text)
        painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
        elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter, elided)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def _right(self) -> int:
        """Return the right edge of cards, the same with and without a scroll bar."""
        return self._view.width() - EDGE

    def _state_lines(self, state: State, width: int, *, talkative: bool) -> list[str]:
        """Return one line for normal states, and up to two for states that need attention."""
        width -= 0 if state.tone is Tone.PLAIN else _MARK + _MARK_GAP
        return _wrapped(state.line, QFontMetrics(self._small_font), width) if talkative else [self._fitting(state.line, width)]

    def _font_for(self, line: str, width: int) -> QFont:
        """Return the small font, or the tighter one if the line does not fit otherwise."""
        return self._small_font if QFontMetrics(self._small_font).horizontalAdvance(line) <= width else self._tight_font

    def _fitting(self, line: str, width: int) -> str:
        """Drop parts from the end of the line until it fits; the first part always stays."""
        metrics = QFontMetrics(self._tight_font)
        while metrics.horizontalAdvance(line) > width and SEPARATOR in line:
            shorter = line.rpartition(SEPARATOR)[0]
            if metrics.horizontalAdvance(shorter) < width * 0.55:
                return line  # so little would remain that an elided line says more
            line = shorter
        return line

    def _paint_state(self, painter: QPainter, place: QRect, lines: list[str], tone: Tone, *, selected: bool) -> None:
        color = _tone_color(tone)
        line = QRect(place.left(), place.top(), place.width(), place.height() // len(lines))
        if tone is not Tone.PLAIN:
            _paint_mark(painter, QRectF(line.left(), line.center().y() - _MARK / 2 + 1, _MARK, _MARK), tone)
            line.setLeft(line.left() + _MARK + _MARK_GAP)
        if selected and tone is Tone.FAILED:
            color = theme.tokens().text  # red on the selection's blue is too faint to read; the mark keeps its colour
        for words in lines:
            self._paint_line(painter, line, words, self._font_for(words, line.width()), color)
            line.translate(0, line.height())

    def _paint_poster(self, painter: QPainter, frame: QRect, task: Task, *, hovered: bool) -> None:
        painter.save()
        path = QPainterPath()
        path.addRoundedRect(QRectF(frame), _POSTER_RADIUS, _POSTER_RADIUS)
        painter.setClipPath(path)
        painter.fillRect(frame, QColor(theme.tokens().stage))
        has_picture = self._paint_picture(painter, frame, self._poster(painter, task))
        if not has_picture:
            painter.setOpacity(_PROMISE)
            self._paint_picture(painter, frame, self._beginning(painter, task))
            painter.setOpacity(1)
        action = poster_action(task) if hovered else None
        if action:
            painter.fillRect(frame, QColor(0, 0, 0, 110 if has_picture else 0))
            _paint_icon(painter, frame, _ACTION_GLYPHS[action], theme.DARK.text, 20)
        elif not has_picture:
            _paint_placeholder(painter, frame, task.phase, self._title_font)
        painter.restore()

    def _poster(self, painter: QPainter, task: Task) -> QPixmap | None:
        path = next((clip.poster for clip in task.clips if clip.poster), None)
        return self._posters.poster(path, painter.device().devicePixelRatioF()) if path else None

    def _beginning(self, painter: QPainter, task: Task) -> QPixmap | None:
        """Return the task's start picture, if it is cached."""
        files, media = task.request.files, task.request.media.values()
        pictures = [one.address for found in media for one in found if one.kind is MediaKind.IMAGE and one.address in files]
        return self._posters.picture(Path(pictures[0]), painter.device().devicePixelRatioF()) if pictures else None

    def _paint_picture(self, painter: QPainter, frame: QRect, picture: QPixmap | None) -> bool:
        if picture is None or picture.isNull():
            return False
        size = picture.deviceIndependentSize()
        corner = QPoint(
            frame.left() + round((frame.width() - size.width()) / 2), frame.top() + round((frame.height() - size.height()) / 2)
        )
        painter.drawPixmap(corner, picture)
        return True

    def _paint_ghost(self, painter: QPainter, layout: CardLayout) -> None:
        tokens = theme.tokens()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.stage))
        painter.drawRoundedRect(layout.poster, _POSTER_RADIUS, _POSTER_RADIUS)
        painter.setBrush(QColor(tokens.line))
        for line, part in ((layout.title, 0.8), (layout.facts, 0.5)):
            painter.drawRoundedRect(QRect(line.left(), line.top() + 5, int(line.width() * part), 7), 3, 3)


def _words(index: QModelIndex | QPersistentModelIndex) -> str:
    return str(index.data(Qt.ItemDataRole.AccessibleTextRole))


def _wrapped(text: str, metrics: QFontMetrics, width: int) -> list[str]:
    """Wrap the text into at most two lines; painting elides the second."""
    if metrics.horizontalAdvance(text) <= width:
        return [text]
    first, _, rest = text.partition(" ")
    for word in text.split(" ")[1:]:
        if metrics.horizontalAdvance(f"{first} {word}") > width:
            break
        first = f"{first} {word}"
        rest = rest.partition(" ")[2]
    return [first.removesuffix(SEPARATOR.rstrip()), rest.removeprefix(SEPARATOR.lstrip())] if rest else [first]


def _tone_color(tone: Tone) -> str:
    tokens = theme.tokens()
    colors = {Tone.REVIEW: tokens.review, Tone.READY: tokens.ready, Tone.FAILED: tokens.failed}
    return colors.get(tone, tokens.secondary)


def _paint_mark(painter: QPainter, box: QRectF, tone: Tone) -> None:
    """Paint a triangle, a dot or a cross, so that the state does not rely on colour alone."""
    color = QColor(_tone_color(tone))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    if tone is Tone.REVIEW:
        painter.drawPolygon(QPolygonF([box.bottomLeft(), box.bottomRight(), (box.topLeft() + box.topRight()) / 2]))
    elif tone is Tone.READY:
        painter.drawEllipse(box)
    else:
        _paint_cross(painter, box.adjusted(1, 1, -1, -1), color)


def _paint_cross(painter: QPainter, box: QRectF, color: QColor) -> None:
    painter.setPen(QPen(color, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(box.topLeft(), box.bottomRight())
    painter.drawLine(box.topRight(), box.bottomLeft())


def _paint_bar(painter: QPainter, place: QRect, fraction: float | None) -> None:
    """Paint a progress bar, filled up to `fraction`; if that is None, a faint, static full bar."""
    tokens = theme.tokens()
    radius = place.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.line))
    painter.drawRoundedRect(QRectF(place), radius, radius)
    filled, color = QRectF(place), QColor(tokens.accent)
    if fraction is None:
        color.setAlphaF(0.4)
    else:
        filled.setWidth(max(place.height(), place.width() * fraction))
    painter.setBrush(color)
    painter.drawRoundedRect(filled, radius, radius)


def _paint_placeholder(painter: QPainter, frame: QRect, phase: Phase, font: QFont) -> None:
    """Paint the dim icon of a frame without a picture."""
    color = QColor(theme.DARK.disabled)
    if phase is Phase.UNKNOWN:
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, "?")
    elif phase in _GLYPHS:
        _paint_icon(painter, frame, _GLYPHS[phase], theme.DARK.disabled, _GLYPH)
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 1))
        painter.drawEllipse(QRectF(frame).center(), 3.5, 3.5)


def _paint_icon(painter: QPainter, frame: QRect, name: str, color: str, size_px: int) -> None:
    box = QRect(0, 0, size_px, size_px)
    box.moveCenter(frame.center())
    theme.icon(name, color).paint(painter, box)
