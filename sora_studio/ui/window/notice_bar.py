"""Notices that concern the whole window, below the top bar: one row per cause, with its action."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from sora_studio.domain.events import NoticeAction, NoticeLevel, NoticeRaised
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.viewmodels.tasks.successor_steps import SuccessorStep

SHOWN_AT_ONCE = 2
"""Limits the height; the next notice appears when one of these is dismissed."""

ACTION_WORDS = {
    NoticeAction.ENTER_KEY: "Enter key",
    NoticeAction.GET_KEY: "Get a key",
    NoticeAction.OPEN_SETTINGS: "Open settings",
    NoticeAction.TRY_SIMULATOR: "Try the simulator",
    NoticeAction.RETRY: "Try again",
    NoticeAction.RESUME_SENDING: "Resume sending",
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

    A notice about a model also gets buttons for its successors, and a line about what the one at hand would change.

    Signals: `action_asked(NoticeAction)`, `successor_chosen(str)` with the slug of a model, `dismissed()`.
    """

    action_asked = Signal(object)
    successor_chosen = Signal(str)
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
        self._changes = ElidedLabel(at_end=True)
        self._changes.setFont(theme.font(size_px=11))
        theme.set_role(self._changes, "secondary")
        self._changes.hide()
        self._steps = dict[QObject, SuccessorStep]()
        self._offers = QHBoxLayout()
        self._offers.setSpacing(theme.GRID)
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
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._text)
        words.addWidget(self._changes)
        words.addLayout(self._offers)
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        for action in actions:
            row.addWidget(self._build_action(action))
        row.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(theme.rule())

    def offer(self, steps: Sequence[SuccessorStep]) -> None:
        """Add a button for each successor below the text."""
        if not steps or self._steps:
            return
        for step in steps:
            button = QPushButton(step.whole_label)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleDescription(step.tip)
            button.setToolTip(step.tip)
            button.clicked.connect(partial(self.successor_chosen.emit, step.model))
            button.installEventFilter(self)
            self._steps[button] = step
            self._offers.addWidget(button)
        self._offers.addStretch(1)
        self._offers.setContentsMargins(0, theme.GRID - 2, 0, 0)
        self._show_changes(steps[0])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show what the successor under the pointer or with the keyboard focus would change."""
        if event.type() in (QEvent.Type.Enter, QEvent.Type.FocusIn) and (step := self._steps.get(watched)) is not None:
            self._show_changes(step)
        return super().eventFilter(watched, event)

    def _show_changes(self, step: SuccessorStep) -> None:
        self._changes.setText(f"{step.title}: {step.tip}")
        self._changes.show()

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

    Signals: `action_asked(NoticeRaised, NoticeAction)`; `successor_chosen(NoticeRaised, str)` with the slug of a model.
    """

    action_asked = Signal(object, object)
    successor_chosen = Signal(object, str)

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
        row.successor_chosen.connect(partial(self.successor_chosen.emit, notice))
        row.dismissed.connect(lambda: self.clear_notice(notice.cause))
        self._rows[notice.cause] = row
        self._arrange()
        announce(self, notice.text)

    def offer(self, notice: NoticeRaised, steps: Sequence[SuccessorStep]) -> None:
        """Add the successors of the notice's model to its row, unless it has been dismissed or replaced."""
        row = self._rows.get(notice.cause)
        if row is not None and row.notice == notice:
            row.offer(steps)

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
