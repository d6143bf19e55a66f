"""The real window on a real studio, a real database and a real service, and what a person reads and does there."""

from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.events import EventBus
from sora_studio.domain.ports import KeyStore
from sora_studio.domain.settings import Settings
from sora_studio.storage.secrets import KeyStores, SessionKeys
from sora_studio.studio import Studio, open_studio
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.tasks.view import TaskView
from sora_studio.ui.window.main_view import MainView
from tests.canary import KEY

W = TypeVar("W", bound=QWidget)
SPEED = 200.0
"""A clip takes about a second of the service's time, and what it takes to draw it."""
PATIENCE_MS = 15_000


class Sitting:
    """A person in front of the open window. Everything is found by its accessible name."""

    def __init__(self, window: MainView, studio: Studio, qtbot: QtBot) -> None:
        self.window, self.studio, self._bot = window, studio, qtbot

    @property
    def editor(self) -> PromptEditor:
        return self.named(PromptEditor, "Prompt")

    @property
    def generate(self) -> QPushButton:
        return self.named(QPushButton, "Generate")

    @property
    def tasks(self) -> TaskView:
        return self.named(TaskView, "Tasks")

    def named(self, kind: type[W], name: str) -> W:
        (found,) = [widget for widget in self.window.findChildren(kind) if widget.accessibleName() == name]
        return found

    def reads(self, words: str) -> bool:
        """Whether these words stand anywhere in the window."""
        return any(words in label.text() for label in self.window.findChildren(QLabel) if label.isVisible())

    def rows(self) -> list[str]:
        """The cards as a screen reader reads them."""
        model = self.tasks.model()
        indexes = (model.index(row, 0) for row in range(model.rowCount()))
        return [str(index.data(Qt.ItemDataRole.AccessibleTextRole)) for index in indexes if self.tasks.task_under(index)]

    def wait_for_row(self, *words: str) -> str:
        """The one card that says all of this, once it does."""

        def found() -> list[str]:
            return [row for row in self.rows() if all(word in row for word in words)]

        self._bot.waitUntil(lambda: len(found()) == 1, timeout=PATIENCE_MS)
        return found()[0]

    def send(self, prompt: str) -> None:
        """Type it and press Ctrl+Enter."""
        self._bot.keyClicks(self.editor, prompt)
        self.press_generate()

    def press_generate(self) -> None:
        self._bot.keyClick(self.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def press_enter_on_the_card(self) -> None:
        """Ctrl+2 leads to the list: to the card that was sent last, or else to the first."""
        self._bot.keyClick(self.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        self._bot.waitUntil(self.tasks.hasFocus)
        self._bot.keyClick(self.tasks, Qt.Key.Key_Return)


@contextmanager
def sitting(
    loop: StudioEventLoop, qtbot: QtBot, folder: Path, url: str, *, keys: KeyStore | None = None, speed: float = SPEED
) -> Iterator[Sitting]:
    """From the opened window to its orderly end. Sittings on one folder share its data and its clips."""
    events, stack = EventBus(), AsyncExitStack()
    opening = open_studio(
        data_dir=folder / "data",
        base_url=url,
        output_dir=folder / "clips",
        speed=speed,
        keys=KeyStores(api_key=keys or SessionKeys(KEY)),
        events=events,
    )
    window = MainView(Settings(), demo=False)
    window.resize(1600, 1000)
    try:
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        window.listen(events)
        studio = loop.run_until_complete(stack.enter_async_context(opening))
        window.attach(studio)
        at = Sitting(window, studio, qtbot)
        qtbot.waitUntil(at.generate.isEnabled, timeout=PATIENCE_MS)
        yield at
    finally:
        loop.run_until_complete(window.finish())
        loop.run_until_complete(stack.aclose())
        window.close()
        window.deleteLater()
