"""Notifications through the tray, where there is no notification service on a session bus: Windows, macOS, plain X11."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon

from sora_studio.ui.kit import theme
from sora_studio.viewmodels.window.finished_news import News


class TrayNotifications(QObject):
    """Shows an icon in the tray for as long as its message counts. Does nothing on a desktop without a tray.

    Signals: `clicked()` on the message or the icon.
    """

    clicked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon: QSystemTrayIcon | None = None

    def show_news(self, news: News) -> None:
        """Show the message."""
        if not QSystemTrayIcon.isSystemTrayAvailable() or not QSystemTrayIcon.supportsMessages():
            return
        if self._icon is None:
            self._icon = QSystemTrayIcon(theme.icon("film", theme.tokens().accent), self)
            self._icon.messageClicked.connect(self.clicked)
            self._icon.activated.connect(self._on_icon_activated)
        self._icon.setToolTip(f"Sora Studio: {news.title}")
        self._icon.show()
        self._icon.showMessage(news.title, news.body, self._icon.icon())

    def withdraw(self) -> None:
        """Remove the icon, and the message with it."""
        if self._icon is not None:
            self._icon.hide()

    def _on_icon_activated(self) -> None:
        self.clicked.emit()
