"""List, stage and status bar state the same facts: at every moment of a task's life they agree, also about what is selected."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.clip import ClipState
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.settings import Settings
from sora_studio.domain.task import TaskState
from sora_studio.storage.secrets import KeyStores, SessionKeys
from sora_studio.studio import Studio, open_studio
from sora_studio.ui.window.main_view import MainView
from tests.doubles.no_keys import NoKeys

DEAD_END = "http://127.0.0.1:9"
"""The discard port: nothing answers, and nothing leaves the machine."""
NOW = datetime.now(UTC)


class Desk:
    """The window on a real database, whose rows the test writes as the services would."""

    def __init__(self, loop: StudioEventLoop, qtbot: QtBot, studio: Studio, state: Path) -> None:
        self.loop, self.bot, self.studio, self._state = loop, qtbot, studio, state
        self.windows = list[MainView]()

    def open(self) -> MainView:
        window = MainView(Settings(), demo=False)
        self.windows.append(window)
        window.restore(QSettings(str(self._state), QSettings.Format.IniFormat))
        window.resize(1600, 1000)
        window.show()
        window.attach(self.studio)
        self.bot.waitUntil(lambda: "running" in window.status_bar.words())
        return window

    def close(self) -> None:
        window = self.windows.pop()
        if window.shown.state is not None:
            window.shown.state.sync()
        self.loop.run_until_complete(window.finish())
        window.close()
        window.deleteLater()

    @property
    def window(self) -> MainView:
        return self.windows[-1]

    def make(self, prompt: str, *states: TaskState) -> int:
        """A task of another gateway: the services leave it alone."""
        request = GenerationRequest("sora-2", prompt)
        adding = self.studio.tasks.add([request], gateway="https://other.example", at=NOW)
        (task,) = self.loop.run_until_complete(adding)
        self.move(task.id, *states)
        return task.id

    def move(self, task: int, *states: TaskState) -> None:
        for state in states:
            assert self.loop.run_until_complete(self.studio.tasks.transition(task, state))

    def fail(self, task: int) -> None:
        failing = self.studio.tasks.transition(task, TaskState.FAILED, fail_code="CONTENT_VIOLATION", fail_message="Policy 7")
        assert self.loop.run_until_complete(failing)

    def succeed(self, task: int) -> int:
        ended = self.studio.tasks.succeed(
            task, ["https://x.example/1.mp4"], completed_at=NOW, expires_at=NOW + timedelta(days=9)
        )
        assert self.loop.run_until_complete(ended)
        row = self.loop.run_until_complete(self.studio.tasks.get(task))
        assert row is not None
        return row.clips[0].id

    def save(self, clip: int, path: Path) -> None:
        path.write_bytes(b"film")
        for state in (ClipState.DOWNLOADING, ClipState.SAVED):
            facts = {"path": path} if state is ClipState.SAVED else {}
            assert self.loop.run_until_complete(self.studio.tasks.transition_clip(clip, state, **facts))

    def shows(self, words: str) -> None:
        self.bot.waitUntil(lambda: words in self.stage, timeout=10_000)

    @property
    def stage(self) -> str:
        return self.window.stage._screen.accessibleDescription()

    def agrees(self) -> None:
        self.bot.waitUntil(lambda: self.window.tasks.view.current_task == self.window.stage.shown, timeout=10_000)

    def step(self, label: str) -> QPushButton:
        steps = self.window.stage.findChildren(QPushButton)
        return next(button for button in steps if button.text() == label and button.isVisible())


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    keys = KeyStores(api_key=NoKeys())
    opening = open_studio(data_dir=tmp_path / "data", base_url=DEAD_END, output_dir=tmp_path / "clips", keys=keys)
    made = Desk(loop, qtbot, loop.run_until_complete(opening.__aenter__()), tmp_path / "window.ini")
    yield made
    while made.windows:
        made.close()
    loop.run_until_complete(opening.__aexit__(None, None, None))


class Sampler(QObject):
    """Reads everything that is stated whenever any of it changes, as soon as the loop's turn is over: what could be painted."""

    def __init__(self, window: MainView) -> None:
        super().__init__(window)
        self._window = window
        self.samples = list[tuple[list[str], str]]()
        facts = window.tasks.view.model().dataChanged
        for signal in (window.relay.tasks_changed, window.status.changed, window.tasks.updated, facts):
            signal.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def _take(self) -> None:
        model = self._window.tasks.view.model()
        rows = [str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(model.rowCount())]
        self.samples.append((rows, self._window.status_bar.words()))


def contradictions(rows: list[str], status: str) -> list[str]:
    """What the status bar says that the list does not, or the other way round."""
    found = [re.match(r"(\w[\w ]*) · (\d+)", row) for row in rows]
    headings = {match[1]: int(match[2]) for match in found if match}
    wrong = list[str]()
    stated = re.search(r"(\d+) running, (\d+) waiting", status)
    if stated and (int(stated[1]), int(stated[2])) != (headings.get("Running", 0), headings.get("Waiting", 0)):
        wrong.append("running or waiting")
    review = re.search(r"(\d+) needs? review", status)
    if int(review[1] if review else 0) != headings.get("Needs review", 0):
        wrong.append("needs review")
    has_ready = headings.get("Ready", 0) > 0
    if has_ready and ("No clips yet" in status or "not on disk" in status):
        wrong.append("a card is ready, the status bar knows no such clip")
    if "safe on disk" in status and not has_ready:
        wrong.append("a clip is safe that no card has")
    return wrong


