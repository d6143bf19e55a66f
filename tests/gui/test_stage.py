"""The stage as a person meets it: real films play, keys step, and what cannot be played is said."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtMultimedia import QVideoSink
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from sora_studio import disk_calls
from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.clip import Clip, ClipState, FilmFacts
from sora_studio.domain.errors import FolderSilent, StudioError
from sora_studio.domain.intent import Parent, ParentKind
from sora_studio.domain.task import Phase, Task
from sora_studio.domain.theme_choice import Theme
from sora_studio.media.local import LocalMedia
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.stage.controls import StageControls
from sora_studio.ui.stage.panel import StagePanel
from sora_studio.ui.stage.screen import FilmScreen
from sora_studio.ui.stage.slider import ThinSlider
from sora_studio.viewmodels.compose.clip_uses import ClipOffer, ClipUse
from sora_studio.viewmodels.event_bridge import EventBridge
from sora_studio.viewmodels.tasks.task_actions import TaskAction
from sora_studio.viewmodels.tasks.task_feed import TaskFeed
from sora_studio.viewmodels.tasks.task_list import TaskListModel
from tests.doubles.containers import CONTAINERS, write_container
from tests.doubles.dead_share import dead_share
from tests.doubles.films import SIZE, number_of, write_film
from tests.doubles.task_studio import NOW, TaskStudio, clip_in, task_in

FRAMES = 60
pytestmark = pytest.mark.qt_log_ignore(
    "pa_context_connect",  # no sound device: films play all the same
    "No RHI backend",  # offscreen there is no graphics card to convert pictures
)


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("films") / "numbered.mp4", frames=FRAMES)


@pytest.fixture
def poster(tmp_path: Path) -> Path:
    picture = QImage(160, 90, QImage.Format.Format_RGB32)
    picture.fill(QColor("#30a060"))
    assert picture.save(str(tmp_path / "poster.jpg"))
    return tmp_path / "poster.jpg"


@dataclass
class FrameTaker:
    """Notes which moment of which film is asked for; `gate` holds the answer back, `trouble` is the answer instead."""

    asked: list[tuple[Path, float]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    trouble: StudioError | None = None

    async def save_frame(self, film: Path, at_s: float) -> Path:
        self.asked.append((film, at_s))
        await self.gate.wait()
        if self.trouble is not None:
            raise self.trouble
        return Path("frame.png")

    @property
    def numbers(self) -> list[int]:
        """Of the frames that are on the screen at those moments, in a film of 30 a second."""
        return [int(at_s * 30) for _film, at_s in self.asked]


class RealFrames:
    """Takes them out of the film itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def save_frame(self, film: Path, at_s: float) -> Path:
        return await LocalMedia().save_frame(film, at_s, self._folder)


