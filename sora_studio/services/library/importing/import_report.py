"""What became of each task of an import."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sora_studio.domain.clip import Clip
from sora_studio.domain.imports import Imported, ImportedTask, Incoming, Known, LeftOut, Outcome
from sora_studio.domain.task import Task

if TYPE_CHECKING:
    from sora_studio.storage.import_rows import Added


def report(
    incoming: Sequence[Incoming],
    known: Mapping[int, Known],
    added: "Added | None" = None,
    *,
    left_out: Sequence[LeftOut] = (),
    others: Sequence[Incoming] = (),
    is_dry_run: bool = False,
) -> Imported:
    """Return what became of each task; of `others`, all files were known already."""
    tasks = [_imported(one.task, known.get(one.task.id), added) for one in incoming]
    tasks += [_as_told(one.task, Outcome.KNOWN, None, ()) for one in others]
    return Imported(tuple(sorted(tasks, key=lambda task: task.number)), tuple(left_out), is_dry_run=is_dry_run)


def _imported(task: Task, here: Known | None, added: "Added | None") -> ImportedTask:
    if here is None:
        return _as_told(task, Outcome.ADDED, added.tasks.get(task.id) if added else None, task.clips)
    outcome = Outcome.COMPLETED if here.lacks or here.is_stub else Outcome.KNOWN
    return _as_told(task, outcome, here.task, [clip for clip in task.clips if clip.index in here.lacks])


def _as_told(task: Task, outcome: Outcome, number: int | None, clips: Sequence[Clip]) -> ImportedTask:
    files = tuple(clip.path for clip in clips if clip.path)
    return ImportedTask(outcome, number, task.id, task.state, task.request.prompt, files)
