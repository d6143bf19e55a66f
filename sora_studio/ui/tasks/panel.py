"""The tasks column: header with filter, the list, and a message when it is empty."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QStackedLayout, QVBoxLayout, QWidget

from sora_studio.domain.task import Task, TaskSection
from sora_studio.ui.kit import key_names, theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.clip_menu import ClipOffers
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.tasks.bulk_bar import BulkBar
from sora_studio.ui.tasks.commands import TaskCommands
from sora_studio.ui.tasks.header import TaskHeader
from sora_studio.ui.tasks.menus import TaskMenus
from sora_studio.ui.tasks.view import TaskView
from sora_studio.viewmodels.tasks.bulk_actions import BulkAction
from sora_studio.viewmodels.tasks.bulk_commands import BulkCommandsModel
from sora_studio.viewmodels.tasks.task_actions import TaskAction, can_remove, main_action
from sora_studio.viewmodels.tasks.task_commands import TaskCommandsModel
from sora_studio.viewmodels.tasks.task_feed import TaskFeed
from sora_studio.viewmodels.tasks.task_list import TaskListModel
from sora_studio.viewmodels.tasks.task_words import SECTION_TITLES, moved_words

if TYPE_CHECKING:
    from sora_studio.viewmodels.event_bridge import EventBridge
    from sora_studio.viewmodels.tasks.task_services import TaskServices

_NOTHING = f"Nothing running. {key_names.SEND} sends your prompt."


class TaskPanel(QFrame):
    """The live list of tasks; empty until a studio is attached.

    The selected task is the one on the stage: `selected` reports a choice made here, and `select` follows one made elsewhere.
    When the selected task leaves the list, its neighbour is selected; if there is none, `emptied` is emitted.

    Signals: `selected(Task)`; `emptied()`; `clip_wanted(Path, ClipUse, float)` with a saved clip to use and the time in seconds
    of its frame, where a picture is needed; `updated(TaskUpdate)` after every change of the list; `loaded()` after a load.
    """

    selected = Signal(object)
    emptied = Signal()
    clip_wanted = Signal(object, object, float)
    updated = Signal(object)
    loaded = Signal()

    def __init__(self, scope: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "panel")
        self._model = TaskListModel(parent=self)
        self._feed = TaskFeed(self._model, scope.start, self)
        self._view = TaskView(self._model, scope, self)
        self._commands = TaskCommands(scope, self._model, self)
        self._bulk = BulkCommandsModel(scope.start, self)
        self._bar = BulkBar(self)
        self._header = TaskHeader(self)
        self._menus = TaskMenus(self.commands, self)
        self._scope = scope
        self._services: TaskServices | None = None
        self._current: int | None = None
        self._was_listed = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addLayout(self._build_body(), 1)
        layout.addWidget(self._bar)
        self.setFocusProxy(self._view)
        self._connect()

    @property
    def commands(self) -> TaskCommandsModel:
        """The model that performs task actions, for buttons elsewhere."""
        return self._commands.model

    @property
    def newest_clip(self) -> int | None:
        """The id of the first task under Ready."""
        return self._model.first(TaskSection.READY)

    @property
    def view(self) -> TaskView:
        """The list view, for focus and shortcuts."""
        return self._view

    def attach(self, services: "TaskServices", relay: "EventBridge") -> None:
        """Connect the services and load the tasks."""
        self._services = services
        self._view.attach(services.pictures)
        self.commands.attach(services)
        self._bulk.attach(services)
        self._feed.attach(services, relay)

    def texts_changed(self) -> None:
        """Look which tasks were sent with a text that has moved on since."""
        self._feed.look_at_texts()

    def show_update(self, words: str) -> None:
        """Until tasks are loaded, say in their place why there are none yet; nothing if `words` is empty."""
        if self._services is None:
            self._empty.setText(words)
            self._body.setCurrentWidget(self._empty if words else self._view)

    def offer_uses(self, offers: ClipOffers) -> None:
        """Set what clips can be used for."""
        self._menus.offers = offers

    def select(self, task: int | None) -> None:
        """Select this task, now or once it is listed, without scrolling and without emitting `selected`."""
        self._current = self._feed.watched = task
        self._was_listed = task is not None and self.holds(task)
        self._show_selection()

    def choose(self, task: int) -> None:
        """Select a task and emit `selected`, like a click on its card."""
        self.select(task)
        self._scope.start(self._announce(task), name="Show a task")

    def holds(self, task: int) -> bool:
        """Return whether the task is in the list, shown or filtered out."""
        return self._model.section_of(task) is not None

    def menu_for(self, task: Task) -> QMenu:
        """Return a menu of the available actions; the main one is first and the default."""
        return self._menus.of_task(task)

    def bulk_menu(self) -> QMenu:
        """Return a menu of the actions for all selected tasks."""
        return self._menus.of_several(self._model.selected(self._view.selected_tasks), self._perform_bulk)

    def _perform_bulk(self, action: BulkAction) -> None:
        self._bulk.perform(action, self._view.selected_tasks)

    def _connect(self) -> None:
        self._header.filter_chosen.connect(self._model.show_only)
        self._menus.clip_wanted.connect(self.clip_wanted)
        self._view.drag.dropped.connect(self._move)
        self._view.chosen.connect(self._on_view_chosen)
        self._view.main_requested.connect(self._on_view_main_requested)
        self._view.remove_requested.connect(self._on_view_remove_requested)
        self._view.menu_requested.connect(self._on_view_menu_requested)
        self._view.move_requested.connect(self._on_view_move_requested)
        self._view.several_changed.connect(self._on_view_several_changed)
        self._bar.chosen.connect(self._perform_bulk)
        self._bar.confirmed.connect(self._bulk.confirm)
        self._bulk.asked.connect(self._bar.ask)
        self._bulk.refused.connect(self._bar.refuse)
        self._bulk.copied.connect(self.commands.copied)
        self._bulk.submitted.connect(self.commands.submitted)
        self._view.seen_changed.connect(self._on_view_seen_changed)
        self._feed.loaded.connect(self._show_emptiness)
        self._feed.loaded.connect(self.loaded)
        self._feed.updated.connect(self.updated)
        self._model.updated.connect(self._on_model_updated)

    def _build_body(self) -> QStackedLayout:
        self._empty = QLabel("", textFormat=Qt.TextFormat.PlainText, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._empty.setContentsMargins(32, 0, 32, 48)
        self._empty.setObjectName("nothing")
        theme.set_role(self._empty, "secondary")
        self._body = QStackedLayout()
        self._body.addWidget(self._view)
        self._body.addWidget(self._empty)
        return self._body

    def _show_emptiness(self) -> None:
        shown = self._model.shown
        is_empty = self._model.rowCount() == 0
        if is_empty:
            self._empty.setText(f"No task is under “{SECTION_TITLES[shown]}”." if shown else _NOTHING)
        self._body.setCurrentWidget(self._empty if is_empty else self._view)

    def _show_selection(self) -> None:
        if self._view.has_several:  # the user's selection stays, whatever the stage shows
            return
        with QSignalBlocker(self._view):
            self._view.select(self._current)

    def _on_model_updated(self) -> None:
        self._show_emptiness()
        if self._current is None or self.holds(self._current):
            self._was_listed = self._current is not None
            if self._view.current_task != self._current:
                self._show_selection()
        elif self._was_listed:
            self._go_to_neighbour()

    def _go_to_neighbour(self) -> None:
        """Adopt the view's new current card after the selected task left the list."""
        neighbour = self._view.current_task
        self.select(neighbour)
        if neighbour is None:
            self.emptied.emit()
        else:
            self._scope.start(self._announce(neighbour), name="Show a task")

    async def _announce(self, task: int) -> None:
        if self._services is None:
            return
        rows = await self._services.tasks.get_many([task])
        if rows and self._current == task:
            self.selected.emit(rows[0])

    def _on_view_chosen(self, task: Task) -> None:
        self._current = self._feed.watched = task.id
        self._was_listed = True
        self.selected.emit(task)

    def _on_view_main_requested(self, task: Task) -> None:
        if action := main_action(task):
            self.commands.perform(action, task)

    def _on_view_remove_requested(self) -> None:
        if self._view.has_several:
            self._perform_bulk(BulkAction.REMOVE)
        elif (task := self._view.task_under(self._view.currentIndex())) and can_remove(task):
            self.commands.perform(TaskAction.REMOVE, task)

    def _on_view_move_requested(self, down: bool) -> None:
        """Move the selected tasks that wait by one place."""
        tasks = self._view.selected_tasks
        can_move, before = self._model.waiting_place(tasks, down=down)
        if can_move:
            self._move(tasks, before)
        elif self._model.place_of(tasks, None):
            announce(self._view, "Already last in line" if down else "Already first in line")

    def _move(self, tasks: Sequence[int], before: int | None) -> None:
        """Move waiting tasks before another one, and tell screen readers where they go."""
        self.commands.move_waiting(tasks, before)
        announce(self._view, moved_words(*self._model.place_of(tasks, before)))

    def _on_view_several_changed(self) -> None:
        tasks = self._view.selected_tasks
        if len(tasks) > 1:
            self._bar.show_selection(tasks, self._model.selected(tasks))
        self._bar.setVisible(len(tasks) > 1)

    def _on_view_menu_requested(self, task: Task, place: QPoint) -> None:
        menu = self.bulk_menu() if self._view.has_several else self.menu_for(task)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _on_view_seen_changed(self, tasks: frozenset[int]) -> None:
        if self._services is not None:
            self._services.tracking.prioritise(tasks)
