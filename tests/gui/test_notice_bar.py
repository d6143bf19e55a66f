"""Notices: one line per cause, the gravest first, with what can be done, and heard by screen readers."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.domain.events import NoticeAction, NoticeLevel, NoticeRaised
from sora_studio.ui.window.notice_bar import NoticeBar

OFFLINE = NoticeRaised("offline", NoticeLevel.WARNING, "The service cannot be reached.", NoticeAction.RETRY)
CREDIT = NoticeRaised("credit", NoticeLevel.ERROR, "No credit left.")
ADDRESS = NoticeRaised("address", NoticeLevel.INFO, "The new address is used from the next start on.")


@pytest.fixture
def bar(qtbot: QtBot) -> NoticeBar:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    return bar


def visible_texts(bar: NoticeBar) -> list[str]:
    labels = [label for label in bar.findChildren(QLabel) if label.text() and label.isVisibleTo(bar)]
    return [label.text() for label in sorted(labels, key=lambda label: label.mapTo(bar, label.rect().topLeft()).y())]


def test_takes_no_room_while_all_is_well(bar: NoticeBar) -> None:
    assert bar.isHidden()
    bar.raise_notice(OFFLINE)
    assert not bar.isHidden()
    bar.clear_notice("offline")
    assert bar.isHidden()


def test_one_line_per_cause(bar: NoticeBar) -> None:
    bar.raise_notice(OFFLINE)
    bar.raise_notice(OFFLINE)
    bar.raise_notice(NoticeRaised("offline", NoticeLevel.WARNING, "Still offline."))
    assert visible_texts(bar) == ["Still offline."]


def test_a_click_on_a_notice_leaves_the_keyboard_where_it_was(qtbot: QtBot) -> None:
    window, bar, entry, below = QWidget(), NoticeBar(), QLineEdit(), QPushButton("Below")
    column = QVBoxLayout(window)
    for widget in (bar, below, entry):
        column.addWidget(widget)
    bar.action_asked.connect(lambda notice, _action: bar.clear_notice(notice.cause))
    bar.raise_notice(OFFLINE)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    entry.setFocus()
    qtbot.mouseClick(bar.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    assert bar.isHidden()
    assert window.focusWidget() is entry


def test_the_gravest_two_are_shown_and_the_rest_follow(bar: NoticeBar, qtbot: QtBot) -> None:
    for notice in (ADDRESS, OFFLINE, CREDIT):
        bar.raise_notice(notice)
    bar.show()
    qtbot.waitExposed(bar)
    assert visible_texts(bar) == [CREDIT.text, OFFLINE.text]
    bar.clear_notice("credit")
    qtbot.waitUntil(lambda: visible_texts(bar) == [OFFLINE.text, ADDRESS.text])


def test_its_action_is_one_press_away(bar: NoticeBar, qtbot: QtBot) -> None:
    bar.raise_notice(OFFLINE, also=(NoticeAction.TRY_SIMULATOR,))
    buttons = {button.text(): button for button in bar.findChildren(QPushButton)}
    assert list(buttons) == ["Try again", "Try the simulator"]
    with qtbot.waitSignal(bar.action_asked) as asked:
        qtbot.mouseClick(buttons["Try the simulator"], Qt.MouseButton.LeftButton)
    assert asked.args == [OFFLINE, NoticeAction.TRY_SIMULATOR]


def test_it_can_be_dismissed(bar: NoticeBar, qtbot: QtBot) -> None:
    bar.raise_notice(CREDIT)
    close = bar.findChild(QToolButton)
    assert close is not None
    assert close.accessibleName() == "Dismiss this notice"
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert bar.isHidden()


def test_words_from_outside_stay_words(bar: NoticeBar) -> None:
    bar.raise_notice(NoticeRaised("outside", NoticeLevel.INFO, "<b>bold</b><img src='x'>"))
    label = next(label for label in bar.findChildren(QLabel) if "bold" in label.text())
    assert label.textFormat() is Qt.TextFormat.PlainText


def test_screen_readers_hear_it(bar: NoticeBar, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []

    def listen(event: QAccessibleEvent) -> None:
        heard.append(event.message())  # type: ignore[attr-defined] - announcements carry their words

    monkeypatch.setattr(QAccessible, "updateAccessibility", listen)
    bar.raise_notice(OFFLINE)
    bar.raise_notice(OFFLINE)
    assert heard == [OFFLINE.text]
