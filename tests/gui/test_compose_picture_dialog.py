"""A picture looked at before anything is sent: what is shown, what can be changed, and what the request becomes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.models.profile import Role
from sora_studio.domain.picture import Crop, PictureEdit, PictureRoute, PreparedPicture, WebPicture
from sora_studio.domain.request import GenerationRequest, ImageFacts
from sora_studio.ui.compose.pictures.address_field import AddressField
from sora_studio.ui.compose.pictures.crop_view import CropView
from sora_studio.ui.compose.pictures.picture_dialog import PictureDialog
from sora_studio.ui.kit.controls import MenuChip, SegmentButton
from sora_studio.ui.kit.line_breaks import BREAK
from sora_studio.viewmodels.compose.pictures import picture_words
from tests.doubles.pictures import exif, painted, stored
from tests.gui.compose_desk import Desk, Look, open_desk, seen_text

MISMATCH = "This picture is 4:3, the clip will be landscape 16:9."


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    yield from open_desk(qtbot, loop, tmp_path)


@pytest.fixture
def harbour(desk: Desk, tmp_path: Path) -> str:
    """A 4:3 picture with a place in it."""
    image = QImage(800, 600, QImage.Format.Format_RGB32)
    image.fill(QColor("orange"))
    path = tmp_path / "harbour.jpg"
    assert image.save(str(path))
    facts = ImageFacts("jpeg", 800, 600, 3_240_000, is_turned=True, has_camera=True, has_place=True)
    desk.studio.pictures.facts[path.name] = facts
    return str(path)


@pytest.fixture
def look(desk: Desk, harbour: str) -> Look:
    desk.attach()
    return Look(desk, harbour)


def test_a_picture_is_shown_with_its_facts_and_every_change(look: Look) -> None:
    look.wait("JPEG · 800 × 600 · 3.2 MB")
    look.wait("JPEG · 800 × 600 · 1.0 KB")
    assert look.dialog.windowTitle() == "harbour.jpg"
    assert not look.dialog.isModal()
    assert look.reads("Turned upright\nPlace and camera details are removed")
    assert look.reads(picture_words.CONSENT)
    centre = look.view.rect().center()
    look.desk.bot.waitUntil(lambda: QColor(look.view.grab().toImage().pixel(centre)) == QColor("orange"))


def test_escape_gives_the_keyboard_back_to_the_well(look: Look) -> None:
    QTest.keyClick(look.dialog, Qt.Key.Key_Escape)
    assert look.desk.panel.focusWidget() is look.well
    assert [dialog for dialog in look.desk.panel.findChildren(PictureDialog) if dialog.isVisible()] == []


def test_another_shape_can_be_left_or_cropped_with_a_locked_box(look: Look) -> None:
    look.wait(MISMATCH)
    assert look.view.accessibleName() == "Picture"
    look.choose("Crop")
    look.wait("Cropped to 800 × 450")
    assert look.view.hasFocus()
    assert look.view.accessibleName() == "Crop 800 × 450, 0 from the left, 75 from the top"
    QTest.keyClick(look.view, Qt.Key.Key_Down)
    assert look.view.accessibleName() == "Crop 800 × 450, 0 from the left, 81 from the top"
    QTest.keyClick(look.view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert look.view.accessibleName() == "Crop 784 × 440, 8 from the left, 86 from the top"
    look.wait("Cropped to 784 × 440")
    edit = look.edit()
    assert edit is not None
    assert edit.crop == look.view.crop
    look.desk.click(look.button("Reset"))
    assert look.view.accessibleName() == "Crop 800 × 450, 0 from the left, 75 from the top"
    look.choose("Leave as is")
    look.wait("JPEG · 800 × 600 · 1.0 KB")
    assert look.view.crop is None


def test_a_drag_is_one_step_back_and_one_forward_again(look: Look) -> None:
    look.wait(MISMATCH)
    look.choose("Crop")
    look.desk.bot.waitUntil(lambda: look.view.accessibleName().startswith("Crop"))
    placed, middle = look.view.crop, look.view.rect().center()
    drag(look.view, middle, QPoint(middle.x(), look.view.height() - 4))
    dragged = look.view.crop
    assert dragged != placed
    look.dialog.activateWindow()
    look.desk.bot.waitUntil(look.dialog.isActiveWindow)
    ctrl, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    seen = list[object]()
    for keys in (ctrl, ctrl, ctrl | shift, ctrl | shift):
        QTest.keyClick(look.dialog, Qt.Key.Key_Z, keys)
        seen.append(look.view.crop)
    assert seen == [placed, None, placed, dragged]
    edit = look.edit()
    assert edit is not None
    assert edit.crop == dragged


def test_the_box_is_dragged_by_its_inside_and_by_its_corners(look: Look) -> None:
    look.wait(MISMATCH)
    look.choose("Crop")
    look.desk.bot.waitUntil(lambda: look.view.accessibleName().startswith("Crop"))
    middle = look.view.rect().center()
    drag(look.view, middle, QPoint(middle.x(), look.view.height() - 4))
    moved = look.view.crop
    assert moved is not None
    assert moved.top + moved.height == pytest.approx(1)
    bottom_right = corner_of(look.view, moved)
    drag(look.view, bottom_right, bottom_right - QPoint(look.view.width() // 4, 0))
    resized = look.view.crop
    assert resized is not None
    assert (resized.left, resized.top) == (pytest.approx(moved.left), pytest.approx(moved.top))
    assert resized.width < 0.9 * moved.width
    assert resized.width * 800 / (resized.height * 600) == pytest.approx(16 / 9)


def test_who_crops_again_finds_the_box_where_it_was_left(look: Look) -> None:
    look.wait(MISMATCH)
    look.choose("Crop")
    look.desk.bot.waitUntil(look.view.hasFocus)
    QTest.keyClick(look.view, Qt.Key.Key_Down)
    placed = look.view.crop
    look.choose("Leave as is")
    assert look.view.crop is None
    look.choose("Crop")
    assert look.view.crop == placed
    look.desk.click(look.button("Reset"))
    assert look.view.crop == Crop(0, 0.125, 1, 0.75)
    look.choose("Leave as is")
    look.desk.click(look.desk.one(SegmentButton, "Aspect ratio Portrait"))
    look.choose("Crop")
    whole = look.view.crop
    assert whole is not None
    assert (whole.height, whole.left + whole.width / 2) == (1, 0.5)


def test_a_crop_that_was_chosen_by_key_is_moved_by_the_next_key(look: Look) -> None:
    look.wait(MISMATCH)
    [leave] = [found for found in look.dialog.findChildren(SegmentButton) if found.text() == "Leave as is"]
    leave.setFocus()
    QTest.keyClick(leave, Qt.Key.Key_Right)
    look.desk.bot.waitUntil(lambda: look.dialog.focusWidget() is look.view)
    QTest.keyClick(look.dialog.focusWidget(), Qt.Key.Key_Down)
    assert look.view.crop is not None
    assert look.view.crop.top > 0.125


def test_what_is_outside_of_the_crop_is_dimmed(look: Look) -> None:
    look.wait(MISMATCH)
    look.choose("Crop")
    centre = look.view.rect().center() + QPoint(9, 9)
    look.desk.bot.waitUntil(lambda: QColor(look.view.grab().toImage().pixel(centre)) == QColor("orange"))
    shown = look.view.grab().toImage()
    lit = [y for y in range(shown.height()) if QColor(shown.pixel(centre.x(), y)) == QColor("orange")]
    dim = [y for y in range(shown.height()) if 10 < QColor(shown.pixel(centre.x(), y)).red() - 14 < 150]
    assert min(dim) < min(lit)
    assert max(dim) > max(lit)


def test_a_moving_crop_is_looked_at_once_it_rests(look: Look) -> None:
    look.wait(MISMATCH)
    look.choose("Crop")
    look.wait("Cropped to 800 × 450")
    before = len(look.desk.studio.pictures.looks)
    for _ in range(8):
        QTest.keyClick(look.view, Qt.Key.Key_Down)
    assert len(look.desk.studio.pictures.looks) == before
    look.desk.bot.waitUntil(lambda: len(look.desk.studio.pictures.looks) == before + 1)


def test_of_a_crop_that_is_moved_on_nothing_more_is_looked_at(look: Look) -> None:
    look.wait(MISMATCH)
    look.choose("Crop")
    look.wait("Cropped to 800 × 450")
    pictures = look.desk.studio.pictures
    pictures.looking = asyncio.Event()
    for moves in (1, 2, 3):
        asked = len(pictures.looks)
        QTest.keyClick(look.view, Qt.Key.Key_Down)
        look.desk.bot.waitUntil(lambda asked=asked: len(pictures.looks) > asked)
        assert pictures.under_way == 1, f"after {moves} moves"
    pictures.looking.set()


def test_turning_the_clip_turns_the_crop(look: Look) -> None:
    look.wait(MISMATCH)
    look.choose("Crop")
    look.wait("Cropped to 800 × 450")
    look.desk.click(look.desk.one(SegmentButton, "Aspect ratio Portrait"))
    look.wait("the clip will be portrait 9:16.")
    look.wait("Cropped to 338 × 600")


def test_what_cannot_be_sent_as_it_is_has_one_offer(desk: Desk, harbour: str) -> None:
    desk.studio.pictures.problems["harbour.jpg"] = "harbour.jpg has 12.40 MB, 2.40 MB more than the 10.00 MB allowed."
    desk.studio.pictures.offers["harbour.jpg"] = PreparedPicture(bytes(9_900_000), "image/jpeg", 800, 600, 91)
    desk.attach()
    look = Look(desk, harbour)
    look.wait("2.40 MB more than")
    assert look.well.invalid
    desk.click(look.button("Send a JPEG of 9.9 MB instead"))
    look.wait("JPEG · 800 × 600 · 9.9 MB · quality 91")
    assert not look.reads("2.40 MB more than")
    assert not look.well.invalid
    assert look.edit() == PictureEdit(convert=True)


def test_an_old_answer_never_replaces_a_newer_one_and_the_facts_stand_still_meanwhile(look: Look) -> None:
    look.wait(MISMATCH)
    pictures = look.desk.studio.pictures
    pictures.looking = asyncio.Event()
    look.choose("Crop")
    look.desk.bot.waitUntil(lambda: pictures.looks[-1][1].crop is not None)
    assert look.reads("JPEG · 800 × 600 · 1.0 KB")
    look.choose("Leave as is")
    look.desk.bot.waitUntil(lambda: pictures.looks[-1][1].crop is None)
    look.wait("Checking…")
    pictures.looking.set()
    look.wait("JPEG · 800 × 600 · 1.0 KB")
    assert not look.reads("Cropped")


def test_an_address_says_what_was_found_there(desk: Desk) -> None:
    url = "https://example.org/a.png"
    desk.studio.pictures.web[url] = WebPicture("png", 1280, 720, 250_000)
    desk.attach()
    look = Look(desk, url)
    look.wait("PNG · 1280 × 720 · 250 KB")
    assert look.reads("The picture there is suitable.")
    assert not look.reads(picture_words.CONSENT)


def test_an_address_is_seen_whole_but_for_its_secrets_and_can_be_changed_where_it_is_seen(desk: Desk) -> None:
    url = "https://me:word@example.org/pictures/of-the-harbour/at_night.png?signature=secret"
    desk.attach()
    look = Look(desk, url)
    look.wait("https://example.org/pictures/of-the-harbour/at_night.png?…")
    assert look.dialog.windowTitle() == "example.org/…/at_night.png"
    assert not look.reads("secret")
    assert not look.reads("word@")
    [shown] = [label for label in look.dialog.findChildren(QLabel) if "at_night.png?…" in label.accessibleName()]
    assert shown.accessibleName() == "https://example.org/pictures/of-the-harbour/at_night.png?…"
    desk.click(look.button("Change address…"))
    [field] = [field for field in look.dialog.findChildren(AddressField) if field.isVisible()]
    assert field.text() == url
    field.setText("example.org/b.png")
    QTest.keyClick(field, Qt.Key.Key_Return)
    look.wait("begins with https://")
    field.setText("https://example.org/b.png")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.pictures() == ["https://example.org/b.png"]
    assert look.dialog.windowTitle() == "example.org/b.png"
    assert not field.isVisible()
    assert not look.reads("begins with https://")
    assert look.dialog.focusWidget() is look.button("Change address…")


def test_a_very_long_address_leaves_the_window_as_high_as_it_is(desk: Desk) -> None:
    url = f"https://example.org/{'a-folder/' * 200}harbour.png"
    desk.attach()
    look = Look(desk, url)
    look.wait("…")
    [shown] = [label for label in look.dialog.findChildren(QLabel) if label.accessibleName() == url]
    assert shown.toolTip().replace(BREAK, "") == f"<qt>{url}</qt>"
    desk.bot.waitUntil(lambda: shown.isVisible() and shown.height() < 7 * shown.fontMetrics().height())
    assert seen_text(shown).endswith("a-folder/harbour.png")


def test_an_address_is_left_as_it_is_by_escape_and_by_a_step(desk: Desk, three: list[str]) -> None:
    dialog = desk.picture_dialog()
    QTest.keyClick(dialog, Qt.Key.Key_PageDown)
    change = next(found for found in dialog.findChildren(QPushButton) if found.text() == "Change address…")
    [field] = dialog.findChildren(AddressField)
    for leave, widget in ((Qt.Key.Key_Escape, field), (Qt.Key.Key_PageDown, dialog)):
        desk.click(change)
        assert field.isVisible()
        QTest.keyClicks(field, "x")
        QTest.keyClick(widget, leave)
        assert not field.isVisible()
    assert dialog.isVisible()
    assert change.text() == "Replace…"
    assert desk.pictures() == three


def test_an_address_that_serves_no_picture_says_so(desk: Desk) -> None:
    url = "https://example.org/a.png"
    desk.studio.pictures.problems[url] = "https://example.org/a.png answers 404."
    desk.attach()
    look = Look(desk, url)
    look.wait("answers 404.")
    desk.bot.waitUntil(lambda: look.well.invalid)


def test_with_several_ways_one_is_chosen_for_this_task(desk: Desk, harbour: str) -> None:
    desk.studio.publishing.routes = (PictureRoute.BUCKET, PictureRoute.RELAY)
    desk.attach()
    look = Look(desk, harbour)
    [chip] = [chip for chip in look.dialog.findChildren(MenuChip) if chip.isVisible()]
    assert chip.accessibleName() == "Through the relay"
    assert [action.text() for action in chip.menu().actions()] == ["As in Settings (Relay)", "Bucket", "Relay"]
    chip.menu().actions()[1].trigger()
    assert chip.accessibleName() == "Through your bucket"
    look.edit()
    assert desk.requests()[-1].pictures_by is PictureRoute.BUCKET


def test_without_a_way_one_can_be_set_up(desk: Desk, harbour: str) -> None:
    desk.studio.publishing.routes = ()
    desk.attach()
    look = Look(desk, harbour)
    look.wait(picture_words.NO_ROUTE)
    assert not look.reads(picture_words.CONSENT)
    desk.click(look.button("Set one up…"))
    assert desk.routes_needed == [True]


def test_removing_the_picture_closes_its_dialog_and_forgets_its_edits(look: Look, harbour: str) -> None:
    look.wait(MISMATCH)
    look.choose("Crop")
    look.wait("Cropped to 800 × 450")
    look.desk.click(look.button("Remove"))
    assert look.desk.pictures() == []
    assert [dialog for dialog in look.desk.panel.findChildren(PictureDialog) if dialog.isVisible()] == []
    look.desk.panel.put_picture(Path(harbour))
    assert look.edit() is None


def test_replacing_puts_another_file_in_the_same_place(look: Look, tmp_path: Path) -> None:
    look.desk.click(look.button("Replace…"))
    files = look.desk.panel.findChild(QFileDialog)
    assert isinstance(files, QFileDialog)
    files.filesSelected.emit([str(tmp_path / "other.png")])
    files.close()
    assert look.desk.pictures() == [str(tmp_path / "other.png")]


def test_an_address_that_nobody_could_look_at_now_is_no_fault(desk: Desk) -> None:
    url = "https://example.org/a.png"
    desk.studio.pictures.notes[url] = "The address could not be looked at now."
    desk.attach()
    look = Look(desk, url)
    look.wait("The address could not be looked at now.")
    assert look.reads("The address, unchanged.")
    assert not look.well.invalid
    assert look.well.accessibleDescription() == "example.org/a.png. The address could not be looked at now."


def test_a_picture_stored_on_its_side_is_seen_upright_in_its_well_and_in_its_dialog(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "turned.png"
    stored(painted(size=(480, 320)), 6).save(path, exif=exif(6))
    desk.studio.pictures.facts[path.name] = ImageFacts("png", 480, 320, 4000, is_turned=True)
    desk.attach()
    look = Look(desk, str(path))
    for widget in (look.view, look.well):
        middle = widget.rect().center()
        corners = [middle + QPoint(across * 9, down * 9) for down in (-1, 1) for across in (-1, 1)]
        desk.bot.waitUntil(lambda: colours(widget, corners)[0] == QColor(200, 30, 40))  # noqa: B023
        assert colours(widget, corners[:3]) == [QColor(200, 30, 40), QColor(30, 160, 60), QColor(20, 40, 170)]


def colours(widget: QWidget, places: list[QPoint]) -> list[QColor]:
    seen = widget.grab().toImage()
    return [QColor(seen.pixel(place)) for place in places]


# --- several ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def three(desk: Desk, harbour: str) -> list[str]:
    """Three of them, the second one open; it was cropped in an earlier session."""
    desk.attach()
    sources = [harbour, harbour.replace("harbour", "pier"), "https://example.org/a.png"]
    Path(sources[1]).write_bytes(Path(harbour).read_bytes())
    desk.studio.pictures.facts["pier.jpg"] = ImageFacts("jpeg", 800, 600, 5000)
    edits = {sources[1]: PictureEdit(Crop(0, 0, 1, 0.75))}
    desk.panel.use(GenerationRequest("sora-2", "A", media=first_pictures(*sources), edits=edits))
    desk.click(desk.wells()[1])
    return sources


def test_all_pictures_can_be_stepped_through_by_button_and_by_key(desk: Desk, three: list[str]) -> None:
    dialog, alt, none = desk.picture_dialog(), Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier
    on, back = (button(dialog, f"{words} picture") for words in ("Next", "Previous"))
    view = dialog.findChild(CropView)
    assert isinstance(view, CropView)
    desk.bot.waitUntil(lambda: view.accessibleName().startswith("Crop 800 × 450"))
    steps = [
        ("2 of 3", lambda: None),
        ("3 of 3", lambda: desk.click(on)),
        ("2 of 3", lambda: desk.click(back)),
        ("1 of 3", lambda: QTest.keyClick(dialog, Qt.Key.Key_Left, alt)),
        ("3 of 3", lambda: QTest.keyClick(dialog, Qt.Key.Key_PageUp, none)),
        ("1 of 3", lambda: QTest.keyClick(dialog, Qt.Key.Key_PageDown, none)),
        ("2 of 3", lambda: QTest.keyClick(dialog, Qt.Key.Key_Right, alt)),
    ]
    for words, step in steps:
        step()
        assert words in said(dialog)
        assert dialog.windowTitle() == ("harbour.jpg", "pier.jpg", "example.org/a.png")[int(words[0]) - 1]
        assert view.crop == (Crop(0, 0, 1, 0.75) if words == "2 of 3" else None)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert desk.panel.focusWidget() is desk.wells()[1]


def test_a_step_takes_along_nothing_that_was_said_of_the_picture_before(desk: Desk, three: list[str]) -> None:
    dialog = desk.picture_dialog()
    desk.bot.waitUntil(lambda: "Cropped to 800 × 450" in said(dialog))
    desk.studio.pictures.looking = asyncio.Event()
    desk.panel._pictures.put(Role.FIRST, (str(Path(three[0]).with_name("new.jpg")),))
    assert dialog.windowTitle() == "new.jpg"
    assert "800" not in said(dialog)
    desk.studio.pictures.looking.set()


def said(dialog: PictureDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def test_a_crop_that_was_moved_last_is_looked_at_after_a_step_as_well(desk: Desk, three: list[str]) -> None:
    dialog = desk.picture_dialog()
    view = dialog.findChild(CropView)
    assert isinstance(view, CropView)
    desk.bot.waitUntil(lambda: view.accessibleName().startswith("Crop 800 × 450"))
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(dialog, Qt.Key.Key_PageDown)
    moved = (three[1], PictureEdit(Crop(0, 0.01, 1, 0.75)))
    desk.bot.waitUntil(lambda: moved in desk.studio.pictures.looks)
    QTest.keyClick(dialog, Qt.Key.Key_PageUp)
    assert view.crop == moved[1].crop


def test_after_removing_one_its_neighbour_is_shown_and_after_the_last_nothing(desk: Desk, three: list[str]) -> None:
    dialog = desk.picture_dialog()
    remove = next(found for found in dialog.findChildren(QPushButton) if found.text() == "Remove")
    for left, title in ((["harbour.jpg", "example.org/a.png"], "example.org/a.png"), (["harbour.jpg"], "harbour.jpg")):
        desk.click(remove)
        assert [picture_words.name(source) for source in desk.pictures()] == left
        assert dialog.windowTitle() == title
    assert not button(dialog, "Next picture").isVisible()
    desk.click(remove)
    assert not dialog.isVisible()


def button(dialog: PictureDialog, name: str) -> QToolButton:
    return next(found for found in dialog.findChildren(QToolButton) if found.accessibleName() == name)


def test_the_edits_are_kept_with_the_draft(look: Look, harbour: str, loop: StudioEventLoop) -> None:
    look.wait(MISMATCH)
    look.choose("Crop")
    look.wait("Cropped to 800 × 450")
    loop.run_until_complete(look.desk.panel.finish())
    kept = look.desk.studio.drafts.saved[-1].request.edits
    assert kept == {harbour: PictureEdit(Crop(0, 0.125, 1, 0.75))}


def drag(view: CropView, begin: QPoint, end: QPoint) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, begin)
    held, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    where, seen = QPointF(end), QPointF(view.mapToGlobal(end))
    moving = QMouseEvent(QEvent.Type.MouseMove, where, seen, none, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, moving)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)


def corner_of(view: CropView, crop: Crop) -> QPoint:
    """Where the bottom right corner is seen: the picture is centred, as large as it fits."""
    scale = min((view.width() - 32) / 800, (view.height() - 32) / 600, 2)
    left, top = (view.width() - 800 * scale) / 2, (view.height() - 600 * scale) / 2
    right, bottom = crop.left + crop.width, crop.top + crop.height
    return QPoint(round(left + right * 800 * scale), round(top + bottom * 600 * scale))
