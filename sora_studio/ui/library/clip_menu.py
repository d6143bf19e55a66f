"""The menu of the selected clips: on a tile, and behind `⋯` in Details."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from sora_studio.domain.judgement import Judgement, Verdict
from sora_studio.domain.project import Project
from sora_studio.domain.shared_facts import SharedFacts
from sora_studio.domain.task import Phase, Task
from sora_studio.ui.library.details.poster import Poster
from sora_studio.viewmodels.library.clip_commands import ClipCommands
from sora_studio.viewmodels.library.clip_services import ClipServices
from sora_studio.viewmodels.library.details_reader import MOST_COUNTED
from sora_studio.viewmodels.library.longest_words import longest_label
from sora_studio.viewmodels.quantities import film_time_text
from sora_studio.viewmodels.tasks.task_actions import TaskAction

_DECISIONS = (
    ("Keep\tP", Judgement(verdict=Verdict.KEPT)),
    ("Reject\tX", Judgement(verdict=Verdict.REJECTED)),
    ("Not decided\tU", Judgement(clears_verdict=True)),
)
_HOW_TO_POINT = "Right-click a frame of the poster, or go to it with ← and → first."
_REMEDIES = {Phase.MISSING: (TaskAction.LOCATE, "Locate…"), Phase.UNSAVED: (TaskAction.SAVE_NOW, "Save now")}


@dataclass(frozen=True, slots=True)
class Selected:
    """What the menu is for: all selected ids with what they share, and the task if it is one."""

    ids: Sequence[int]
    shared: SharedFacts
    task: Task | None = None
    projects: Sequence[Project] = ()
    longest: str = ""
    """The name of the longest version of a single one."""


class ClipMenu(QObject):
    """Signals: `opened(int)` with a task to play; `tags_asked()`, `note_asked()`; `advances_toggled(bool)`: judging one clip
    goes on to the next; `filter_asked()` for a filter session; `project_asked(list[int])` with the tasks for a new project;
    `export_asked(list[int])` and `folder_asked(list[int])` with the tasks to export, or whose clips to copy to a folder.
    """

    opened = Signal(int)
    tags_asked = Signal()
    note_asked = Signal()
    advances_toggled = Signal(bool)
    filter_asked = Signal()
    project_asked = Signal(object)
    export_asked = Signal(object)
    folder_asked = Signal(object)

    def __init__(self, commands: ClipCommands, parent: QObject) -> None:
        super().__init__(parent)
        self._commands = commands

    async def open_on_tiles(self, ids: Sequence[int], place: QPoint, window: QWidget, *, advances: bool) -> None:
        """Open the whole menu."""
        if (services := self._commands.services) is not None:
            self._pop_up(self.for_tiles(await _read(services, ids), window, advances=advances), place)

    async def open_in_details(self, ids: Sequence[int], place: QPoint, window: QWidget, poster: Poster) -> None:
        """Open what Details has no button for; the poster keeps its frame meanwhile."""
        if (services := self._commands.services) is None:
            return
        poster.hold(is_held=True)
        menu = self.for_details(await _read(services, ids), window, poster)
        menu.aboutToHide.connect(partial(poster.hold, is_held=False))
        self._pop_up(menu, place)

    def for_tiles(self, selected: Selected, window: QWidget, *, advances: bool) -> QMenu:
        """Return the menu of tiles."""
        menu = QMenu(window)
        for words, judgement in _DECISIONS:
            menu.addAction(words, partial(self._commands.judge, selected.ids, judgement))
        going_on = menu.addAction("Go on to the next after judging")
        going_on.setCheckable(True)
        going_on.setChecked(advances)
        going_on.toggled.connect(self.advances_toggled)
        menu.addAction("Filter session\tF12", self.filter_asked.emit)
        menu.addSeparator()
        self._add_reuse(menu, selected)
        menu.addSeparator()
        menu.addAction("Add tags…\tT", self.tags_asked.emit)
        menu.addAction("Note…\tN", self.note_asked.emit)
        self._add_filing(menu, selected)
        self._add_removal(menu, selected)
        return menu

    def for_details(self, selected: Selected, window: QWidget, poster: Poster) -> QMenu:
        """Return the menu of Details."""
        menu = QMenu(window)
        self._add_filing(menu, selected)
        if selected.task is not None:
            self._add_poster(menu, poster)
        self._add_removal(menu, selected)
        return menu

    def _add_reuse(self, menu: QMenu, selected: Selected) -> None:
        task, count = selected.task, selected.shared.retryable
        if task is not None:
            if any(clip.plays for clip in task.clips):
                menu.addAction("Play\tEnter", partial(self.opened.emit, task.id))
            if (remedy := _REMEDIES.get(task.phase)) is not None:
                menu.addAction(remedy[1], self._reuse(remedy[0], task))
            menu.addAction("Again", self._reuse(TaskAction.AGAIN, task))
            menu.addAction("Edit prompt", self._reuse(TaskAction.EDIT, task))
            if selected.longest:
                menu.addAction(f"{selected.longest}\tG", partial(self._commands.make_longest, selected.ids))
        elif count:
            menu.addAction(f"Retry {count:,} that failed or expired", partial(self._commands.retry, selected.ids))

    def _add_filing(self, menu: QMenu, selected: Selected) -> None:
        self._add_projects(menu.addMenu("Move to project"), selected)
        menu.addSeparator()
        with_file = selected.shared.with_file
        if with_file and (task := selected.task) is not None:
            menu.addAction("Show in folder", self._reuse(TaskAction.SHOW_FOLDER, task))
        plural = "" if len(selected.ids) == 1 else "s"
        for words, is_offered, copy in (
            (f"Copy file{'s' if with_file > 1 else ''}", with_file > 0, self._commands.copy_files),
            (f"Copy prompt{plural}", True, self._commands.copy_prompts),
            (f"Copy id{plural}", selected.shared.with_id > 0, self._commands.copy_ids),
            (f"Copy report{plural}", True, self._commands.copy_reports),
        ):
            if is_offered:
                menu.addAction(words, partial(copy, selected.ids))
        if with_file:
            clips = "clips" if with_file > 1 else "clip"
            menu.addAction(f"Copy {clips} to a folder…", partial(self.folder_asked.emit, list(selected.ids)))
        menu.addAction("Export…", partial(self.export_asked.emit, list(selected.ids)))

    def _add_removal(self, menu: QMenu, selected: Selected) -> None:
        menu.addSeparator()
        if selected.shared.put_aside:
            menu.addAction("Restore", partial(self._commands.restore, selected.ids))
        if selected.shared.trashed < selected.shared.count:
            menu.addAction("Move to trash\tDel", partial(self._commands.trash, selected.ids))

    def _add_projects(self, menu: QMenu, selected: Selected) -> None:
        current = set(selected.shared.projects)
        choices: list[tuple[int | None, str]] = [(project.id, project.name) for project in selected.projects]
        for project, name in [*choices, (None, "No project")]:
            entry: QAction = menu.addAction(name.replace("&", "&&"), partial(self._commands.move, selected.ids, project))
            entry.setCheckable(True)
            entry.setChecked(current == {project})
        menu.addSeparator()
        menu.addAction("New project…", partial(self.project_asked.emit, list(selected.ids)))

    def _add_poster(self, menu: QMenu, poster: Poster) -> None:
        clip, at_s = poster.clip, poster.frame_at_s
        if clip is None or not clip.plays:
            return
        at = f" ({film_time_text(round(at_s * 1000))})" if at_s is not None else ""
        use = QAction(f"Use this frame as the poster{at}", menu)
        use.triggered.connect(partial(self._commands.choose_poster, clip, at_s))
        use.setEnabled(at_s is not None)
        use.setToolTip(
            "" if at_s is not None else "Point at a frame of the poster and right-click it, or go there with ← and →."
        )
        middle = QAction("Use the middle frame as the poster", menu)
        middle.triggered.connect(partial(self._commands.choose_poster, clip, None))
        entries = [use, *([middle] if clip.poster_at_s is not None else [])]
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        menu.addActions(entries)

    def _reuse(self, action: TaskAction, task: Task) -> Callable[[], None]:
        return partial(self._commands.reuse_asked.emit, action, task.id)

    def _pop_up(self, menu: QMenu, place: QPoint) -> None:
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)


async def _read(services: ClipServices, ids: Sequence[int]) -> Selected:
    shared, projects = await services.shared_by(ids[:MOST_COUNTED]), await services.projects()
    task = next(iter(await services.tasks(ids)), None) if len(ids) == 1 else None
    return Selected(ids, shared, task, projects, longest_label(task, services.profiles) if task else "")
