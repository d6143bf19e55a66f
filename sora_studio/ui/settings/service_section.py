"""The service's address."""

import os
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.settings import BASE_URL_VARIABLE, DEFAULT_BASE_URL, Settings, check_base_url
from sora_studio.ui.settings.field import Field


class ServiceSection(QWidget):
    """The gateway's base URL, validated before `wanted` is emitted.

    Signals: `wanted(Settings)`.
    """

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()
        self._address = QLineEdit()
        self._address.setAccessibleName("Service address")
        self._address.setPlaceholderText(DEFAULT_BASE_URL)
        self._address.editingFinished.connect(self._on_address_editing_finished)
        self.field = Field("", self._address, help_text=_help())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        self.settings = settings
        self._address.setText(settings.base_url)
        self.field.show_help()

    def _on_address_editing_finished(self) -> None:
        try:
            address = check_base_url(self._address.text() or DEFAULT_BASE_URL)
        except InvalidSetting as error:
            self.field.show_problem(error.sentence)
            return
        if address != self.settings.base_url:
            self.wanted.emit(replace(self.settings, base_url=address))
        else:
            self.field.show_help()


def _help() -> str:
    if os.environ.get(BASE_URL_VARIABLE):
        return f"{BASE_URL_VARIABLE} is set and overrides this address."
    return "Must begin with https to keep your key secret."
