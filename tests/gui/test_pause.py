"""Pausing, as it stands in the top bar, the notice, the status bar and on the cards."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.settings import Settings
from sora_studio.domain.task import Phase, TaskSection
from sora_studio.storage.pause_marker import MARKER_NAME
from sora_studio.storage.secrets import KeyStores
from sora_studio.studio import Studio, open_studio
from sora_studio.ui.window.main_view import MainView
from sora_studio.viewmodels.tasks.task_list import TaskListModel
from sora_studio.viewmodels.tasks.task_words import state_of
from tests.doubles.no_keys import NoKeys
from tests.doubles.task_studio import PROFILE, task_in


@pytest.fixture
def open_one(loop: StudioEventLoop, tmp_path: Path) -> Iterator[Callable[[], Studio]]:
    opened = list[Studio]()
    ends = list[Callable[[], object]]()

    def open_it() -> Studio:
        keys = KeyStores(api_key=NoKeys())
        opening = open_studio(data_dir=tmp_path, base_url="http://127.0.0.1:9", output_dir=tmp_path / "clips", keys=keys)
        opened.append(loop.run_until_complete(opening.__aenter__()))
        ends.append(lambda: loop.run_until_complete(opening.__aexit__(None, None, None)))
        return opened[-1]

    yield open_it
    for end in reversed(ends):
        end()


@pytest.fixture
def window(loop: StudioEventLoop, open_one: Callable[[], Studio], qtbot: QtBot) -> Iterator[MainView]:
    made = MainView(Settings(), demo=False)
    made.resize(1100, 800)
    made.show()
    qtbot.waitExposed(made)
    made.attach(open_one())
    yield made
    loop.run_until_complete(made.finish())
    made.close()
    made.deleteLater()


def button(window: QWidget, name: str) -> QToolButton | None:
    return next((found for found in window.findChildren(QToolButton) if found.accessibleName() == name), None)


def is_paused(window: MainView) -> bool:
    says_so = any(label.isVisible() and label.text() == "Paused" for label in window.top_bar.findChildren(QLabel))
    return says_so and button(window, "Resume sending") is not None and "Paused · " in window.status_bar.words()


def is_sending(window: MainView) -> bool:
    return button(window, "Pause sending") is not None and "Paused" not in window.status_bar.words()


def test_a_press_pauses_and_says_so_everywhere_and_another_resumes(window: MainView, tmp_path: Path, qtbot: QtBot) -> None:
    pause = button(window, "Pause sending")
    assert pause is not None
    assert pause.toolTip().startswith("Pause sending (")
    qtbot.waitUntil(lambda: "running" in window.status_bar.words())
    qtbot.mouseClick(pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_paused(window))
    assert "Paused · nothing new is sent" in window.status_bar.words()
    assert any(text.startswith("Sending is paused.") for text in window.notices.texts())
    qtbot.waitUntil((tmp_path / MARKER_NAME).exists)
    qtbot.mouseClick(pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_sending(window))
    assert not (tmp_path / MARKER_NAME).exists()
    assert not any("paused" in text for text in window.notices.texts())


def test_the_notice_and_the_keyboard_do_the_same(window: MainView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: "running" in window.status_bar.words())
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: is_paused(window))
    resume = next(found for found in window.findChildren(QPushButton) if found.text() == "Resume sending")
    qtbot.mouseClick(resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_sending(window))


def test_a_pause_by_another_process_is_shown_and_can_be_ended_here(
    window: MainView, open_one: Callable[[], Studio], loop: StudioEventLoop, qtbot: QtBot
) -> None:
    other = open_one()
    loop.run_until_complete(other.send_pause.pause())
    qtbot.waitUntil(lambda: is_paused(window))
    resume = button(window, "Resume sending")
    assert resume is not None
    qtbot.mouseClick(resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not other.send_pause.is_paused)


def test_a_card_that_waits_says_why(qtbot: QtBot) -> None:
    model = TaskListModel()
    model.load([(TaskSection.WAITING, 1)], {"sora-2": PROFILE})
    task = task_in(Phase.WAITING, trouble="Today's spending limit is reached.")
    model.take_page([task])
    with qtbot.waitSignal(model.dataChanged):
        model.set_paused(True)
    assert state_of(task, model.surroundings(task)).line == "Waiting · sending is paused"
    model.set_paused(False)
    assert state_of(task, model.surroundings(task)).line == "Waiting · Today's spending limit is reached"
