"""The settings of notifications: whether to show them, and with a sound or without."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.domain.settings import Settings
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.check_box import CheckBox
from sora_studio.ui.settings.field import Field, kept_left

HELP = "Only while this window is in the background. Do not disturb is up to your system."


class NewsSection(QWidget):
    """Two boxes; the second depends on the first.

    Signals: `wanted(Settings)`.
    """

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()
        self._tell = CheckBox("Tell me when clips are ready")
        self._tell.clicked.connect(self._on_tell_clicked)
        self._sound = CheckBox("With a sound")
        self._sound.clicked.connect(self._on_sound_clicked)
        boxes = QWidget()
        inner = QVBoxLayout(boxes)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(theme.GRID)
        inner.addWidget(kept_left(self._tell))
        inner.addWidget(kept_left(self._sound))
        self.field = Field("", boxes, help_text=HELP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        self.settings = settings
        self._tell.setChecked(settings.tell_when_ready)
        self._sound.setChecked(settings.tell_with_sound)
        self._sound.setEnabled(settings.tell_when_ready)
        self.field.show_help()

    def _on_tell_clicked(self) -> None:
        on = self._tell.isChecked()
        self._sound.setEnabled(on)
        self.wanted.emit(replace(self.settings, tell_when_ready=on))

    def _on_sound_clicked(self) -> None:
        self.wanted.emit(replace(self.settings, tell_with_sound=self._sound.isChecked()))
