"""A setting with a text field."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.settings import Settings
from sora_studio.ui.settings.field import Field


class TextSetting(Field):
    """Validated when editing ends; emits `wanted` if the value then differs from the current setting.

    Signals: `wanted(Settings)`, `typed()` on every edit by the user.
    """

    wanted = Signal(object)
    typed = Signal()

    def __init__(
        self,
        name: str,
        *beside: QWidget,
        held: Callable[[], Settings],
        read: Callable[[Settings], str],
        write: Callable[[Settings, str], Settings],
        placeholder: str = "",
        help_text: str = "",
    ) -> None:
        """`write` returns the `held` settings with the text applied; it may raise `InvalidSetting`."""
        self._entry = QLineEdit()
        self._entry.setAccessibleName(name)
        self._entry.setPlaceholderText(placeholder)
        self._held, self._read, self._write = held, read, write
        super().__init__(name, self._entry, *beside, help_text=help_text)
        self._entry.textEdited.connect(self.typed)
        self._entry.editingFinished.connect(self._on_entry_editing_finished)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        self._entry.setText(self._read(settings))
        self.show_help()

    def _on_entry_editing_finished(self) -> None:
        try:
            wanted = self._write(self._held(), self._entry.text().strip())
        except InvalidSetting as error:
            self.show_problem(error.sentence)
            return
        self._entry.setText(self._read(wanted))
        if wanted != self._held():
            self.wanted.emit(wanted)
        elif self.is_problem:
            self.show_help()
