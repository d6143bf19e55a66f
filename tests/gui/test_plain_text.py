"""Whatever the service, a file or a prompt says is shown letter by letter: nothing from outside is read as HTML."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtGui import QHelpEvent, Qt, QTextDocument
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.clip import ClipState
from sora_studio.domain.errors import ServiceUnavailable
from sora_studio.domain.events import NoticeLevel, NoticeRaised
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.paths import resources_dir
from sora_studio.simulator.serve import Running, running
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks
from sora_studio.viewmodels.tasks.task_actions import TaskAction
from tests.gui.real_window import PATIENCE_MS, SPEED, Sitting, sitting

EVIL = '<b>bold</b><img src="file:///etc/hostname"><a href="https://evil.example">&amp; more</a>'
NOW = datetime.now(UTC)


@pytest.fixture
def simulator() -> Iterator[Running]:
    with running(speed=SPEED) as service:
        yield service


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path, simulator: Running) -> Iterator[Sitting]:
    """A window on a hostile model and on a task of every kind whose every word is hostile."""
    write_hostile_model(tmp_path / "data" / "models")
    loop.run_until_complete(write_hostile_tasks(tmp_path, simulator.url))
    with sitting(loop, qtbot, tmp_path, simulator.url) as at:
        yield at


def write_hostile_model(folder: Path) -> None:
    shipped = (resources_dir() / "models" / "sora-2.toml").read_text(encoding="utf-8")
    folder.mkdir(parents=True)
    hostile = re.sub(r'^(title +)= ".*"', lambda line: f"{line[1]}= '{EVIL}'", shipped, flags=re.MULTILINE)
    (folder / "sora-2.toml").write_text(hostile.replace('"landscape"', f"'{EVIL[:60]}'"), encoding="utf-8")


async def write_hostile_tasks(folder: Path, gateway: str) -> None:
    database = Database(folder / "data" / "studio.db")
    await database.open()
    tasks = SqliteTasks(database)
    requests = [GenerationRequest(model="sora-2", prompt=f"{EVIL} {number}") for number in range(5)]
    failed, unclear, missing, expired, lost = await tasks.add(requests, gateway=gateway, at=NOW)
    for task in (failed, unclear, missing, expired, lost):
        await tasks.transition(task.id, TaskState.SENDING, sent_at=NOW)
    for task in (failed, missing, expired, lost):
        await tasks.transition(task.id, TaskState.PENDING, task_id=f"{EVIL}{task.id}", accepted_at=NOW)
    await tasks.transition(failed.id, TaskState.FAILED, fail_code=EVIL, fail_message=EVIL, completed_at=NOW)
    await tasks.transition(unclear.id, TaskState.UNKNOWN, trouble=EVIL)
    await tasks.transition(lost.id, TaskState.LOST, trouble=EVIL)
    for task, state in ((missing, ClipState.MISSING), (expired, ClipState.EXPIRED)):
        await tasks.succeed(task.id, [f"https://cdn.example/{EVIL}"], completed_at=NOW, expires_at=NOW + timedelta(days=9))
        row = await tasks.get(task.id)
        assert row
        await tasks.transition_clip(row.clips[0].id, ClipState.DOWNLOADING)
        if state is ClipState.MISSING:
            await tasks.transition_clip(row.clips[0].id, ClipState.SAVED, path=folder / "clips" / "<b>.mp4")
        await tasks.transition_clip(row.clips[0].id, state, trouble=EVIL)
    await database.close()


def widgets() -> list[QWidget]:
    return [widget for window in QApplication.topLevelWidgets() for widget in (window, *window.findChildren(QWidget))]


def read_as_html() -> list[str]:
    """Every label and every tool tip that would be read as anything but what it says."""
    labels = [widget for widget in widgets() if isinstance(widget, QLabel) and widget.text()]
    rich = [label.text() for label in labels if is_rich(label) and not shows_letter_by_letter(label.text())]
    tips = [widget.toolTip() for widget in widgets() if "bold" in widget.toolTip()]
    return rich + [tip for tip in tips if not shows_letter_by_letter(tip)]


def is_rich(label: QLabel) -> bool:
    kind = label.textFormat()
    return kind is not Qt.TextFormat.PlainText and (kind is not Qt.TextFormat.AutoText or Qt.mightBeRichText(label.text()))


def shows_letter_by_letter(tip: str) -> bool:
    if not Qt.mightBeRichText(tip):
        return True
    document = QTextDocument()
    document.setHtml(tip)
    return "<b>bold</b>" in document.toPlainText() and "<img" not in tip and "<b" not in tip


def labels_that_say(words: str) -> int:
    return sum(words in widget.text() for widget in widgets() if isinstance(widget, QLabel))


def test_what_would_be_read_as_html_is_found(qtbot: QtBot) -> None:
    label = QLabel(EVIL)
    qtbot.addWidget(label)
    label.setToolTip(EVIL)
    assert read_as_html() == [EVIL, EVIL]
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setToolTip(f"<qt>{html.escape(EVIL)}</qt>")
    assert read_as_html() == []


def test_every_word_from_outside_is_plain(desk: Sitting, qtbot: QtBot) -> None:
    view = desk.window
    qtbot.waitUntil(lambda: sum(EVIL[:20] in row for row in desk.rows()) == 5, timeout=PATIENCE_MS)
    for level in NoticeLevel:
        view.notices.raise_notice(NoticeRaised(f"cause {level}", level, EVIL))
    view._on_task_error(ServiceUnavailable(EVIL), "a task")
    view.compose.set_demo_prompt(EVIL)
    assert labels_that_say("<b>bold</b>") >= 4
    assert read_as_html() == []

    model, shown = desk.tasks.model(), list[str]()
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        if (task := desk.tasks.task_under(index)) is None:
            continue
        view.tasks.select(task.id)
        view.stage.show_task(task, play=True)
        place = desk.tasks.visualRect(index).center()
        desk.tasks.scrollTo(index)
        place = desk.tasks.visualRect(index).center()
        help_event = QHelpEvent(QHelpEvent.Type.ToolTip, place, desk.tasks.viewport().mapToGlobal(place))
        QApplication.sendEvent(desk.tasks.viewport(), help_event)
        shown.append(QToolTip.text())
        assert shows_letter_by_letter(QToolTip.text())
        assert read_as_html() == []
    assert len({tip for tip in shown if html.escape("<b>bold</b>") in tip}) == 5


def test_a_dialog_about_a_hostile_task_is_plain(desk: Sitting, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(desk.rows()) == 5, timeout=PATIENCE_MS)
    model = desk.tasks.model()
    rows = [desk.tasks.task_under(model.index(row, 0)) for row in range(model.rowCount())]
    (unclear,) = [task for task in rows if task is not None and task.state is TaskState.UNKNOWN]
    view = desk.window
    view.tasks.commands.perform(TaskAction.REVIEW, unclear)
    (dialog,) = [widget for widget in view.findChildren(QDialog) if widget.isVisible()]
    dialog.refuse(EVIL)
    assert labels_that_say("<b>bold</b>") >= 2
    assert read_as_html() == []
    dialog.close()
