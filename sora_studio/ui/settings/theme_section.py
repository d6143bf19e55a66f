"""The choice of a theme: dark, light, or the system's."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from sora_studio.domain.settings import Settings, Theme
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.settings.field import Field

_CHOICES = (
    (Theme.SYSTEM, "System", "segment-first"),
    (Theme.DARK, "Dark", "segment"),
    (Theme.LIGHT, "Light", "segment-last"),
)


class ThemeSection(QWidget):
    """Three exclusive choices.

    Signals: `wanted(Settings)`.
    """

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()
        self._group = QButtonGroup(self)
        self._buttons = dict[Theme, QPushButton]()
        self._row = QWidget()
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for choice, words, role in _CHOICES:
            row.addWidget(self._build_choice(choice, words, role))
        row.addStretch(1)
        self.field = Field("", self._row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        self.settings = settings
        self._buttons[settings.theme].setChecked(True)

    def _build_choice(self, choice: Theme, words: str, role: str) -> QPushButton:
        button = PushButton(words, f"Look: {words}")
        button.setCheckable(True)
        theme.set_role(button, role)
        button.clicked.connect(lambda: self.wanted.emit(replace(self.settings, theme=choice)))
        self._group.addButton(button)
        self._buttons[choice] = button
        return button