class Desk:
    """A window with the stage and a button beside it, a fake studio behind."""

    def __init__(self, qtbot: QtBot) -> None:
        self.bot, self.studio = qtbot, TaskStudio()
        self.studio.pictures = self.frames = FrameTaker()
        self.frames.gate.set()
        self.errors = list[BaseException]()
        self.window = QWidget()
        self.stage = StagePanel(TaskScope(lambda error, _name: self.errors.append(error)))
        self.elsewhere = QPushButton("Elsewhere")
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.stage)
        layout.addWidget(self.elsewhere)
        self.relay = EventBridge()
        self.relay.listen(self.studio.events)
        self.stage.attach(self.studio)
        self.steps = list[tuple[TaskAction, Task]]()
        self.stage.step_chosen.connect(lambda action, task: self.steps.append((action, task)))
        self.feed = TaskFeed(TaskListModel(), TaskScope(lambda error, _name: self.errors.append(error)).start)
        self.feed.updated.connect(self.stage.take_update)
        self.feed.attach(self.studio, self.relay)
        qtbot.addWidget(self.window)
        self.window.resize(900, 600)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitActive(self.window)

    @property
    def screen(self) -> FilmScreen:
        return next(widget for widget in self.stage.findChildren(FilmScreen) if widget.accessibleName() == "Player")

    def button(self, name: str) -> QToolButton:
        return next(one for one in self.stage.findChildren(QToolButton) if one.accessibleName() == name)

    def figure(self, name: str) -> str:
        return next(one for one in self.stage.findChildren(QLabel) if one.accessibleName() == name).text()

    @property
    def seek_slider(self) -> ThinSlider:
        return next(one for one in self.stage.findChildren(ThinSlider) if one.accessibleName() == "Seek")

    def shown(self) -> int:
        """The number of the frame on the screen; -1 when it is no frame of the film."""
        picture = self.screen.picture
        return number_of(picture) if (picture.width(), picture.height()) == SIZE else -1

    def shows(self, number: int) -> None:
        self.bot.waitUntil(lambda: self.shown() == number)

    def plays(self) -> None:
        self.bot.waitUntil(lambda: self.shown() > 0)

    def paused_at(self, task: Task, number: int) -> None:
        """Play, stop, and stand on this frame."""
        self.stage.show_task(task, play=True)
        self.plays()
        self.stage.toggle()
        self.bot.waitUntil(lambda: self.button("Play").isVisible())
        self.seek_slider.setValue(round((number + 0.5) * 1000 / 30))
        self.shows(number)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.bot.keyClick(self.screen, key, modifier)


def ready(film: Path, *, number: int = 1, poster: Path | None = None, **changes: object) -> Task:
    return task_in(Phase.READY, number, clips=(saved(film, number, poster=poster),), **changes)


def saved(film: Path, task: int, *, index: int = 0, poster: Path | None = None) -> Clip:
    return clip_in(ClipState.SAVED, task, index=index, path=film, poster=poster, film=FilmFacts(*SIZE, 2.0, has_audio=False))


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(qtbot)
    yield made
    made.stage.stop()
    made.relay.mute()
    assert not made.errors


def test_an_empty_stage_says_what_belongs_there(desk: Desk) -> None:
    assert desk.screen.accessibleDescription() == "Your clips play here. Write what you want to see, then press Ctrl+Enter."
    assert not desk.button("Play").isVisible()


def test_whatever_is_shown_has_its_files_looked_for(desk: Desk) -> None:
    desk.stage.show_task(task_in(Phase.READY, 7), play=False)
    assert desk.studio.looked_for == [7]


def test_a_film_plays_and_is_seen(desk: Desk, film: Path) -> None:
    task = ready(film)
    desk.studio.rows = {1: task}
    frames = list[None]()
    desk.stage.show_task(task, play=True)
    desk.screen.findChild(QVideoSink).videoFrameChanged.connect(lambda: frames.append(None))
    desk.bot.waitUntil(lambda: len(frames) >= 10)
    desk.bot.waitUntil(lambda: desk.shown() >= 10)
    assert desk.button("Pause").isVisible()
    assert desk.figure("Length") == "0:02.00"
    assert desk.studio.calls == [("mark_seen", 1)]


def test_the_end_keeps_the_last_frame_and_play_begins_anew(desk: Desk, film: Path) -> None:
    desk.paused_at(ready(film, seen_at=NOW), FRAMES - 6)
    desk.button("Play").click()
    desk.bot.waitUntil(lambda: desk.figure("Position") == "0:02.00")
    desk.bot.waitUntil(desk.button("Play").isVisible)
    assert FRAMES - 4 <= desk.shown() < FRAMES, "a busy machine leaves out the last ones"
    desk.button("Play").click()
    desk.bot.waitUntil(lambda: 0 <= desk.shown() < FRAMES // 2)


def test_a_loop_goes_on_from_the_beginning(desk: Desk, film: Path) -> None:
    desk.stage.show_task(ready(film, seen_at=NOW), play=False)
    desk.button("Loop").click()
    desk.paused_at(ready(film, seen_at=NOW), FRAMES - 6)
    desk.button("Play").click()
    desk.bot.waitUntil(lambda: 0 <= desk.shown() < 20)
    assert desk.button("Pause").isVisible()


def test_keys_step_by_frames_and_jump_by_seconds(desk: Desk, film: Path) -> None:
    desk.paused_at(ready(film, seen_at=NOW), 20)
    for key, modifier, number in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 21),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 22),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 21),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 31),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, 21),
    ):
        desk.press(key, modifier)
        desk.shows(number)
    desk.press(Qt.Key.Key_L)
    desk.bot.waitUntil(lambda: desk.shown() >= 50)
    desk.press(Qt.Key.Key_J)
    desk.bot.waitUntil(lambda: 15 < desk.shown() < 25)


