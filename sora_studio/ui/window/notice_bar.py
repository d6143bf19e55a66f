"""Notices that concern the whole window, below the top bar: one row per cause, with its action."""

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from sora_studio.domain.events import NoticeAction, NoticeLevel, NoticeRaised
from sora_studio.ui.kit import theme

SHOWN_AT_ONCE = 2
"""Limits the height; the next notice appears when one of these is dismissed."""

ACTION_WORDS = {
    NoticeAction.ENTER_KEY: "Enter key",
    NoticeAction.GET_KEY: "Get a key",
    NoticeAction.OPEN_SETTINGS: "Open settings",
    NoticeAction.TRY_SIMULATOR: "Try the simulator",
    NoticeAction.RETRY: "Try again",
    NoticeAction.COPY_REPORT: "Copy report",
}
_ICONS = {
    NoticeLevel.INFO: ("info", "secondary"),
    NoticeLevel.WARNING: ("warning", "review"),
    NoticeLevel.ERROR: ("error", "failed"),
}
_WEIGHT = {NoticeLevel.ERROR: 0, NoticeLevel.WARNING: 1, NoticeLevel.INFO: 2}


class NoticeRow(QFrame):
    """A row with one notice, its action buttons and a dismiss button.

    Signals: `action_asked(NoticeAction)`, `dismissed()`.
    """

    action_asked = Signal(object)
    dismissed = Signal()

    def __init__(self, notice: NoticeRaised, actions: tuple[NoticeAction, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = notice
        theme.set_role(self, "panel")
        self._icon = QLabel()
        self._text = QLabel(notice.text)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close = QToolButton()
        self._close.setAccessibleName("Dismiss this notice")
        self._close.setToolTip("Dismiss")
        self._close.setIconSize(QSize(16, 16))
        theme.set_role(self._close, "icon")
        self._close.clicked.connect(self.dismissed)
        self._build_row(actions)
        self._draw_icons()
        theme.notifier.changed.connect(self._draw_icons)

    def _build_row(self, actions: tuple[NoticeAction, ...]) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(2 * theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        row.setSpacing(theme.GRID)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        for action in actions:
            row.addWidget(self._build_action(action))
        row.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(theme.rule())

    def _build_action(self, action: NoticeAction) -> QPushButton:
        button = QPushButton(ACTION_WORDS[action])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click keeps the focus in the prompt, even after the notice goes
        button.clicked.connect(lambda: self.action_asked.emit(action))
        return button

    def _draw_icons(self) -> None:
        name, tone = _ICONS[self.notice.level]
        self._icon.setPixmap(theme.icon(name, getattr(theme.tokens(), tone)).pixmap(QSize(16, 16)))
        self._close.setIcon(theme.icon("close", theme.tokens().secondary))


class NoticeBar(QWidget):
    """Shows active notices, the most severe first; hidden when there are none. Announces new ones to screen readers.

    Signals: `action_asked(NoticeRaised, NoticeAction)`.
    """

    action_asked = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Notices")
        self._rows: dict[str, NoticeRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.hide()

    def raise_notice(self, notice: NoticeRaised, *, also: tuple[NoticeAction, ...] = ()) -> None:
        """Show the notice, replacing one with the same cause. `also` adds further actions."""
        if (shown := self._rows.get(notice.cause)) is not None and shown.notice == notice:
            return
        self._remove(notice.cause)
        row = NoticeRow(notice, tuple(action for action in (notice.action, *also) if action is not None), self)
        row.action_asked.connect(partial(self.action_asked.emit, notice))
        row.dismissed.connect(lambda: self.clear_notice(notice.cause))
        self._rows[notice.cause] = row
        self._arrange()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, notice.text))

    def clear_notice(self, cause: str) -> None:
        """Remove the notice with this cause, if any."""
        self._remove(cause)
        self._arrange()

    def texts(self) -> list[str]:
        """Return the texts of the visible notices."""
        return [row.notice.text for row in self._ordered()[:SHOWN_AT_ONCE]]

    def _remove(self, cause: str) -> None:
        if (row := self._rows.pop(cause, None)) is not None:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()

    def _ordered(self) -> list[NoticeRow]:
        return sorted(self._rows.values(), key=lambda row: _WEIGHT[row.notice.level])

    def _arrange(self) -> None:
        for place, row in enumerate(self._ordered()):
            self._column.insertWidget(place, row)
            row.setVisible(place < SHOWN_AT_ONCE)
        self.setVisible(bool(self._rows))
