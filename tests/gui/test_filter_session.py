"""A filter session in the real window, on a real database with small films: by keys, over a restart, to commit and undo."""

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.clip import ClipState, FilmFacts
from sora_studio.domain.decision import Decision
from sora_studio.domain.errors import StorageFull
from sora_studio.domain.judgement import ClipRef, Judgement, Verdict
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.settings import Settings
from sora_studio.domain.task import Task, TaskState
from sora_studio.storage.database import Database
from sora_studio.storage.decision_file import FILE_NAME
from sora_studio.storage.secrets import KeyStores
from sora_studio.storage.tasks import SqliteTasks
from sora_studio.studio import Studio, open_studio
from sora_studio.ui.stage.screen import FilmScreen
from sora_studio.ui.window import panel_services
from sora_studio.ui.window.filter_page import FilterPage
from sora_studio.ui.window.main_view import MainView
from tests.doubles.films import write_film
from tests.doubles.no_keys import NoKeys
from tests.gui.test_main_view import DEAD_END

pytestmark = pytest.mark.qt_log_ignore("pa_context_connect|PulseAudioService|No audio device|No RHI backend")
AT = datetime.now(UTC) - timedelta(hours=1)
Key = Qt.Key


async def fill(folder: Path, count: int) -> None:
    """A database with clips of one second, each with a poster; the newest is the first that a session shows."""
    film = write_film(folder / "film.mp4", frames=30)
    picture = QImage(64, 36, QImage.Format.Format_RGB32)
    picture.fill(QColor("#30a060"))
    database = Database(folder / "data" / "studio.db")
    (folder / "data").mkdir()
    await database.open()
    tasks = SqliteTasks(database)
    for number in range(1, count + 1):
        (task,) = await tasks.add([GenerationRequest("sora-2", f"Clip number {number}")], gateway="g", at=AT)
        await tasks.transition(task.id, TaskState.SENDING, sent_at=AT)
        await tasks.transition(task.id, TaskState.PENDING, task_id=f"remote-{number}", accepted_at=AT)
        expires = AT + timedelta(days=15)
        await tasks.succeed(task.id, [f"https://cdn.example/{number}.mp4"], completed_at=AT, expires_at=expires)
        found = await tasks.get(task.id)
        assert found is not None
        path, poster = folder / f"{number}.mp4", folder / f"{number}.jpg"
        path.write_bytes(film.read_bytes())
        assert picture.save(str(poster))
        clip = found.clips[0].id
        await tasks.transition_clip(clip, ClipState.DOWNLOADING)
        facts = FilmFacts(320, 180, 10.0, has_audio=False)
        await tasks.transition_clip(clip, ClipState.SAVED, path=path, poster=poster, film=facts)
    await database.close()