def test_at_every_moment_of_its_life_all_that_is_said_of_a_task_agrees(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    desk.bot.waitUntil(lambda: "No clips yet" in window.status_bar.words(), timeout=10_000)
    sampler = Sampler(window)
    steps: list[tuple[Callable[[int], object], str]] = [
        (lambda task: desk.move(task, TaskState.SENDING), "1 running"),
        (lambda task: desk.move(task, TaskState.UNKNOWN), "1 needs review · 0 running"),
        (lambda task: desk.move(task, TaskState.PENDING), "1 running"),
        (lambda task: desk.move(task, TaskState.PROCESSING), "1 running"),
        (lambda task: desk.save(desk.succeed(task), tmp_path / f"{task}.mp4"), "safe on disk"),
    ]
    for count in (1, 2):
        task = desk.make(f"Fog {count}")
        desk.bot.waitUntil(lambda: "1 waiting" in window.status_bar.words(), timeout=10_000)
        for act, words in steps:
            act(task)
            desk.bot.waitUntil(lambda words=words: words in window.status_bar.words(), timeout=10_000)
    desk.bot.waitUntil(lambda: "0 running, 0 waiting" in window.status_bar.words(), timeout=10_000)
    assert len(sampler.samples) > 12
    found = [(sample, wrong) for sample in sampler.samples if (wrong := contradictions(*sample))]
    assert found == []


def test_the_failed_task_on_the_stage_is_the_selected_one_and_its_next_steps_are_buttons(desk: Desk) -> None:
    window = desk.open()
    first = desk.make("Fog", TaskState.SENDING, TaskState.PENDING)
    desk.bot.waitUntil(lambda: window.tasks.holds(first), timeout=10_000)
    window.tasks.choose(first)
    desk.bot.waitUntil(lambda: window.stage.shown == first)
    other = desk.make("A pier", TaskState.SENDING, TaskState.PENDING)
    desk.fail(first)
    desk.shows("against the content rules")
    desk.bot.waitUntil(lambda: window.tasks.holds(other), timeout=10_000)
    desk.agrees()
    assert "Reword what could be read as violent" in desk.stage
    assert "Policy 7" in desk.stage
    desk.bot.mouseClick(desk.step("Edit prompt"), Qt.MouseButton.LeftButton)
    desk.bot.waitUntil(lambda: window.compose._editor.text() == "Fog")
    assert desk.step("Again").isVisible()


def test_a_removed_task_leaves_the_stage_to_its_neighbour_and_the_last_one_leaves_it_empty(desk: Desk) -> None:
    tasks = [desk.make(prompt, TaskState.SENDING) for prompt in ("Fog", "A pier")]
    for task in tasks:
        desk.fail(task)
    window = desk.open()
    desk.bot.waitUntil(lambda: window.tasks.holds(tasks[0]))
    window.tasks.choose(tasks[1])
    desk.bot.waitUntil(lambda: window.stage.shown == tasks[1])
    view = window.tasks.view
    for shown in (tasks[0], None):
        desk.bot.waitUntil(lambda: view.task_under(view.currentIndex()) is not None, timeout=10_000)
        desk.bot.keyClick(window.tasks.view, Qt.Key.Key_Delete)
        desk.bot.waitUntil(lambda shown=shown: window.stage.shown == shown, timeout=10_000)
        desk.agrees()
    assert desk.stage.startswith("Your clips play here.")


def test_what_was_shown_is_shown_and_selected_again_after_a_restart(desk: Desk, tmp_path: Path) -> None:
    tasks = [desk.make(prompt, TaskState.SENDING, TaskState.PENDING) for prompt in ("Fog", "A pier", "Rain")]
    for task in tasks[:2]:
        desk.save(desk.succeed(task), tmp_path / f"{task}.mp4")
    desk.fail(tasks[2])
    window = desk.open()
    desk.bot.waitUntil(lambda: window.stage.shown == tasks[1])  # nothing is remembered: the newest clip
    desk.agrees()
    window.tasks.choose(tasks[2])
    desk.shows("against the content rules")
    desk.close()
    window = desk.open()
    desk.shows("against the content rules")
    desk.agrees()
    assert window.stage.shown == tasks[2]


def test_a_filter_that_hides_the_shown_task_selects_nothing_else(desk: Desk) -> None:
    task = desk.make("Fog", TaskState.SENDING)
    desk.fail(task)
    desk.make("A pier")
    window = desk.open()
    desk.bot.waitUntil(lambda: window.tasks.holds(task))
    window.tasks.choose(task)
    desk.bot.waitUntil(lambda: window.stage.shown == task)
    menu = window.tasks._header.filter.menu()
    next(entry for entry in menu.actions() if entry.text() == "Waiting").trigger()
    assert window.tasks.view.current_task is None
    assert window.stage.shown == task
    menu.actions()[0].trigger()
    assert window.tasks.view.current_task == task


def test_an_address_that_never_answered_is_not_called_connected(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> None:
    keys = KeyStores(api_key=SessionKeys("x" * 20))
    opening = open_studio(data_dir=tmp_path / "data", base_url=DEAD_END, output_dir=tmp_path / "clips", keys=keys)
    window = MainView(Settings(), demo=False)
    qtbot.addWidget(window)
    window.attach(loop.run_until_complete(opening.__aenter__()))
    qtbot.waitUntil(lambda: "free" in window.status_bar.words(), timeout=10_000)
    assert window.status_bar.words().startswith("Connecting…")
    loop.run_until_complete(window.finish())
    loop.run_until_complete(opening.__aexit__(None, None, None))
