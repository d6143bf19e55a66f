"""The settings dialog: a few short pages. Changes apply at once; an invalid one shows an error beside its control."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sora_studio.domain.errors import StudioError
from sora_studio.domain.service_pages import service_pages
from sora_studio.domain.settings import Settings
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.clips_section import ClipsSection
from sora_studio.ui.settings.field import Field, plain_label
from sora_studio.ui.settings.key_section import KeySection
from sora_studio.ui.settings.models.check_section import CheckSection
from sora_studio.ui.settings.models.installed_section import InstalledSection
from sora_studio.ui.settings.news_section import NewsSection
from sora_studio.ui.settings.page import MARGIN, Page
from sora_studio.ui.settings.pictures_section import PicturesSection
from sora_studio.ui.settings.relay_section import RelaySection
from sora_studio.ui.settings.service_section import ServiceSection
from sora_studio.ui.settings.settings_page import SettingsPage
from sora_studio.ui.settings.spending_section import SpendingSection
from sora_studio.ui.settings.theme_section import ThemeSection
from sora_studio.viewmodels.settings.models.models_page import ModelsModel

if TYPE_CHECKING:
    from sora_studio.viewmodels.event_bridge import EventBridge
    from sora_studio.viewmodels.settings.settings_services import SettingsServices

_SIZE = QSize(760, 728)
_NARROWEST = QSize(640, 400)
_PAGES_WIDTH = 184


class SettingsDialog(QDialog):
    """Created once and reopened; saves in the background and never blocks the window.

    Signals: `settings_saved(Settings)`, `key_changed()`, `model_asked(str, int)` with a file's name and a line for the model
    editor, `proposal_asked(Path)` likewise.
    """

    settings_saved = Signal(object)
    key_changed = Signal()
    model_asked = Signal(str, int)
    proposal_asked = Signal(object)

    def __init__(
        self,
        scope: TaskScope,
        relay: "EventBridge",
        save: Callable[[Settings], Awaitable[None]],
        *,
        demo: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._scope = scope
        self._save = save
        self._demo = demo
        self._saved = Settings()
        self._saving = asyncio.Lock()
        self.setWindowTitle("Settings")
        self.setMinimumSize(_NARROWEST)
        self.key = KeySection(scope)
        self.service = ServiceSection()
        self.pictures = PicturesSection(scope, relay, self._settle, demo=demo)
        self.relay = RelaySection(scope, relay, self._settle)
        self.clips = ClipsSection()
        self.spending = SpendingSection()
        self._models = ModelsModel(self)
        self.models = InstalledSection(scope, self._models)
        self.new_models = CheckSection(scope, self._models)
        self.look = ThemeSection()
        self.news = NewsSection()
        self._with_settings = (
            *(self.service, self.pictures, self.relay, self.clips),
            *(self.spending, self.new_models, self.look, self.news),
        )
        self._places = dict[SettingsPage, tuple[int, QWidget]]()
        self._build_layout()
        self._connect()

    def open_at(
        self,
        section: SettingsPage,
        settings: Settings,
        services: "SettingsServices | None",
        *,
        usual_folder: Path,
        way_needed: bool = False,
    ) -> None:
        """Show the current settings with the focus in that section. `usual_folder` is used for clips when none is chosen.

        `way_needed`: the dialog opens because no picture route is set up.
        """
        self.clips.set_usual_folder(usual_folder)
        self._saved = settings
        for one in self._with_settings:
            one.show_settings(settings)
        self.attach(services)
        self.pictures.show_reason(needed=way_needed)
        if not self.isVisible():
            self.resize(_SIZE.boundedTo(self.screen().availableSize() * 0.95))
        self.open()
        for page in self._pages.findChildren(Page):
            page.show_top()
        self.turn_to(section)

    def attach(self, services: "SettingsServices | None") -> None:
        """Connect the pages to a studio; None while it is still starting."""
        pages = None if self._demo else service_pages(self._saved.base_url)
        self.key.attach(services.credentials if services else None, pages)
        self.pictures.attach(services)
        self.relay.attach(services)
        library = services.models if services else None
        self._models.attach(library)
        self.models.attach(library)
        self.new_models.attach(library)

    def turn_to(self, section: SettingsPage) -> None:
        """Show the section's page and focus its first control."""
        page, widget = self._places[section]
        self._list.setCurrentRow(page)
        if (first := _first_control(widget)) is None:
            self._list.setFocus()
            return
        first.setFocus()
        self._reveal(first)

    def _reveal(self, widget: QWidget) -> None:
        if isinstance(shown := self._pages.currentWidget(), Page) and shown.isAncestorOf(widget):
            shown.show_whole(widget)

    # --- building -------------------------------------------------------------------------------------------------

    def _build_layout(self) -> None:
        self._list = QListWidget()
        self._list.setAccessibleName("Settings pages")
        self._list.setFixedWidth(_PAGES_WIDTH)
        self._list.setFont(theme.font())
        theme.set_role(self._list, "pages")
        self._pages = QStackedWidget()
        self._list.currentRowChanged.connect(self._pages.setCurrentIndex)
        self._build_pages()
        close = PushButton("Close", "Close the settings")
        close.clicked.connect(self.accept)
        end = QHBoxLayout()
        end.setContentsMargins(0, theme.GRID, MARGIN, 2 * theme.GRID)
        end.addStretch(1)
        end.addWidget(close)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._pages, 1)
        right.addLayout(end)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._list)
        row.addWidget(theme.rule(vertical=True))
        row.addLayout(right, 1)

    def _build_pages(self) -> None:
        if self._demo:
            words = plain_label("The simulator needs no key, and nothing is charged.")
            theme.set_role(words, "secondary")
            self._add_page("Service", ("Service", SettingsPage.SERVICE, words))
            self._places[SettingsPage.KEY] = self._places[SettingsPage.SERVICE]
        else:
            self._add_page("Service", ("API key", SettingsPage.KEY, self.key), ("Service", SettingsPage.SERVICE, self.service))
        self._add_page("Pictures", ("Pictures", SettingsPage.PICTURES, self.pictures))
        self._add_page("Relay and callbacks", ("Relay and callbacks", SettingsPage.RELAY, self.relay))
        self._add_page("Clips", ("Clips", SettingsPage.CLIPS, self.clips))
        self._add_page("Spending", ("Spending", SettingsPage.SPENDING, self.spending))
        check, installed = ("Check for new models", SettingsPage.NEW_MODELS), ("Installed models", SettingsPage.MODELS)
        self._add_page("Models", (*check, self.new_models), (*installed, self.models))
        self._add_page("Look", ("Look", SettingsPage.LOOK, self.look))
        self._add_page("Notifications", ("Notifications", SettingsPage.NOTIFICATIONS, self.news))

    def _add_page(self, title: str, *sections: tuple[str, SettingsPage, QWidget]) -> None:
        item = QListWidgetItem(title)
        item.setSizeHint(QSize(0, theme.CONTROL_HEIGHT))
        self._list.addItem(item)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(MARGIN, MARGIN, 0, 2 * theme.GRID)  # the right margin is set by `Page`
        column.setSpacing(2 * theme.GRID)
        for heading, section, widget in sections:
            self._places[section] = (self._pages.count(), widget)
            if column.count():
                column.addWidget(theme.rule())
            column.addWidget(plain_label(heading, semibold=True))
            column.addWidget(widget)
        column.addStretch(1)
        self._pages.addWidget(Page(holder))

    def _connect(self) -> None:
        self.key.key_changed.connect(self.key_changed)
        self.service.wanted.connect(partial(self._begin, self.service.field))
        self.pictures.form.wanted.connect(self._begin)
        self.pictures.form.relay_asked.connect(partial(self.turn_to, SettingsPage.RELAY))
        self.relay.wanted.connect(self._begin)
        self.relay.check_view.walked.connect(self._reveal)
        self.pictures.form.tested.connect(partial(self._reveal, self.pictures.form.test_field))
        self.pictures.form.bucket.keys.changed.connect(lambda: self.settings_saved.emit(self._saved))
        self.settings_saved.connect(self.pictures.show_progress)
        self.settings_saved.connect(self.relay.show_state)
        self.clips.folder_wanted.connect(partial(self._begin, self.clips.folder_field))
        self.clips.template_wanted.connect(partial(self._begin, self.clips.template_field))
        self.clips.backups_wanted.connect(partial(self._begin, self.clips.backups_field))
        self.spending.soft_wanted.connect(partial(self._begin, self.spending.soft_field))
        self.spending.hard_wanted.connect(partial(self._begin, self.spending.hard_field))
        self.spending.batch_wanted.connect(partial(self._begin, self.spending.batch_field))
        self._connect_models()
        self.look.wanted.connect(self._on_look_wanted)
        self.news.wanted.connect(partial(self._begin, self.news.field))

    def _connect_models(self) -> None:
        self.new_models.wanted.connect(partial(self._begin, self.new_models.field))
        self.new_models.look_asked.connect(self._on_new_models_look_asked)
        self.models.edit_asked.connect(self._on_models_edit_asked)
        self.new_models.shown.connect(self._reveal)
        self.models.shown.connect(self._reveal)
        self.finished.connect(self.new_models.cancel)

    def _on_new_models_look_asked(self, proposal: Path) -> None:
        self.accept()  # the editor is a window that an open dialog would block
        self.proposal_asked.emit(proposal)

    def _on_models_edit_asked(self, name: str, line: int) -> None:
        self.accept()
        self.model_asked.emit(name, line)

    # --- saving ---------------------------------------------------------------------------------------------------

    def _on_look_wanted(self, wanted: Settings) -> None:
        if isinstance(app := QApplication.instance(), QApplication):
            theme.apply(app, wanted.theme)
        self._begin(self.look.field, wanted)

    def _begin(self, field: Field, wanted: Settings) -> None:
        self._hold(wanted)  # before it is saved: the next change must build on this one
        self._scope.start(self._apply(wanted, field), name="save settings")

    def _hold(self, settings: Settings) -> None:
        for section in self._with_settings:
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

    async def _settle(self) -> None:
        """Wait until earlier changes are saved."""
        async with self._saving:
            pass


def _first_control(section: QWidget) -> QWidget | None:
    """Return the first focusable control of a section; of radio buttons, the checked one."""
    return next((child for child in section.findChildren(QWidget) if _takes_keyboard(child, section)), None)


def _takes_keyboard(child: QWidget, section: QWidget) -> bool:
    if isinstance(child, QRadioButton) and not child.isChecked():
        return False
    return bool(child.focusPolicy()) and child.isEnabled() and child.isVisibleTo(section)
