"""From files that cannot be read and a service that has changed to an installed model, in the real window."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.simulator.serve import Running, running
from sora_studio.storage.secrets import KeyStores, SessionKeys
from sora_studio.studio import open_studio
from sora_studio.ui.settings.dialog import SettingsDialog
from sora_studio.ui.settings.models.model_editor import ModelEditor
from tests.canary import KEY
from tests.doubles.model_library import write_own
from tests.doubles.models import HARBOUR, shipped_texts
from tests.gui.real_window import PATIENCE_MS, SPEED, Sitting, sitting

MINI = "seedance-2-0-mini"


@pytest.fixture
def simulator() -> Iterator[Running]:
    with running(speed=SPEED) as service:
        yield service


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An own file that is stricter than the service, and three that cannot be read."""
    folder = tmp_path / "data" / "models"
    folder.mkdir(parents=True)
    write_own(folder, MINI, re.sub(r"max( +)= 15\b", r"max\1= 12", shipped_texts()[MINI]))
    for slug in ("a", "b", "veo-3-1"):
        write_own(folder, slug, HARBOUR.replace("required = true", "required = 1"))
    return folder


def click(window: QWidget, words: str, qtbot: QtBot) -> None:
    (button,) = [each for each in window.findChildren(QPushButton) if each.text() == words and each.isVisible()]
    qtbot.waitUntil(button.isEnabled)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_changed_model_is_looked_at_installed_and_used(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path, simulator: Running, own: Path
) -> None:
    with sitting(loop, qtbot, tmp_path, simulator.url) as desk:
        editor = _look_at_the_proposal(desk, qtbot)
        qtbot.keyClick(editor.text, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: f"Your former file is kept as {MINI}.toml.bak." in editor.question.words)
        assert _longest(desk.studio.profiles[MINI]) == 12  # running tasks keep what they were sent with
        qtbot.keyClicks(editor.text, "# typed and not saved ")
    assert (own / "unsaved" / f"{MINI}.toml").read_text(encoding="utf-8").startswith("# typed and not saved ")

    async def next_start() -> float | None:
        keys = KeyStores(api_key=SessionKeys(KEY))
        async with open_studio(data_dir=tmp_path / "data", base_url=simulator.url, keys=keys) as studio:
            return _longest(studio.profiles[MINI])

    assert loop.run_until_complete(next_start()) == 15


def _look_at_the_proposal(desk: Sitting, qtbot: QtBot) -> ModelEditor:
    """Follow the one notice to the settings, check there, and open what is proposed."""
    (notice,) = [words for words in desk.window.notices.texts() if "profiles cannot be used" in words]
    assert notice.startswith("3 profiles cannot be used: a.toml line 33: ")
    click(desk.window.notices, "Open settings", qtbot)
    (dialog,) = desk.window.findChildren(SettingsDialog)
    qtbot.waitUntil(lambda: dialog.models.list.count() == 24 + 2)
    click(dialog, "Check for new models", qtbot)
    qtbot.waitUntil(dialog.new_models.list.isVisible, timeout=PATIENCE_MS)
    click(dialog, "Look at the proposal", qtbot)
    (editor,) = desk.window.findChildren(ModelEditor)
    qtbot.waitUntil(lambda: "Proposed from a published schema" in editor.text.text())
    assert not dialog.isVisible()
    return editor


def _longest(profile: ModelProfile) -> float | None:
    return next(option.max for option in profile.options if option.meaning == "duration_s")
