"""Tells outside the window what ended and how far the work is: through the session bus, else the tray, else not at all."""

import sys
from collections.abc import Coroutine
from time import monotonic

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from sora_studio.domain.settings import Settings
from sora_studio.ui.kit.message_bus import BusRefused, BusUnusable
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.window.bus_notifications import PLAY, BusNotifications
from sora_studio.ui.window.tray_notifications import TrayNotifications
from sora_studio.viewmodels.tasks.task_feed import TaskUpdate
from sora_studio.viewmodels.window.finished_news import FinishedNews, News, WorkProgress

TRY_BUS_AGAIN_S = 60.0
"""How long a bus that does not work is left alone."""


class Notifier(QObject):
    """Collects, shows and withdraws one notification, and shows progress in the task bar where the desktop has that.

    Everything outside is reached one step at a time in the background, so a desktop that hangs delays nothing else. Idle until
    `take_settings`.

    Signals: `play_asked(int)` and `show_asked(int)` with a task's id, when the user chose that in the notification.
    """

    play_asked = Signal(int)
    show_asked = Signal(int)

    def __init__(self, scope: TaskScope, parent: QObject | None = None, *, news: FinishedNews | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self._settings: Settings | None = None
        self._news = news or FinishedNews(self)
        self._news.told.connect(self._on_news_told)
        self._news.withdrawn.connect(self._on_news_withdrawn)
        self._work = WorkProgress(self)
        self._work.changed.connect(self._on_work_changed)
        self._bus = BusNotifications(self._start, self)
        self._bus.chosen.connect(self._on_bus_chosen)
        self._tray = TrayNotifications(self)
        self._tray.clicked.connect(self._on_tray_clicked)
        self._last: News | None = None
        self._wanted: News | None = None
        self._is_withdrawal_wanted = False
        self._progress: float | None = None
        self._is_working = False
        self._bus_failed_at = float("-inf")
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._on_application_state_changed)
            self._on_application_state_changed(app.applicationState())

    def take_settings(self, settings: Settings) -> None:
        """Use these settings from now on."""
        self._settings = settings

    def take_update(self, update: TaskUpdate) -> None:
        """Take the task list's changes and totals."""
        self._news.take_update(update)
        self._work.take_update(update)

    def stop(self) -> None:
        """Remove what stands outside; the window ends."""
        self._settings = None
        self._tray.withdraw()

    def _on_application_state_changed(self, state: Qt.ApplicationState) -> None:
        self._news.set_in_front(state == Qt.ApplicationState.ApplicationActive)

    def _on_news_told(self, news: News) -> None:
        if self._settings is not None and self._settings.tell_when_ready:
            self._last = self._wanted = news
            _mark_icon(news.count)
            self._step_soon()

    def _on_news_withdrawn(self) -> None:
        self._wanted, self._is_withdrawal_wanted = None, True
        self._tray.withdraw()
        _mark_icon(0)
        self._step_soon()

    def _on_work_changed(self, fraction: float) -> None:
        if self._settings is not None:
            self._progress = fraction
            self._step_soon()

    def _on_bus_chosen(self, action: str) -> None:
        if self._last is None:
            return
        if action == PLAY and self._last.clip is not None:
            self.play_asked.emit(self._last.clip)
        else:
            self.show_asked.emit(self._last.task)

    def _on_tray_clicked(self) -> None:
        if self._last is not None:
            self.show_asked.emit(self._last.task)

    def _start(self, coro: Coroutine[object, object, None]) -> None:
        self._scope.start(coro, name="desktop")

    def _step_soon(self) -> None:
        if not self._is_working:
            self._is_working = True
            self._start(self._take_steps())

    async def _take_steps(self) -> None:
        """Bring what stands outside up to date, the newest state only."""
        try:
            while self._is_withdrawal_wanted or self._wanted is not None or self._progress is not None:
                await self._take_step()
        finally:
            self._is_working = False

    async def _take_step(self) -> None:
        if self._is_withdrawal_wanted:
            self._is_withdrawal_wanted = False
            await self._on_bus(self._bus.withdraw())
        elif (news := self._wanted) is not None:
            self._wanted = None
            sound = self._settings is not None and self._settings.tell_with_sound
            if not await self._on_bus(self._bus.show(news, sound=sound)) and not self._is_withdrawal_wanted:
                self._tray.show_news(news)
                if sound:
                    QApplication.beep()
        elif (fraction := self._progress) is not None:
            self._progress = None
            await self._on_bus(self._bus.show_progress(fraction))

    async def _on_bus(self, call: Coroutine[object, object, None]) -> bool:
        """Make the call; return whether it worked. A bus that failed is left alone for a while."""
        if sys.platform != "linux" or monotonic() < self._bus_failed_at + TRY_BUS_AGAIN_S:
            call.close()
            return False
        try:
            await call
        except BusUnusable:
            self._bus_failed_at = monotonic()
            return False
        except BusRefused:
            return False
        return True


def _mark_icon(count: int) -> None:
    """Show a number at the program's icon in the dock or task bar, 0 for none; on Linux, Qt could block on the session bus."""
    app = QGuiApplication.instance()
    if sys.platform != "linux" and isinstance(app, QGuiApplication):
        app.setBadgeNumber(count)
