"""The note of a clip, saved after a pause for the clip that it was typed for."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from sora_studio.domain.judgement import ClipRef, Judgement
from sora_studio.domain.task import Task
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope

if TYPE_CHECKING:
    from sora_studio.services.library.judging import Judging

SAVED_AFTER_MS = 800
"""After the last key."""


class NoteEditor(QPlainTextEdit):
    """Signals: `saved()` once a note is stored; a read that began before would show the former one."""

    saved = Signal()

    def __init__(self, scope: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self._judging: Judging | None = None
        self._task: int | None = None
        self._unsaved = dict[int, str]()
        """Notes as typed, by task, until they are saved."""
        self._saving = dict[asyncio.Task[None], tuple[int, str]]()
        self.setPlaceholderText("Note")
        self.setAccessibleName("Note")
        self.setTabChangesFocus(True)
        self.setFixedHeight(64)
        theme.set_role(self, "text")
        self.textChanged.connect(self._on_text_changed)
        self._timer = QTimer(self, singleShot=True, interval=SAVED_AFTER_MS)
        self._timer.timeout.connect(self.save)

    def attach(self, judging: "Judging") -> None:
        """Connect the service that notes are saved with."""
        self._judging = judging

    def show_note(self, task: Task) -> None:
        """Show what was typed for this task, else its saved note. Other space at the ends alone does not move the cursor."""
        words, is_other = self._unsaved.get(task.id, task.note), self._task != task.id
        self._task = task.id
        if is_other or words.strip() != self.toPlainText().strip():
            self.blockSignals(True)
            self.setPlainText(words)
            self.blockSignals(False)

    def save(self) -> None:
        """Save what was typed. A note that could not be saved stays typed, and is tried again the next time."""
        self._timer.stop()
        if self._judging is None:
            return
        for typed in self._unsaved.items():
            if typed not in self._saving.values():
                saving = self._scope.start(self._save(self._judging, *typed), name="Save a note")
                self._saving[saving] = typed
                saving.add_done_callback(self._saving.pop)

    async def finish(self) -> None:
        """Save what was typed, and wait until it is saved."""
        self.save()
        if self._saving:
            await asyncio.wait(list(self._saving))

    async def _save(self, judging: "Judging", task: int, words: str) -> None:
        await judging.judge([ClipRef(task)], Judgement(note=words))
        if self._unsaved.get(task) == words:
            del self._unsaved[task]
        self.saved.emit()

    def _on_text_changed(self) -> None:
        if self._task is not None:
            self._unsaved[self._task] = self.toPlainText()
            self._timer.start()
