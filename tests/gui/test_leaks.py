"""Each window and dialog is opened and closed many times: it leaves no Qt object, thread or memory behind.

A few times in the normal run; `dev.py bench leaks` opens each 200 times.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.settings import Settings
from sora_studio.domain.task import Phase
from sora_studio.storage.secrets import SessionKeys
from sora_studio.studio import KeyStores, Studio, open_studio
from sora_studio.ui.compose.pictures.image_strip import ImageStrip
from sora_studio.ui.compose.recordings.recording_dialog import RecordingDialog
from sora_studio.ui.compose.recordings.recording_well import RecordingWell
from sora_studio.ui.compose.recordings.trim_bar import TrimBar
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.dialog import SettingsDialog
from sora_studio.ui.settings.settings_page import SettingsPage
from sora_studio.ui.tasks.panel import TaskPanel
from sora_studio.ui.window.first_look import FirstLook
from sora_studio.ui.window.main_view import MainView
from sora_studio.ui.window.main_window import MainWindow
from sora_studio.viewmodels.compose.clip_uses import ClipUse
from sora_studio.viewmodels.event_bridge import EventBridge
from tests.benchmarks.figures import Figure
from tests.doubles.compose_studio import ComposeStudio, shipped_profile
from tests.doubles.recordings import write_recording
from tests.doubles.settings_studio import SettingsStudio
from tests.doubles.task_studio import TaskStudio, task_in
from tests.gui.compose_desk import Desk, open_desk
from tests.gui.living import growth
from tests.gui.settings_desk import Disk

DEAD_END = "http://127.0.0.1:9"
KB_PER_OPENING = 40
"""Noise of the allocator; a leaked dialog takes several hundred."""
KB_AT_ALL = 8_000

Opening = Callable[[], QWidget]


class LeavesNothing(Protocol):
    def __call__(self, open_and_close: Opening, *, has_cycles: bool = False) -> None: ...


@pytest.fixture
def leaves_nothing(request: pytest.FixtureRequest) -> LeavesNothing:
    """Open and close it again and again, and look what is left.

    `has_cycles`: Qt deletes the window's objects, but their empty wrappers wait for the garbage collector. That is for windows
    that are made once; those that are opened often must leave it nothing.
    """
    openings = request.config.getoption("--openings")

    def check(open_and_close: Opening, *, has_cycles: bool = False) -> None:
        seen = growth(open_and_close, openings)
        what = request.node.name.removeprefix("test_").replace("_", " ")
        left = sum(seen.objects.values()) + seen.wrappers
        measured = f"{left} objects, {len(seen.threads)} threads, {seen.kilobytes:+,} KB"
        print()  # noqa: T201 - out of the line of pytest's dots
        Figure(f"leaks, {what}, {openings} times", measured, "0 objects, 0 threads", met=left + len(seen.threads) == 0).tell()
        assert (seen.objects, seen.wrappers, seen.threads) == ({}, 0, [])
        assert seen.waiting == {}, "only the garbage collector deleted these"
        assert has_cycles or seen.waiting_wrappers == 0, "it does not break its own cycles"
        assert seen.kilobytes < KB_AT_ALL + KB_PER_OPENING * openings

    return check


def close(window: QWidget) -> None:
    window.close()
    window.deleteLater()


@pytest.fixture
def studio(loop: StudioEventLoop, tmp_path: Path) -> Iterator[Studio]:
    """A real one that reaches nobody."""
    keys = KeyStores(api_key=SessionKeys("no-service"))
    opening = open_studio(data_dir=tmp_path, base_url=DEAD_END, output_dir=tmp_path / "clips", keys=keys)
    yield loop.run_until_complete(opening.__aenter__())
    loop.run_until_complete(opening.__aexit__(None, None, None))


def test_the_first_look(leaves_nothing: LeavesNothing, qtbot: QtBot) -> None:
    def open_and_close() -> QWidget:
        window = MainWindow(FirstLook(), demo=False)
        with qtbot.waitExposed(window):
            window.show()
        close(window)
        return window

    leaves_nothing(open_and_close)


def test_the_main_window(leaves_nothing: LeavesNothing, studio: Studio, loop: StudioEventLoop, qtbot: QtBot) -> None:
    def open_and_close() -> QWidget:
        look = FirstLook()
        window = MainWindow(look, demo=False)
        with qtbot.waitExposed(window):
            window.show()
        view = MainView(Settings(), demo=False, editor=look.editor)
        window.setCentralWidget(view)
        view.attach(studio)
        view.open_settings()
        QApplication.processEvents()
        loop.run_until_complete(view.finish())
        close(window)
        return window

    leaves_nothing(open_and_close, has_cycles=True)


def test_the_settings(leaves_nothing: LeavesNothing, loop: StudioEventLoop, tmp_path: Path) -> None:
    studio, disk = SettingsStudio(), Disk()

    def open_and_close() -> QWidget:
        scope, bridge = TaskScope(lambda error, name: pytest.fail(f"{name}: {error!r}")), EventBridge()
        bridge.listen(studio.events)
        dialog = SettingsDialog(scope, bridge, disk.save, demo=False)
        for page in SettingsPage:
            dialog.open_at(page, Settings(), studio, usual_folder=tmp_path)
            QApplication.processEvents()
        loop.run_until_complete(scope.close())
        bridge.mute()
        close(dialog)
        return dialog

    leaves_nothing(open_and_close, has_cycles=True)


@pytest.fixture
def composer(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    for desk in open_desk(qtbot, loop, tmp_path):
        desk.attach()
        desk.panel.use(
            GenerationRequest(
                "sora-2",
                "A",
                media=first_pictures(str(tmp_path / "a.png")),
            )
        )
        yield desk


def test_a_pictures_dialog(leaves_nothing: LeavesNothing, composer: Desk) -> None:
    def open_and_close() -> QWidget:
        (well,) = [well for well in composer.wells() if well.source]
        well.setFocus()
        QTest.keyClick(well, Qt.Key.Key_Return)
        dialog = composer.picture_dialog()
        composer.bot.waitUntil(lambda: dialog._loading is None or dialog._loading.done())
        dialog.close()
        return dialog

    leaves_nothing(open_and_close)


@pytest.mark.qt_log_ignore("PulseAudioService|No audio device|No RHI backend")
def test_the_dialog_of_a_film_that_plays(
    leaves_nothing: LeavesNothing, qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path
) -> None:
    film = write_recording(tmp_path / "walk.mp4", seconds=1.0)
    composer = Desk(qtbot, ComposeStudio(tmp_path / "data", shipped_profile("seedance-2-0")))
    composer.attach()
    composer.panel.choose_model()  # it would be built meanwhile
    composer.panel.choose_model()
    composer.panel.put_clip(film, ClipUse.REFERENCE, 0.0)
    composer.bot.waitUntil(lambda: any(well.source for well in composer.all(RecordingWell)))

    def open_and_close() -> QWidget:
        (well,) = [well for well in composer.all(RecordingWell) if well.source]
        well.setFocus()
        QTest.keyClick(well, Qt.Key.Key_Return)
        (dialog,) = [dialog for dialog in composer.panel.findChildren(RecordingDialog) if dialog.isVisible()]
        bar = dialog.findChild(TrimBar)
        assert bar is not None
        composer.bot.waitUntil(lambda: "out 12 s" in bar.accessibleDescription())
        QTest.keyClick(bar, Qt.Key.Key_Space)
        composer.bot.waitUntil(lambda: bar.position_s > 0)
        dialog.close()
        return dialog

    leaves_nothing(open_and_close)


def test_a_pictures_menu(leaves_nothing: LeavesNothing, composer: Desk) -> None:
    def open_and_close() -> QWidget:
        (well,) = [well for well in composer.wells() if well.source]
        QTest.keyClick(well, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
        (menu,) = [menu for menu in well.findChildren(QMenu) if menu.isVisible()]
        menu.close()
        return menu

    leaves_nothing(open_and_close)


def test_the_choice_of_pictures(leaves_nothing: LeavesNothing, composer: Desk) -> None:
    strip = composer.panel.findChild(ImageStrip)
    assert strip is not None

    def open_and_close() -> QWidget:
        strip.choose(None)
        (dialog,) = [dialog for dialog in strip.findChildren(QFileDialog) if dialog.isVisible()]
        dialog.close()
        return dialog

    leaves_nothing(open_and_close)


@pytest.fixture
def tasks(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[TaskPanel]:
    studio, bridge = TaskStudio(), EventBridge()
    scope = TaskScope(lambda error, name: pytest.fail(f"{name}: {error!r}"))
    studio.rows = {1: task_in(Phase.UNKNOWN, 1)}
    panel = TaskPanel(scope)
    qtbot.addWidget(panel)
    panel.show()
    panel.attach(studio, bridge)
    yield panel
    loop.run_until_complete(scope.close())


def test_the_review_of_a_task(leaves_nothing: LeavesNothing, tasks: TaskPanel) -> None:
    def open_and_close() -> QWidget:
        menu = tasks.menu_for(task_in(Phase.UNKNOWN, 1))
        next(entry for entry in menu.actions() if entry.text() == "Review…").trigger()
        menu.deleteLater()
        (dialog,) = [dialog for dialog in tasks.findChildren(QDialog) if dialog.isVisible()]
        dialog.close()
        return dialog

    leaves_nothing(open_and_close)


def test_a_tasks_menu(leaves_nothing: LeavesNothing, tasks: TaskPanel) -> None:
    def open_and_close() -> QWidget:
        tasks._on_view_menu_requested(task_in(Phase.UNKNOWN, 1), QPoint())
        (menu,) = [menu for menu in tasks.findChildren(QMenu) if menu.isVisible()]
        menu.close()
        return menu

    leaves_nothing(open_and_close)


class Kept(QLabel):
    pass


class LonelyTimer(QTimer):
    pass


class Forgotten(QWidget):
    """Closes and stays: its timer has no parent, and it is in a cycle."""

    def __init__(self) -> None:
        super().__init__()
        self.me, self.timer = self, LonelyTimer()


def test_what_stays_is_counted(qapp: QApplication) -> None:
    kept, over = list[QWidget](), threading.Event()

    def open_and_keep() -> QWidget:
        kept.append(Kept("kept"))
        threading.Thread(target=over.wait, name="kept").start()
        return kept[-1]

    def open_and_forget() -> QWidget:
        window = Forgotten()
        window.deleteLater()
        return window

    seen = growth(open_and_keep, 3)
    over.set()
    assert (seen.objects["Kept"], seen.wrappers, seen.threads.count("kept")) == (3, 3, 3)
    seen = growth(open_and_forget, 3)
    assert ("LonelyTimer" in seen.objects, seen.wrappers) == (False, 0)
    assert (seen.waiting["LonelyTimer"], seen.waiting_wrappers) == (1, 3)
