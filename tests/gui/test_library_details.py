"""Details of the library: what a person typed is kept, and belongs to the clip that it was typed for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.judgement import Judgement
from sora_studio.ui.library.details.note_editor import NoteEditor
from sora_studio.ui.library.details.stars import Stars
from sora_studio.ui.library.tag_field import TagField
from tests.gui.details_desk import DetailsDesk, details_desk


class NotesDesk:
    """Details over the tasks 1 and 2, both tagged `rain`."""

    def __init__(self, desk: DetailsDesk) -> None:
        self.desk, self.panel = desk, desk.panel
        for task in (desk.make("A pier"), desk.make("A bridge")):
            desk.judge(Judgement(note=f"note {task}", tags=("rain",)), task)
        desk.open()
        self.show(1)
        desk.said.clear()
        self.note, self.tags = desk.child(NoteEditor), desk.child(TagField)

    def show(self, task: int) -> None:
        self.desk.show(task)

    def type_note(self, words: str) -> None:
        self.note.setFocus()
        QTest.keyClicks(self.note, words)

    def give_stars(self, stars: int) -> None:
        QTest.keyClicks(self.desk.child(Stars), str(stars))

    def wait_saved(self, task: int, note: str) -> None:
        self.desk.wait_task(task, note=note)


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> Iterator[NotesDesk]:
    with details_desk(loop, qtbot, tmp_path) as opened:
        yield NotesDesk(opened)


def test_a_note_is_saved_once_after_a_pause(desk: NotesDesk) -> None:
    desk.type_note("wet ")
    desk.wait_saved(1, "wet note 1")
    desk.show(2)
    desk.show(1)
    desk.desk.bot.waitUntil(lambda: desk.desk.said == ["Note of 1 clip changed"])


def test_a_note_outlives_a_decision_made_while_it_is_typed(desk: NotesDesk) -> None:
    desk.type_note("wet ")
    desk.note.clearFocus()
    desk.give_stars(4)
    desk.desk.wait_task(1, stars=4)
    desk.wait_saved(1, "wet note 1")
    assert desk.note.toPlainText() == "wet note 1"


def test_a_focused_note_belongs_to_the_clip_that_is_shown(desk: NotesDesk) -> None:
    desk.type_note("wet ")
    desk.show(2)
    desk.type_note("dry ")
    desk.wait_saved(1, "wet note 1")
    desk.wait_saved(2, "dry note 2")


def test_a_space_at_the_end_of_a_note_does_not_move_the_cursor(desk: NotesDesk) -> None:
    desk.note.selectAll()
    desk.type_note("wet ")
    desk.wait_saved(1, "wet")
    desk.type_note("sand")
    desk.wait_saved(1, "wet sand")


def test_a_note_is_saved_when_the_window_closes(desk: NotesDesk, loop: StudioEventLoop) -> None:
    desk.type_note("wet ")
    loop.run_until_complete(desk.panel.finish())
    assert desk.desk.task(1).note == "wet note 1"


def test_a_note_that_could_not_be_saved_stays_and_is_saved_later(desk: NotesDesk) -> None:
    trouble = desk.desk.judging.trouble = OSError("The disk is full.")
    desk.type_note("wet ")
    desk.desk.bot.waitUntil(lambda: desk.desk.errors == [trouble])
    desk.show(2)
    desk.desk.judging.trouble = None
    desk.show(1)
    desk.wait_saved(1, "wet note 1")
    desk.desk.bot.waitUntil(lambda: desk.note.toPlainText() == "wet note 1")


def test_a_decision_is_about_the_clip_that_is_shown(desk: NotesDesk) -> None:
    desk.panel.show_tasks([2])  # not read yet: the window shows 1
    desk.give_stars(4)
    desk.desk.wait_task(1, stars=4)
    assert desk.desk.task(2).stars == 0


def test_tags_are_added_together_and_are_the_same_in_any_case(desk: NotesDesk) -> None:
    QTest.keyClicks(desk.tags, "Rain, hero, Hero shot")
    QTest.keyClicks(desk.tags, "\r")
    desk.desk.wait_task(1, tags=("hero", "Hero shot", "rain"))
    desk.desk.bot.waitUntil(lambda: desk.desk.said == ["Tags of 1 clip changed"])
    assert desk.tags.text() == ""


def test_tags_that_are_being_typed_belong_to_the_clip_that_is_shown(desk: NotesDesk) -> None:
    desk.tags.setFocus()
    QTest.keyClicks(desk.tags, "hero")
    desk.show(2)
    desk.desk.wait_task(1, tags=("hero", "rain"))
    assert desk.desk.task(2).tags == ("rain",)
    assert desk.tags.text() == ""


def test_a_press_on_a_tag_takes_it_away(desk: NotesDesk) -> None:
    desk.desk.button("Remove the tag rain").click()
    desk.desk.wait_task(1, tags=())
    desk.desk.bot.waitUntil(lambda: not any("rain" in button.text() for button in desk.desk.buttons()))
