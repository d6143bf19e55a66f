"""The menus of the task list: of one card, and of several selected ones."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from sora_studio.domain.clip import Clip
from sora_studio.domain.task import Task
from sora_studio.ui.kit.clip_menu import ClipOffers, add_clip_uses
from sora_studio.viewmodels.compose.clip_uses import ClipUse
from sora_studio.viewmodels.tasks.bulk_actions import BulkAction, Selected, bulk_steps
from sora_studio.viewmodels.tasks.task_actions import TaskAction, label_of, main_action, menu_of
from sora_studio.viewmodels.tasks.task_commands import TaskCommandsModel


class TaskMenus(QObject):
    """Signals: `clip_wanted(Path, ClipUse, float)` as of the panel."""

    clip_wanted = Signal(object, object, float)

    def __init__(self, commands: TaskCommandsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._commands, self._parent = commands, parent
        self.offers: ClipOffers = tuple

    def of_task(self, task: Task) -> QMenu:
        """Return a menu of the available actions; the main one is first and the default."""
        menu = QMenu(self._parent)
        for step in self._commands.successors_for(task):
            entry = menu.addAction(step.label)
            entry.setToolTip(step.tip)
            entry.triggered.connect(partial(self._commands.open_with, step.model, task))
        menu.setToolTipsVisible(True)
        for group in menu_of(task):
            if not menu.isEmpty():
                menu.addSeparator()
            for action in group:
                self._add_entry(menu, action, task)
        if (clip := next((clip for clip in task.clips if clip.plays), None)) is not None and (offers := self.offers()):
            menu.addSeparator()
            add_clip_uses(menu, offers, partial(self._use, clip))
        return menu

    def of_several(self, selected: Selected, perform: Callable[[BulkAction], object]) -> QMenu:
        """Return a menu of the actions for all selected tasks."""
        menu = QMenu(self._parent)
        menu.setToolTipsVisible(True)
        for step in bulk_steps(selected):
            entry = menu.addAction(step.label)
            entry.setToolTip(step.tip)
            entry.triggered.connect(partial(perform, step.action))
        return menu

    def _add_entry(self, menu: QMenu, action: TaskAction, task: Task) -> None:
        entry = menu.addAction(label_of(action, task))
        entry.triggered.connect(lambda: self._commands.perform(action, task))
        if action is main_action(task):
            menu.setDefaultAction(entry)

    def _use(self, clip: Clip, use: ClipUse) -> None:
        """Use the clip; a new one that ends with a frame leads up to its first, otherwise its middle one stands for it."""
        middle_s = clip.film.duration_s / 2 if clip.film else 0.0
        self.clip_wanted.emit(clip.path, use, 0.0 if use is ClipUse.LAST else middle_s)
