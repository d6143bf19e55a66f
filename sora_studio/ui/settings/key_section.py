"""The API key: entered masked, tested by reading the balance, kept in the system's key store, and never shown again."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.domain.errors import StudioError
from sora_studio.domain.ports import KeyOrigin
from sora_studio.domain.service_pages import ServicePages
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.secret_field import SecretField, secret_entry

if TYPE_CHECKING:
    from sora_studio.services.runtime.credentials import Credentials

ORIGIN_WORDS = {
    KeyOrigin.NONE: "No key yet. It is kept in this system's key store, never in a file.",
    KeyOrigin.ENVIRONMENT: "The key comes from SORA_STUDIO_API_KEY, which overrides a key saved here.",
    KeyOrigin.KEYRING: "The key is in this system's key store.",
    KeyOrigin.SESSION: "The key is kept for this session only and is gone when the program ends.",
}


class KeySection(QWidget):
    """Saves, tests and clears the key.

    Signals: `key_changed()` after a key was saved or cleared.
    """

    key_changed = Signal()

    def __init__(self, scope: TaskScope) -> None:
        super().__init__()
        self._credentials: Credentials | None = None
        self._test = PushButton("Test", "Test the key")
        self._test.clicked.connect(self._on_test_clicked)
        entry = secret_entry("API key", placeholder="Paste your key")
        self.field = SecretField(scope, [entry], what="key", origins=ORIGIN_WORDS, beside=[self._test])
        self.field.changed.connect(self.key_changed)
        for changed in (self.field.typed, self.field.changed):
            changed.connect(self._on_field_typed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)
        self._page: ServicePages | None = None
        self._get = PushButton("Get a key", "Open the service's page about API keys")
        self._get.clicked.connect(self._on_get_clicked)
        column.addWidget(self._get, alignment=Qt.AlignmentFlag.AlignLeft)
        self._on_field_typed()

    def attach(self, credentials: "Credentials | None", pages: ServicePages | None = None) -> None:
        """Show where the key is kept; None while the studio has not started. `pages` are the service's web pages, if known."""
        self._page = pages
        self._credentials = credentials
        self.field.attach(credentials, credentials.set if credentials else None)
        self._on_field_typed()

    def _on_field_typed(self) -> None:
        has_key = self._credentials is not None and self._credentials.status.origin is not KeyOrigin.NONE
        self._get.setVisible(self._page is not None and not has_key)
        self._test.setEnabled(self._credentials is not None and all(self.field.texts))

    def _on_get_clicked(self) -> None:
        if self._page is not None:
            QDesktopServices.openUrl(QUrl(self._page.key))

    def _on_test_clicked(self) -> None:
        if self._credentials is not None:
            self.field.begin(self._try_key(self._credentials, *self.field.texts), "test key", "Testing…")

    async def _try_key(self, credentials: "Credentials", key: str) -> None:
        try:
            balance_usd = await credentials.test(key)
        except StudioError as error:
            self.field.show_problem(error.sentence)
        else:
            self.field.show_result(f"The key works. Balance ${balance_usd:,.2f}.")
