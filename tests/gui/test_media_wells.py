"""Media by role in the composer: shown, moved, dropped where they fit, set aside with another model, and back with one undo."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.models.draft import Medium, first_pictures
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.compose.aside_chip import AsideChip
from sora_studio.ui.compose.pictures.image_well import ImageWell
from sora_studio.ui.kit.controls import MenuChip
from tests.doubles.compose_studio import ComposeStudio, shipped_profile
from tests.gui.compose_desk import Desk

PIER, BELL, BOAT = "/pictures/pier.jpg", "/pictures/bell.jpg", "/pictures/boat.jpg"


def image(source: str) -> Medium:
    return Medium(source, MediaKind.IMAGE)


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    tagged = shipped_profile("veo-3-1")
    tagged = replace(tagged, media=tuple(replace(slot, tag="@Image{n}") for slot in tagged.media))
    studio = ComposeStudio(tmp_path, shipped_profile("sora-2"), shipped_profile("seedance-2-0"), tagged)
    desk = Desk(qtbot, studio)
    desk.attach()
    yield desk
    loop.run_until_complete(desk.scope.close())


def names(desk: Desk) -> list[str]:
    return [well.accessibleName().partition(",")[0] for well in desk.wells()]


def use(desk: Desk, mode: str, **media: tuple[str, ...]) -> None:
    by_role = {Role(role): tuple(map(image, sources)) for role, sources in media.items()}
    desk.panel.use(GenerationRequest("seedance-2-0", "A pier", mode=mode, media=by_role))


def sent(desk: Desk) -> dict[str, tuple[str, ...]]:
    """The media of the request that Generate would send."""
    media = desk.panel._model.request.media
    return {role.value: tuple(medium.address for medium in found) for role, found in media.items()}


def drop(well: ImageWell, *files: str) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(file) for file in files])
    none = Qt.KeyboardModifier.NoModifier
    place = QPointF(well.rect().center())
    well.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, none))


def test_a_draft_comes_back_with_each_picture_in_its_role(desk: Desk) -> None:
    use(desk, "first_and_last_frames", first=(PIER,), last=(BELL,))
    assert names(desk) == ["First picture pier.jpg", "Last picture bell.jpg"]
    use(desk, "omni_reference", reference=(PIER, BELL))
    assert names(desk) == ["Reference pier.jpg", "Reference bell.jpg", "Add a reference"]


def test_the_mode_follows_the_pictures_and_the_wells_the_mode(desk: Desk) -> None:
    desk.panel.use(GenerationRequest("seedance-2-0", "A pier"))
    assert names(desk) == ["Add an image"]
    drop(desk.wells()[0], PIER)
    assert desk.one(MenuChip, "Mode First and last frame")
    assert names(desk) == ["First picture pier.jpg", "Add a last picture"]
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_Delete)
    assert desk.one(MenuChip, "Mode Text to video")


def test_where_one_role_is_free_a_drop_goes_there_and_where_several_are_it_asks(desk: Desk) -> None:
    use(desk, "first_and_last_frames", first=(PIER,))
    desk.panel._images.offer(mime_of(BELL))
    assert sent(desk) == {"first": (PIER,), "last": (BELL,)}
    use(desk, "first_and_last_frames")
    desk.panel.use(GenerationRequest("seedance-2-0", "A pier"))
    desk.panel._model.set_mode("first_and_last_frames")
    desk.panel._images.offer(mime_of(BOAT))
    [menu] = [menu for menu in desk.panel._images.findChildren(QMenu) if menu.isVisible()]
    assert [action.text() for action in menu.actions()] == ["Use as first picture", "Use as last picture"]
    menu.actions()[1].trigger()
    assert sent(desk) == {"last": (BOAT,)}


def mime_of(*files: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(file) for file in files])
    return mime


def test_pictures_change_places_by_keys_and_by_dragging(desk: Desk) -> None:
    desk.panel.resize(1900, 400)
    use(desk, "omni_reference", reference=(PIER, BELL, BOAT))
    desk.bot.waitUntil(lambda: len(desk.pictures()) == 3)
    QTest.keyClick(desk.wells()[2], Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert sent(desk) == {"reference": (PIER, BOAT, BELL)}
    assert desk.panel.focusWidget().accessibleName().startswith("Reference boat.jpg")
    drag(desk.wells()[0], desk.wells()[2])
    assert sent(desk) == {"reference": (BOAT, PIER, BELL)}
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert sent(desk) == {"reference": (PIER, BOAT, BELL)}


def test_the_first_picture_is_dragged_to_the_end(desk: Desk) -> None:
    use(desk, "first_and_last_frames", first=(PIER,), last=(BELL,))
    first, last = desk.wells()
    drag(first, last)
    assert sent(desk) == {"first": (BELL,), "last": (PIER,)}


def drag(well: ImageWell, target: ImageWell) -> None:
    """To the left half of another well."""
    place = well.mapFromGlobal(target.mapToGlobal(QPoint(target.width() // 4, target.height() // 2)))
    QTest.mousePress(well, Qt.MouseButton.LeftButton, pos=well.rect().center())
    QTest.mouseMove(well, well.rect().center() + QPoint(QApplication.startDragDistance() + 1, 0))
    QTest.mouseMove(well, place)
    QTest.mouseRelease(well, Qt.MouseButton.LeftButton, pos=place)


def test_what_another_model_cannot_take_is_set_aside_and_comes_back_with_one_undo(desk: Desk) -> None:
    use(desk, "first_and_last_frames", first=(PIER,), last=(BELL,))
    text = desk.editor.text()
    desk.choose_model("Model Seedance 2.0", "Sora 2")
    assert names(desk) == ["Image pier.jpg", "Add an image"]
    aside = desk.one(AsideChip, "1 set aside")
    assert aside.accessibleDescription().startswith("bell.jpg. Not sent")
    desk.click(desk.one(QPushButton, "Undo"))
    assert names(desk) == ["First picture pier.jpg", "Last picture bell.jpg"]
    assert desk.one(MenuChip, "Model Seedance 2.0")
    assert not aside.isVisible()
    assert desk.editor.text() == text


def test_who_goes_back_finds_the_values_and_places_that_were_left(desk: Desk) -> None:
    use(desk, "omni_reference", reference=(PIER, BELL))
    desk.panel._model.set_option("duration", 7)
    desk.choose_model("Model Seedance 2.0", "Sora 2")
    desk.choose_model("Model Sora 2", "Seedance 2.0")
    assert names(desk) == ["Reference pier.jpg", "Reference bell.jpg", "Add a reference"]
    assert desk.panel._model.request.options["duration"] == 7


def test_what_is_set_aside_can_be_removed(desk: Desk) -> None:
    use(desk, "first_and_last_frames", first=(PIER,), last=(BELL,))
    desk.choose_model("Model Seedance 2.0", "Sora 2")
    named, remove = desk.one(AsideChip, "1 set aside").menu().actions()
    assert named.text() == "bell.jpg · Last picture: not sent with this model and mode"
    assert remove.text() == "Remove bell.jpg from the draft"
    remove.trigger()
    assert not desk.all(AsideChip)
    desk.choose_model("Model Sora 2", "Seedance 2.0")
    assert names(desk) == ["First picture pier.jpg", "Add a last picture"]


def test_a_picture_is_named_in_the_prompt_where_the_model_says_how(desk: Desk) -> None:
    media = {Role.REFERENCE: (image(PIER), image(BELL))}
    desk.panel.use(GenerationRequest("veo-3-1", "Follow ", mode="fast-reference", media=media))
    QTest.keyClick(desk.wells()[1], Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    [menu] = [menu for menu in desk.wells()[1].findChildren(QMenu) if menu.isVisible()]
    next(action for action in menu.actions() if "@Image2" in action.text()).trigger()
    menu.close()
    assert desk.editor.text() == "Follow @Image2"
    assert desk.editor.hasFocus()


def test_a_picture_that_several_tasks_begin_with_is_still_one_for_each(desk: Desk) -> None:
    desk.panel.use(GenerationRequest("sora-2", "A pier", media=first_pictures(PIER, BELL)))
    assert names(desk) == ["Image pier.jpg", "Image bell.jpg", "Add an image"]
    assert desk.generate.text() == "Generate 2 · $0.20–0.30"


def test_two_files_for_two_free_places_are_put_in_order_and_make_one_task(desk: Desk) -> None:
    desk.panel.use(GenerationRequest("seedance-2-0", "A pier"))
    desk.panel._model.set_mode("first_and_last_frames")
    desk.panel._images.offer(mime_of(PIER, BELL))
    assert sent(desk) == {"first": (PIER,), "last": (BELL,)}
    assert desk.generate.text() == "Generate"


def test_a_frame_of_a_clip_takes_the_first_place_and_leaves_the_last(desk: Desk) -> None:
    use(desk, "first_and_last_frames", first=(PIER,), last=(BELL,))
    desk.panel.put_picture(Path(BOAT))
    assert sent(desk) == {"first": (BOAT,), "last": (BELL,)}


def test_places_that_were_changed_elsewhere_are_not_undone_by_going_back(desk: Desk) -> None:
    use(desk, "first_and_last_frames", first=(PIER,), last=(BELL,))
    desk.choose_model("Model Seedance 2.0", "Veo 3.1")
    first, last = desk.wells()
    drag(first, last)
    assert sent(desk) == {"first": (BELL,), "last": (PIER,)}
    desk.choose_model("Model Veo 3.1", "Seedance 2.0")
    assert sent(desk) == {"first": (BELL,), "last": (PIER,)}
