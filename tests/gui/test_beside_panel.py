"""One draft tried with several models: what the panel shows of each, and that one press sends what it says."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.errors import PublicUrlNeeded
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.settings import Theme
from sora_studio.ui.compose.beside.beside_panel import BesidePanel
from sora_studio.ui.compose.beside.model_row import ModelRow
from sora_studio.ui.compose.beside.opener import BesideOpener
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import MenuChip
from sora_studio.ui.kit.line_breaks import BREAK
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.composer import ComposeModel
from tests.doubles.compose_studio import ComposeStudio
from tests.doubles.models import shipped_models

CTRL = Qt.KeyboardModifier.ControlModifier
REQUEST = GenerationRequest("sora-2", "A ferryman coils a wet rope.", {"duration": 15})
KLING, VEO, NEEDS_SOUND = "kling-3-0-std", "veo-3-1", "kling-2-6"


class Desk:
    """A window with an editor and a model chip, a composer with all models, and the panel."""

    def __init__(self, bot: QtBot, loop: StudioEventLoop, folder: Path) -> None:
        self.bot, self.window = bot, QWidget()
        bot.addWidget(self.window)
        self.errors = list[BaseException]()
        self.scope = TaskScope(lambda error, _: self.errors.append(error))
        self.editor, self.anchor = QPlainTextEdit(), QPushButton("Sora 2")
        column = QVBoxLayout(self.window)
        column.addWidget(self.editor)
        column.addWidget(self.anchor)
        self.studio = ComposeStudio(folder, *shipped_models().values())
        self.compose = ComposeModel(self.scope.start, self.window)
        loop.run_until_complete(self.compose.restore(self.studio))  # type: ignore[arg-type]  # shaped like a studio
        self.compose.use(REQUEST)
        self.opener = BesideOpener(self.window, self.compose, self.scope)
        self.opener.attach(self.studio.submission)  # type: ignore[arg-type]
        self.said = list[tuple[str, object]]()
        self.opener.submitted.connect(lambda tasks: self.said.append(("submitted", [task.request.model for task in tasks])))
        self.opener.key_needed.connect(lambda: self.said.append(("key", None)))
        self.opener.route_needed.connect(lambda: self.said.append(("route", None)))
        self.opener.use_wanted.connect(lambda slug: self.said.append(("use", slug)))
        self.window.resize(1100, 720)
        self.window.show()
        self.window.activateWindow()
        bot.waitUntil(self.window.isActiveWindow)
        self.editor.setFocus()

    def open(self, slug: str = KLING) -> BesidePanel:
        self.opener.open(slug, self.anchor, self.editor)
        return self.panel

    @property
    def panel(self) -> BesidePanel:
        (panel,) = self.window.findChildren(BesidePanel)
        return panel

    @property
    def sent(self) -> list[list[str]]:
        return self.studio.submission.batches

    def rows(self) -> dict[str, str]:
        """What a screen reader says of each row, by the title of its model, from top to bottom."""
        rows = sorted(self.panel.findChildren(ModelRow), key=lambda row: row.y())
        return {row.words().partition(",")[0]: row.words() for row in rows}

    def button(self, words: str) -> QAbstractButton:
        found = [button for button in self.panel.findChildren(QAbstractButton) if button.isVisible()]
        return next(button for button in found if words in (button.accessibleName(), button.text()))

    def chip(self, words: str) -> MenuChip:
        return next(chip for chip in self.panel.findChildren(MenuChip) if chip.words.startswith(words))

    def click(self, words: str) -> None:
        self.bot.mouseClick(self.button(words), Qt.MouseButton.LeftButton)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.bot.keyClick(self.window.focusWidget(), key, modifiers)

    def reads(self, words: str) -> bool:
        labels = [label for label in self.panel.findChildren(QLabel) if label.isVisible()]
        return any(words in label.text().replace(BREAK, "") for label in labels)

    def add(self, title: str) -> None:
        menu = self.chip("Add a model").menu()
        menu.aboutToShow.emit()
        menus = [menu, *menu.findChildren(QMenu)]
        action = next(action for one in menus for action in one.actions() if action.text().startswith(f"{title}\t"))
        action.trigger()

    def finish(self) -> None:
        asyncio.get_event_loop().run_until_complete(self.scope.close())
        assert not self.errors


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    usual_ms = QApplication.doubleClickInterval()
    QApplication.setDoubleClickInterval(0)
    made = Desk(qtbot, loop, tmp_path)
    yield made
    made.finish()
    QApplication.setDoubleClickInterval(usual_ms)


def test_every_model_has_a_row_with_what_it_gets_and_what_it_costs(desk: Desk) -> None:
    desk.open()
    desk.add("Veo 3.1")
    rows = desk.rows()
    assert list(rows) == ["Sora 2", "Kling 3.0 Standard", "Veo 3.1"]
    assert rows["Sora 2"].startswith("Sora 2, Text to video. 15 s; Landscape. ")
    assert "15 s; 16:9; Sound: Off, differs" in rows["Kling 3.0 Standard"]
    assert "Price not known" in rows["Kling 3.0 Standard"]
    assert "Duration: 15 s has no place in Veo 3.1, Text to video, fast. " in rows["Veo 3.1"]
    assert desk.reads("3 models · 3 clips")
    assert desk.panel.generate_button.text() == "Generate 3 · ≈ $0.30 or more"
    assert desk.panel.generate_button.hasFocus()


def test_ctrl_enter_sends_all_of_them_as_one_batch_and_closes(desk: Desk) -> None:
    shortcut = QShortcut(QKeySequence("Ctrl+Return"), desk.window)
    shortcut.activated.connect(lambda: desk.said.append(("the window's own shortcut", None)))
    panel = desk.open()
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.bot.waitUntil(lambda: bool(desk.said))
    assert desk.said == [("submitted", ["sora-2", KLING])]
    assert desk.sent == [["sora-2", KLING]]
    assert not panel.isVisible()
    assert desk.editor.hasFocus()


def test_the_press_that_opened_the_panel_does_not_send_when_it_is_doubled(desk: Desk) -> None:
    QApplication.setDoubleClickInterval(60_000)
    panel = desk.open()
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.press(Qt.Key.Key_Return)
    assert panel.isVisible()
    assert not desk.studio.submission.submitted


def test_a_refused_model_says_why_and_the_others_are_sent_without_it(desk: Desk) -> None:
    desk.open()
    desk.add("Kling 2.6")
    assert "Choose Sound first" in desk.rows()["Kling 2.6"]
    assert desk.rows()["Kling 2.6"].endswith("Not sent.")
    assert desk.reads("2 of 3 models · 2 clips")
    assert desk.panel.generate_button.text().startswith("Generate 2 · ")
    desk.click("Remove Kling 2.6")
    assert list(desk.rows()) == ["Sora 2", "Kling 3.0 Standard"]
    assert desk.panel.generate_button.hasFocus()
    desk.add("Kling 2.6")
    desk.panel.generate_button.click()
    desk.bot.waitUntil(lambda: bool(desk.said))
    assert desk.sent == [["sora-2", KLING]]


def test_what_a_picture_lacks_is_found_while_the_panel_is_open(desk: Desk) -> None:
    desk.compose.use(GenerationRequest("sora-2", "A", media=first_pictures("/pictures/pier.png")))
    desk.studio.submission.image_problem = "pier.png needs at least 300 px a side."
    desk.open()
    desk.bot.waitUntil(lambda: desk.reads("pier.png needs at least 300 px a side."))
    desk.bot.waitUntil(lambda: desk.reads("None of these can be sent."))
    assert not desk.panel.generate_button.isEnabled()


def test_takes_are_for_every_model(desk: Desk) -> None:
    desk.open(VEO)
    chip = desk.chip("Takes")
    chip.menu().actions()[2].trigger()
    assert chip.words == "Takes ×3"
    assert desk.panel.generate_button.text() == "Generate 6 · ≈ $0.90–1.05"
    assert desk.rows()["Veo 3.1"].endswith("Price $0.60. 3 clips.")
    desk.panel.generate_button.click()
    desk.bot.waitUntil(lambda: bool(desk.said))
    assert [takes for _, takes in desk.studio.submission.submitted] == [3, 3]


def test_the_same_batch_is_asked_about_before_it_is_sent_again(desk: Desk) -> None:
    desk.studio.submission.minds_repetition = True
    desk.open()
    desk.panel.generate_button.click()
    desk.bot.waitUntil(lambda: bool(desk.said))
    desk.studio.submission.submitted.reverse()  # the double compares with the last one only
    panel = desk.open()
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.bot.waitUntil(lambda: desk.reads("Send it again?"))
    desk.press(Qt.Key.Key_Escape)
    assert not desk.reads("Send it again?")
    assert panel.isVisible()
    desk.press(Qt.Key.Key_Return, CTRL)
    desk.bot.waitUntil(lambda: desk.reads("Send it again?"))
    desk.click("Again")
    desk.bot.waitUntil(lambda: len(desk.said) == 2)
    assert len(desk.sent) == 2


def test_a_draft_can_be_put_to_one_of_the_models_instead(desk: Desk) -> None:
    panel = desk.open()
    desk.click("Use Kling 3.0 Standard")
    assert desk.said == [("use", KLING)]
    assert not panel.isVisible()
    desk.compose.set_model(KLING)
    assert desk.compose.request == desk.compose.in_model(KLING)[0]


def test_what_was_left_with_a_model_comes_back_beside_as_it_does_when_it_is_chosen(desk: Desk) -> None:
    desk.compose.set_model(KLING)
    desk.compose.set_option("duration", 5)
    desk.compose.set_model("sora-2")
    desk.open()
    assert "5 s, differs" in desk.rows()["Kling 3.0 Standard"]


def test_without_a_key_or_a_route_it_says_so_and_stays(desk: Desk) -> None:
    panel = desk.open()
    desk.studio.credentials.has_key = False
    panel.generate_button.click()
    desk.bot.waitUntil(lambda: desk.said == [("key", None)])
    desk.studio.credentials.has_key = True
    desk.studio.submission.refusal = PublicUrlNeeded()
    panel.generate_button.click()
    desk.bot.waitUntil(lambda: desk.said[1:] == [("route", None)])
    assert desk.reads(PublicUrlNeeded.title)
    assert panel.isVisible()


def test_the_keyboard_reaches_every_control_and_escape_goes_back(desk: Desk) -> None:
    panel = desk.open()
    seen = list[str]()
    for _ in range(6):
        desk.press(Qt.Key.Key_Tab)
        focused = desk.window.focusWidget()
        seen.append(focused.accessibleName())
    assert seen == [
        *("Close", "Use Kling 3.0 Standard", "Remove Kling 3.0 Standard"),
        *("Add a model", "Takes of each model ×1", "Generate with these models"),
    ]
    desk.press(Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert desk.editor.hasFocus()


@pytest.mark.parametrize("choice", [Theme.DARK, Theme.LIGHT])
def test_it_is_as_high_as_its_rows_and_scrolls_in_a_small_window(desk: Desk, choice: Theme) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, choice)
    panel = desk.open()
    two = panel.height()
    desk.add("Veo 3.1")
    three = panel.height()
    assert two < three < 720
    desk.add("Seedance 2.0")
    desk.add("Wan 2.5")
    desk.add("Vidu Q3")
    assert desk.window.rect().contains(panel.geometry())
    desk.window.resize(720, 480)
    desk.bot.waitUntil(lambda: desk.window.rect().contains(panel.geometry()))
    assert panel.rect().contains(panel.generate_button.geometry())
