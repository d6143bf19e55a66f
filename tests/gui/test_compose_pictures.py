"""Pictures in the composer: chosen, dropped, pasted or named by an address, shown, explained and taken out."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QColor, QContextMenuEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMenu, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.picture import Crop, PictureEdit
from sora_studio.domain.request import GenerationRequest, ImageFacts
from sora_studio.ui.compose.media_well import SIZE
from sora_studio.ui.compose.pictures.address_field import AddressField
from sora_studio.ui.compose.pictures.fold_well import FoldWell
from sora_studio.ui.compose.pictures.image_well import ImageWell
from sora_studio.ui.kit.controls import MenuChip, SegmentButton
from sora_studio.ui.kit.number_slider import NumberSlider
from tests.doubles.compose_studio import ComposeStudio, shipped_profile
from tests.doubles.pictures import painted
from tests.gui.compose_desk import EARLIER, Desk, open_desk, seen_text


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    yield from open_desk(qtbot, loop, tmp_path)


def filled(path: Path, colour: str) -> Path:
    image = QImage(320, 180, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    assert image.save(str(path))
    return path


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return filled(tmp_path / "harbour & <b>pier.png", "orange")


def middle_of(well: ImageWell) -> QColor:
    return QColor(well.grab().toImage().pixel(well.rect().center()))


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def heard(well: ImageWell) -> str:
    """What a screen reader adds to the name; a tool tip takes its place when there is nothing."""
    return QAccessible.queryAccessibleInterface(well).text(QAccessible.Text.Description)


def show_menu(well: ImageWell) -> QMenu:
    where = well.mapToGlobal(QPoint(4, 4))
    QApplication.sendEvent(well, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(4, 4), where))
    menu = well.findChild(QMenu)
    assert isinstance(menu, QMenu)
    return menu


def drop(well: ImageWell, mime: QMimeData) -> None:
    action, button, no_keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(8, 8), action, mime, button, no_keys)
    QApplication.sendEvent(well, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(well, QDropEvent(QPointF(8, 8), action, mime, button, no_keys))


def test_a_dropped_picture_is_shown_named_and_sent_and_del_takes_it_out(desk: Desk, picture: Path) -> None:
    desk.attach()
    desk.studio.pictures.facts[picture.name] = ImageFacts("png", 320, 180, 1200)
    drop(desk.wells()[0], files(picture))
    desk.bot.waitUntil(lambda: desk.wells()[0].accessibleName() == f"Image {picture.name}, 320 by 180")
    well = desk.wells()[0]
    assert "&lt;b&gt;pier" in well.toolTip()
    assert "PNG · 320 × 180 · 1.2 KB".replace(" ", "\N{NO-BREAK SPACE}") in well.toolTip()
    assert heard(well).startswith("harbour & <b>pier.png · PNG · 320 × 180 · 1.2 KB")
    desk.bot.waitUntil(lambda: QColor(well.grab().toImage().pixel(32, 22)) == QColor("orange"))
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    assert desk.requests()[0].sources == (str(picture),)
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
    folder = desk.studio.pasted_dir
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
    offered = dialog.nameFilters()[0]
    assert [
        ending for ending in ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "avif") if f"*.{ending}" not in offered
    ] == []
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


def test_the_address_of_a_file_is_that_file_and_any_other_kind_is_explained(desk: Desk, pictures: list[Path]) -> None:
    desk.attach()
    desk.wells()[0].address_wanted.emit()
    field = desk.one(AddressField, "Image address")
    field.setText("s3://bucket/cat.png")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.reads("s3://bucket/cat.png is in a bucket, not on this computer.")
    field.setText(pictures[0].as_uri())
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.pictures() == [str(pictures[0])]


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
    desk.bot.waitUntil(lambda: heard(desk.wells()[0]) == "notes.txt is no picture.")
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.generate)
    desk.bot.waitUntil(desk.wells()[0].hasFocus)
    assert desk.requests() == []
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_Delete)
    assert not desk.reads("notes.txt is no picture.")


def test_a_picture_that_is_overwritten_after_it_was_shown_is_shown_anew_before_it_is_sent(desk: Desk, tmp_path: Path) -> None:
    desk.attach()
    picture = filled(tmp_path / "render.png", "red")
    drop(desk.wells()[0], files(picture))
    desk.bot.waitUntil(lambda: middle_of(desk.wells()[0]) == QColor("red"))
    desk.bot.waitUntil(lambda: "JPEG" in heard(desk.wells()[0]))
    QTest.keyClicks(desk.editor, "A harbour")
    filled(picture, "blue")
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.reads("render.png has changed since it was shown."))
    assert desk.requests() == []
    desk.bot.waitUntil(lambda: middle_of(desk.wells()[0]) == QColor("blue"))
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: len(desk.requests()) == 1)


def test_a_sentence_of_many_lines_takes_its_room_from_the_stage_and_none_from_the_wells(desk: Desk, picture: Path) -> None:
    desk.attach()
    stage, centre = QWidget(), QSplitter(Qt.Orientation.Vertical)
    desk.bot.addWidget(centre)
    centre.addWidget(stage)
    centre.addWidget(desk.panel)
    centre.resize(640, 500)
    centre.setSizes([300, 200])
    centre.show()
    desk.bot.waitExposed(centre)
    desk.studio.submission.image_problem = "This picture will not do, for a reason that needs more than a line. " * 5
    second = picture.with_name("pier.png")
    second.write_bytes(picture.read_bytes())
    drop(desk.wells()[0], files(picture, second))
    desk.bot.waitUntil(lambda: desk.reads("This picture will not do"))
    desk.bot.waitUntil(lambda: {well.visibleRegion().boundingRect().height() for well in desk.wells()} == {SIZE.height()})
    desk.bot.waitUntil(lambda: desk.generate.visibleRegion().boundingRect() == desk.generate.rect())  # a layout later
    desk.panel.setParent(None)  # it is the desk's


@pytest.mark.parametrize("at", ["chip", "editor"])
def test_a_picture_that_brings_other_options_leaves_the_keyboard_where_it_is(
    qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path, picture: Path, at: str
) -> None:
    desk = Desk(qtbot, ComposeStudio(tmp_path, shipped_profile("grok-video")))
    desk.attach()
    desk.one(NumberSlider, "Duration 6 s").setFocus()
    if at == "editor":
        desk.editor.setFocus()
    drop(desk.wells()[0], files(picture))
    qtbot.waitUntil(lambda: desk.one(MenuChip, "Aspect ratio Auto").isVisible())
    assert (desk.one(NumberSlider, "Duration 6 s") if at == "chip" else desk.editor).hasFocus()
    loop.run_until_complete(desk.scope.close())


def test_a_model_without_pictures_shows_no_well(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> None:
    textual = replace(shipped_profile(), modes=shipped_profile().modes[:1])
    desk = Desk(qtbot, ComposeStudio(tmp_path, textual))
    desk.attach()
    assert desk.wells() == []
    loop.run_until_complete(desk.scope.close())


def test_the_wells_menu_offers_every_way_in_words(desk: Desk) -> None:
    desk.attach()
    QGuiApplication.clipboard().clear()
    menu = show_menu(desk.wells()[0])
    desk.bot.waitUntil(menu.isVisible)
    shown = [(action.text(), action.isEnabled()) for action in menu.actions()]
    menu.close()
    assert shown == [("Choose a file…", True), ("Paste image", False), ("Paste address…", True)]


def test_the_wells_menu_opens_by_keyboard_where_there_is_no_menu_key(desk: Desk) -> None:
    desk.attach()
    well = desk.wells()[0]
    QTest.keyClick(well, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = well.findChild(QMenu)
    assert isinstance(menu, QMenu)
    desk.bot.waitUntil(menu.isVisible)
    assert menu.actions()[0].text() == "Choose a file…"
    menu.close()


def test_a_picture_dropped_before_the_studio_is_there_stays(desk: Desk, picture: Path) -> None:
    desk.studio.drafts.draft = EARLIER
    drop(desk.wells()[0], files(picture))
    desk.attach()
    assert desk.pictures() == [str(picture)]
    assert desk.editor.text() == EARLIER.request.prompt


def test_a_pasted_picture_is_never_called_by_its_internal_file_name(desk: Desk) -> None:
    desk.attach()
    pixels = QImage(64, 48, QImage.Format.Format_RGB32)
    pixels.fill(QColor("teal"))
    QGuiApplication.clipboard().setImage(pixels)
    desk.editor.paste()
    desk.bot.waitUntil(lambda: desk.wells()[0].source is not None)
    well = desk.wells()[0]
    desk.bot.waitUntil(lambda: "Pasted picture" in f"{well.toolTip()} {well.accessibleName()}")
    file_name = Path(well.source or "").name
    for widget in desk.panel.findChildren(QWidget):
        said = (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.windowTitle())
        assert not any(file_name in words for words in said)


def test_pasting_what_is_no_picture_leaves_the_one_that_is_there(desk: Desk, picture: Path) -> None:
    desk.attach()
    drop(desk.wells()[0], files(picture))
    QGuiApplication.clipboard().setText("only words")
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert desk.pictures() == [str(picture)]


# --- several ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def pictures(picture: Path) -> list[Path]:
    made = [picture.with_name(f"picture-{number}.png") for number in range(10)]
    for path in made:
        path.write_bytes(picture.read_bytes())
    return made


def test_several_pictures_are_as_many_tasks_and_the_button_says_so(desk: Desk, pictures: list[Path]) -> None:
    desk.attach()
    drop(desk.wells()[0], files(*pictures[:2], pictures[0]))
    assert desk.pictures() == [str(path) for path in pictures[:2]]
    drop(desk.wells()[-1], files(pictures[1], pictures[2]))
    assert desk.pictures() == [str(path) for path in pictures[:3]]
    desk.action("Takes ×1", "×2").trigger()
    assert desk.generate.text() == "Generate 6 · $0.60–0.90"
    QTest.keyClicks(desk.editor, "A")
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [6])
    desk.wells()[1].setFocus()
    QTest.keyClick(desk.wells()[1], Qt.Key.Key_Delete)
    assert desk.pictures() == [str(pictures[0]), str(pictures[2])]
    assert desk.wells()[1].hasFocus()


def test_several_files_can_be_chosen_at_once(desk: Desk, pictures: list[Path]) -> None:
    desk.attach()
    desk.click(desk.wells()[0])
    dialog = desk.panel.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    assert dialog.fileMode() is QFileDialog.FileMode.ExistingFiles
    dialog.filesSelected.emit([str(path) for path in pictures[:2]])
    dialog.close()
    assert desk.pictures() == [str(path) for path in pictures[:2]]


@pytest.mark.parametrize("width", [1240, 900, 640])
def test_what_has_no_room_is_folded_and_within_reach(desk: Desk, pictures: list[Path], width: int) -> None:
    desk.attach()
    drop(desk.wells()[0], files(*pictures))
    desk.panel.resize(width, 400)
    desk.bot.waitUntil(lambda: desk.panel.width() == width)
    hidden = len(pictures) - len(desk.pictures())
    controls: list[QWidget] = [*desk.wells(), *desk.all(MenuChip), *desk.all(SegmentButton), desk.generate]
    if hidden:
        fold = desk.one(FoldWell, f"{hidden} more images")
        controls.append(fold)
        assert [action.text() for action in fold.menu().actions()] == [path.name for path in pictures[-hidden:]]
        fold.menu().actions()[-1].trigger()
        assert desk.picture_dialog().windowTitle() == pictures[-1].name
    places = [control.rect().translated(control.mapTo(desk.panel, QPoint(0, 0))) for control in controls]
    for number, place in enumerate(places):
        assert desk.panel.rect().contains(place)
        assert not any(place.intersects(other) for other in places[number + 1 :])


def test_pictures_beside_the_chips_leave_them_where_they_are(desk: Desk, pictures: list[Path]) -> None:
    desk.attach()
    desk.panel.resize(1240, 400)
    height = desk.editor.height()
    drop(desk.wells()[0], files(*pictures[:3]))
    desk.bot.waitUntil(lambda: len(desk.wells()) == 4)
    assert desk.editor.height() == height


@pytest.mark.parametrize("width", [1240, 780])
def test_the_first_picture_takes_no_room_from_the_editor(desk: Desk, picture: Path, width: int) -> None:
    desk.attach()
    desk.panel.resize(width, 400)
    desk.bot.waitUntil(lambda: desk.panel.width() == width)
    chip, height = desk.one(MenuChip, "Takes ×1"), desk.editor.height()
    top = chip.mapTo(desk.panel, QPoint(0, 0)).y()
    drop(desk.wells()[0], files(picture))
    desk.bot.waitUntil(lambda: "JPEG" in heard(desk.wells()[0]))
    desk.bot.waitUntil(lambda: (desk.editor.height(), chip.mapTo(desk.panel, QPoint(0, 0)).y()) == (height, top))


def test_two_hundred_files_of_every_kind_hold_nothing_up(desk: Desk, picture: Path, tmp_path: Path) -> None:
    desk.attach()
    folder, closed, huge = tmp_path / "folder", tmp_path / "closed.png", tmp_path / "huge.png"
    folder.mkdir()
    closed.touch(mode=0o000)
    with huge.open("wb") as file:
        file.truncate(2_000_000_000)
    odd = [folder, closed, huge, tmp_path / "gone.png"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.png")
        odd.insert(0, tmp_path / "pipe.png")
    many = [picture.with_name(f"{number}.png") for number in range(200)]
    began, began_working = time.perf_counter(), time.thread_time()
    drop(desk.wells()[0], files(*odd, *many))
    QApplication.sendPostedEvents()
    assert time.thread_time() - began_working < 0.2
    assert time.perf_counter() - began < 5, "it waited for a file"
    desk.bot.waitUntil(lambda: desk.reads("tasks at once are too many"))
    menu = show_menu(desk.wells()[0])
    next(action for action in menu.actions() if action.text() == "Remove all").trigger()
    menu.close()
    assert desk.pictures() == []
    assert not desk.reads("too many")
    huge.unlink()  # nobody need search it


def test_too_many_tasks_are_said_at_the_pictures_and_again_none(desk: Desk, pictures: list[Path]) -> None:
    desk.attach()
    drop(desk.wells()[0], files(*pictures, *(path.with_name(f"more-{path.name}") for path in pictures)))
    desk.action("Takes ×1", "×6").trigger()
    desk.bot.waitUntil(lambda: desk.reads("120 tasks at once are too many"))
    desk.bot.waitUntil(lambda: all(well.invalid for well in desk.wells() if well.source))  # once none has a fault of its own
    desk.action("Takes ×6", "×5").trigger()
    desk.bot.waitUntil(lambda: not desk.reads("too many"))
    assert desk.generate.text() == "Generate 100 · $10.00–15.00"


def test_an_address_that_is_dead_when_it_is_sent_is_at_fault_alone(desk: Desk, pictures: list[Path]) -> None:
    dead, words = "http://127.0.0.1:9/none.jpg", "127.0.0.1/none.jpg cannot be looked at: nothing listens at its port."
    desk.studio.pictures.notes[dead] = "It will be looked at before it is sent."
    desk.attach()
    desk.panel.resize(1240, 400)
    desk.panel.use(GenerationRequest("sora-2", "A", media=first_pictures(*(str(path) for path in pictures[:2]), dead)))
    desk.bot.waitUntil(lambda: "looked at before" in heard(desk.wells()[2]))
    waiting = marked_pixels(desk.wells()[2])
    desk.studio.submission.refusal = InvalidRequest([Problem("images", words, dead)])
    desk.click(desk.generate)
    desk.bot.waitUntil(desk.wells()[2].hasFocus)
    assert [well.invalid for well in desk.wells()] == [False, False, True, False]
    assert heard(desk.wells()[2]) == words
    desk.bot.waitUntil(lambda: marked_pixels(desk.wells()[2]) != waiting)
    desk.click(desk.wells()[2])
    labels = desk.picture_dialog().findChildren(QLabel)
    desk.bot.waitUntil(lambda: {"Cannot be sent", words} <= {seen_text(label) for label in labels if label.isVisible()})
    assert not any("looked at before" in label.text() for label in labels if label.isVisible())


def test_a_fault_that_only_sending_finds_leads_into_the_fold(desk: Desk, pictures: list[Path]) -> None:
    desk.attach()
    desk.panel.resize(640, 400)
    desk.panel.use(GenerationRequest("sora-2", "A", media=first_pictures(*map(str, pictures))))
    [fold] = desk.all(FoldWell)
    desk.bot.waitUntil(lambda: len(desk.studio.pictures.looks) == len(pictures))
    words = "picture-9.png has changed since it was shown."
    desk.studio.submission.refusal = InvalidRequest([Problem("images", words, str(pictures[9]))])
    desk.click(desk.generate)
    desk.bot.waitUntil(fold.hasFocus)
    assert fold.accessibleDescription() == words
    assert not any(well.invalid for well in desk.wells())


def test_a_frame_of_a_clip_takes_the_place_of_one_picture_and_joins_several(desk: Desk, pictures: list[Path]) -> None:
    desk.attach()
    drop(desk.wells()[0], files(pictures[0]))
    desk.generate.setFocus()
    desk.panel.put_picture(pictures[5])
    assert desk.pictures() == [str(pictures[5])]
    assert desk.editor.hasFocus()
    drop(desk.wells()[-1], files(pictures[1]))
    for _ in range(2):
        desk.panel.put_picture(pictures[4])
    assert desk.pictures() == [str(pictures[5]), str(pictures[1]), str(pictures[4])]


# --- marks --------------------------------------------------------------------------------------------------------------


def test_a_well_says_what_a_person_should_know_by_icon_and_in_words(desk: Desk, pictures: list[Path]) -> None:
    desk.studio.pictures.facts["picture-0.png"] = ImageFacts("png", 400, 300, 1000)
    desk.studio.pictures.problems["picture-1.png"] = "picture-1.png is animated."
    desk.attach()
    desk.panel.resize(1240, 400)
    plain = marked_pixels(desk.wells()[0])
    drop(desk.wells()[0], files(*pictures[:3]))
    desk.bot.waitUntil(lambda: "4:3, the clip will be landscape 16:9" in heard(desk.wells()[0]))
    desk.bot.waitUntil(lambda: heard(desk.wells()[1]) == "picture-1.png is animated.")
    assert "16:9" in desk.wells()[0].toolTip()
    assert [well.invalid for well in desk.wells()] == [False, True, False, False]
    desk.bot.waitUntil(lambda: len({marked_pixels(well) for well in desk.wells()[:3]}) == 3)
    assert plain not in {marked_pixels(well) for well in desk.wells()[:2]}


def marked_pixels(well: ImageWell) -> bytes:
    """The corner in which marks stand."""
    corner = well.grab().toImage().copy(3, 22, 20, 20)
    return bytes(corner.constBits())


def test_a_cropped_pictures_well_shows_what_is_kept(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "corners.png"
    painted(size=(1600, 900)).save(path)
    desk.attach()
    desk.panel.use(
        GenerationRequest(
            "sora-2",
            "A",
            media=first_pictures(str(path)),
        )
    )
    red, blue = QColor(200, 30, 40), QColor(20, 40, 170)
    top_left, bottom_left = QPoint(12, 12), QPoint(12, 34)

    def seen(place: QPoint) -> QColor:
        return QColor(desk.wells()[0].grab().toImage().pixel(place))

    desk.bot.waitUntil(lambda: (seen(top_left), seen(bottom_left)) == (red, blue))
    crop = PictureEdit(Crop(0, 0.5, 0.5, 0.5))
    desk.panel.use(
        GenerationRequest(
            "sora-2",
            "A",
            media=first_pictures(str(path)),
            edits={str(path): crop},
        )
    )
    desk.bot.waitUntil(lambda: seen(top_left) == blue)
