"""The daily spending limits, and when a batch is asked about."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.money import dollars
from sora_studio.domain.settings import DEFAULT_BATCH_ASK_USD, Settings, parse_limit
from sora_studio.ui.kit import theme
from sora_studio.ui.settings.field import Field


class LimitField(Field):
    """An amount in US dollars, or none; `empty` says what that means.

    Signals: `chosen(float | None)` when editing ends with a valid amount or an empty field.
    """

    chosen = Signal(object)

    def __init__(self, name: str, *, help_text: str, empty: str = "No limit") -> None:
        self._edit = QLineEdit()
        self._edit.setAccessibleName(f"{name}, in US dollars")
        self._edit.setPlaceholderText(empty)
        super().__init__(name, self._edit, help_text=help_text)
        self._edit.editingFinished.connect(self._on_edit_editing_finished)

    def show_limit(self, usd: float | None) -> None:
        """Show this limit."""
        self._edit.setText("" if usd is None else dollars(usd).removeprefix("$").replace(",", "").removesuffix(".00"))
        self.show_help()

    def _on_edit_editing_finished(self) -> None:
        try:
            usd = parse_limit(self._edit.text())
        except InvalidSetting as error:
            self.show_problem(error.sentence)
            return
        self.show_help()
        self.chosen.emit(usd)


class SpendingSection(QWidget):
    """The daily warning, the daily limit, and the sum from which a batch is asked about.

    Signals: `soft_wanted(Settings)`, `hard_wanted(Settings)`, `batch_wanted(Settings)`.
    """

    soft_wanted = Signal(object)
    hard_wanted = Signal(object)
    batch_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()
        self.soft_field = LimitField("Warn me when a day costs", help_text="Nothing is stopped.")
        self.soft_field.chosen.connect(self._on_soft_field_chosen)
        self.hard_field = LimitField("Stop sending at", help_text="Running tasks are still followed and saved.")
        self.hard_field.chosen.connect(self._on_hard_field_chosen)
        self.batch_field = LimitField(
            "Ask before a batch above",
            help_text="Several tasks at once. An unknown price is always asked about.",
            empty=f"{DEFAULT_BATCH_ASK_USD:g}",
        )
        self.batch_field.chosen.connect(self._on_batch_field_chosen)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2 * theme.GRID)
        grid.addWidget(self.soft_field, 0, 0)
        grid.addWidget(self.hard_field, 0, 1)
        grid.addWidget(self.batch_field, 1, 0)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        self.settings = settings
        self.soft_field.show_limit(settings.day_soft_limit_usd)
        self.hard_field.show_limit(settings.day_hard_limit_usd)
        self.batch_field.show_limit(None if settings.batch_ask_usd == DEFAULT_BATCH_ASK_USD else settings.batch_ask_usd)

    def _on_soft_field_chosen(self, usd: float | None) -> None:
        if usd != self.settings.day_soft_limit_usd:
            self.soft_wanted.emit(replace(self.settings, day_soft_limit_usd=usd))

    def _on_hard_field_chosen(self, usd: float | None) -> None:
        if usd != self.settings.day_hard_limit_usd:
            self.hard_wanted.emit(replace(self.settings, day_hard_limit_usd=usd))

    def _on_batch_field_chosen(self, usd: float | None) -> None:
        wanted = DEFAULT_BATCH_ASK_USD if usd is None else usd
        if wanted != self.settings.batch_ask_usd:
            self.batch_wanted.emit(replace(self.settings, batch_ask_usd=wanted))
