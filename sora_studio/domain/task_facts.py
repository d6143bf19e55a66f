"""A task as plain facts under stable names: the objects of `sora-studio tasks --json` and of the JSON export."""

from datetime import datetime

from sora_studio.domain.clip import ClipState, FilmFacts
from sora_studio.domain.intent import Parent
from sora_studio.domain.task import Task


def task_facts(task: Task) -> dict[str, object]:
    """Return what became of the task."""
    return {
        "id": task.id,
        "task_id": task.task_id,
        "state": task.state.value,
        "prompt": task.request.prompt,
        "files": saved_files(task),
        "fail_code": task.fail_code,
        "fail_message": task.fail_message,
        "created_at": time_text(task.created_at),
        "completed_at": time_text(task.completed_at),
    }


def history_facts(task: Task, *, project: str | None, is_stale: bool) -> dict[str, object]:
    """Return `task_facts` with what the person decided about the task and what it cost."""
    film = next((clip.film for clip in task.clips if clip.film), None)
    return {
        **task_facts(task),
        "stars": task.stars,
        "verdict": task.verdict.value if task.verdict else None,
        "tags": list(task.tags),
        "note": task.note or next((clip.note for clip in task.clips if clip.note), ""),
        "project": project,
        "version": task.version,
        "stale": is_stale,
        "cost_usd": task.cost_usd,
        "cost_kind": cost_kind(task),
        **film_facts(film),
        "parent": parent_facts(task.parent),
        "trashed_at": time_text(task.trashed_at),
    }


def film_facts(film: FilmFacts | None) -> dict[str, object]:
    """Return length and size of a film."""
    return {
        "duration_s": round(film.duration_s, 3) if film else None,
        "width": film.width if film else None,
        "height": film.height if film else None,
    }


def cost_kind(task: Task) -> str:
    """Return where the task's cost comes from."""
    return "measured" if task.measured_usd is not None else "estimated" if task.cost_usd is not None else "unknown"


def parent_facts(parent: Parent | None) -> dict[str, object] | None:
    """Return the task that another one continues; its clip is counted from 1."""
    if parent is None:
        return None
    clip = None if parent.clip is None else parent.clip + 1
    return {"task": parent.task, "kind": parent.kind.value, "clip": clip, "at_s": parent.at_s}


def saved_files(task: Task) -> list[str]:
    """Return the paths of the clips that are on disk."""
    return [str(clip.path) for clip in task.clips if clip.state is ClipState.SAVED and clip.path]


def time_text(moment: datetime | None) -> str | None:
    """Return the time to the millisecond, with its zone."""
    return moment.isoformat(timespec="milliseconds") if moment else None
