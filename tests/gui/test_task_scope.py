"""A window's tasks: held, reported, tied to their controls, ended together."""

import asyncio
import gc

import pytest
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.ui.kit.task_scope import TaskScope


@pytest.fixture
def errors() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def scope(loop: StudioEventLoop, errors: list[tuple[str, str]]) -> TaskScope:
    return TaskScope(lambda error, name: errors.append((str(error), name)))


class Form(QWidget):
    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        self.entry, self.button = QLineEdit(), QPushButton("Save")
        row.addWidget(self.entry)
        row.addWidget(self.button)


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    form = Form()
    qtbot.addWidget(form)
    form.show()
    qtbot.waitExposed(form)
    form.activateWindow()
    form.button.setFocus()
    qtbot.waitUntil(form.button.hasFocus)
    return form


def test_a_control_is_busy_until_its_last_task_is_done(scope: TaskScope, form: Form, loop: StudioEventLoop) -> None:
    gate = asyncio.Event()
    first = scope.start(asyncio.sleep(0), name="first", busy=form.button)
    second = scope.start(gate.wait(), name="second", busy=form.button)
    assert not form.button.isEnabled()
    loop.run_until_complete(first)
    assert not form.button.isEnabled()
    gate.set()
    loop.run_until_complete(second)
    assert form.button.isEnabled()


def test_the_keyboard_comes_back_to_the_control(scope: TaskScope, form: Form, loop: StudioEventLoop) -> None:
    task = scope.start(asyncio.sleep(0), name="save", busy=form.button)
    assert not form.entry.hasFocus()
    loop.run_until_complete(task)
    assert form.button.hasFocus()


def test_the_keyboard_comes_back_into_a_form_that_was_busy(scope: TaskScope, form: Form, loop: StudioEventLoop) -> None:
    form.entry.setFocus()
    loop.run_until_complete(scope.start(asyncio.sleep(0), name="save", busy=form))
    assert form.entry.hasFocus()


def test_the_keyboard_goes_to_the_form_when_its_control_is_of_no_use_any_more(
    scope: TaskScope, form: Form, loop: StudioEventLoop
) -> None:
    form.setFocusProxy(form.entry)
    task = scope.start(asyncio.sleep(0), name="clear", busy=form)
    form.button.hide()
    loop.run_until_complete(task)
    assert form.entry.hasFocus()


def test_the_keyboard_stays_where_a_person_took_it(scope: TaskScope, form: Form, loop: StudioEventLoop) -> None:
    task = scope.start(asyncio.sleep(0), name="save", busy=form.button)
    form.entry.setFocus()
    loop.run_until_complete(task)
    assert form.entry.hasFocus()


def test_errors_are_reported_with_the_task_s_name(
    scope: TaskScope, loop: StudioEventLoop, errors: list[tuple[str, str]]
) -> None:
    async def fail() -> None:
        raise ValueError("no")

    task = scope.start(fail(), name="save")
    with pytest.raises(ValueError, match="no"):
        loop.run_until_complete(task)
    assert errors == [("no", "save")]


def test_cancelled_tasks_are_silent(scope: TaskScope, loop: StudioEventLoop, errors: list[tuple[str, str]]) -> None:
    task = scope.start(asyncio.sleep(60), name="wait")
    task.cancel()
    loop.run_until_complete(asyncio.wait([task]))
    assert errors == []


def test_a_task_that_nobody_holds_runs_to_its_end(scope: TaskScope, loop: StudioEventLoop) -> None:
    ended: list[bool] = []

    async def work() -> None:
        await asyncio.sleep(0.01)
        ended.append(True)

    scope.start(work(), name="work")
    gc.collect()
    loop.run_until_complete(asyncio.sleep(0.05))
    assert ended == [True]


def test_closing_ends_what_runs_and_what_is_started_later(scope: TaskScope, loop: StudioEventLoop) -> None:
    cleaned: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            cleaned.append("up")

    running = scope.start(work(), name="work")
    loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(scope.close())
    late = scope.start(work(), name="late")
    loop.run_until_complete(asyncio.wait([late]))
    assert running.cancelled()
    assert late.cancelled()
    assert cleaned == ["up"]


def test_a_control_may_be_gone_before_its_task_is_done(scope: TaskScope, form: Form, loop: StudioEventLoop) -> None:
    button = QPushButton("Gone")
    task = scope.start(asyncio.sleep(0.01), name="save", busy=button)
    button.deleteLater()
    del button
    loop.run_until_complete(task)
    assert task.done()
