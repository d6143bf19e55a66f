"""The composer on a screen with a studio behind it: what a person can see and do there, for the tests of its parts."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.draft import Draft
from sora_studio.domain.events import EventBus
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.picture import PictureEdit
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.compose.model_picker.picker import ModelPicker
from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.compose.pictures.crop_view import CropView
from sora_studio.ui.compose.pictures.image_well import ImageWell
from sora_studio.ui.compose.pictures.picture_dialog import PictureDialog
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit.controls import MenuChip, SegmentButton
from sora_studio.ui.kit.generate_button import GenerateButton
from sora_studio.ui.kit.line_breaks import BREAK
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.event_bridge import EventBridge
from tests.doubles.compose_studio import ComposeStudio

W = TypeVar("W", bound=QWidget)
EARLIER = Draft(7, GenerationRequest("sora-2", "An earlier prompt", {"duration": 15}, "value"), takes=3, caret=4)


class Desk:
    """The panel on a screen with a studio behind it, and what a person can see and do there."""

    def __init__(self, qtbot: QtBot, studio: ComposeStudio) -> None:
        self.bot, self.studio = qtbot, studio
        self.errors = list[BaseException]()
        self.scope = TaskScope(lambda error, _: self.errors.append(error))
        self.panel = ComposePanel(self.scope)
        self.events, self.relay = EventBus(), EventBridge()
        self.relay.listen(self.events)
        self.submitted, self.keys_needed = list[int](), list[bool]()
        self.panel.submitted.connect(lambda tasks: self.submitted.append(len(tasks)))
        self.panel.key_needed.connect(lambda: self.keys_needed.append(True))
        self.routes_needed = list[bool]()
        self.panel.route_needed.connect(lambda: self.routes_needed.append(True))
        qtbot.addWidget(self.panel, before_close_func=self._finish)
        self.panel.resize(1200, 400)
        self.panel.show()
        self.panel.activateWindow()
        qtbot.waitActive(self.panel)
        self.editor.setFocus()

    def _finish(self, _: QWidget) -> None:
        """As the window does: what runs for its widgets ends before they go."""
        asyncio.get_event_loop().run_until_complete(self.scope.close())

    def attach(self) -> None:
        self.panel.attach(self.studio, self.relay)  # type: ignore[arg-type]  # shaped like a studio
        self.bot.waitUntil(self.generate.isEnabled)

    @property
    def editor(self) -> PromptEditor:
        return self.one(PromptEditor, "Prompt")

    @property
    def generate(self) -> GenerateButton:
        return self.one(GenerateButton, "Generate")

    def all(self, kind: type[W]) -> list[W]:
        return [widget for widget in self.panel.findChildren(kind) if widget.isVisible()]

    def one(self, kind: type[W], name: str) -> W:
        found = [widget for widget in self.all(kind) if widget.accessibleName() == name]
        assert len(found) == 1, f"{name!r} among {[widget.accessibleName() for widget in self.all(kind)]}"
        return found[0]

    def reads(self, words: str) -> bool:
        return any(words in seen_text(label) for label in self.all(QLabel))

    def action(self, chip: str, words: str) -> QAction:
        menu = self.one(MenuChip, chip).menu()
        return next(action for action in menu.actions() if words in action.text())

    def choose_model(self, chip: str, title: str) -> None:
        """By the picker: pressed, found by its title, taken with Enter."""
        self.click(self.one(MenuChip, chip))
        picker = self.panel.window().findChild(ModelPicker)
        assert picker is not None
        assert picker.isVisible()
        QTest.keyClicks(picker.search, title)
        QTest.keyClick(picker.search, Qt.Key.Key_Return)

    def wells(self) -> list[ImageWell]:
        """As they are seen from left to right."""
        return sorted(self.all(ImageWell), key=lambda well: well.mapTo(self.panel, QPoint(0, 0)).x())

    def pictures(self) -> list[str]:
        """What the wells hold."""
        return [well.source for well in self.wells() if well.source is not None]

    def picture_dialog(self) -> PictureDialog:
        """The one that is open."""
        [dialog] = [dialog for dialog in self.panel.findChildren(PictureDialog) if dialog.isVisible()]
        return dialog

    def click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def requests(self) -> list[GenerationRequest]:
        return [request for request, _ in self.studio.submission.submitted]


class Look:
    """The dialog of one picture, and what a person sees and does there."""

    def __init__(self, desk: Desk, source: str) -> None:
        self.desk = desk
        desk.panel.use(
            GenerationRequest(
                "sora-2",
                "A",
                media=first_pictures(source),
            )
        )
        self.well = next(well for well in desk.wells() if well.source == source)
        self.well.setFocus()
        QTest.keyClick(self.well, Qt.Key.Key_Return)
        self.dialog: PictureDialog = desk.picture_dialog()
        desk.bot.waitUntil(lambda: not self.dialog.isHidden() and bool(desk.studio.pictures.looks))

    def reads(self, words: str) -> bool:
        return any(words in seen_text(label) for label in self.dialog.findChildren(QLabel) if label.isVisible())

    def wait(self, words: str) -> None:
        self.desk.bot.waitUntil(lambda: self.reads(words))

    def button(self, words: str) -> QPushButton:
        [found] = [button for button in self.dialog.findChildren(QPushButton) if button.text() == words and button.isVisible()]
        return found

    def choose(self, words: str) -> None:
        [found] = [
            button for button in self.dialog.findChildren(SegmentButton) if button.text() == words and button.isVisible()
        ]
        self.desk.click(found)

    @property
    def view(self) -> CropView:
        [view] = self.dialog.findChildren(CropView)
        return view

    def edit(self) -> PictureEdit | None:
        """What would be sent with Generate now."""
        self.desk.click(self.desk.generate)
        before = len(self.desk.requests())
        self.desk.bot.waitUntil(lambda: len(self.desk.requests()) > before or bool(self.desk.requests()))
        request = self.desk.requests()[-1]
        return request.edits.get(request.sources[0])


def seen_text(label: QLabel) -> str:
    """Without the places at which a long word may break."""
    return label.text().replace(BREAK, "")


def open_desk(qtbot: QtBot, loop: StudioEventLoop, folder: Path) -> Iterator[Desk]:
    """A desk for a fixture; afterwards nothing may have gone wrong behind it."""
    made = Desk(qtbot, ComposeStudio(folder / "data"))
    yield made
    loop.run_until_complete(made.scope.close())
    for error in made.errors:
        raise error
