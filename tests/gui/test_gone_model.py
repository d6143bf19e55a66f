"""A model that the service refuses, in the real window: the draft goes on with a successor, from notice, stage and card."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.simulator.serve import Running, running
from sora_studio.ui.stage.panel import StagePanel
from tests.gui.real_window import PATIENCE_MS, SPEED, Sitting, sitting

PROMPT = "A harbour at dawn"


@pytest.fixture
def simulator() -> Iterator[Running]:
    with running(speed=SPEED) as service:
        service.state.retire("sora-2")
        yield service


def buttons(place: QWidget) -> dict[str, QPushButton]:
    found = [button for button in place.findChildren(QPushButton) if button.isVisible()]
    return {button.text(): button for button in sorted(found, key=lambda button: button.mapTo(place, QPoint()).x())}


def wait_for_the_offers(desk: Sitting, qtbot: QtBot) -> dict[str, QPushButton]:
    qtbot.waitUntil(lambda: len(buttons(desk.window.notices)) == 4, timeout=PATIENCE_MS)
    return buttons(desk.window.notices)


def test_the_notice_and_the_stage_open_the_draft_with_a_successor(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path, simulator: Running
) -> None:
    with sitting(loop, qtbot, tmp_path, simulator.url) as desk:
        desk.send(PROMPT)
        desk.wait_for_row(PROMPT, "Sora 2 is no longer offered by the service")
        offers = wait_for_the_offers(desk, qtbot)
        models = ["Seedance 2.0", "Veo 3.1", "Kling 3.0 Standard"]
        assert list(offers) == [*(f"Open this draft with {model}" for model in models), "Try again"]
        assert desk.reads("Seedance 2.0: Watermark")
        labels = [label for label in desk.window.notices.findChildren(QLabel) if label.text()]
        assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
        desk.window.notices.setFocus()
        veo = offers["Open this draft with Veo 3.1"]
        veo.setFocus(Qt.FocusReason.TabFocusReason)
        assert desk.reads(f"Veo 3.1: {veo.toolTip()}")
        assert "Watermark" in veo.accessibleDescription()
        desk.editor.replace("Something else meanwhile")
        qtbot.mouseClick(veo, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: desk.editor.text() == PROMPT)
        assert desk.named(QPushButton, "Model Veo 3.1").isVisible()

        (stage,) = desk.window.findChildren(StagePanel)
        qtbot.waitUntil(lambda: "Open with Kling 3.0 Standard" in buttons(stage))
        qtbot.mouseClick(buttons(stage)["Open with Kling 3.0 Standard"], Qt.MouseButton.LeftButton)
        assert desk.named(QPushButton, "Model Kling 3.0 Standard").isVisible()
        task = desk.tasks.task_under(desk.tasks.model().index(1, 0))
        assert task is not None
        menu = desk.window.tasks.menu_for(task)
        assert [entry.text() for entry in menu.actions()[:3]] == [f"Open with {model}" for model in models]
        assert desk.studio.settings.current.model == "sora-2"
        assert simulator.state.charges == []
