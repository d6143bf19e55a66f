"""A button takes the keys that people press."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sora_studio.ui.kit.push_button import PushButton


@pytest.fixture
def presses() -> list[bool]:
    return []


@pytest.fixture
def button(qtbot: QtBot, presses: list[bool]) -> PushButton:
    made = PushButton("Test", "Test picture uploads")
    qtbot.addWidget(made)
    made.clicked.connect(lambda: presses.append(True))
    return made


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_return_enter_and_space_press_it(button: PushButton, presses: list[bool], qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(button, key)
    assert len(presses) == 1


def test_the_enter_of_the_keypad_presses_it(button: PushButton, presses: list[bool], qtbot: QtBot) -> None:
    qtbot.keyClick(button, Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert len(presses) == 1


def test_a_key_that_is_held_presses_it_once(button: PushButton, presses: list[bool]) -> None:
    for is_repeated in (False, True, True):
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(button, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, none, "\r", is_repeated))
    assert len(presses) == 1


def test_what_generates_is_left_to_the_window(button: PushButton, presses: list[bool], qtbot: QtBot) -> None:
    qtbot.keyClick(button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert presses == []


def test_the_return_key_of_a_neighbour_leaves_it_alone(button: PushButton) -> None:
    assert not button.autoDefault()
    assert (button.text(), button.accessibleName()) == ("Test", "Test picture uploads")
