"""Films, sounds and LoRAs in the composer: put in, shown, played, cut, checked and sent."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.film_edit import FilmEdit, Trim
from sora_studio.domain.models.draft import Medium
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.compose.media_well import MediaWell
from sora_studio.ui.compose.recordings.lora_popup import LoraPopup
from sora_studio.ui.compose.recordings.lora_strip import LoraWell
from sora_studio.ui.compose.recordings.recording_dialog import RecordingDialog
from sora_studio.ui.compose.recordings.recording_well import RecordingWell
from sora_studio.ui.compose.recordings.trim_bar import TrimBar
from sora_studio.ui.kit.number_slider import NumberSlider
from sora_studio.viewmodels.compose.clip_uses import ClipUse
from tests.doubles.compose_studio import A_FILM, ComposeStudio, shipped_profile
from tests.doubles.recordings import write_recording
from tests.gui.compose_desk import Desk, seen_text

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService|No audio device|No RHI backend")  # no loudspeakers, no GPU
W = TypeVar("W", bound=QWidget)
LORA = "https://models.example/styles/ink.safetensors"
PROFILES = tuple(map(shipped_profile, ("seedance-2-0", "ltx-2-19b", "seedance-1-5-pro-extend", "sora-2")))
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    """With Seedance 2.0, which takes pictures, films and sounds together."""
    made = Desk(qtbot, ComposeStudio(tmp_path / "data", *PROFILES))
    made.attach()
    made.panel.use(GenerationRequest("seedance-2-0", "A walk", mode="omni_reference"))
    yield made
    loop.run_until_complete(made.scope.close())
    for error in made.errors:
        raise error


@pytest.fixture
def film(tmp_path: Path) -> str:
    path = tmp_path / "walk.mp4"
    path.write_bytes(b"a film")
    return str(path)


@pytest.fixture
def sound(tmp_path: Path) -> str:
    path = tmp_path / "rain.mp3"
    path.write_bytes(b"a sound")
    return str(path)


def drop(desk: Desk, *sources: str) -> None:
    """On the first well, whatever it is for."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(source) for source in sources])
    well = desk.all(MediaWell)[0]
    action, button, no_keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(well, QDragEnterEvent(QPoint(8, 8), action, mime, button, no_keys))
    QApplication.sendEvent(well, QDropEvent(QPointF(8, 8), action, mime, button, no_keys))


def use(desk: Desk, media: dict[Role, tuple[str, ...]], **edits: FilmEdit) -> None:
    kinds = {Role.VIDEO: MediaKind.VIDEO, Role.AUDIO: MediaKind.AUDIO}
    found = {role: tuple(Medium(source, kinds[role]) for source in sources) for role, sources in media.items()}
    by_source = {
        source: edits[Path(source).stem] for sources in media.values() for source in sources if Path(source).stem in edits
    }
    desk.panel.use(GenerationRequest("seedance-2-0", "A walk", mode="omni_reference", media=found, edits=by_source))


def named(desk: Desk, name: str) -> RecordingWell:
    desk.bot.waitUntil(lambda: any(well.accessibleName() == name for well in desk.all(RecordingWell)))
    return desk.one(RecordingWell, name)


def films(desk: Desk) -> list[str]:
    """As they are seen from left to right."""
    wells = [well for well in desk.all(RecordingWell) if well.source]
    return [well.source or "" for well in sorted(wells, key=lambda well: well.mapTo(desk.panel, QPoint()).x())]


