"""What can be done with the clips that are selected in the library."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.errors import BatchBlocked, BatchQuestion, InvalidRequest
from sora_studio.domain.judgement import ClipRef, Judgement
from sora_studio.viewmodels.library.details_model import report
from sora_studio.viewmodels.starter import Starter

if TYPE_CHECKING:
    from sora_studio.domain.clip import Clip
    from sora_studio.domain.task import Task
    from sora_studio.viewmodels.library.clip_services import ClipServices

MOST_COPIED = 1000
"""Tasks whose texts are copied at once."""


class ClipCommands(QObject):
    """Every command takes task ids and returns at once; errors are reported by the scope that the work runs in.

    Signals: `copied(str)` with text and `files_copied(list[Path])` with files for the clipboard; `asked(BatchQuestion,
    list[int])` before several paid tasks are created, to be answered with `retry(…, ask=False)`; `refused(str)` with a sentence
    about why nothing was created; `reuse_asked(TaskAction, int)` with what the window does with a task.
    """

    copied = Signal(str)
    files_copied = Signal(object)
    asked = Signal(object, object)
    refused = Signal(str)
    reuse_asked = Signal(object, int)

    def __init__(self, start: Starter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._is_retrying = False
        self.services: ClipServices | None = None

    def attach(self, services: "ClipServices") -> None:
        """Connect the services. Nothing is done before that."""
        self.services = services

    def judge(self, tasks: Sequence[int], judgement: Judgement) -> None:
        """Apply a judgement to all clips of the tasks."""
        self._do("Judge clips", tasks, lambda services: services.judging.judge(_refs(tasks), judgement))

    def trash(self, tasks: Sequence[int]) -> None:
        """Move the tasks to the trash."""
        self._do("Move to trash", tasks, lambda services: services.judging.trash(_refs(tasks)))

    def restore(self, tasks: Sequence[int]) -> None:
        """Take the tasks out of the trash."""
        self._do("Restore", tasks, lambda services: services.judging.restore(_refs(tasks)))

    def move(self, tasks: Sequence[int], project: int | None) -> None:
        """Move the tasks to a project, or out of theirs."""
        self.judge(tasks, Judgement(project=project, clears_project=project is None))

    async def move_to_new(self, tasks: Sequence[int], name: str) -> None:
        """Create a project and move the tasks to it. Raises `InvalidSetting` for an unusable name."""
        if self.services is not None:
            project = await self.services.add_project(name)
            await self.services.judging.judge(_refs(tasks), Judgement(project=project.id))

    def copy_prompts(self, tasks: Sequence[int]) -> None:
        """Copy the prompts, each once, with a blank line between them."""
        self._copy("Copy prompts", tasks, lambda rows: "\n\n".join(dict.fromkeys(row.request.prompt for row in rows)))

    def copy_ids(self, tasks: Sequence[int]) -> None:
        """Copy the service's ids, one a line."""
        self._copy("Copy ids", tasks, lambda rows: "\n".join(row.task_id for row in rows if row.task_id))

    def copy_reports(self, tasks: Sequence[int]) -> None:
        """Copy all facts of the tasks, for the service's support."""
        self._do("Copy a report", tasks, lambda services: self._copy_reports(services, tasks))

    def copy_files(self, tasks: Sequence[int]) -> None:
        """Copy the saved clips' files, to be pasted into a folder or another program."""
        self._do("Copy files", tasks, lambda services: self._copy_files(services, tasks))

    def choose_poster(self, clip: "Clip", at_s: float | None) -> None:
        """Show the clip's frame at that time on its poster; None for the middle one."""
        self._do("Choose a poster", [clip.task], lambda services: services.choose_poster(clip, at_s))

    def make_longest(self, tasks: Sequence[int]) -> None:
        """Make the longest version of a single task, at a new charge; nothing if there is none."""
        if len(tasks) == 1:
            self._do("Make the longest version", tasks, lambda services: services.submission.submit_longest(tasks[0]))

    def retry(self, tasks: Sequence[int], *, ask: bool = True) -> None:
        """Send again what failed or expired among the tasks. Ignored while another retry is under way."""
        if not self._is_retrying:
            self._do("Retry tasks", tasks, lambda services: self._retry(services, tasks, ask=ask))

    def _do(self, name: str, tasks: Sequence[int], work: "Callable[[ClipServices], Awaitable[object]]") -> None:
        if self.services is not None and tasks:
            self._start(_awaited(work(self.services)), name=name)

    def _copy(self, name: str, tasks: Sequence[int], words: "Callable[[Sequence[Task]], str]") -> None:
        async def copy(services: "ClipServices") -> None:
            self.copied.emit(words(await services.tasks(tasks[:MOST_COPIED])))

        self._do(name, tasks, copy)

    async def _copy_reports(self, services: "ClipServices", tasks: Sequence[int]) -> None:
        rows = await services.tasks(tasks[:MOST_COPIED])
        facts = await services.facts_of(rows)
        self.copied.emit("\n\n----\n\n".join(report(row, lines) for row, lines in zip(rows, facts, strict=True)))

    async def _copy_files(self, services: "ClipServices", tasks: Sequence[int]) -> None:
        if files := await services.files_of(tasks):
            self.files_copied.emit(files)

    async def _retry(self, services: "ClipServices", tasks: Sequence[int], *, ask: bool) -> None:
        self._is_retrying = True
        try:
            await services.submission.resubmit_failed(tasks, ask=ask)
        except BatchQuestion as question:
            self.asked.emit(question, list(tasks))
        except BatchBlocked as blocked:
            self.refused.emit(blocked.sentence)
        except InvalidRequest as invalid:
            self.refused.emit(" ".join(dict.fromkeys(problem.message for problem in invalid.problems)))
        finally:
            self._is_retrying = False


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags of a text with commas between them, each once."""
    return tuple(dict.fromkeys(tag for tag in (tag.strip() for tag in text.split(",")) if tag))


def _refs(tasks: Sequence[int]) -> list[ClipRef]:
    return [ClipRef(task) for task in tasks]


async def _awaited(work: Awaitable[object]) -> None:
    await work
