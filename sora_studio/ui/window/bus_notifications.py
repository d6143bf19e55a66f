"""Notifications and the task bar's progress through the desktop's own services on the session bus."""

import html
import os
from collections.abc import Callable, Coroutine
from typing import cast

from PySide6.QtCore import QObject, Signal

from sora_studio.ui.kit.message_bus import BusRefused, MessageBus, connect
from sora_studio.viewmodels.window.finished_news import News

DESKTOP_FILE = "sora-studio"
PLAY, SHOW, ON_CLICK = "play", "show", "default"
_NOTIFIER, _NOTIFIER_PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
_LAUNCHER, _LAUNCHER_PATH = "com.canonical.Unity.LauncherEntry", "/com/canonical/unity/launcherentry/1"
_NORMAL_URGENCY = 1
_SERVERS_OWN_TIME = -1

Start = Callable[[Coroutine[object, object, None]], object]


class BusNotifications(QObject):
    """One notification at a time, replaced in place. Connects on first use; every method raises `BusUnusable` without a bus.

    `start` runs a coroutine until the window ends.

    Signals: `chosen(str)`: `PLAY`, `SHOW`, or `ON_CLICK` for the notification itself.
    """

    chosen = Signal(str)

    def __init__(self, start: Start, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._bus: MessageBus | None = None
        self._abilities: frozenset[object] | None = None
        """What the notification service can do; None until it has said so."""
        self._shown = 0
        """The server's id of the notification on display; 0 for none."""

    async def show(self, news: News, *, sound: bool) -> None:
        """Show the message in place of an earlier one. Raises `BusRefused` if the desktop has no notification service."""
        bus = await self._connected()
        abilities = self._abilities = self._abilities or await _get_acquainted(bus)
        body = html.escape(news.body, quote=False) if "body-markup" in abilities else news.body
        play = [PLAY, "Play"] if news.clip is not None else []
        hints = {
            "urgency": ("y", _NORMAL_URGENCY),
            "category": ("s", "transfer.complete"),
            "desktop-entry": ("s", DESKTOP_FILE),
            **({"sound-name": ("s", "complete-download")} if sound else {"suppress-sound": ("b", True)}),
        }
        actions = [*play, SHOW, "Show", ON_CLICK, "Show"] if "actions" in abilities else []
        values = ("Sora Studio", self._shown, "", news.title, body, actions, hints, _SERVERS_OWN_TIME)
        (number,) = await bus.call(_NOTIFIER, _NOTIFIER_PATH, _NOTIFIER, "Notify", "susssasa{sv}i", values)
        self._shown = number if isinstance(number, int) else 0

    async def withdraw(self) -> None:
        """Close the notification on display, if any."""
        number, self._shown = self._shown, 0
        if number and self._bus is not None and self._bus.is_open:
            try:
                await self._bus.call(_NOTIFIER, _NOTIFIER_PATH, _NOTIFIER, "CloseNotification", "u", (number,))
            except BusRefused:  # it is closed already
                return

    async def show_progress(self, fraction: float) -> None:
        """Show a fraction from 0 to 1 in the task bar; a negative one removes it. Task bars that cannot show it ignore it."""
        values = {"progress": ("d", max(0.0, fraction)), "progress-visible": ("b", fraction >= 0)}
        bus = await self._connected()
        await bus.emit(_LAUNCHER_PATH, _LAUNCHER, "Update", "sa{sv}", (f"application://{DESKTOP_FILE}.desktop", values))

    async def _connected(self) -> MessageBus:
        if self._bus is None or not self._bus.is_open:
            self._bus, self._abilities, self._shown = None, None, 0
            self._bus = await connect(self._on_signal, lambda bus: self._start(bus.listen()))
        return self._bus

    def _on_signal(self, interface: str, member: str, values: tuple[object, ...]) -> None:
        if interface != _NOTIFIER or not values or values[0] != self._shown or not self._shown:
            return
        match member:
            case "ActivationToken":  # Wayland lets a window come to the front only with this; Qt reads it there
                os.environ["XDG_ACTIVATION_TOKEN"] = str(values[1])
            case "ActionInvoked":
                self.chosen.emit(str(values[1]))
            case "NotificationClosed":
                self._shown = 0
            case _:
                pass


async def _get_acquainted(bus: MessageBus) -> frozenset[object]:
    """Subscribe to what the notification service reports, and return what it can do."""
    match = f"type='signal',interface='{_NOTIFIER}',path='{_NOTIFIER_PATH}'"
    await bus.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", "s", (match,))
    (abilities,) = await bus.call(_NOTIFIER, _NOTIFIER_PATH, _NOTIFIER, "GetCapabilities")
    return frozenset(cast("list[object]", abilities))