def menu_of(well: MediaWell) -> QMenu:
    QTest.keyClick(well, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    return [menu for menu in well.findChildren(QMenu) if menu.isVisible()][-1]


def dialog_of(desk: Desk, well: RecordingWell) -> RecordingDialog:
    well.setFocus()
    QTest.keyClick(well, Qt.Key.Key_Return)
    [dialog] = [one for one in desk.panel.findChildren(RecordingDialog) if one.isVisible()]
    return dialog


def reads(desk: Desk, dialog: QWidget, words: str) -> None:
    def is_read() -> bool:
        return any(words in seen_text(label) for label in dialog.findChildren(QLabel) if label.isVisible())

    desk.bot.waitUntil(is_read)


def field(dialog: QWidget, kind: type[W], name: str) -> W:
    [found] = [one for one in dialog.findChildren(kind) if one.accessibleName() == name or getattr(one, "text", str)() == name]
    return found


def bar_of(dialog: RecordingDialog) -> TrimBar:
    [bar] = dialog.findChildren(TrimBar)
    return bar


# --- wells --------------------------------------------------------------------------------------------------------------


def test_empty_wells_say_what_they_are_for(desk: Desk) -> None:
    names = [well.accessibleName() for well in desk.all(MediaWell)]
    assert names == ["Add a reference", "Add a film", "Add a sound"]


def test_what_is_dropped_goes_where_its_kind_fits_and_is_sent(desk: Desk, film: str, sound: str) -> None:
    drop(desk, sound, film)
    assert named(desk, "Film walk.mp4, 0:12").length == "0:12"
    assert named(desk, "Sound rain.mp3, 0:08").toolTip().count("MP3")
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    media = desk.requests()[0].media
    assert {role: [medium.address for medium in found] for role, found in media.items()} == {
        Role.VIDEO: [film],
        Role.AUDIO: [sound],
    }


def test_a_film_that_cannot_be_sent_is_marked_and_says_what_to_do(desk: Desk, film: str) -> None:
    desk.studio.recordings.facts["walk.mp4"] = replace(A_FILM, format="mkv")
    use(desk, {Role.VIDEO: (film,)})
    well = named(desk, "Film walk.mp4, 0:12")
    assert well.invalid
    assert well.accessibleDescription().endswith("MP4, MOV or M4V. Open it to send a copy that fits.")


def test_a_file_that_changed_since_it_was_shown_is_refused(desk: Desk, film: str) -> None:
    use(desk, {Role.VIDEO: (film,)})
    well = named(desk, "Film walk.mp4, 0:12")
    Path(film).write_bytes(b"another film")
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.reads("walk.mp4 has changed since it was shown."))
    assert desk.requests() == []
    assert well.invalid
    looks = desk.panel._model.recording_looks
    desk.bot.waitUntil(lambda: len(desk.studio.recordings.looks) > 1 and not looks.is_waiting(film))
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [1])


