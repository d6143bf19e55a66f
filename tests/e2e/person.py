"""The real program with somebody in front of it: `python -m tests.e2e.person [PROMPT]`.

They wait for the editor, type the prompt, wait until it is saved and press Ctrl+Enter; without a prompt they only watch. What
they see is printed as JSON lines: `{"editor": …}` once it can be used, `{"did": "saved"}`, `{"did": "pressed"}`, and
`{"rows": […]}` whenever the list reads differently. They close the window when the input closes.
"""

import json
import os
import sys
import threading
from collections.abc import Generator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QTableView, QTextEdit, QWidget

from sora_studio.app.main import run
from sora_studio.ui.window.main_view import MainView

if TYPE_CHECKING:
    from sora_studio.studio import Studio

LOOK_EVERY_MS = 5


class Person(QObject):
    """Looks again and again; each look goes one step further when what it waits for has come. Signals: `bored()`."""

    bored = Signal()

    def __init__(self, window: QWidget, prompt: str) -> None:
        super().__init__(window)
        self._window, self._prompt = window, prompt
        self._rows: list[str] | None = None
        self._steps = self._act()
        self._looks = QTimer(self, interval=LOOK_EVERY_MS)
        self._looks.timeout.connect(self._look)
        self._looks.start()
        self.bored.connect(window.close)
        threading.Thread(target=self._wait_to_leave, daemon=True).start()

    def _wait_to_leave(self) -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        self.bored.emit()

    def _look(self) -> None:
        next(self._steps, None)
        (tasks,) = [table for table in self._window.findChildren(QTableView) if table.accessibleName() == "Tasks"]
        model = tasks.model()
        indexes = (model.index(row, 0) for row in range(model.rowCount()))
        rows = [str(index.data(Qt.ItemDataRole.AccessibleTextRole)) for index in indexes]
        if rows != self._rows:
            self._rows = rows
            say(rows=rows)

    def _act(self) -> Generator[None]:
        (editor,) = [edit for edit in self._window.findChildren(QTextEdit) if edit.accessibleName() == "Prompt"]
        (generate,) = [button for button in self._window.findChildren(QPushButton) if button.accessibleName() == "Generate"]
        while not (generate.isEnabled() and self._window.isActiveWindow() and editor.hasFocus()):
            yield
        say(editor=editor.toPlainText())
        if not self._prompt:
            return
        QTest.keyClicks(editor, self._prompt)
        while not any(label.text().startswith("saved ") for label in self._window.findChildren(QLabel)):
            yield
        say(did="saved")
        yield
        QTest.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        say(did="pressed")


def say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def main() -> int:
    """The program's own exit code."""
    attach = MainView.attach

    def attach_and_sit_down(view: MainView, studio: "Studio") -> None:
        attach(view, studio)
        Person(view.window(), sys.argv[1])

    MainView.attach = attach_and_sit_down
    return run(demo=False, output=None)


if __name__ == "__main__":
    sys.exit(main())