class Sitting:
    """A person in front of the window with the library open."""

    def __init__(self, window: MainView, studio: Studio, loop: StudioEventLoop, bot: QtBot) -> None:
        self.window, self.studio, self._loop, self.bot = window, studio, loop, bot
        self.spoken = list[str]()

    def hear(self, event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            self.spoken.append(event.message())

    @property
    def page(self) -> FilterPage:
        (found,) = self.window.findChildren(FilterPage)
        return found

    @property
    def words(self) -> list[str]:
        return [label.text() for label in self.page.findChildren(QLabel) if label.isVisible() and label.text()]

    def press(self, *keys: Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)

    def undo(self) -> None:
        self.press(Key.Key_Z, modifiers=Qt.KeyboardModifier.ControlModifier)

    def until(self, *words: str) -> None:
        self.bot.waitUntil(lambda: set(words) <= set(self.words))

    def begin(self) -> None:
        self.press(Key.Key_3, modifiers=Qt.KeyboardModifier.ControlModifier)
        self.bot.waitUntil(lambda: bool(self.window.library.to_filter))
        self.press(Key.Key_F12)
        assert self.window.filter.is_open

    def answer(self, words: str) -> None:
        next(button for button in self.page.sheet.findChildren(QPushButton) if button.text() == words).click()

    def rows(self) -> list[Task]:
        return self._loop.run_until_complete(self.studio.tasks.get_many(range(1, 10)))

    def verdicts(self) -> dict[int, Verdict | None]:
        return {task.id: task.verdict for task in self.rows()}

    def until_closed(self) -> None:
        self.bot.waitUntil(lambda: not self.window.filter.is_open)
        assert self.window.top_bar.isVisible()
        assert not self.page.isVisible()


Opener = Callable[..., AbstractContextManager[Sitting]]


@contextmanager
def opened(loop: StudioEventLoop, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Sitting]:
    opening = open_studio(
        data_dir=folder / "data", base_url=DEAD_END, output_dir=folder / "clips", keys=KeyStores(api_key=NoKeys())
    )
    studio = loop.run_until_complete(opening.__aenter__())
    window = MainView(Settings(), demo=False)
    try:
        window.resize(1100, 800)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        window.attach(studio)
        at = Sitting(window, studio, loop, qtbot)
        monkeypatch.setattr(QAccessible, "updateAccessibility", at.hear)
        yield at
    finally:
        loop.run_until_complete(window.finish())
        window.close()
        window.deleteLater()
        loop.run_until_complete(opening.__aexit__(None, None, None))


@pytest.fixture
def open_on(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opener:
    def open_one(count: int = 0) -> AbstractContextManager[Sitting]:
        if count:
            loop.run_until_complete(fill(tmp_path, count))
        return opened(loop, qtbot, tmp_path, monkeypatch)

    return open_one


def test_a_session_survives_the_end_of_the_program_and_is_one_step(open_on: Opener, tmp_path: Path) -> None:
    kept = tmp_path / "data" / FILE_NAME
    with open_on(5) as at:
        at.begin()
        at.until("1 of 5", "Clip number 5", "Not decided")
        assert not at.window.top_bar.isVisible()
        screen = at.page.findChild(FilmScreen)
        assert screen is not None
        at.bot.waitUntil(lambda: screen.picture.width() == 320)  # the film itself, not its poster
        assert "Clip 1 of 5, 10 seconds, undecided" in at.spoken
        at.bot.waitUntil(lambda: len(at.page.film.posters) == 3)  # of this clip and the next two
        at.press(Key.Key_P)
        assert {"2 of 5", "Clip number 4"} <= set(at.words)
        assert screen.picture.width() == 64, "the next clip shows its poster at once"
        at.press(Key.Key_4, Key.Key_X, Key.Key_Right, Key.Key_Space, Key.Key_Left)
        at.until("4 of 5", "Clip number 2", "Not decided")
        at.press(Key.Key_Backspace, Key.Key_Backspace)
        at.until("2 of 5", "Reject")
        assert [star.icon().isNull() for star in at.page.findChildren(QToolButton)] == [False] * 5
        at.bot.waitUntil(lambda: at.spoken[-1] == "Clip 2 of 5, 10 seconds, reject, 4 stars")
        at.bot.waitUntil(lambda: kept.is_file() and kept.read_text().count("fate") == 2)
        assert set(at.verdicts().values()) == {None}
    with open_on() as at:
        at.begin()
        at.until("Decisions of your last session are not committed", "1 kept · 1 rejected")
        at.press(Key.Key_Return)
        at.until("3 of 5", "Clip number 3")
        at.press(Key.Key_Delete, Key.Key_Right, Key.Key_Right)
        at.until("1 kept · 1 rejected · 1 moved to the trash · 2 not decided")
        assert set(at.verdicts().values()) == {None}
        at.press(Key.Key_Return)
        at.until_closed()
        assert at.verdicts() == {1: None, 2: None, 3: None, 4: Verdict.REJECTED, 5: Verdict.KEPT}
        assert [(task.id, task.stars) for task in at.rows() if task.stars or task.trashed_at] == [(3, 0), (4, 4)]
        at.bot.waitUntil(lambda: not kept.exists())
        at.undo()
        at.bot.waitUntil(lambda: set(at.verdicts().values()) == {None} and not any(task.trashed_at for task in at.rows()))
        assert at.studio.undo_steps.undo_words == ""


def test_leaving_changes_nothing_and_what_is_gone_can_be_skipped(
    open_on: Opener, tmp_path: Path, loop: StudioEventLoop
) -> None:
    with open_on(4) as at:
        loop.run_until_complete(at.studio.judging.judge([ClipRef(4)], Judgement(verdict=Verdict.KEPT)))
        (tmp_path / "2.mp4").unlink()
        at.begin()
        at.until("1 of 3", "Clip number 3", "1 decided already is left out")
        loop.run_until_complete(at.studio.judging.trash([ClipRef(1)]))
        at.press(Key.Key_Right)
        at.until("2 of 3")
        screen = at.page.findChild(FilmScreen)
        assert screen is not None
        at.bot.waitUntil(lambda: screen.accessibleDescription().startswith("The file is no longer where it was saved."))
        at.press(Key.Key_X, Key.Key_F)  # F would be the full screen of the stage behind
        at.until("3 of 3")
        at.bot.waitUntil(lambda: screen.accessibleDescription().startswith("This clip was moved to the trash."))
        next(button for button in at.page.findChildren(QPushButton) if button.text() == "Include it").click()
        at.press(Key.Key_Space)
        at.until("4 of 4", "Kept before", "Clip number 4")
        at.undo()
        at.until("2 of 4", "Not decided")
        at.press(Key.Key_P, Key.Key_Escape)
        at.until("1 kept · 2 not decided · 1 unchanged")
        at.press(Key.Key_P, Key.Key_Escape)
        at.until("3 of 4")
        at.press(Key.Key_F12)
        at.until("1 kept · 2 not decided · 1 unchanged")
        at.answer("Discard")
        at.until_closed()
        assert at.verdicts()[2] is None
        at.bot.waitUntil(lambda: not (tmp_path / "data" / FILE_NAME).exists())


def test_a_commit_that_fails_says_so_and_asks_again(open_on: Opener, tmp_path: Path) -> None:
    async def refuse(_: Sequence[Decision]) -> None:
        raise StorageFull

    with open_on(2) as at:
        services = panel_services.filter_session(at.studio)
        at.window.filter.attach(replace(services, decide=refuse), advances=lambda: True)
        at.begin()
        at.until("1 of 2", "Clip number 2")
        at.press(Key.Key_3)
        at.until("2 of 2")
        at.press(Key.Key_P)
        at.until("1 kept · 1 rated · 1 not decided")
        at.press(Key.Key_Return)
        notice = StorageFull().sentence
        at.bot.waitUntil(lambda: any(label.text() == notice for label in at.window.findChildren(QLabel) if label.isVisible()))
        at.until("1 kept · 1 rated · 1 not decided")
        assert (tmp_path / "data" / FILE_NAME).is_file()
        at.window.filter.attach(services, advances=lambda: True)
        at.press(Key.Key_Return)
        at.until_closed()
        assert [(task.verdict, task.stars) for task in at.rows()] == [(Verdict.KEPT, 0), (None, 3)]
