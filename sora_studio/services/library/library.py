"""What the window and the command line ask and write about tasks, clips and drafts, without any rule of their own."""

from collections.abc import Callable, Iterable
from pathlib import Path

from sora_studio.domain.clip import ClipCounts
from sora_studio.domain.draft import Draft
from sora_studio.domain.ports import DraftStore, TaskFilter
from sora_studio.domain.task import Task, TaskSection, TaskState
from sora_studio.services.clips.file_presence import FilePresence
from sora_studio.services.runtime.core import Core
from sora_studio.services.tasks.disk_space import usage_of


class Library:
    """Questions are answered from the database; nothing is remembered here."""

    def __init__(self, core: Core, drafts: DraftStore, file_presence: FilePresence, output_dir: Callable[[], Path]) -> None:
        self._core = core
        self._task_writer = core.task_writer
        self._drafts = drafts
        self._file_presence = file_presence
        self._output_dir = output_dir

    async def task(self, task: int) -> Task | None:
        """One task, if it exists."""
        return await self._task_writer.tasks.get(task)

    async def tasks(self, tasks: Iterable[int]) -> list[Task]:
        """Those that exist, in the order of the ids given."""
        return await self._task_writer.tasks.get_many(tasks)

    async def index(self, which: TaskFilter) -> list[tuple[TaskSection, int]]:
        """Every matching task's place in the live list."""
        return await self._task_writer.tasks.index(which)

    async def find(self, which: TaskFilter, *, limit: int, before: int | None = None) -> list[Task]:
        """A page, newest first; `before` is the last id of the page before."""
        return await self._task_writer.tasks.find(which, limit=limit, before=before)

    async def mark_seen(self, task: int) -> None:
        """The person has seen the result."""
        row = await self._task_writer.tasks.get(task)
        if row is not None and row.seen_at is None:
            await self._task_writer.record(task, seen_at=self._core.clock.now())

    async def remove(self, task: int) -> bool:
        """Take a task off the list. A waiting one is not sent; a running one is still followed and its clips are saved."""
        await self._task_writer.transition(task, TaskState.CANCELLED, trouble=None)
        return await self._task_writer.record(task, removed_at=self._core.clock.now())

    async def latest_draft(self) -> Draft | None:
        """What stood in the editor."""
        return await self._drafts.latest()

    async def save_draft(self, draft: Draft) -> Draft:
        """Keep what stands in the editor; on disk when this returns."""
        return await self._drafts.save(draft, at=self._core.clock.now())

    def free_bytes(self) -> int:
        """Free space where clips go, 0 when that cannot be told. Asks the disk, so call it off the loop."""
        usage = usage_of(self._output_dir())
        return usage[0] if usage else 0

    async def clips(self) -> ClipCounts | None:
        """How many clips are on disk and how many are not; None until their files have been looked at once."""
        return await self._file_presence.counts()

    def look_for_files(self, tasks: Iterable[int]) -> None:
        """These tasks are shown: a file that is gone is noticed soon."""
        self._file_presence.look_for(tasks)

    def look_at_all_files(self) -> None:
        """Somebody comes back and may have moved files: look without haste, at most once a minute."""
        self._file_presence.look_again()
