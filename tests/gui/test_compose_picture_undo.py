"""A picture is replaced only by who says so, and what was taken out or replaced comes back with its crop."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.picture import Crop, PictureEdit
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.compose.pictures.address_field import AddressField
from sora_studio.ui.compose.pictures.image_well import ImageWell
from sora_studio.ui.kit.controls import SegmentButton
from tests.gui.compose_desk import Desk, open_desk

HARBOUR, PIER, BOAT = "/pictures/harbour.jpg", "/pictures/pier.jpg", "/pictures/boat.jpg"
CROPPED = PictureEdit(Crop(0, 0.1, 1, 0.75))


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    """With two pictures, the first one cropped."""
    for made in open_desk(qtbot, loop, tmp_path):
        made.attach()
        made.panel.use(GenerationRequest("sora-2", "A", {}, media=first_pictures(HARBOUR, PIER), edits={HARBOUR: CROPPED}))
        yield made


def copy(*paths: str) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    QGuiApplication.clipboard().setMimeData(mime)


def ctrl(widget: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(widget, key, Qt.KeyboardModifier.ControlModifier)


def focused(desk: Desk) -> ImageWell:
    well = desk.panel.focusWidget()
    assert isinstance(well, ImageWell)
    return well


def menu_of(well: ImageWell) -> list[QAction]:
    where = QPoint(4, 4)
    QApplication.sendEvent(well, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, where, well.mapToGlobal(where)))
    menu = well.findChildren(QMenu)[-1]
    menu.close()
    return menu.actions()


def edits_sent(desk: Desk) -> dict[str, PictureEdit]:
    count = len(desk.requests())
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: len(desk.requests()) > count)
    return dict(desk.requests()[-1].edits)


def test_a_paste_after_looking_at_a_picture_adds_and_replaces_nothing(desk: Desk) -> None:
    desk.click(desk.wells()[0])
    QTest.keyClick(desk.picture_dialog(), Qt.Key.Key_Escape)
    copy(BOAT)
    ctrl(focused(desk), Qt.Key.Key_V)
    assert desk.pictures() == [HARBOUR, BOAT, PIER]
    assert edits_sent(desk) == {HARBOUR: CROPPED}


def test_a_removed_picture_comes_back_with_its_crop(desk: Desk) -> None:
    desk.wells()[0].setFocus()
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_Delete)
    assert desk.pictures() == [PIER]
    ctrl(focused(desk), Qt.Key.Key_Z)
    assert desk.pictures() == [HARBOUR, PIER]
    assert edits_sent(desk) == {HARBOUR: CROPPED}


def test_what_was_removed_in_a_pictures_window_comes_back_there(desk: Desk) -> None:
    desk.click(desk.wells()[0])
    dialog = desk.picture_dialog()
    desk.click(next(button for button in dialog.findChildren(QPushButton) if button.text() == "Remove"))
    assert (desk.pictures(), dialog.windowTitle()) == ([PIER], "pier.jpg")
    dialog.activateWindow()
    desk.bot.waitUntil(dialog.isActiveWindow)
    ctrl(dialog, Qt.Key.Key_Z)
    assert desk.pictures() == [HARBOUR, PIER]
    assert edits_sent(desk) == {HARBOUR: CROPPED}


def test_a_replaced_picture_comes_back_and_so_do_all_that_were_removed_at_once(desk: Desk) -> None:
    well = desk.wells()[0]
    assert "Undo" not in [action.text() for action in menu_of(well)]
    next(action for action in menu_of(well) if action.text() == "Replace…").trigger()
    dialog = desk.panel.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.filesSelected.emit([BOAT])
    dialog.close()
    assert desk.pictures() == [BOAT, PIER]
    next(action for action in menu_of(desk.wells()[0]) if action.text() == "Remove all").trigger()
    assert desk.pictures() == []
    for left in ([BOAT, PIER], [HARBOUR, PIER]):
        [undo] = [action for action in menu_of(desk.wells()[0]) if action.text() == "Undo"]
        undo.trigger()
        assert desk.pictures() == left
    assert edits_sent(desk) == {HARBOUR: CROPPED}
    assert "Undo" not in [action.text() for action in menu_of(desk.wells()[0])]


def test_a_crop_of_another_shape_than_the_clip_has_by_now_does_not_come_back(desk: Desk) -> None:
    desk.wells()[0].setFocus()
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_Delete)
    desk.click(desk.one(SegmentButton, "Aspect ratio Portrait"))
    ctrl(desk.wells()[0], Qt.Key.Key_Z)
    assert desk.pictures() == [HARBOUR, PIER]
    assert edits_sent(desk) == {}


def test_what_was_taken_back_can_be_made_again_until_something_else_is_done(desk: Desk) -> None:
    desk.wells()[0].setFocus()
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_Delete)
    ctrl(focused(desk), Qt.Key.Key_Z)
    [redo] = [action for action in menu_of(desk.wells()[0]) if action.text() == "Redo"]
    redo.trigger()
    assert desk.pictures() == [PIER]
    ctrl(desk.wells()[0], Qt.Key.Key_Z)
    desk.wells()[1].removed.emit()
    assert desk.pictures() == [HARBOUR]
    assert "Redo" not in [action.text() for action in menu_of(desk.wells()[0])]


def test_another_request_leaves_nothing_to_take_back(desk: Desk) -> None:
    desk.wells()[0].removed.emit()
    desk.panel.use(
        GenerationRequest(
            "sora-2",
            "B",
            media=first_pictures(BOAT),
        )
    )
    ctrl(desk.wells()[0], Qt.Key.Key_Z)
    assert desk.pictures() == [BOAT]


def test_a_copied_address_is_in_the_field_already_and_comes_after_the_picture_that_asked(desk: Desk) -> None:
    QGuiApplication.clipboard().setText("https://example.org/boat.png")
    next(action for action in menu_of(desk.wells()[0]) if action.text() == "Paste address…").trigger()
    field = desk.one(AddressField, "Image address")
    assert field.text() == field.selectedText() == "https://example.org/boat.png"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.pictures() == [HARBOUR, "https://example.org/boat.png", PIER]
    next(action for action in menu_of(desk.wells()[1]) if action.text() == "Change address…").trigger()
    field.setText("https://example.org/ship.png")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.pictures() == [HARBOUR, "https://example.org/ship.png", PIER]
