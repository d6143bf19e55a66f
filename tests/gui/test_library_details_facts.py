"""What Details says of a clip and of several, and what its buttons and its menu do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.clip import ClipState
from sora_studio.domain.errors import BatchQuestion
from sora_studio.domain.intent import Intent, Parent, ParentKind
from sora_studio.domain.judgement import Judgement, Verdict
from sora_studio.domain.prompt import first_line
from sora_studio.ui.library.details.family_line import FamilyLine
from sora_studio.ui.library.details.poster import Poster
from sora_studio.ui.library.details.prompt_view import PromptView
from sora_studio.ui.library.new_project import NewProjectDialog
from sora_studio.viewmodels.tasks.task_actions import TaskAction
from tests.gui.details_desk import DetailsDesk, details_desk

LONG = "Slow dolly in along a wooden pier at golden hour; mist lifts off the water in long ribbons. " * 8


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> Iterator[DetailsDesk]:
    with details_desk(loop, qtbot, tmp_path) as opened:
        yield opened
        assert not opened.errors


def _entries(menu: QMenu) -> list[str]:
    return [entry.text().partition("\t")[0] for entry in menu.actions() if entry.text()]


def _choose(menu: QMenu, words: str) -> None:
    next(entry for entry in menu.actions() if entry.text().startswith(words)).trigger()
    menu.close()


def test_a_clip_is_described_in_the_words_of_its_model(desk: DetailsDesk) -> None:
    pier = desk.make("A pier")
    desk.make("A pier, further on", Intent(parent=Parent(pier, ParentKind.CONTINUED, 0, 9.96)), state=ClipState.REMOTE)
    desk.open()
    desk.show(1)
    facts = desk.facts()
    assert {title: facts[title] for title in ("Model", "Options", "Took, cost", "Film", "File", "File name", "Task")} == {
        "Model": "Sora 2 · auto",
        "Options": "10 s · landscape · watermark removed",
        "Took, cost": "3:31 · about $0.25, estimated",
        "Film": "1280 × 720 · 12.0 s · silent",
        "File": "24 MB · saved",
        "File name": "1.mp4",
        "Task": "1",
    }
    desk.show(2)
    facts = desk.facts()
    assert facts["Comes from"] == "continues task 1 from 0:09.96"
    assert facts["File"].startswith("only at the service until ")
    assert "File name" not in facts


def test_a_file_that_is_not_there_can_be_found_or_fetched(desk: DetailsDesk) -> None:
    desk.make("A pier", state=ClipState.MISSING)
    desk.make("A bridge", state=ClipState.REMOTE)
    desk.open()
    desk.show(1)
    assert desk.facts()["File"] == "missing"
    desk.button("Locate…").click()
    desk.show(2)
    desk.button("Save now").click()
    desk.button("Again").click()
    desk.button("Edit prompt").click()
    assert desk.asked == [(TaskAction.LOCATE, 1), (TaskAction.SAVE_NOW, 2), (TaskAction.AGAIN, 2), (TaskAction.EDIT, 2)]


def test_a_long_prompt_opens_and_has_the_direction_of_its_text(desk: DetailsDesk) -> None:
    desk.make(LONG)
    desk.make("قطار بطيء يعبر جسرًا قديمًا عند الفجر")
    desk.open()
    desk.show(1)
    prompt = desk.child(PromptView)
    text = prompt.findChild(QLabel)
    assert text is not None
    first = text.height()
    assert first == 4 * text.fontMetrics().lineSpacing()
    desk.button("Show all").click()
    desk.bot.waitUntil(lambda: text.height() > 2 * first)
    assert text.height() >= text.heightForWidth(text.width())
    desk.show(2)
    assert text.layoutDirection() is Qt.LayoutDirection.RightToLeft
    assert not [button for button in desk.buttons() if button.text().startswith("Show")]


def test_the_family_leads_to_its_members(desk: DetailsDesk) -> None:
    start = desk.make("A pier")
    shown = desk.make("A pier at dusk", Intent(parent=Parent(start, ParentKind.VARIATION)))
    desk.make("A pier at dusk")
    desk.make("A pier at dusk, longer", Intent(parent=Parent(shown, ParentKind.LONGER)))
    desk.make("A boat leaves the pier", Intent(parent=Parent(shown, ParentKind.CONTINUED)))
    desk.open()
    desk.show(shown)
    members = [button for button in desk.child(FamilyLine).findChildren(QAbstractButton) if button.isVisible()]
    assert [member.accessibleName() for member in members] == [
        "before, A pier",
        "take 1, A pier at dusk, shown",
        "take 2, A pier at dusk",
        "12 s, A pier at dusk, longer",
        "continued, A boat leaves the pier",
    ]
    assert all(member.geometry().right() <= desk.child(FamilyLine).width() for member in members)
    chosen = list[int]()
    desk.panel.relative_chosen.connect(chosen.append)
    QTest.keyClick(members[4], Qt.Key.Key_Space)
    assert chosen == [5]
    desk.show(3)
    desk.show(shown)
    assert len([button for button in desk.child(FamilyLine).findChildren(QAbstractButton) if button.isVisible()]) == 5


def test_several_clips_say_what_they_share_and_are_changed_together(desk: DetailsDesk) -> None:
    for prompt in ("A pier", "A bridge", "A boat"):
        desk.make(prompt)
    desk.judge(Judgement(tags=("rain",)), 1, 2, 3)
    desk.judge(Judgement(tags=("hero",), stars=4, verdict=Verdict.KEPT, note="wet"), 2)
    desk.open()
    desk.show(1, 2, 3)
    assert "3 clips selected" in desk.words()
    facts = desk.facts()
    assert (facts["Model"], facts["Project"], facts["Decided"]) == ("Sora 2", "none", "1 kept · 0 rejected · 2 open")
    assert (facts["Cost"], facts["Length"]) == ("$0.75", "0:36")
    desk.button("Remove the tag hero from 1 of 3 clips").click()
    desk.wait_task(2, tags=("rain",))
    desk.panel.focus_note()
    note = desk.panel.focusWidget()
    assert isinstance(note, QLineEdit)
    assert note.accessibleName() == "A note to add to 3 clips"
    QTest.keyClicks(note, "for the trailer\r")
    desk.wait_task(1, note="for the trailer")
    desk.wait_task(2, note="wet\nfor the trailer")
    desk.bot.waitUntil(lambda: desk.said[-1] == "Note added to 3 clips")
    desk.button("Move to trash").click()
    desk.bot.waitUntil(lambda: desk.task(3).trashed_at is not None)
    desk.bot.waitUntil(lambda: any(button.text() == "Restore" for button in desk.buttons()))
    desk.button("Restore").click()
    desk.bot.waitUntil(lambda: desk.task(3).trashed_at is None)


def test_what_expired_is_sent_again_after_a_question(desk: DetailsDesk) -> None:
    desk.make("A pier", state=ClipState.EXPIRED)
    desk.make("A bridge", state=ClipState.EXPIRED)
    desk.make("A boat")
    desk.question = BatchQuestion(2, "2 tasks, about $0.50.", "")
    desk.open()
    desk.show(1, 2, 3)
    desk.button("Retry 2").click()
    desk.bot.waitUntil(lambda: "2 tasks, about $0.50. Create them?" in desk.words())
    assert not desk.retried
    desk.button("Create 2").click()
    desk.bot.waitUntil(lambda: desk.retried == [[1, 2, 3]])
    assert "2 tasks, about $0.50. Create them?" not in desk.words()


def test_tab_leads_from_top_to_bottom(desk: DetailsDesk) -> None:
    pier = desk.make(LONG)
    desk.make("A boat leaves the pier", Intent(parent=Parent(pier, ParentKind.CONTINUED)))
    desk.open()
    desk.show(2)
    desk.show(pier)
    desk.judge(Judgement(tags=("hero", "rain")), pier)
    desk.bot.waitUntil(lambda: any("rain" in button.text() for button in desk.buttons()))
    start = desk.child(Poster)
    start.setFocus()
    names = list[str]()
    while (widget := desk.window.focusWidget()) is not start or not names:
        name = widget.accessibleName() or (widget.text() if isinstance(widget, QPushButton) else "")
        names.append(name.partition(":")[0])
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    assert names == [
        *("Play", "Stars", "Decision Open", "Prompt", "Show all of the prompt"),
        *("Remove the tag hero", "Remove the tag rain", "Add tags", "Note"),
        *(f"this clip, {first_line(LONG)}, shown", "continued, A boat leaves the pier"),
        *("Again", "Edit prompt", "15 s version", "More actions"),
    ]


def test_the_menu_copies_files_texts_and_reports(desk: DetailsDesk) -> None:
    for prompt in ("A pier", "A bridge"):
        desk.make(prompt)
    desk.open()
    desk.show(1, 2)
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("something else")
    _choose(desk.menu(), "Copy files")
    files = [QUrl.fromLocalFile(str(desk.folder / f"{task}.mp4")) for task in (1, 2)]
    desk.bot.waitUntil(lambda: clipboard.mimeData().urls() == files)
    for words, text in (("Copy prompts", "A pier\n\nA bridge"), ("Copy ids", "remote-1\nremote-2")):
        _choose(desk.menu(), words)
        desk.bot.waitUntil(lambda text=text: clipboard.text() == text)
    desk.show(2)
    menu = desk.menu()
    assert "Show in folder" in _entries(menu)
    _choose(menu, "Copy report")
    desk.bot.waitUntil(lambda: "Service's id: remote-2" in clipboard.text() and clipboard.text().endswith("A bridge"))


def test_clips_are_moved_to_a_new_project_and_back_out(desk: DetailsDesk) -> None:
    desk.make("A pier")
    desk.open()
    desk.show(1)
    dialog = _name_project(desk, "Rain Film")
    desk.bot.waitUntil(lambda: desk.facts().get("Project") == "Rain Film")
    dialog = _name_project(desk, "rain film")
    desk.bot.waitUntil(lambda: any("already" in label.text() for label in dialog.findChildren(QLabel)))
    assert dialog.isVisible()
    dialog.reject()
    _choose(_projects(desk), "No project")
    desk.bot.waitUntil(lambda: "Project" not in desk.facts())


def _projects(desk: DetailsDesk) -> QMenu:
    menu = next(entry.menu() for entry in desk.menu().actions() if entry.text() == "Move to project")
    assert isinstance(menu, QMenu)
    return menu


def _name_project(desk: DetailsDesk, name: str) -> NewProjectDialog:
    """Ask for a new project in the menu, and enter its name."""
    menu = _projects(desk)
    _choose(menu, "New project…")
    dialog = next(dialog for dialog in desk.window.findChildren(NewProjectDialog) if dialog.isVisible())
    field, create = dialog.findChild(QLineEdit), next(b for b in dialog.findChildren(QPushButton) if b.text() == "Create")
    assert field is not None
    field.setText(name)
    create.click()
    return dialog


def test_a_frame_becomes_the_poster(desk: DetailsDesk) -> None:
    desk.make("A pier")
    desk.open()
    desk.show(1)
    use = next(entry for entry in desk.menu().actions() if entry.text().startswith("Use this frame"))
    assert not use.isEnabled()
    poster = desk.child(Poster)
    poster.setFocus()
    for _ in range(4):
        QTest.keyClick(poster, Qt.Key.Key_Right)
    assert poster.frame_at_s == 3.5
    poster.menu_asked.emit(QPoint())
    desk.bot.waitUntil(
        lambda: any("0:03.50" in entry.text() for menu in desk.panel.findChildren(QMenu) for entry in menu.actions())
    )
    menu = next(menu for menu in desk.panel.findChildren(QMenu) if any("0:03.50" in entry.text() for entry in menu.actions()))
    _choose(menu, "Use this frame as the poster (0:03.50)")
    desk.bot.waitUntil(lambda: desk.posters == [(1, 3.5)])
