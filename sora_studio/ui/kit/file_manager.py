"""Shows a file in the system's file manager, selected in its folder."""

import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

from sora_studio.ui.kit.message_bus import BusRefused, BusUnusable, connect

_MANAGER, _MANAGER_PATH = "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"
Start = Callable[[Coroutine[object, object, None]], object]


async def show_file(path: Path, start: Start) -> None:
    """Open the file's folder with the file selected, or only the folder where no file manager can select it.

    `start` runs a coroutine beside this one. The caller has made sure that the folder answers.
    """
    if sys.platform == "win32":
        is_shown = QProcess.startDetached("explorer.exe", ["/select,", str(path)])[0]
    elif sys.platform == "darwin":
        is_shown = QProcess.startDetached("open", ["-R", str(path)])[0]
    else:
        is_shown = await _show_by_bus(path, start)
    if not is_shown:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


async def _show_by_bus(path: Path, start: Start) -> bool:
    """Return whether a file manager on the session bus shows the file."""
    with suppress(BusUnusable, BusRefused):
        bus = await connect(_ignore_signal, lambda bus: start(bus.listen()))
        try:
            # Percent-encoded bytes: a name that is no UTF-8 stays what it is.
            address = f"file://{quote(bytes(path))}"
            await bus.call(_MANAGER, _MANAGER_PATH, _MANAGER, "ShowItems", "ass", ([address], ""))
        finally:
            bus.close()
        return True
    return False


def _ignore_signal(interface: str, member: str, values: tuple[object, ...]) -> None:
    del interface, member, values
