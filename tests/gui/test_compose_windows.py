"""No window comes up on the desktop that nobody asked for, not even for the blink of an eye."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.picture import PictureRoute, PreparedPicture
from sora_studio.domain.request import ImageFacts
from sora_studio.viewmodels.compose.pictures import picture_words
from tests.doubles.pictures import painted
from tests.gui.compose_desk import Desk, Look, open_desk

_PASSING = (Qt.WindowType.Popup, Qt.WindowType.ToolTip)


class Windows(QObject):
    """Watches the whole application, and keeps what was shown as a window; menus and tool tips come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = list[QWidget]()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_window = event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow()
        if is_window and watched.windowType() not in _PASSING:
            self.shown.append(watched)
        return False


@pytest.fixture
def windows(qtbot: QtBot) -> Iterator[Windows]:
    made, app = Windows(), QApplication.instance()
    assert app is not None
    app.installEventFilter(made)
    yield made
    app.removeEventFilter(made)


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    yield from open_desk(qtbot, loop, tmp_path)


def test_looking_at_a_picture_and_changing_it_shows_its_dialog_and_no_other_window(
    desk: Desk, tmp_path: Path, windows: Windows
) -> None:
    path = tmp_path / "scan.png"
    painted(size=(800, 600)).save(path)
    pictures = desk.studio.pictures
    pictures.facts["scan.png"] = ImageFacts("png", 800, 600, 12_400_000, is_transparent=True)
    pictures.problems["scan.png"] = "scan.png has 12.40 MB, 2.40 MB more than the 10.00 MB allowed."
    pictures.offers["scan.png"] = PreparedPicture(bytes(9_000), "image/jpeg", 800, 600, 91)
    desk.studio.publishing.routes = (PictureRoute.BUCKET, PictureRoute.RELAY)
    desk.attach()
    windows.shown.clear()
    look = Look(desk, str(path))
    look.wait("12.40 MB")
    desk.click(look.button("Send a JPEG of 9.0 KB instead"))
    look.wait("quality 91")
    look.choose("Crop")
    desk.bot.waitUntil(lambda: look.view.crop is not None)
    desk.click(look.button("Reset"))
    look.choose("Leave as is")
    desk.studio.publishing.routes = ()
    desk.panel.take_settings()
    look.wait(picture_words.NO_ROUTE)
    desk.panel.put_picture(tmp_path / "another.png")
    QTest.keyClick(look.dialog, Qt.Key.Key_PageDown)
    assert "another.png" in look.dialog.windowTitle()
    assert [window.accessibleName() or window.windowTitle() for window in windows.shown if window is not look.dialog] == []
    assert windows.shown
