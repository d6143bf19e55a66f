"""The search box: chips edited in place, completion, commands, and what is offered when nothing is found."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.ui.library.chip_editor import ChipEditor
from sora_studio.ui.library.offer_list import OfferList
from sora_studio.ui.library.search_box import SearchBox
from sora_studio.viewmodels.commands import Command
from tests.gui.test_library_room import RoomDesk

NO_KEYS = Qt.KeyboardModifier.NoModifier


class BoxDesk(RoomDesk):
    """A person at the box of an open room."""

    @property
    def box(self) -> SearchBox:
        return self.room.box

    def begin(self, count: int = 6) -> None:
        self.open(count)
        self.room.activateWindow()
        self.box.focus()
        self.bot.waitUntil(self.box.field.hasFocus)
        self.bot.waitUntil(lambda: bool(self.box.names.tags))

    def type(self, text: str) -> None:
        QTest.keyClicks(self.here, text)

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self.here, key)

    @property
    def here(self) -> QWidget:
        found = QApplication.focusWidget()
        assert found is not None
        return found

    @property
    def lines(self) -> list[str]:
        """The lines of the open list, as they are read out."""
        (shown,) = [found for found in self.room.findChildren(OfferList) if found.isVisible()] or [None]
        if shown is None:
            return []
        return [str(shown.item(row).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(shown.count())]

    @property
    def chips(self) -> list[str]:
        return [chip.words for chip in self.box.line.chips if chip.isVisible()]

    def wait_for(self, text: str) -> None:
        self.bot.waitUntil(lambda: self.library.searches[-1] == text)


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[BoxDesk]:
    made = BoxDesk(qtbot)
    yield made
    made.room.close()
    loop.run_until_complete(made.scope.close())


def test_a_chip_is_edited_in_place(desk: BoxDesk) -> None:
    desk.begin()
    desk.type("kept stars:>=3 rain")
    desk.wait_for("kept stars:>=3 rain")
    assert (desk.chips, desk.box.field.text()) == (["kept", "stars ≥ 3"], "rain")
    desk.press(Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_Left)
    assert desk.here.accessibleName() == "Filter kept"
    desk.press(Qt.Key.Key_Right, Qt.Key.Key_F2)
    editor = desk.here
    assert isinstance(editor, ChipEditor)
    assert (editor.text(), desk.chips) == ("stars:>=3", ["kept"])
    desk.press(Qt.Key.Key_Backspace)
    desk.type("9")
    desk.press(Qt.Key.Key_Return)
    assert (desk.here, editor.text()) == (editor, "stars:>=9")
    assert editor.accessibleDescription().startswith("“stars:>=9” is not a filter. stars takes 0 to 5")
    desk.press(Qt.Key.Key_Backspace)
    desk.type("4")
    desk.press(Qt.Key.Key_Return)
    desk.wait_for("kept stars:>=4 rain")
    assert desk.chips == ["kept", "stars ≥ 4"]
    assert desk.box.field.hasFocus()


def test_esc_gives_a_chip_its_filter_back_and_del_drops_it(desk: BoxDesk) -> None:
    desk.begin()
    desk.room.search("kept -rejected rain")
    searches = len(desk.library.searches)
    desk.press(Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_Return)
    desk.type("x")
    desk.press(Qt.Key.Key_Escape)
    assert desk.chips == ["kept", "not rejected"]
    assert desk.here.accessibleName() == "Filter not rejected"
    assert len(desk.library.searches) <= searches + 1
    desk.press(Qt.Key.Key_Delete)
    desk.wait_for("kept rain")
    assert desk.here.accessibleName() == "Filter kept"
    desk.press(Qt.Key.Key_Backspace)
    desk.wait_for("rain")
    assert desk.box.field.hasFocus()
    assert desk.decisions.made == []


def test_values_are_completed_while_a_filter_is_typed(desk: BoxDesk) -> None:
    desk.begin()
    desk.type("fog model:")
    assert desk.lines == ["model:sora-2, Sora 2", "model:veo-3-1, Veo 3.1"]
    desk.press(Qt.Key.Key_Down)
    assert desk.box.field.accessibleDescription() == "model:veo-3-1, Veo 3.1, 2 of 2"
    desk.press(Qt.Key.Key_Tab)
    assert (desk.lines, desk.box.field.text(), desk.box.field.hasFocus()) == ([], "fog model:veo-3-1 ", True)
    desk.type("tag:h")
    assert desk.lines == ['tag:"hero"', 'tag:"harbour"']
    desk.press(Qt.Key.Key_Return)
    desk.wait_for('model:veo-3-1 fog tag:"hero"')
    desk.press(Qt.Key.Key_Down)
    assert desk.chips == ["model veo-3-1", "tag hero"]
    assert desk.room.view.hasFocus()


def test_commands_run_by_name_and_esc_gives_the_query_back(desk: BoxDesk) -> None:
    run = list[str]()
    desk.begin()
    desk.room.offer_commands(
        [
            Command("Settings", lambda: run.append("settings"), "Ctrl+,"),
            Command("Redo", lambda: run.append("redo"), "Ctrl+Shift+Z", lambda: "Nothing to redo"),
        ]
    )
    desk.type("kept rain")
    desk.wait_for("kept rain")
    searches = len(desk.library.searches)
    desk.box.focus()
    desk.type(">")
    assert desk.lines[:3] == ["Settings, Ctrl+,", "Redo, Nothing to redo", "Keep the selected clips, Select a clip first"]
    desk.type("set")
    assert desk.lines == ["Settings, Ctrl+,"]
    desk.press(Qt.Key.Key_Escape)
    assert (desk.chips, desk.box.field.text(), desk.lines) == (["kept"], "rain", [])
    desk.box.focus()
    desk.type(">redo")
    desk.press(Qt.Key.Key_Return)
    assert run == []
    desk.box.focus()
    desk.type(">sett")
    desk.press(Qt.Key.Key_Return)
    assert run == ["settings"]
    assert (desk.box.text, desk.box.field.text(), len(desk.library.searches)) == ("kept rain", "rain", searches)
    desk.box.focus()
    desk.type(">list")
    desk.press(Qt.Key.Key_Return)
    assert desk.room.view.mode.value == "list"


def test_esc_clears_in_steps(desk: BoxDesk) -> None:
    desk.begin()
    desk.type("kept rain is:")
    desk.press(Qt.Key.Key_Escape)
    assert (desk.lines, desk.box.field.text()) == ([], "rain is:")
    desk.press(Qt.Key.Key_Escape)
    assert (desk.chips, desk.box.field.text()) == (["kept"], "")
    desk.press(Qt.Key.Key_Escape)
    desk.wait_for("")
    assert desk.chips == []
    desk.press(Qt.Key.Key_Escape)
    assert desk.room.view.hasFocus()


def test_the_cross_clears_everything_and_stands_in_the_middle(desk: BoxDesk) -> None:
    desk.begin()
    desk.room.search("kept rain")
    (cross,) = [button for button in desk.box.line.findChildren(QToolButton) if button.isVisible()]
    middle = cross.mapTo(desk.box.line, cross.rect().center()).y()
    assert abs(middle - desk.box.line.height() / 2) <= 1
    QTest.mouseClick(cross, Qt.MouseButton.LeftButton, NO_KEYS, QPoint(5, 5))
    desk.wait_for("")
    assert (desk.chips, desk.box.field.text(), cross.isVisible()) == ([], "", False)


def test_a_misspelt_word_is_replaced_by_one_press(desk: BoxDesk) -> None:
    desk.begin(0)
    desk.type("kept rian")
    offer = desk.room.view.updates.empty.spelling
    desk.bot.waitUntil(offer.isVisible)
    assert offer.text() == "Did you mean rain?"
    desk.room.model.refresh(at_once=True)
    assert offer.isVisible()
    offer.click()
    desk.wait_for("kept rain")
    desk.bot.waitUntil(lambda: not offer.isVisible())


def test_a_part_is_counted_of_the_whole(desk: BoxDesk) -> None:
    desk.begin(9)
    desk.room.search("duck")
    desk.wait_for("duck")
    desk.bot.waitUntil(lambda: desk.box.line.count_words.startswith("1 of 9 · "))
    desk.room.search("")
    desk.bot.waitUntil(lambda: desk.box.line.count_words.startswith("9 · "))


def test_many_chips_take_another_row(desk: BoxDesk) -> None:
    desk.begin()
    one_row = desk.box.line.height()
    desk.room.search('kept stars:>=3 shape:portrait has:note before:2026-11 tag:"a long tag of many words" model:sora rain')
    assert desk.box.line.height() > one_row
    boxes = [chip.geometry() for chip in desk.box.line.chips]
    assert not any(one.intersects(other) for place, one in enumerate(boxes) for other in boxes[:place])
    assert all(desk.box.line.rect().contains(box) for box in (*boxes, desk.box.field.geometry()))
    desk.room.search("")
    assert desk.box.line.height() == one_row


def test_caps_lock_or_the_switch_goes_on_after_judging(desk: BoxDesk) -> None:
    desk.begin()
    desk.room.view.setFocus()
    desk.key(Qt.Key.Key_Home)
    order = list(desk.room.model.order.ids)
    for text in ("P", "x"):  # the first one as it arrives with Caps Lock on
        key = Qt.Key(ord(text.upper()))
        QApplication.sendEvent(desk.room.view, QKeyEvent(QKeyEvent.Type.KeyPress, key, NO_KEYS, text))
    assert list(desk.room.selected) == [order[1]]
    (switch,) = [found for found in desk.box.findChildren(QToolButton) if found.accessibleName() == "Go on after judging"]
    switch.click()
    assert desk.room.advances
    desk.key(Qt.Key.Key_P)
    assert list(desk.room.selected) == [order[2]]
