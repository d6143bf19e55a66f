"""Details on a real database: clips that were saved and judged, and every change comes back as it does in the window."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar, cast

from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.clock import Clock
from sora_studio.domain.clip import Clip, ClipState, FilmFacts
from sora_studio.domain.errors import BatchQuestion
from sora_studio.domain.events import DecisionMade, EventBus
from sora_studio.domain.intent import NO_INTENT, Intent
from sora_studio.domain.judgement import ClipRef, Judgement
from sora_studio.domain.library import TileFacts
from sora_studio.domain.project import Project
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.library.judging import Judging
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.undo_steps import UndoSteps
from sora_studio.services.tasks.submission import Submission
from sora_studio.storage.database import Database
from sora_studio.storage.family import SqliteFamilies
from sora_studio.storage.history import SqliteHistory
from sora_studio.storage.library_tiles import SqliteTiles
from sora_studio.storage.projects import SqliteProjects
from sora_studio.storage.shared_facts import SqliteSharedFacts
from sora_studio.storage.tasks import SqliteTasks
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.clip_tools import ClipTools
from sora_studio.ui.library.details.panel import DetailsPanel
from sora_studio.viewmodels.library.clip_services import ClipServices
from sora_studio.viewmodels.library.details_model import Line
from sora_studio.viewmodels.library.details_reader import lines_of
from sora_studio.viewmodels.library.details_services import DetailsServices
from sora_studio.viewmodels.tasks.task_actions import TaskAction
from tests.doubles.task_studio import PROFILE

W = TypeVar("W", bound=QWidget)
OPTIONS = {"duration": 10, "aspect_ratio": "landscape", "remove_watermark": True}
FILM = FilmFacts(1280, 720, 12.0, has_audio=False)


class TroubledJudging(Judging):
    """Fails while there is trouble."""

    trouble: Exception | None = None

    async def judge(self, clips: Sequence[ClipRef], judgement: Judgement) -> None:
        if self.trouble is not None:
            raise self.trouble
        await super().judge(clips, judgement)


class DetailsDesk:
    """Details in a window of the side panel's width."""

    def __init__(self, loop: StudioEventLoop, qtbot: QtBot, folder: Path) -> None:
        self.loop, self.bot, self.folder = loop, qtbot, folder
        self.errors = list[BaseException]()
        self.said = list[str]()
        self.posters = list[tuple[int, float | None]]()
        self.retried = list[list[int]]()
        self.lengthened = list[int]()
        self.question: BatchQuestion | None = None
        self.scope = TaskScope(lambda error, _name: self.errors.append(error))
        self.database = Database(folder / "studio.db")
        loop.run_until_complete(self.database.open())
        self.store, self.projects = SqliteTasks(self.database), SqliteProjects(self.database)
        self.tiles, self.families = SqliteTiles(self.database), SqliteFamilies(self.database)
        self.shared_facts = SqliteSharedFacts(self.database)
        self.events = EventBus()
        made = SimpleNamespace(clock=Clock(), events=self.events, task_writer=SimpleNamespace(on_write=self._tell))
        core = cast("Core", made)
        self.judging = TroubledJudging(core, SqliteHistory(self.database), UndoSteps(core))
        self.events.subscribe(lambda event: self.said.append(event.words) if isinstance(event, DecisionMade) else None)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.window.resize(372, 1100)
        self.tools = ClipTools(self.scope, self.window)
        self.commands = self.tools.commands
        self.asked = list[tuple[TaskAction, int]]()
        """What the window was asked to do with a task."""
        self.commands.reuse_asked.connect(self._on_reuse_asked)
        self.panel = DetailsPanel(self.scope, self.commands, self.window)
        self.panel.resize(372, 1100)
        self.tools.serve_details(self.panel)

    def make(self, prompt: str, intent: Intent = NO_INTENT, *, state: ClipState = ClipState.SAVED) -> int:
        """A task with one clip."""
        return self.loop.run_until_complete(self._make(prompt, intent, state))

    async def _make(self, prompt: str, intent: Intent, state: ClipState) -> int:
        now = datetime.now(UTC)
        request = GenerationRequest("sora-2", prompt, OPTIONS, "auto")
        (task,) = await self.store.add([request], gateway="g", at=now, intents=[intent], estimated_usd=[0.25])
        await self.store.transition(task.id, TaskState.SENDING, sent_at=now)
        await self.store.transition(task.id, TaskState.PENDING, task_id=f"remote-{task.id}", accepted_at=now)
        url, until = f"https://cdn.example/{task.id}.mp4", now + timedelta(days=13)
        await self.store.succeed(task.id, [url], completed_at=now + timedelta(seconds=211), expires_at=until)
        (clip,) = (await self._task(task.id)).clips
        if state is ClipState.EXPIRED:
            await self.store.transition_clip(clip.id, ClipState.EXPIRED)
        elif state is not ClipState.REMOTE:
            path = self.folder / f"{task.id}.mp4"
            await self.store.transition_clip(clip.id, ClipState.DOWNLOADING)
            await self.store.transition_clip(clip.id, ClipState.SAVED, path=path, size_bytes=24_000_000, film=FILM)
            await self.store.record_clip(clip.id, filmstrip=self.folder / "none.jpg")
            if state is ClipState.MISSING:
                await self.store.transition_clip(clip.id, ClipState.MISSING)
        return task.id

    def open(self) -> None:
        """Show the window on these services."""
        self.window.show()
        self.window.activateWindow()
        self.bot.waitActive(self.window)
        self.commands.attach(self._clip_services())
        self.panel.attach(
            DetailsServices(
                {"sora-2": PROFILE},
                self.judging,
                self.store.get_many,
                self.shared_facts.of,
                self.families.of,
                self._rows,
                self.projects.all,
                self.projects.tags,
            )
        )

    def show(self, *tasks: int) -> None:
        """Show these tasks, and wait until they are shown."""
        self.panel.show_tasks(tasks)
        self.bot.waitUntil(lambda: list(self.panel.shown) == list(tasks))

    def judge(self, judgement: Judgement, *tasks: int) -> None:
        self.loop.run_until_complete(self.judging.judge([ClipRef(task) for task in tasks], judgement))

    def task(self, task: int) -> Task:
        return self.loop.run_until_complete(self._task(task))

    def wait_task(self, task: int, **facts: object) -> None:
        """Wait until the database says this of a task."""

        def is_so() -> bool:
            found = self.task(task)
            return all(getattr(found, name) == value for name, value in facts.items())

        self.bot.waitUntil(is_so)

    def words(self) -> list[str]:
        """The visible texts, from top to bottom."""
        return [label.text() for label in self.panel.findChildren(QLabel) if label.isVisible()]

    def facts(self) -> dict[str, str]:
        """The table of facts, as a screen reader has it."""
        names = [label.accessibleName() for label in self.panel.findChildren(QLabel) if label.isVisible()]
        return dict(name.split(": ", 1) for name in names if ": " in name and not name.startswith("Prompt"))

    def button(self, words: str) -> QPushButton:
        found = [button for button in self.buttons() if words in (button.text(), button.accessibleName())]
        assert len(found) == 1, [button.text() for button in self.buttons()]
        return found[0]

    def buttons(self) -> list[QPushButton]:
        return [button for button in self.panel.findChildren(QPushButton) if button.isVisible()]

    def child(self, kind: type[W]) -> W:
        (found,) = (child for child in self.panel.findChildren(kind) if child.isVisible())
        return found

    def menu(self) -> QMenu:
        """The menu behind `⋯`, once it is open."""
        self.button("⋯").click()
        return self.opened_menu(self.panel)

    def opened_menu(self, parent: QWidget) -> QMenu:
        self.bot.waitUntil(lambda: any(menu.isVisible() for menu in parent.findChildren(QMenu)))
        return next(menu for menu in parent.findChildren(QMenu) if menu.isVisible())

    def close(self) -> None:
        self.loop.run_until_complete(self.scope.close())
        self.loop.run_until_complete(self.database.close())

    def _on_reuse_asked(self, action: TaskAction, task: int) -> None:
        self.asked.append((action, task))

    def _tell(self) -> None:
        """Tell of every task, as the change watch does of those that changed."""
        self.panel.take_changes(frozenset(range(100)))

    async def _task(self, task: int) -> Task:
        (found,) = await self.store.get_many([task])
        return found

    async def _rows(self, tasks: Sequence[int]) -> Sequence[TileFacts]:
        return await self.tiles.rows(tasks, now=datetime.now(UTC))

    def _clip_services(self) -> ClipServices:
        async def facts_of(tasks: Sequence[Task]) -> Sequence[Sequence[Line]]:
            return [lines_of(task, {"sora-2": PROFILE}, {}) for task in tasks]

        async def add_project(name: str) -> Project:
            return await self.projects.save(Project(0, name), at=datetime.now(UTC))

        async def choose_poster(clip: Clip, at_s: float | None) -> Path:
            self.posters.append((clip.task, at_s))
            return Path()

        return ClipServices(
            profiles={"sora-2": PROFILE},
            judging=self.judging,
            submission=cast("Submission", self),
            tasks=self.store.get_many,
            shared_by=self.shared_facts.of,
            facts_of=facts_of,
            files_of=self.tiles.files_of,
            projects=self.projects.all,
            add_project=add_project,
            tags=self.projects.tags,
            choose_poster=choose_poster,
        )

    async def submit_longest(self, task: int, *, ask: bool = False) -> list[Task]:
        del ask
        self.lengthened.append(task)
        return []

    async def resubmit_failed(self, tasks: Sequence[int], *, ask: bool = False) -> list[Task]:
        if ask and self.question is not None:
            raise self.question
        self.retried.append(list(tasks))
        return []


@contextmanager
def details_desk(loop: StudioEventLoop, qtbot: QtBot, folder: Path) -> Generator[DetailsDesk]:
    """A desk, closed in order at the end."""
    made = DetailsDesk(loop, qtbot, folder)
    try:
        yield made
    finally:
        made.close()
