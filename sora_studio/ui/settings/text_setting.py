"""A setting that is typed."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.settings import Settings
from sora_studio.ui.settings.field import Field


class TextSetting(Field):
    """Checked when the person leaves it, and wanted when it then says something else than what holds.

    Signals: `wanted(Settings)`, `typed()` after every letter of a person.
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
        """`write` puts the words into the settings that are `held`; it raises `InvalidSetting`."""
        self._entry = QLineEdit()
        self._entry.setAccessibleName(name)
        self._entry.setPlaceholderText(placeholder)
        self._held, self._read, self._write = held, read, write
        super().__init__(name, self._entry, *beside, help_text=help_text)
        self._entry.textEdited.connect(self.typed)
        self._entry.editingFinished.connect(self._on_entry_editing_finished)

    def show_settings(self, settings: Settings) -> None:
        """As they hold now."""
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