def test_keyboard_and_menu_name_move_and_remove(desk: Desk, film: str, tmp_path: Path) -> None:
    other = tmp_path / "run.mov"
    other.write_bytes(b"another")
    use(desk, {Role.VIDEO: (film, str(other))})
    well = named(desk, "Film walk.mp4, 0:12")
    menu = menu_of(well)
    entries = [action.text() for action in menu.actions() if action.text()]
    menu.close()
    assert entries[:5] == ["Open…", "Replace…", "Paste film", "Paste address…", "Add another…"]
    well.setFocus()
    QTest.keyClick(well, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    desk.bot.waitUntil(lambda: films(desk) == [str(other), film])
    QTest.keyClick(well, Qt.Key.Key_Delete)
    assert films(desk) == [str(other)]


def test_the_file_dialog_asks_for_films(desk: Desk) -> None:
    desk.click(desk.one(RecordingWell, "Add a film"))
    dialog = desk.panel.findChild(QFileDialog)
    assert dialog is not None
    assert "*.mp4" in dialog.nameFilters()[0]
    assert dialog.nameFilters()[0].startswith("Films")
    dialog.close()


def test_a_click_plays_a_sound_and_another_stops_it(desk: Desk, tmp_path: Path) -> None:
    path = write_recording(tmp_path / "tone.wav", seconds=2.0, video=None, audio="pcm_s16le")
    use(desk, {Role.AUDIO: (str(path),)})
    well = named(desk, "Sound tone.wav, 0:08")
    desk.click(well)
    assert well.accessibleName() == "Sound tone.wav, 0:08, playing"
    menu = menu_of(well)
    assert menu.actions()[1].text() == "Stop"
    menu.close()
    well.setFocus()
    QTest.keyClick(well, Qt.Key.Key_Space)
    assert well.accessibleName() == "Sound tone.wav, 0:08"


def test_a_sound_at_an_address_opens_instead(desk: Desk) -> None:
    use(desk, {Role.AUDIO: ("https://films.example/rain.mp3",)})
    well = named(desk, "Sound films.example/rain.mp3")
    assert not well.can_play
    dialog = dialog_of(desk, well)
    reads(desk, dialog, "The address, unchanged.")
    assert not bar_of(dialog).isEnabled()


# --- the dialog ---------------------------------------------------------------------------------------------------------


def test_the_dialog_says_what_is_sent_and_what_the_model_takes(desk: Desk, film: str) -> None:
    use(desk, {Role.VIDEO: (film,)})
    dialog = dialog_of(desk, named(desk, "Film walk.mp4, 0:12"))
    assert not dialog.isModal()
    reads(desk, dialog, "MP4 · 4.2 MB · 1280 × 720 · 12 s")
    reads(desk, dialog, "A copy is made before it is sent")
    reads(desk, dialog, "Seedance 2.0 takes MP4, MOV or M4V, 2 to 15\N{NO-BREAK SPACE}s")
    reads(desk, dialog, "This film becomes reachable on the internet until the task ends.")


def test_in_and_out_by_keyboard_and_fields_are_sent(desk: Desk, film: str) -> None:
    use(desk, {Role.VIDEO: (film,)})
    dialog = dialog_of(desk, named(desk, "Film walk.mp4, 0:12"))
    reads(desk, dialog, "MP4 · 4.2 MB · 1280 × 720 · 12 s")
    bar = bar_of(dialog)
    bar.show_position(2.0)
    QTest.keyClick(bar, Qt.Key.Key_I)
    out = field(dialog, QLineEdit, "Out in seconds")
    out.setFocus()
    out.selectAll()
    QTest.keyClicks(out, "9.5")
    QTest.keyClick(out, Qt.Key.Key_Return)
    QTest.keyClick(out, Qt.Key.Key_Up)
    assert dialog.isVisible()
    reads(desk, dialog, "Cut to 2 s – 9.6 s")
    assert "In 2 s, out 9.6 s" in bar.accessibleDescription()
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    assert desk.requests()[0].edits == {film: FilmEdit(Trim(2.0, 9.6))}
    desk.click(field(dialog, QPushButton, "Keep all"))
    reads(desk, dialog, "MP4 · 4.2 MB · 1280 × 720 · 12 s")
    assert "In 0 s, out 12 s" in bar.accessibleDescription()


def test_dragging_a_handle_is_one_step_to_undo(desk: Desk, film: str) -> None:
    use(desk, {Role.VIDEO: (film,)})
    dialog = dialog_of(desk, named(desk, "Film walk.mp4, 0:12"))
    reads(desk, dialog, "MP4 · 4.2 MB · 1280 × 720 · 12 s")
    bar = bar_of(dialog)
    y, right = bar.height() // 2, bar.width() - 6
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(right, y))
    for x in (right - 40, right - 120, bar.width() // 2):
        QTest.mouseMove(bar, QPoint(x, y))
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(bar.width() // 2, y))
    assert "out 6 s" in bar.accessibleDescription()
    dialog.activateWindow()
    desk.bot.waitUntil(dialog.isActiveWindow)
    QTest.keySequence(dialog, QKeySequence.StandardKey.Undo)
    assert "In 0 s, out 12 s" in bar.accessibleDescription()


def test_a_copy_that_fits_is_offered_and_taken(desk: Desk, film: str) -> None:
    desk.studio.recordings.facts["walk.mp4"] = replace(A_FILM, format="mkv")
    use(desk, {Role.VIDEO: (film,)})
    dialog = dialog_of(desk, named(desk, "Film walk.mp4, 0:12"))
    reads(desk, dialog, "Cannot be sent as it is")
    desk.click(field(dialog, QPushButton, "Send a copy that fits"))
    reads(desk, dialog, "Converted from MKV to MP4")
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    assert desk.requests()[0].edits == {film: FilmEdit(convert=True)}


def test_a_film_plays_inside_its_part_and_the_dialog_lets_go_of_it(desk: Desk, tmp_path: Path) -> None:
    path = write_recording(tmp_path / "real.mp4", seconds=1.0)
    desk.studio.recordings.facts["real.mp4"] = replace(A_FILM, seconds=1.0)
    use(desk, {Role.VIDEO: (str(path),)}, real=FilmEdit(Trim(0.4, 0.7)))
    dialog = dialog_of(desk, named(desk, "Film real.mp4, 0:01"))
    bar = bar_of(dialog)
    desk.bot.waitUntil(lambda: "In 0.4 s, out 0.7 s" in bar.accessibleDescription())
    QTest.keyClick(bar, Qt.Key.Key_Space)
    desk.bot.waitUntil(lambda: bar.position_s >= 0.6)
    assert bar.position_s < 0.9
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    desk.bot.waitUntil(lambda: not [one for one in desk.panel.findChildren(RecordingDialog) if one.isVisible()])


# --- LoRA ---------------------------------------------------------------------------------------------------------------


def test_a_lora_has_a_scale_of_its_own(desk: Desk) -> None:
    media = {Role.LORA: (Medium(LORA, MediaKind.LORA),)}
    desk.panel.use(GenerationRequest("ltx-2-19b", "Ink", mode="text-to-video-LoRA", media=media))
    well = next(well for well in desk.all(LoraWell) if well.source)
    assert well.accessibleName().endswith("ink.safetensors, scale 1")
    desk.click(well)
    popup = desk.panel.findChild(LoraPopup)
    assert popup is not None
    slider = field(popup, NumberSlider, "Scale 1.00")
    QTest.keyClick(slider, Qt.Key.Key_Right)
    QTest.keyClick(slider, Qt.Key.Key_Right)
    popup.close()
    assert well.accessibleName().endswith("scale 1.1")
    desk.panel.activateWindow()
    desk.bot.waitUntil(desk.panel.isActiveWindow)
    well.setFocus()
    QTest.keyClick(well, Qt.Key.Key_Z, CTRL)
    assert next(one for one in desk.all(LoraWell) if one.source).accessibleName().endswith("scale 1")


# --- clips of one's own -------------------------------------------------------------------------------------------------


def test_a_clip_becomes_a_reference_film_where_the_model_takes_one(desk: Desk, film: str) -> None:
    desk.panel.put_clip(Path(film), ClipUse.REFERENCE, 3.0)
    named(desk, "Film walk.mp4, 0:12")
    assert desk.editor.hasFocus()


def test_a_frame_of_a_clip_becomes_the_last_picture_as_one_step(desk: Desk, film: str) -> None:
    desk.panel.put_clip(Path(film), ClipUse.LAST, 3.0)
    desk.bot.waitUntil(lambda: desk.studio.pictures.frames == [(Path(film), 3.0)])
    desk.bot.waitUntil(lambda: any(well.accessibleName() == "Last picture walk.png, 1600 by 900" for well in desk.wells()))
    desk.wells()[0].setFocus()
    QTest.keyClick(desk.wells()[0], Qt.Key.Key_Z, CTRL)
    assert [well.accessibleName() for well in desk.all(MediaWell)] == ["Add a reference", "Add a film", "Add a sound"]


def test_a_use_that_the_model_lacks_names_one_that_has_it(desk: Desk) -> None:
    offers = {offer.use: offer.why for offer in desk.panel.clip_offers()}
    assert offers == {
        ClipUse.REFERENCE: "",
        ClipUse.EXTEND: "Seedance 2.0 cannot extend a clip; Seedance 1.5 Pro Extend can.",
        ClipUse.LAST: "",
    }
    desk.panel.use(GenerationRequest("seedance-1-5-pro-extend", "More"))
    assert [offer.use for offer in desk.panel.clip_offers() if not offer.why] == [ClipUse.EXTEND]
