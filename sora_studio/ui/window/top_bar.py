"""The top bar: name, search, today's cost, balance, and the buttons for rail and tasks, pausing, help and settings."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from sora_studio.ui.kit import key_names, theme
from sora_studio.ui.window.search_field import SearchField


class TopBar(QFrame):
    """Kept unobtrusive: nothing here is needed to make a clip.

    Signals: `settings_asked()`, `help_asked()`, `search_asked()`, `pause_toggled()`; `tasks_toggled(bool)` and
    `rail_toggled(bool)` when the button of a drawer or a hidden column is toggled.
    """

    settings_asked = Signal()
    help_asked = Signal()
    search_asked = Signal()
    tasks_toggled = Signal(bool)
    pause_toggled = Signal()
    rail_toggled = Signal(bool)

    def __init__(self, *, demo: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "bar")
        self.setFixedHeight(theme.TOP_BAR_HEIGHT)
        self._title = _label("Sora Studio", semibold=True)
        self._badge = _label("Simulator: nothing is charged" if demo else "")
        theme.set_role(self._badge, "secondary")
        self._today_word = _label("Today")
        self._today = _label("", semibold=True)
        self._balance_word = _label("Balance")
        self._balance = _label("", semibold=True)
        self._tasks = self._build_button("Show tasks", "Tasks (F8)")
        self._tasks.setCheckable(True)
        self._tasks.hide()
        self._tasks.toggled.connect(self.tasks_toggled)
        self._pause = self._build_button("", "")
        self._pause.clicked.connect(self.pause_toggled)
        self._paused = False
        self._paused_word = _label("Paused", semibold=True)
        theme.set_role(self._paused_word, "review")
        self._rail = self._build_button("Show rail", "Drafts, library and projects (F7)")
        self._rail.setCheckable(True)
        self._rail.hide()
        self._rail.toggled.connect(self.rail_toggled)
        self._search = SearchField()
        self._search.clicked.connect(self.search_asked)
        self._help = self._build_button("Help", "Help (F1)")
        self._help.clicked.connect(self.help_asked)
        self._settings = self._build_button("Settings", "Settings (Ctrl+,)")
        self._settings.clicked.connect(self.settings_asked)
        self._build_row()
        self.show_balance("")
        self.show_today("", "")
        self.show_pause(paused=False)
        self._draw_icons()
        theme.notifier.changed.connect(self._draw_icons)

    def show_balance(self, phrase: str) -> None:
        """Show the balance; an empty phrase hides it."""
        self._balance.setText(phrase)
        self._balance_word.setVisible(bool(phrase))
        self._balance.setVisible(bool(phrase))

    def show_today(self, phrase: str, explained: str) -> None:
        """Show today's cost, with an explanation as its tooltip; an empty phrase hides it."""
        self._today.setText(phrase)
        for label in (self._today_word, self._today):
            label.setVisible(bool(phrase))
            label.setToolTip(explained)
        self._today.setAccessibleDescription(explained)

    def show_pause(self, *, paused: bool) -> None:
        """Show whether sending is paused. The button says what a press does, and beside it stands `Paused`."""
        self._paused = paused
        self._paused_word.setVisible(paused)
        words = "Resume sending" if paused else "Pause sending"
        self._pause.setAccessibleName(words)
        followed = "" if paused else "\nWhat is already running is still followed."
        self._pause.setToolTip(f"{words} ({key_names.PAUSE}){followed}")
        self._draw_icons()

    def offer_drawer(self, *, offered: bool, is_open: bool) -> None:
        """Show or hide the tasks' button, checked while their drawer is open."""
        _offer(self._tasks, offered=offered, is_open=is_open)

    def offer_rail(self, *, offered: bool, is_open: bool) -> None:
        """Show or hide the rail's button, checked while its drawer is open."""
        _offer(self._rail, offered=offered, is_open=is_open)

    def _build_row(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, 0, theme.GRID, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addWidget(self._title)
        row.addSpacing(12)
        row.addWidget(self._badge)
        row.addStretch(1)
        row.addWidget(self._search, 8)
        row.addStretch(1)
        row.addWidget(self._today_word)
        row.addSpacing(4)
        row.addWidget(self._today)
        row.addSpacing(2 * theme.GRID)
        row.addWidget(self._balance_word)
        row.addSpacing(4)
        row.addWidget(self._balance)
        row.addSpacing(theme.GRID)
        row.addWidget(self._paused_word)
        row.addWidget(self._pause)
        row.addWidget(self._tasks)
        row.addWidget(self._help)
        row.addWidget(self._settings)

    def _build_button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        theme.set_role(button, "icon")
        button.setIconSize(QSize(18, 18))
        button.setAccessibleName(name)
        button.setToolTip(tip)
        return button

    def _draw_icons(self) -> None:
        colour = theme.tokens().secondary
        self._tasks.setIcon(theme.icon("tasks", colour))
        shown = theme.icon("play", theme.tokens().review) if self._paused else theme.icon("pause", colour)
        self._pause.setIcon(shown)
        self._rail.setIcon(theme.icon("rail", colour))
        self._help.setIcon(theme.icon("help", colour))
        self._settings.setIcon(theme.icon("settings", colour))


def _offer(button: QToolButton, *, offered: bool, is_open: bool) -> None:
    button.setVisible(offered)
    button.blockSignals(True)
    button.setChecked(is_open)
    button.blockSignals(False)


def _label(text: str, *, semibold: bool = False) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme.font(semibold=semibold))
    return label
