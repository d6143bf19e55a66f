"""The window's content: creates and connects the bars and panels, and attaches them to the studio once it has started."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSettings, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from sora_studio.domain.errors import InvalidSetting, StudioError
from sora_studio.domain.events import DecisionMade, EventBus, NoticeAction, NoticeLevel, NoticeRaised, PauseChanged
from sora_studio.domain.service_pages import service_pages
from sora_studio.domain.settings import Settings, Theme
from sora_studio.paths import videos_dir
from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.models.editor_opener import EditorOpener
from sora_studio.ui.settings.settings_page import SettingsPage
from sora_studio.ui.stage.panel import StagePanel
from sora_studio.ui.tasks.panel import TaskPanel
from sora_studio.ui.window import panel_services
from sora_studio.ui.window.drafts_corner import DraftsCorner
from sora_studio.ui.window.filter_corner import FilterCorner
from sora_studio.ui.window.library_corner import LibraryCorner
from sora_studio.ui.window.main_window import bring_to_front
from sora_studio.ui.window.model_notices import ModelNotices
from sora_studio.ui.window.navigation import Navigation, Places
from sora_studio.ui.window.notice_bar import NoticeBar
from sora_studio.ui.window.notifier import Notifier
from sora_studio.ui.window.rooms import Room, Rooms
from sora_studio.ui.window.settings_pages import PROFILES, REMEDIES, SECTIONS
from sora_studio.ui.window.shelf_corner import ShelfCorner
from sora_studio.ui.window.shown_task import ShownTask
from sora_studio.ui.window.side_panel import SidePanel, SideTab
from sora_studio.ui.window.status_bar import StatusBar
from sora_studio.ui.window.top_bar import TopBar
from sora_studio.ui.window.transfers_corner import TransfersCorner
from sora_studio.ui.window.undo_bar import UndoBar
from sora_studio.ui.window.versions_corner import VersionsCorner
from sora_studio.ui.window.window_commands import window_commands
from sora_studio.ui.window.workspace import Workspace, lay_out
from sora_studio.ui.window.writing_corner import WritingCorner
from sora_studio.viewmodels.event_bridge import EventBridge
from sora_studio.viewmodels.settings.models.model_words import unusable_profiles
from sora_studio.viewmodels.tasks.task_actions import TaskAction
from sora_studio.viewmodels.window.status import StatusModel

if TYPE_CHECKING:
    from sora_studio.studio import Studio
    from sora_studio.ui.help.help_window import HelpWindow
    from sora_studio.ui.settings.dialog import SettingsDialog

_log = logging.getLogger(__name__)
REFRESH_MS = 2000
NO_KEY = "no-key"
FAULT = "fault"


class MainView(QWidget):
    """The content of the main window. Usable without a studio; `attach` connects one.

    Signals: `action_asked(NoticeAction)` for notice actions that the window cannot handle itself.
    """

    action_asked = Signal(object)

    def __init__(self, settings: Settings, *, demo: bool, editor: PromptEditor | None = None) -> None:
        """`editor`, if given, is the first paint's editor with the text typed so far."""
        super().__init__()
        self._settings = settings
        self._demo = demo
        self._studio: Studio | None = None
        self._save: Callable[[Settings], Awaitable[None]] | None = None
        self._dialog: SettingsDialog | None = None
        self._help: HelpWindow | None = None
        self.scope = TaskScope(self._on_task_error)
        self._editor = EditorOpener(self.scope, self)
        self.relay = EventBridge(self)
        self.status = StatusModel(self)
        self.compose = ComposePanel(self.scope, editor=editor)
        self.tasks = TaskPanel(self.scope)
        self.stage = StagePanel(self.scope)
        self.library = LibraryCorner(self.scope, self)
        self.notifier = Notifier(self.scope, self)
        self._build_layout()
        self._build_shortcuts()
        self._wire()
        self.compose.focus_editor()

    @property
    def settings(self) -> Settings:
        """The current settings."""
        return self._settings

    def listen(self, events: EventBus) -> None:
        """Subscribe to the studio's events. Call it before the studio starts, so that no notice is missed."""
        self.relay.listen(events)

    def offer_settings(self, save: Callable[[Settings], Awaitable[None]]) -> None:
        """Set how the settings dialog saves, for use before a studio is attached."""
        self._save = save

    def attach(self, studio: "Studio") -> None:
        """Connect all panels to a started studio."""
        self._studio = studio
        self._settings = studio.settings.current
        self._save = self._save or studio.settings.change
        self.listen(studio.events)
        self.compose.attach(panel_services.compose(studio), self.relay)
        self.tasks.attach(panel_services.task(studio), self.relay)
        self.top_bar.show_pause(paused=studio.send_pause.is_paused)
        self.stage.attach(panel_services.stage(studio))
        self.status.attach(panel_services.status(studio), self.relay)
        self.shown.attach(studio.tasks.get)
        self.library.attach(studio)
        self.drafts.attach(studio.documents)
        self.versions.attach(studio.documents, panel_services.versions(studio), self.side)
        self.transfers.attach(studio)
        self.writing.attach(studio.hinting, studio.versions, self.side)
        self.shelf.attach(studio.prompt_library, self.relay)
        self.filter.attach(panel_services.filter_session(studio), advances=lambda: self.library.advances)
        self._editor.attach(studio.models)
        self.notifier.take_settings(self._settings)
        if self._dialog is not None and self._dialog.isVisible():  # opened before the studio was there
            self._dialog.attach(panel_services.settings(studio))
        self._model_notices.attach(studio.notices.current)
        self._refresh.start()
        self._on_refresh_timeout()
        self._show_key_banner()
        if studio.profile_errors:
            words = unusable_profiles(studio.profile_errors)
            self.notices.raise_notice(NoticeRaised(PROFILES, NoticeLevel.WARNING, words, NoticeAction.OPEN_SETTINGS))

    def open_settings(self, section: SettingsPage = SettingsPage.KEY, *, way_needed: bool = False) -> None:
        """Show the settings dialog, without blocking. `way_needed`: a picture cannot be uploaded yet."""
        if self._save is None:
            return
        if self._dialog is None:
            from sora_studio.ui.settings.dialog import SettingsDialog  # noqa: PLC0415 - not needed for the first screen

            self._dialog = SettingsDialog(self.scope, self.relay, self._save, demo=self._demo, parent=self)
            self._dialog.settings_saved.connect(self._on_dialog_settings_saved)
            self._dialog.key_changed.connect(self._on_dialog_key_changed)
            self._dialog.model_asked.connect(self._editor.open_file)
            self._dialog.proposal_asked.connect(self._editor.open_proposal)
        folder = self._usual_folder()
        services = panel_services.settings(self._studio) if self._studio else None
        self._dialog.open_at(section, self._settings, services, usual_folder=folder, way_needed=way_needed)

    def open_help(self) -> None:
        """Show the help window."""
        if self._help is None:
            from sora_studio.ui.help.help_window import HelpWindow  # noqa: PLC0415 - not needed for the first paint

            self._help = HelpWindow(self)
        self._help.present()

    def restore(self, state: QSettings) -> None:
        """Restore the layout, the player's volume and speed, and (once tasks are loaded) the shown task."""
        self.shown.state = state
        self.workspace.restore(state)
        self.library.restore(state)
        self.stage.restore(state)
        self.compose.writing.restore(state)

    def remember(self, state: QSettings) -> None:
        """Save the layout and the player's volume and speed."""
        self.workspace.remember(state)
        self.library.remember(state)
        self.stage.remember(state)
        self.compose.writing.remember(state)

    async def finish(self) -> None:
        """Save the draft and notes, and stop everything that runs for the window."""
        self._refresh.stop()
        self.notifier.stop()
        self.stage.stop()
        await self.compose.finish()
        await self.library.finish()
        await self.filter.finish()
        await self._editor.finish()
        await self.scope.close()
        self.relay.mute()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate:
            self.status.want_balance()
            self.library.rail_model.touch()  # the command line may have made drafts or projects
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Offer unhandled keys to the player: its shortcuts work everywhere except in text fields."""
        if not self.stage.take_key(event):
            super().keyPressEvent(event)

    def _build_layout(self) -> None:
        self.top_bar = TopBar(demo=self._demo)
        self.notices = NoticeBar()
        self._model_notices = ModelNotices(self.notices, self.tasks.commands, self.scope, self)
        self.versions = VersionsCorner(self.scope, self.compose, self.library, self)
        self.writing = WritingCorner(self.scope, self.compose, self)
        self.shelf = ShelfCorner(self.scope, self.compose, self)
        pages = {SideTab.DETAILS: self.library.build_details, SideTab.VERSIONS: self.versions.build}
        pages |= {**self.writing.pages, SideTab.SHELF: self.shelf.build}
        self.side = SidePanel(self.tasks, pages)
        self.workspace = Workspace(
            rail=self.library.rail, stage=self.stage, compose=self.compose, side=self.side, keep_clear=self.compose.controls
        )
        self.rooms = Rooms(self.workspace, self.library.build, self)
        self.drafts = DraftsCorner(
            self.scope, self.library.rail, self.library.rail_model, self.compose, self.rooms, parent=self
        )
        self.filter = FilterCorner(self.scope, self.stage.sound, self.rooms, self)
        self.status_bar = StatusBar(simulator="Simulator · 30× speed" if self._demo else "")
        self.undo_bar = UndoBar(self)
        self.transfers = TransfersCorner(self.scope, self, partial(self.undo_bar.say, can_undo=False))
        self.navigation = Navigation(
            Places(
                rooms=self.rooms,
                workspace=self.workspace,
                side=self.side,
                compose=self.compose,
                stage=self.stage,
                library=self.library,
                filter=self.filter,
                bars=(self.top_bar, self.status_bar),
            ),
            self,
        )
        lay_out(self, top=self.top_bar, notices=self.notices, workspace=self.workspace, bottom=self.status_bar)

    def _build_shortcuts(self) -> None:
        shortcuts: dict[str, Callable[[], object]] = {
            "F7": self.workspace.toggle_rail,
            "F8": self.workspace.toggle_tasks,
            "F1": self.open_help,
            "F11": self.navigation.toggle_focus_mode,
            "F12": self.navigation.filter,
            "Ctrl+1": self.navigation.make,
            "Ctrl+Shift+1": self.navigation.write,
            "Ctrl+2": self.navigation.focus_tasks,
            "Ctrl+3": self.navigation.show_library,
            "Ctrl+4": self.navigation.focus_stage,
            "Ctrl+K": self.navigation.search,
            "Esc": self.navigation.go_back,
            "Ctrl+,": self.open_settings,
            "Ctrl+M": self.compose.choose_model,
            "Ctrl+N": self.drafts.new,
            "Ctrl+Tab": partial(self.drafts.turn, 1),
            "Ctrl+Shift+Tab": partial(self.drafts.turn, -1),
            "Ctrl+Z": self._undo,  # an editor with the focus takes these for its own text
            "Ctrl+Shift+Z": self._redo,
            "Ctrl+Shift+P": self._toggle_pause,
        }
        for keys, act in shortcuts.items():
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        commands = window_commands(
            shortcuts,
            open_settings=self.open_settings,
            choose_theme=self._choose_theme,
            undo_steps=lambda: self._studio and self._studio.undo_steps,
            before=self.navigation.leave_search,
        )
        self.library.offer_commands([*commands, *self.transfers.commands(lambda: self.library.to_filter or ())])
        self._refresh = QTimer(self, interval=REFRESH_MS)
        self._refresh.timeout.connect(self._on_refresh_timeout)

    def _choose_theme(self, chosen: Theme) -> None:
        """Dress the window at once, and save the choice."""
        if self._save is not None and isinstance(app := QApplication.instance(), QApplication):
            theme.apply(app, chosen)
            self._settings = replace(self._settings, theme=chosen)
            self.scope.start(self._save_settings(self._save), name="save settings")

    async def _save_settings(self, save: Callable[[Settings], Awaitable[None]]) -> None:
        await save(self._settings)

    def _wire(self) -> None:
        self.top_bar.settings_asked.connect(self.open_settings)
        self.top_bar.help_asked.connect(self.open_help)
        self.rooms.changed.connect(self.versions.follow_room)
        self.library.opened.connect(self._on_library_opened)
        self.library.details_asked.connect(self._on_library_details_asked)
        self.library.reuse_asked.connect(self._on_library_reuse_asked)
        self.library.export_asked.connect(self.transfers.export)
        self.library.folder_asked.connect(self.transfers.copy)
        self.relay.tasks_changed.connect(self.library.take_changes)
        self.relay.tasks_changed.connect(self.filter.take_changes)
        self.relay.tasks_changed.connect(self.versions.touch)
        self.top_bar.search_asked.connect(self.navigation.search)
        self.top_bar.tasks_toggled.connect(self.workspace.show_tasks)
        self.top_bar.pause_toggled.connect(self._toggle_pause)
        self.relay.pause_changed.connect(self._on_relay_pause_changed)
        self.top_bar.rail_toggled.connect(self.workspace.show_rail)
        self.workspace.rail_changed.connect(self._on_workspace_rail_changed)
        self.workspace.drawer_changed.connect(self._on_workspace_drawer_changed)
        self.status.changed.connect(self._on_status_changed)
        self.relay.migration_progressed.connect(self.status.take_migration)
        self.relay.notice_raised.connect(self.notices.raise_notice)
        self.relay.notice_cleared.connect(self.notices.clear_notice)
        self.relay.tracker_changed.connect(self._on_refresh_timeout)
        self.relay.decision_made.connect(self._on_decision_made)
        self.relay.drafts_changed.connect(self.library.rail_model.touch_drafts)
        self.relay.decision_made.connect(self.library.rail_model.touch)
        for changed in (self.relay.drafts_changed, self.relay.decision_made):
            changed.connect(self.versions.touch)
        self.undo_bar.undo_clicked.connect(self._undo)
        self.notices.action_asked.connect(self._on_notices_action_asked)
        self.relay.notice_raised.connect(self._model_notices.take)
        self._model_notices.settings_asked.connect(partial(self.open_settings, SettingsPage.MODELS))
        self._wire_tasks()
        self.compose.submitted.connect(self.shown.show_sent)
        self.compose.drafts_changed.connect(self.tasks.texts_changed)
        self.compose.key_needed.connect(self.open_settings)
        self.compose.route_needed.connect(partial(self.open_settings, SettingsPage.PICTURES, way_needed=True))
        self._editor.models_asked.connect(partial(self.open_settings, SettingsPage.MODELS))
        self.stage.frame_taken.connect(self.compose.put_picture)
        for panel in (self.stage, self.tasks):
            panel.offer_uses(self.compose.clip_offers)
            panel.clip_wanted.connect(self.compose.put_clip)

    def _wire_tasks(self) -> None:
        """Feed the list, the stage and the status bar from one update, so that they never disagree."""
        commands = self.tasks.commands
        self.shown = ShownTask(self.scope, self.tasks, self.stage, self)
        self.tasks.updated.connect(self.status.take_update)
        self.tasks.updated.connect(self.notifier.take_update)
        self.notifier.show_asked.connect(partial(self._bring_up, play=False))
        self.notifier.play_asked.connect(partial(self._bring_up, play=True))
        self.stage.step_chosen.connect(commands.perform)
        self.stage.successor_chosen.connect(commands.open_with)
        commands.edit_requested.connect(self.compose.use)
        commands.change_requested.connect(self._on_commands_change_requested)
        commands.settings_requested.connect(self._on_commands_settings_requested)

    def _usual_folder(self) -> Path:
        if self._studio is None or self._settings.output_dir is not None:
            return videos_dir()
        return self._studio.settings.output_dir

    def _toggle_pause(self) -> None:
        """Pause or resume sending. A pause holds at once; storing it may take a moment."""
        if self._studio is not None:
            pause = self._studio.send_pause
            self.scope.start(pause.resume() if pause.is_paused else pause.pause(), name="pause sending")

    def _on_relay_pause_changed(self, event: PauseChanged) -> None:
        self.top_bar.show_pause(paused=event.paused)

    def _show_key_banner(self) -> None:
        if self._studio is None or self._demo or self._studio.credentials.has_key:
            self.notices.clear_notice(NO_KEY)
            return
        words = "Everything works but Generate, which needs an API key. The simulator makes test clips without one."
        banner = NoticeRaised(NO_KEY, NoticeLevel.INFO, words, NoticeAction.ENTER_KEY)
        get_key = (NoticeAction.GET_KEY,) if service_pages(self._settings.base_url) else ()
        self.notices.raise_notice(banner, also=(*get_key, NoticeAction.TRY_SIMULATOR))

    def _on_refresh_timeout(self) -> None:
        self.scope.start(self.status.refresh(), name="status")

    def _undo(self) -> None:
        if self._studio is not None:
            self.scope.start(self._studio.undo_steps.undo(), name="undo")

    def _redo(self) -> None:
        if self._studio is not None:
            self.scope.start(self._studio.undo_steps.redo(), name="redo")

    def _on_decision_made(self, decision: DecisionMade) -> None:
        self.undo_bar.say(f"Undone: {decision.words}" if decision.is_undo else decision.words, can_undo=not decision.is_undo)

    def _on_status_changed(self) -> None:
        self.status_bar.show_facts(self.status.facts)
        facts = self.status.facts
        self.tasks.show_update(facts.update_phrase)
        self.top_bar.show_balance(facts.balance_phrase)
        self.top_bar.show_today(facts.today_phrase, facts.today_explained)

    def _on_workspace_drawer_changed(self, offered: bool, is_open: bool) -> None:
        self.top_bar.offer_drawer(offered=offered, is_open=is_open)
        self.stage.set_covered(self.workspace.covered_width)

    def _on_library_details_asked(self) -> None:
        """Show Details, unless another page that follows the selection is shown."""
        if self.side.tab is SideTab.TASKS:
            self.side.show_tab(SideTab.DETAILS)

    def _on_library_opened(self, task: int) -> None:
        self.rooms.show(Room.MAKE)
        self.shown.show_number(task, play=True)

    def _on_library_reuse_asked(self, action: TaskAction, task: int) -> None:
        if self._studio is not None:
            self.scope.start(self._reuse(self._studio, action, task), name="reuse a clip")

    async def _reuse(self, studio: "Studio", action: TaskAction, task: int) -> None:
        found = await studio.tasks.get(task)
        if found is not None:
            if action is TaskAction.EDIT:
                self.rooms.show_editor()
            self.tasks.commands.perform(action, found)

    def _on_workspace_rail_changed(self, offered: bool, is_open: bool) -> None:
        self.top_bar.offer_rail(offered=offered, is_open=is_open)

    def _on_notices_action_asked(self, notice: NoticeRaised, action: NoticeAction) -> None:
        if notice.model is not None:
            self._model_notices.act(notice.model, action)
        elif action is NoticeAction.ENTER_KEY:
            self.open_settings(SettingsPage.KEY)
        elif action is NoticeAction.GET_KEY:
            if pages := service_pages(self._settings.base_url):
                QDesktopServices.openUrl(QUrl(pages.key))
        elif action is NoticeAction.RESUME_SENDING:
            self._toggle_pause()
        elif action is NoticeAction.OPEN_SETTINGS:
            self.open_settings(SECTIONS.get(notice.cause, SettingsPage.SERVICE))
        else:
            self.action_asked.emit(action)

    def _on_commands_change_requested(self, task: int) -> None:
        self.rooms.show_editor()
        self.compose.edit_waiting(task)

    def _on_commands_settings_requested(self, action: TaskAction) -> None:
        self.open_settings(REMEDIES[action])

    def _bring_up(self, task: int, *, play: bool) -> None:
        """Bring the window to the front with this task, as chosen in a notification."""
        bring_to_front(self.window())
        self.filter.leave()
        self.shown.show_number(task, play=play)

    def _on_dialog_settings_saved(self, settings: Settings) -> None:
        self._settings = settings
        self.notifier.take_settings(settings)
        self.compose.take_settings()

    def _on_dialog_key_changed(self) -> None:
        self._show_key_banner()
        self._on_refresh_timeout()

    def _on_task_error(self, error: BaseException, name: str) -> None:
        if isinstance(error, StudioError):
            action = NoticeAction.OPEN_SETTINGS if isinstance(error, InvalidSetting) else None
            self.notices.raise_notice(NoticeRaised(name, NoticeLevel.WARNING, error.sentence, action))
            return
        _log.error("Unexpected error in %s", name, exc_info=error)
        self.show_fault()

    def show_fault(self) -> None:
        """Show a notice about an unexpected error. Repeated errors replace it, rather than adding more."""
        words = "Something went wrong inside the program. Your tasks are safe and the work goes on."
        self.notices.raise_notice(NoticeRaised(FAULT, NoticeLevel.ERROR, words, NoticeAction.COPY_REPORT))
