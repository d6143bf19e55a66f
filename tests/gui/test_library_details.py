"""Details of the library: what a person typed is kept, and belongs to the clip that it was typed for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.judgement import ClipRef, Judgement
from sora_studio.domain.task import Phase, Task
from sora_studio.services.library.judging import Judging
from sora_studio.ui.kit.controls import SegmentButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.details import DetailsPanel
from sora_studio.viewmodels.library.details_services import DetailsServices
from tests.doubles.task_studio import task_in


class DetailsDesk:
    """Details over the tasks 3 and 4, whose changes come back as they do from the database. With `trouble`, saving fails."""

    def __init__(self, qtbot: QtBot) -> None:
        self.bot = qtbot
        self.errors = list[BaseException]()
        self.scope = TaskScope(lambda error, _name: self.errors.append(error))
        self.tasks = {n: replace(task_in(Phase.READY, n), note=f"note {n}", tags=("rain",)) for n in (3, 4)}
        self.made = list[tuple[list[int], Judgement]]()
        self.trouble: Exception | None = None
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.window.resize(372, 900)
        self.panel = DetailsPanel(self.scope, self.window)
        self.panel.resize(372, 900)
        note, tags = self.panel.findChild(QPlainTextEdit), self.panel.findChild(QLineEdit)
        assert note is not None
        assert tags is not None
        self.note, self.tags = note, tags

    def open(self) -> None:
        self.window.show()
        self.window.activateWindow()
        self.bot.waitActive(self.window)
        self.panel.attach(DetailsServices({}, cast("Judging", self), self._read, self._takes_of, self._project_of))
        self.show(3)

    def show(self, task: int) -> None:
        self.panel.show_tasks([task])
        self.bot.waitUntil(lambda: self.note.toPlainText() == self.tasks[task].note)

    def type_note(self, words: str) -> None:
        self.note.setFocus()
        QTest.keyClicks(self.note, words)

    def give_stars(self, stars: int) -> None:
        next(button for button in self.panel.findChildren(SegmentButton) if button.text() == f"{stars} ★").click()

    def wait_saved(self, task: int, note: str) -> None:
        self.bot.waitUntil(lambda: self.tasks[task].note == note)

    async def judge(self, refs: Sequence[ClipRef], judgement: Judgement) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.made.append(([ref.task for ref in refs], judgement))
        for ref in refs:
            task = self.tasks[ref.task]
            stars = task.stars if judgement.stars is None else judgement.stars
            note = task.note if judgement.note is None else judgement.note.strip()
            self.tasks[ref.task] = replace(task, stars=stars, note=note)
        self.panel.take_changes(frozenset(ref.task for ref in refs))

    async def _read(self, tasks: Sequence[int]) -> Sequence[Task]:
        return [self.tasks[task] for task in tasks]

    async def _takes_of(self, task: int) -> Sequence[int]:
        return [task]

    async def _project_of(self, _: int | None) -> str:
        return ""


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[DetailsDesk]:
    made = DetailsDesk(qtbot)
    made.open()
    yield made
    loop.run_until_complete(made.scope.close())


def test_a_note_is_saved_once_after_a_pause(desk: DetailsDesk) -> None:
    desk.type_note("wet ")
    desk.wait_saved(3, "wet note 3")
    desk.show(4)
    desk.show(3)
    assert desk.made == [([3], Judgement(note="wet note 3"))]


def test_a_note_outlives_a_decision_made_while_it_is_typed(desk: DetailsDesk) -> None:
    desk.type_note("wet ")
    desk.note.clearFocus()
    desk.give_stars(4)
    desk.bot.waitUntil(lambda: desk.tasks[3].stars == 4)
    desk.wait_saved(3, "wet note 3")
    assert desk.note.toPlainText() == "wet note 3"


def test_a_focused_note_belongs_to_the_clip_that_is_shown(desk: DetailsDesk) -> None:
    desk.type_note("wet ")
    desk.show(4)
    desk.type_note("dry ")
    desk.wait_saved(3, "wet note 3")
    desk.wait_saved(4, "dry note 4")


def test_a_space_at_the_end_of_a_note_does_not_move_the_cursor(desk: DetailsDesk) -> None:
    desk.note.selectAll()
    desk.type_note("wet ")
    desk.wait_saved(3, "wet")
    desk.type_note("sand")
    desk.wait_saved(3, "wet sand")


def test_a_note_is_saved_when_the_window_closes(desk: DetailsDesk, loop: StudioEventLoop) -> None:
    desk.type_note("wet ")
    loop.run_until_complete(desk.panel.finish())
    assert desk.tasks[3].note == "wet note 3"


def test_a_note_that_could_not_be_saved_stays_and_is_saved_later(desk: DetailsDesk) -> None:
    desk.trouble = OSError("The disk is full.")
    desk.type_note("wet ")
    desk.bot.waitUntil(lambda: desk.errors == [desk.trouble])
    desk.show(4)
    desk.trouble = None
    desk.panel.show_tasks([3])
    desk.wait_saved(3, "wet note 3")
    desk.bot.waitUntil(lambda: desk.note.toPlainText() == "wet note 3")


def test_a_decision_is_about_the_clip_that_is_shown(desk: DetailsDesk) -> None:
    desk.panel.show_tasks([4])  # not read yet: the window shows 3
    desk.give_stars(4)
    desk.bot.waitUntil(lambda: desk.tasks[3].stars == 4)
    assert desk.tasks[4].stars == 0


def test_tags_are_the_same_in_any_case(desk: DetailsDesk) -> None:
    desk.tags.setText("Rain, hero, Hero")
    desk.tags.editingFinished.emit()
    desk.bot.waitUntil(lambda: bool(desk.made))
    assert desk.made == [([3], Judgement(tags=("Hero",)))]


def test_tags_that_are_being_typed_belong_to_the_clip_that_is_shown(desk: DetailsDesk) -> None:
    desk.tags.setFocus()
    QTest.keyClicks(desk.tags, ", hero")
    desk.show(4)
    desk.bot.waitUntil(lambda: bool(desk.made))
    assert desk.made == [([3], Judgement(tags=("hero",)))]
    assert desk.tags.text() == "rain"
