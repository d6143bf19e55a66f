"""The API key: entered masked, tested against the balance, kept in the system's key store. It is never shown again."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from sora_studio.domain.errors import StudioError
from sora_studio.domain.ports import KeyOrigin, KeyStatus
from sora_studio.ui.settings.field import Field
from sora_studio.ui.task_scope import TaskScope

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from sora_studio.services.credentials import Credentials

ORIGIN_WORDS = {
    KeyOrigin.NONE: "No key yet. It is kept in this system's key store, never in a file.",
    KeyOrigin.ENVIRONMENT: "The key comes from SORA_STUDIO_API_KEY, which goes before any key saved here.",
    KeyOrigin.KEYRING: "The key is in this system's key store.",
    KeyOrigin.SESSION: "The key is kept for this session only and is gone when the program ends.",
}


class KeySection(QWidget):
    """Save, test and clear, each off the window's thread; what came of it stands below the field.

    Signals: `key_changed()` after a key was saved or cleared.
    """

    key_changed = Signal()

    def __init__(self, scope: TaskScope) -> None:
        super().__init__()
        self._scope = scope
        self._credentials: Credentials | None = None
        self._work: asyncio.Task[None] | None = None
        self._entry = QLineEdit()
        self._entry.setEchoMode(QLineEdit.EchoMode.Password)
        self._entry.setPlaceholderText("Paste your key")
        self._entry.setAccessibleName("API key")
        self._entry.textChanged.connect(self._arrange)
        self._entry.returnPressed.connect(self._on_save_clicked)
        self._save = _button("Save", "Save the key", self)
        self._test = _button("Test", "Test the key against the balance", self)
        self._clear = _button("Clear", "Clear the saved key", self)
        self._save.clicked.connect(self._on_save_clicked)
        self._test.clicked.connect(self._on_test_clicked)
        self._clear.clicked.connect(self._on_clear_clicked)
        self.field = Field("", self._entry, self._save, self._test, self._clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)
        self._arrange()

    def attach(self, credentials: "Credentials | None") -> None:
        """Tell where the key is now; None while the studio has not started."""
        self._credentials = credentials
        self._entry.clear()
        if credentials is None:
            self.field.show_help("The key can be entered once the studio has started.")
        else:
            self._show_status(credentials.status)
        self._arrange()

    def _arrange(self) -> None:
        """Each button is there for what can be done now."""
        typed, known = bool(self._entry.text().strip()), self._credentials is not None
        status = self._credentials.status.origin if self._credentials else KeyOrigin.NONE
        self._entry.setEnabled(known)
        self._save.setEnabled(known and typed)
        self._test.setEnabled(known and typed)
        self._clear.setVisible(status in (KeyOrigin.KEYRING, KeyOrigin.SESSION))

    def _show_status(self, status: KeyStatus) -> None:
        self.field.show_help(" ".join(filter(None, (ORIGIN_WORDS[status.origin], status.notice))))

    def _on_save_clicked(self) -> None:
        if (key := self._entry.text().strip()) and self._credentials is not None:
            self._begin(self._change(self._credentials.set(key)), "save key", "Saving…")

    def _on_clear_clicked(self) -> None:
        if self._credentials is not None:
            self._begin(self._change(self._credentials.clear()), "clear key", "Clearing…")

    def _on_test_clicked(self) -> None:
        if (key := self._entry.text().strip()) and self._credentials is not None:
            self._begin(self._try_key(self._credentials, key), "test key", "Asking the service…")

    def _begin(self, work: "Coroutine[object, object, None]", name: str, words: str) -> None:
        if self._work is not None and not self._work.done():
            work.close()
            return
        self.field.show_help(words)
        self._work = self._scope.start(work, name=name, busy=self.field)

    async def _change(self, work: "Coroutine[object, object, KeyStatus]") -> None:
        try:
            status = await work
        except StudioError as error:
            self.field.show_problem(error.sentence)
            return
        self._entry.clear()
        self._show_status(status)
        self._arrange()
        self.key_changed.emit()

    async def _try_key(self, credentials: "Credentials", key: str) -> None:
        try:
            balance_usd = await credentials.test(key)
        except StudioError as error:
            self.field.show_problem(error.sentence)
        else:
            self.field.show_result(f"The key works. Balance ${balance_usd:,.2f}.")


def _button(text: str, name: str, parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.setAccessibleName(name)
    button.setAutoDefault(False)
    return button
