"""The settings: five short sections. What is changed holds at once; what cannot hold says so beside its control."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from sora_studio.domain.errors import StudioError
from sora_studio.domain.settings import Settings
from sora_studio.ui import theme
from sora_studio.ui.settings.clips_section import ClipsSection
from sora_studio.ui.settings.field import Field, plain_label
from sora_studio.ui.settings.key_section import KeySection
from sora_studio.ui.settings.look_section import LookSection
from sora_studio.ui.settings.page import Page
from sora_studio.ui.settings.service_section import ServiceSection
from sora_studio.ui.settings.spending_section import SpendingSection
from sora_studio.ui.task_scope import TaskScope

if TYPE_CHECKING:
    from sora_studio.services.credentials import Credentials

WIDTH = 560


class Section(StrEnum):
    """Where the dialog opens."""

    KEY = "key"
    SERVICE = "service"
    CLIPS = "clips"
    SPENDING = "spending"
    LOOK = "look"


class SettingsDialog(QDialog):
    """Made once and opened again; never waits for anything while the window stands still.

    Signals: `settings_saved(Settings)`, `key_changed()`.
    """

    settings_saved = Signal(object)
    key_changed = Signal()

    def __init__(
        self, scope: TaskScope, save: Callable[[Settings], Awaitable[None]], *, demo: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._scope = scope
        self._save = save
        self._demo = demo
        self._saved = Settings()
        self._saving = asyncio.Lock()
        self.setWindowTitle("Settings")
        self.setMinimumWidth(WIDTH)
        self.key = KeySection(scope)
        self.service = ServiceSection()
        self.clips = ClipsSection()
        self.spending = SpendingSection()
        self.look = LookSection()
        self._build_layout()
        self.key.key_changed.connect(self.key_changed)
        self.service.wanted.connect(partial(self._begin, self.service.field))
        self.clips.folder_wanted.connect(partial(self._begin, self.clips.folder_field))
        self.clips.template_wanted.connect(partial(self._begin, self.clips.template_field))
        self.spending.soft_wanted.connect(partial(self._begin, self.spending.soft_field))
        self.spending.hard_wanted.connect(partial(self._begin, self.spending.hard_field))
        self.look.wanted.connect(self._on_look_wanted)

    def open_at(self, section: Section, settings: Settings, credentials: "Credentials | None", *, usual_folder: Path) -> None:
        """Show what holds now, with the keyboard in that section. `usual_folder` is where clips go when none is chosen."""
        self.clips.set_usual_folder(usual_folder)
        self._show_settings(settings)
        self.key.attach(credentials)
        self._fit()
        self.open()
        sections = {
            Section.KEY: self.key,
            Section.SERVICE: self.service,
            Section.CLIPS: self.clips,
            Section.SPENDING: self.spending,
            Section.LOOK: self.look,
        }
        chosen = sections[section] if sections[section].isVisibleTo(self) else self.clips
        if (first := _first_control(chosen)) is not None:
            first.setFocus()
            self._page.ensureWidgetVisible(first)

    def _build_layout(self) -> None:
        self._page = Page(self._build_column())
        self._page.rearranged.connect(self._fit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 2 * theme.GRID)
        layout.setSpacing(0)
        layout.addWidget(self._page, 1)
        layout.addLayout(self._build_end())

    def _build_column(self) -> QWidget:
        sections = QWidget()
        column = QVBoxLayout(sections)
        column.setContentsMargins(3 * theme.GRID, 3 * theme.GRID, 3 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(2 * theme.GRID)
        own = [("Clips", self.clips), ("Spending", self.spending), ("Look", self.look)]
        if self._demo:
            self.key.hide()
            self.service.hide()
            words = plain_label("The simulator needs no key, and nothing is charged.")
            theme.set_role(words, "secondary")
            shown = [("Service", words), *own]
        else:
            shown = [("API key", self.key), ("Service", self.service), *own]
        for number, (title, section) in enumerate(shown):
            if number:
                column.addWidget(theme.rule())
            column.addWidget(plain_label(title, semibold=True))
            column.addWidget(section)
        column.addStretch(1)
        return sections

    def _build_end(self) -> QHBoxLayout:
        close = QPushButton("Close")
        close.setAccessibleName("Close the settings")
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 3 * theme.GRID, 0)
        row.addStretch(1)
        row.addWidget(close)
        return row

    def _fit(self) -> None:
        """As tall as it takes to show everything, as far as the screen has room."""
        around = self.sizeHint().height() - self._page.sizeHint().height()
        room = self.screen().availableSize().height() * 9 // 10
        self.resize(self.width(), min(max(self.height(), self._page.height_for(self.width()) + around), room))

    def _show_settings(self, settings: Settings) -> None:
        self._saved = settings
        for section in (self.service, self.clips, self.spending, self.look):
            section.show_settings(settings)

    def _on_look_wanted(self, wanted: Settings) -> None:
        if isinstance(app := QApplication.instance(), QApplication):
            theme.apply(app, wanted.theme)
        self._begin(self.look.field, wanted)

    def _begin(self, field: Field, wanted: Settings) -> None:
        self._hold(wanted)  # at once: the next change may come before this one is saved
        self._scope.start(self._apply(wanted, field), name="save settings")

    def _hold(self, settings: Settings) -> None:
        for section in (self.service, self.clips, self.spending, self.look):
            section.settings = settings

    async def _apply(self, wanted: Settings, field: Field) -> None:
        async with self._saving:
            try:
                await self._save(wanted)
            except StudioError as error:
                field.show_problem(error.sentence)
                self._hold(self._saved)
            else:
                self._saved = wanted
                field.show_result("Saved.")
                self.settings_saved.emit(wanted)


def _first_control(section: QWidget) -> QWidget | None:
    """The first control of a section that takes the keyboard."""
    return next((child for child in section.findChildren(QWidget) if child.focusPolicy() and child.isEnabled()), None)
