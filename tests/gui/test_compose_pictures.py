"""Pictures in the composer: chosen, dropped, pasted or named by an address, shown, explained and taken out."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QColor, QContextMenuEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.ui.compose.address_field import AddressField
from sora_studio.ui.compose.image_well import ImageWell
from tests.doubles.compose_studio import ComposeStudio, shipped_profile
from tests.gui.compose_desk import EARLIER, Desk, open_desk


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    yield from open_desk(qtbot, loop, tmp_path)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = QImage(320, 180, QImage.Format.Format_RGB32)
    image.fill(QColor("orange"))
    path = tmp_path / "harbour & <b>pier.png"
    assert image.save(str(path))
    return path


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def heard(well: ImageWell) -> str:
    """What a screen reader adds to the name; a tool tip takes its place when there is nothing."""
    return QAccessible.queryAccessibleInterface(well).text(QAccessible.Text.Description)


def drop(well: ImageWell, mime: QMimeData) -> None:
    action, button, no_keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(8, 8), action, mime, button, no_keys)
    QApplication.sendEvent(well, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(well, QDropEvent(QPointF(8, 8), action, mime, button, no_keys))


def test_a_dropped_picture_is_shown_named_and_sent_and_del_takes_it_out(desk: Desk, picture: Path) -> None:
    desk.attach()
    drop(desk.wells()[0], files(picture))
    desk.bot.waitUntil(lambda: desk.wells()[0].accessibleName() == f"Image {picture.name}, 320 by 180")
    [well] = desk.wells()
    assert "&lt;b&gt;pier" in well.toolTip()
    assert "320 × 180" in well.toolTip()
    assert heard(well).startswith("harbour & <b>pier.png · 320 × 180")
    assert QColor(well.grab().toImage().pixel(32, 22)) == QColor("orange")
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    assert desk.requests()[0].images == (str(picture),)
    well.setFocus()
    QTest.keyClick(well, Qt.Key.Key_Delete)
    assert desk.one(ImageWell, "Add an image").hasFocus()


def test_the_small_cross_takes_a_picture_out(desk: Desk, picture: Path) -> None:
    desk.attach()
    drop(desk.wells()[0], files(picture))
    well = desk.wells()[0]
    QTest.mouseMove(well, QPoint(20, 20))
    cross = next(child for child in well.findChildren(QWidget) if child.accessibleName() == "Remove image")
    desk.bot.waitUntil(cross.isVisible)
    desk.click(cross)
    assert desk.one(ImageWell, "Add an image").isVisible()


def test_pasted_pixels_are_kept_as_one_png_however_often(desk: Desk) -> None:
    desk.attach()
    pixels = QImage(64, 48, QImage.Format.Format_RGB32)
    pixels.fill(QColor("teal"))
    QGuiApplication.clipboard().setImage(pixels)
    desk.editor.paste()
    folder = desk.studio.data_dir / "pasted"
    desk.bot.waitUntil(lambda: desk.wells()[0].source is not None)
    well = desk.wells()[0]
    well.setFocus()
    QTest.keyClick(well, Qt.Key.Key_Delete)
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    desk.bot.waitUntil(lambda: desk.wells()[0].source is not None)
    [kept] = folder.iterdir()
    assert desk.wells()[0].source == str(kept)
    assert QImage(str(kept)).pixelColor(5, 5) == QColor("teal")
    assert desk.editor.text() == ""


def test_a_file_is_chosen_in_a_dialog_that_holds_nothing_up(desk: Desk, picture: Path) -> None:
    desk.attach()
    desk.click(desk.wells()[0])
    dialog = desk.panel.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    assert "*.jpg *.jpeg *.png *.webp" in dialog.nameFilters()[0]
    dialog.filesSelected.emit([str(picture)])
    dialog.close()
    assert desk.wells()[0].source == str(picture)


def test_an_address_is_entered_inline(desk: Desk) -> None:
    desk.attach()
    desk.wells()[0].address_wanted.emit()
    field = desk.one(AddressField, "Image address")
    assert field.hasFocus()
    QTest.keyClicks(field, "example.org/a.png")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.reads("begins with https://")
    field.setText("https://example.org/a.png")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not field.isVisible()
    assert not desk.reads("begins with https://")
    assert desk.wells()[0].source == "https://example.org/a.png"


def test_escape_leaves_the_picture_as_it_was(desk: Desk) -> None:
    desk.attach()
    desk.wells()[0].address_wanted.emit()
    field = desk.one(AddressField, "Image address")
    QTest.keyClicks(field, "https://exa")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert desk.all(AddressField) == []
    assert desk.wells()[0].source is None


def test_a_picture_that_will_not_do_is_explained_at_once_beside_the_well(desk: Desk, tmp_path: Path) -> None:
    desk.attach()
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    desk.studio.submission.image_problem = "notes.txt is no picture."
    drop(desk.wells()[0], files(text))
    desk.bot.waitUntil(lambda: desk.reads("notes.txt is no picture."))
    assert heard(desk.wells()[0]) == "notes.txt is no picture."
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.generate)
    desk.bot.waitUntil(desk.wells()[0].hasFocus)
    assert desk.requests() == []
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_Delete)
    assert not desk.reads("notes.txt is no picture.")


def test_too_many_pictures_are_all_shown_so_that_some_can_be_taken_out(desk: Desk, picture: Path) -> None:
    desk.attach()
    other = picture.with_name("other.png")
    other.write_bytes(picture.read_bytes())
    drop(desk.wells()[0], files(picture, other))
    desk.bot.waitUntil(lambda: desk.reads("2 given, 1 too many"))
    assert len(desk.wells()) == 2
    desk.wells()[1].setFocus()
    QTest.keyClick(desk.wells()[1], Qt.Key.Key_Delete)
    assert [well.source for well in desk.wells()] == [str(picture)]
    assert not desk.reads("too many")


def test_a_model_without_pictures_shows_no_well(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> None:
    textual = replace(shipped_profile(), modes=("text-to-video",), images=None)
    desk = Desk(qtbot, ComposeStudio(tmp_path, textual))
    desk.attach()
    assert desk.wells() == []
    loop.run_until_complete(desk.scope.close())


def test_the_wells_menu_offers_every_way_in_words(desk: Desk) -> None:
    desk.attach()
    QGuiApplication.clipboard().clear()
    well = desk.wells()[0]
    where = well.mapToGlobal(QPoint(4, 4))
    QApplication.sendEvent(well, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(4, 4), where))
    menu = well.findChild(QMenu)
    assert isinstance(menu, QMenu)
    desk.bot.waitUntil(menu.isVisible)
    shown = [(action.text(), action.isEnabled()) for action in menu.actions()]
    menu.close()
    assert shown == [("Choose a file…", True), ("Paste image", False), ("Paste address…", True)]


def test_a_picture_dropped_before_the_studio_is_there_stays(desk: Desk, picture: Path) -> None:
    desk.studio.library.draft = EARLIER
    drop(desk.wells()[0], files(picture))
    desk.attach()
    assert [well.source for well in desk.wells()] == [str(picture)]
    assert desk.editor.text() == EARLIER.request.prompt


def test_pasting_what_is_no_picture_leaves_the_one_that_is_there(desk: Desk, picture: Path) -> None:
    desk.attach()
    drop(desk.wells()[0], files(picture))
    QGuiApplication.clipboard().setText("only words")
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert [well.source for well in desk.wells()] == [str(picture)]