def test_quick_steps_add_up(desk: Desk, film: Path) -> None:
    desk.paused_at(ready(film, seen_at=NOW), 10)
    for _ in range(5):
        desk.press(Qt.Key.Key_Right)
    desk.shows(15)


def test_a_step_back_from_the_end_shows_the_frame_before(desk: Desk, film: Path) -> None:
    desk.paused_at(ready(film, seen_at=NOW), FRAMES - 4)
    desk.button("Play").click()
    desk.bot.waitUntil(lambda: desk.figure("Position") == "0:02.00")
    desk.press(Qt.Key.Key_Left)
    desk.shows(FRAMES - 2)


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_K])
def test_keys_play_and_pause_where_the_focus_is(desk: Desk, film: Path, key: Qt.Key) -> None:
    desk.stage.show_task(ready(film, seen_at=NOW), play=False)
    desk.elsewhere.setFocus()
    desk.bot.keyClick(desk.elsewhere, Qt.Key.Key_K)
    assert desk.screen.offers_play
    desk.stage.setFocus()
    assert desk.screen.hasFocus()
    desk.press(key)
    desk.plays()
    desk.press(key)
    desk.bot.waitUntil(desk.button("Play").isVisible)


def test_dragging_seeks_and_following_does_not(desk: Desk, film: Path) -> None:
    desk.paused_at(ready(film, seen_at=NOW), 5)
    slider, sought = desk.seek_slider, list[int]()
    slider.chosen.connect(sought.append)
    middle = slider.height() // 2
    desk.bot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 4, middle))
    for x in range(slider.width() // 4, 3 * slider.width() // 4, 3):
        desk.bot.mouseMove(slider, QPoint(x, middle))
    desk.bot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(3 * slider.width() // 4, middle))
    aim = sought[-1]
    desk.bot.waitUntil(lambda: abs(desk.shown() - aim * 30 / 1000) <= 1)
    sought.clear()
    desk.button("Play").click()
    desk.bot.waitUntil(lambda: slider.value() > aim)
    assert not sought


def test_a_poster_waits_for_the_person(desk: Desk, film: Path, poster: Path) -> None:
    desk.stage.show_task(ready(film, poster=poster, seen_at=NOW), play=False)
    desk.bot.waitUntil(lambda: desk.screen.picture.width() == 160)
    assert desk.screen.offers_play
    assert desk.figure("Length") == "0:02.00"
    desk.bot.mouseClick(desk.screen, Qt.MouseButton.LeftButton)
    desk.plays()
    assert not desk.screen.offers_play


def test_a_finished_task_comes_silently_to_an_empty_stage(desk: Desk, film: Path, poster: Path) -> None:
    desk.elsewhere.setFocus()
    desk.studio.put(ready(film, poster=poster))
    desk.bot.waitUntil(lambda: desk.screen.offers_play)
    assert desk.elsewhere.hasFocus()
    assert desk.screen.findChild(QVideoSink) is None
    assert not desk.studio.calls


def test_what_is_on_the_stage_stays_when_another_finishes(desk: Desk, film: Path, poster: Path) -> None:
    desk.paused_at(ready(film, seen_at=NOW), 12)
    with desk.bot.waitSignal(desk.relay.tasks_changed):
        desk.studio.put(ready(film, number=2, poster=poster))
    assert desk.shown() == 12
    assert desk.stage.shown == 1


def test_a_file_that_is_gone_is_said_on_the_stage(desk: Desk, tmp_path: Path) -> None:
    desk.stage.show_task(ready(tmp_path / "gone.mp4", seen_at=NOW), play=True)
    desk.bot.waitUntil(lambda: desk.screen.accessibleDescription().startswith("The file is no longer where it was saved."))
    assert not desk.button("Play").isVisible()


def test_a_file_that_is_no_film_is_said_on_the_stage(desk: Desk, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"not a film" * 1000)
    desk.stage.show_task(ready(broken, seen_at=NOW), play=True)
    desk.bot.waitUntil(lambda: desk.screen.accessibleDescription().startswith("This file cannot be played."))


def test_what_was_saved_as_it_is_is_named_and_not_played(desk: Desk, tmp_path: Path) -> None:
    picture = clip_in(ClipState.SAVED, 1, path=tmp_path / "1.png", trouble="The service sent a PNG picture, not a film.")
    desk.stage.show_task(task_in(Phase.READY, 1, clips=(picture,), seen_at=NOW), play=True)
    said = desk.screen.accessibleDescription()
    assert said.startswith("Saved as it is")
    assert "The service sent a PNG picture, not a film" in said
    assert not desk.button("Play").isVisible()


@pytest.mark.parametrize("name", ["webm-vp9", "mkv", "avi", "ogv", "ts"])
def test_a_film_in_another_container_plays(desk: Desk, tmp_path: Path, name: str) -> None:
    path = write_container(tmp_path / f"film{CONTAINERS[name][2]}", name)
    desk.stage.show_task(ready(path, seen_at=NOW), play=True)
    desk.bot.waitUntil(lambda: desk.shown() > 2)


def test_a_task_without_a_film_says_where_it_stands_and_comes_when_it_is_ready(desk: Desk, film: Path) -> None:
    desk.stage.show_task(task_in(Phase.FAILED, 1), play=False)
    assert desk.screen.accessibleDescription().startswith("The prompt or a file is against the content rules")
    desk.stage.show_task(task_in(Phase.DOWNLOADING, 1), play=False)
    assert desk.screen.accessibleDescription() == "Downloading"
    desk.studio.put(ready(film))
    desk.bot.waitUntil(lambda: desk.screen.offers_play)


def test_a_task_that_runs_is_told_without_a_clock_and_its_end_is_told_too(desk: Desk) -> None:
    desk.stage.show_task(task_in(Phase.PENDING, 1), play=False)
    assert desk.screen.accessibleDescription() == "Pending The clip appears here when it is ready."
    desk.studio.put(task_in(Phase.FAILED, 1))
    desk.bot.waitUntil(lambda: desk.screen.accessibleDescription().startswith("The prompt or a file is against"))


@pytest.mark.parametrize(("key", "number"), [(Qt.Key.Key_L, 30), (Qt.Key.Key_Right, 0)])
def test_seeking_on_a_poster_opens_the_film_there_and_does_not_play_it(
    desk: Desk, film: Path, poster: Path, key: Qt.Key, number: int
) -> None:
    desk.stage.show_task(ready(film, poster=poster, seen_at=NOW), play=False)
    desk.press(key)
    desk.bot.waitUntil(lambda: abs(desk.shown() - number) <= 1 and desk.shown() >= 0)
    assert desk.button("Play").isVisible()
    desk.seek_slider.setValue(round(40.5 * 1000 / 30))
    desk.shows(40)
    assert desk.button("Play").isVisible()


def test_volume_and_speed_are_those_of_last_time(desk: Desk, tmp_path: Path) -> None:
    state = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    controls = desk.stage._controls
    controls.restore(state)
    assert (controls.volume, controls.speed) == (1.0, 1.0)
    controls._volume.setValue(40)
    controls._on_speed_chosen(0.5)
    desk.stage.remember(state)
    state.sync()
    other = StagePanel(TaskScope(lambda error, _name: desk.errors.append(error)))
    desk.bot.addWidget(other)
    other.restore(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    assert (other._controls.volume, other._controls.speed) == (0.4, 0.5)


def test_several_clips_have_a_number_each(desk: Desk, film: Path, tmp_path: Path) -> None:
    other = write_film(tmp_path / "other.mp4", frames=15)
    both = replace(ready(film, seen_at=NOW), clips=(saved(film, 1), saved(other, 1, index=1)))
    desk.stage.show_task(both, play=False)
    assert desk.button("Clip 1").isChecked()
    desk.button("Clip 2").click()
    desk.button("Play").click()
    desk.bot.waitUntil(lambda: desk.figure("Length") == "0:00.50")
    desk.stage.show_task(ready(film, seen_at=NOW), play=False)
    assert not desk.button("Clip 2").isVisible()


def test_full_screen_and_back(desk: Desk, film: Path) -> None:
    desk.stage.show_task(ready(film, seen_at=NOW), play=False)
    desk.press(Qt.Key.Key_F)
    frame = desk.stage._frame
    desk.bot.waitUntil(frame.isFullScreen)
    assert frame.window() is frame
    desk.bot.keyClick(frame._screen, Qt.Key.Key_Escape)
    assert not frame.is_full_screen
    assert desk.stage.isAncestorOf(desk.screen)
    desk.press(Qt.Key.Key_F)
    frame.close()
    assert desk.stage.isAncestorOf(desk.screen)


def test_sound_and_speed_reach_the_player_also_when_set_before_it(desk: Desk, film: Path) -> None:
    desk.stage.show_task(ready(film, seen_at=NOW), play=False)
    desk.press(Qt.Key.Key_M)
    desk.stage._controls._on_speed_chosen(0.5)
    assert desk.button("Volume").text() == "Muted"
    desk.stage.toggle()
    desk.plays()
    player = desk.stage._player
    assert player is not None
    assert player._sound.isMuted()
    assert player._media.playbackRate() == 0.5
    desk.press(Qt.Key.Key_M)
    assert not player._sound.isMuted()


def test_the_menus_of_the_stage_are_dark_in_both_looks(desk: Desk, qapp: QApplication) -> None:
    theme.apply(qapp, Theme.LIGHT)
    menu = desk.stage._controls._volume.parentWidget().parentWidget()
    menu.popup(QPoint(0, 0))
    desk.bot.waitExposed(menu)
    ground = menu.grab().toImage().pixelColor(menu.width() // 2, 3)
    menu.hide()
    theme.apply(qapp, Theme.SYSTEM)
    assert ground == QColor(theme.DARK.raised)


def test_arrows_make_it_louder_and_quieter(desk: Desk, film: Path) -> None:
    desk.stage.show_task(ready(film, seen_at=NOW), play=True)
    desk.plays()
    player = desk.stage._player
    assert player is not None
    for key, loudness in ((Qt.Key.Key_Down, 0.9), (Qt.Key.Key_Down, 0.8), (Qt.Key.Key_Up, 0.9)):
        desk.press(key)
        assert player._sound.volume() == pytest.approx(loudness**2)


CONTINUE = "Continue from here"


def test_the_paused_frame_becomes_the_next_picture(desk: Desk, film: Path) -> None:
    desk.paused_at(ready(film, seen_at=NOW), 20)
    for _ in range(2):
        desk.press(Qt.Key.Key_Right)
    desk.shows(22)
    with desk.bot.waitSignal(desk.stage.frame_taken) as taken:
        desk.button(CONTINUE).click()
    picture, origin = taken.args
    assert picture == Path("frame.png")
    assert origin == Parent(1, ParentKind.CONTINUED, clip=0, at_s=pytest.approx(22 / 30, abs=1 / 60))
    assert desk.frames.asked[0][0] == film
    assert desk.frames.numbers == [22]


@pytest.mark.parametrize("number", [0, 7, 31, FRAMES - 1])
def test_what_is_seen_is_what_is_taken(desk: Desk, film: Path, tmp_path: Path, number: int) -> None:
    desk.studio.pictures = RealFrames(tmp_path / "frames")
    desk.paused_at(ready(film, seen_at=NOW), number)
    with desk.bot.waitSignal(desk.stage.frame_taken) as taken:
        desk.button(CONTINUE).click()
    assert number_of(QImage(str(taken.args[0]))) == number


def test_while_playing_the_frame_of_the_press_is_taken_and_the_film_goes_on(desk: Desk, film: Path) -> None:
    desk.stage.show_task(ready(film, seen_at=NOW), play=True)
    desk.bot.waitUntil(lambda: desk.shown() >= 10)
    desk.frames.gate.clear()
    seen = desk.shown()
    desk.button(CONTINUE).click()
    assert not desk.button(CONTINUE).isEnabled()
    desk.bot.waitUntil(lambda: desk.shown() > seen + 3)
    with desk.bot.waitSignal(desk.stage.frame_taken):
        desk.frames.gate.set()
    assert desk.frames.numbers == [seen]
    desk.bot.waitUntil(desk.button(CONTINUE).isEnabled)


def test_the_last_frame_can_be_taken_when_the_film_has_ended(desk: Desk, film: Path) -> None:
    desk.paused_at(ready(film, seen_at=NOW), FRAMES - 4)
    desk.button("Play").click()
    desk.bot.waitUntil(lambda: desk.figure("Position") == "0:02.00")
    with desk.bot.waitSignal(desk.stage.frame_taken):
        desk.button(CONTINUE).click()
    assert desk.frames.numbers == [desk.shown()]
    assert FRAMES - 4 <= desk.shown() < FRAMES, "a busy machine leaves out the last ones"


def test_a_real_posters_frame_is_the_one_that_is_taken(desk: Desk, film: Path, tmp_path: Path, loop: StudioEventLoop) -> None:
    poster = tmp_path / "poster.jpg"
    loop.run_until_complete(LocalMedia().save_poster(film, poster, max_edge=SIZE[0]))
    desk.studio.pictures = RealFrames(tmp_path / "frames")
    desk.stage.show_task(ready(film, poster=poster, seen_at=NOW), play=False)
    desk.bot.waitUntil(lambda: desk.shown() >= 0)
    with desk.bot.waitSignal(desk.stage.frame_taken) as taken:
        desk.button(CONTINUE).click()
    assert number_of(QImage(str(taken.args[0]))) == desk.shown()


def test_of_a_poster_the_middle_frame_is_taken_for_that_is_what_it_shows(desk: Desk, film: Path, poster: Path) -> None:
    desk.stage.show_task(ready(film, poster=poster, seen_at=NOW), play=False)
    with desk.bot.waitSignal(desk.stage.frame_taken):
        desk.button(CONTINUE).click()
    assert desk.frames.asked == [(film, 1.0)]


def test_a_frame_of_a_film_that_was_moved_is_said_on_the_stage(desk: Desk, film: Path, poster: Path, tmp_path: Path) -> None:
    desk.frames.trouble = StudioError("The film cannot be opened.")
    desk.stage.show_task(ready(tmp_path / "gone.mp4", poster=poster, seen_at=NOW), play=False)
    desk.button(CONTINUE).click()
    desk.bot.waitUntil(lambda: desk.screen.accessibleDescription().startswith("The file is no longer where it was saved."))
    desk.stage.show_task(ready(film, poster=poster, seen_at=NOW), play=False)
    desk.bot.waitUntil(desk.button(CONTINUE).isEnabled)
    desk.button(CONTINUE).click()
    desk.bot.waitUntil(lambda: bool(desk.errors))
    assert [str(error) for error in desk.errors] == ["The film cannot be opened."]
    desk.errors.clear()


def test_full_screen_ends_so_that_the_taken_frame_is_seen_in_the_composer(desk: Desk, film: Path) -> None:
    desk.paused_at(ready(film, seen_at=NOW), 3)
    desk.press(Qt.Key.Key_F)
    frame = desk.stage._frame
    desk.bot.waitUntil(frame.isFullScreen)
    with desk.bot.waitSignal(desk.stage.frame_taken):
        frame.findChild(StageControls).continue_button.click()
    assert not frame.is_full_screen


def test_continue_is_only_there_for_a_saved_clip_and_reachable_by_keyboard(desk: Desk, film: Path) -> None:
    assert not desk.button(CONTINUE).isVisible()
    desk.stage.show_task(ready(film, seen_at=NOW), play=False)
    assert desk.button(CONTINUE).isVisible()
    assert desk.button(CONTINUE).focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_clip_can_be_used_for_what_the_model_takes(desk: Desk, film: Path) -> None:
    wanted = list[tuple[Path, ClipUse, int]]()
    desk.stage.clip_wanted.connect(lambda path, use, at_s: wanted.append((path, use, int(at_s * 30))))
    offers = (ClipOffer(ClipUse.EXTEND, why="Sora 2 cannot extend a clip."), ClipOffer(ClipUse.LAST))
    desk.stage.offer_uses(lambda: offers)
    desk.paused_at(ready(film, seen_at=NOW), 7)
    desk.button("Use this clip").click()
    [menu] = [menu for menu in desk.stage.findChildren(QMenu) if menu.isVisible()]
    extend, last = menu.actions()
    assert (extend.text(), extend.isEnabled(), extend.toolTip()) == ("Extend", False, "Sora 2 cannot extend a clip.")
    last.trigger()
    assert wanted == [(film, ClipUse.LAST, 7)]
    menu.close()


def test_a_narrow_stage_folds_the_longest_word_into_an_icon(desk: Desk, film: Path) -> None:
    desk.stage.show_task(ready(film, seen_at=NOW), play=False)
    button, words = desk.button(CONTINUE), Qt.ToolButtonStyle.ToolButtonTextOnly
    assert button.toolButtonStyle() == words
    desk.window.resize(560, 500)
    desk.bot.waitUntil(lambda: button.toolButtonStyle() != words)
    assert button.geometry().right() < desk.button("Full screen").geometry().left() < desk.stage.width()
    assert desk.window.width() == 560, "the words must not hold it open"
    desk.window.resize(900, 600)
    desk.bot.waitUntil(lambda: button.toolButtonStyle() == words)


def test_films_are_letterboxed_on_the_stage(desk: Desk, film: Path) -> None:
    desk.paused_at(ready(film, seen_at=NOW), 3)
    picture = desk.screen.grab().toImage()
    assert picture.pixelColor(desk.screen.width() // 2, desk.screen.height() // 2).blue() > 100
    assert picture.pixelColor(3, desk.screen.height() // 2) == QColor(theme.DARK.stage)


def test_the_stage_is_built_without_loading_multimedia() -> None:
    script = (
        "import sys, sora_studio.ui.stage.panel as panel; from PySide6.QtWidgets import QApplication;"
        "from sora_studio.ui.kit.task_scope import TaskScope; app = QApplication([]);"
        "stage = panel.StagePanel(TaskScope(print)); sys.exit('PySide6.QtMultimedia' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_clip_on_a_share_that_does_not_answer_is_said_and_not_opened(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_calls, "ANSWER_WITHIN_S", 0.1)
    with dead_share(tmp_path / "share") as share:
        clip = share.folder / "clip.mp4"
        with pytest.raises(FolderSilent):
            disk_calls.wait_for_disk(share.folder, clip.exists)
        desk.stage.show_task(ready(clip, seen_at=NOW), play=True)
        assert desk.screen.accessibleDescription().startswith("The clip's folder does not answer.")
        desk.stage.stop()
        desk.stage.show_task(ready(clip, seen_at=NOW), play=False)
        desk.stage.toggle()
        assert desk.screen.accessibleDescription().startswith("The clip's folder does not answer.")
