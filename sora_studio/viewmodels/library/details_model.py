"""What Details says of the selected tasks: the facts as lines of words, and what several have in common."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sora_studio.domain.clip import ClipState
from sora_studio.domain.intent import ParentKind
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.money import dollars
from sora_studio.domain.task import Phase, Task
from sora_studio.services.library.trash import KEPT_DAYS

_PARENTS = {
    ParentKind.CONTINUED: "continues",
    ParentKind.LONGER: "the longer version of",
    ParentKind.AGAIN: "made again from",
    ParentKind.VARIATION: "a variation of",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A fact: what it is about, and its words."""

    title: str
    words: str


def facts(task: Task, profile: ModelProfile | None, *, project: str, takes: int, now: datetime) -> list[Line]:
    """Return the facts of one task."""
    request, clip = task.request, task.clips[0] if task.clips else None
    film = clip.film if clip else None
    made = task.created_at.astimezone()
    found = [
        Line("Model", " · ".join([profile.title if profile else request.model, request.route])),
        Line("Options", " · ".join(f"{_shown(value)}" for value in request.options.values()) or "the model's own"),
        Line("Took, cost", f"{_took(task)} · {cost(task)}"),
        Line("Made", f"{made:%d %B %Y, %H:%M} · version {task.version}{f', {takes} takes' if takes > 1 else ''}"),
    ]
    if film is not None:
        found.append(
            Line("Film", f"{film.width} × {film.height} · {film.duration_s:.1f} s{'' if film.has_audio else ' · silent'}")
        )
    found.append(Line("File", file_words(task, now)))
    if project:
        found.append(Line("Project", project))
    if task.parent is not None:
        found.append(Line("Comes from", f"{_PARENTS[task.parent.kind]} task {task.parent.task}"))
    found.append(Line("Task", f"{task.id} · {task.task_id[:12]}…" if task.task_id else str(task.id)))
    return found


def cost(task: Task) -> str:
    """Return the cost and where it is known from."""
    if task.measured_usd is not None:
        return f"{dollars(task.measured_usd)} measured"
    return "cost unknown" if task.estimated_usd is None else f"about {dollars(task.estimated_usd)}, estimated"


def file_words(task: Task, now: datetime) -> str:
    """Return the size and state of the first clip's file."""
    if task.trashed_at is not None:
        days = max(0, KEPT_DAYS - (now - task.trashed_at).days)
        return f"in the trash, for {days} more days"
    clip = task.clips[0] if task.clips else None
    if clip is None:
        return "none"
    match clip.state:
        case ClipState.SAVED:
            return f"{clip.size_bytes / 1e6:.0f} MB · saved" if clip.size_bytes else "saved"
        case ClipState.MISSING:
            return "missing"
        case ClipState.EXPIRED:
            return "expired before it was saved"
        case _:
            return f"not saved yet; its link ends in {max(0, (clip.expires_at - now).days)} days"


def shared(tasks: Sequence[Task]) -> list[Line]:
    """Return what several tasks have in common."""
    models = {task.request.model for task in tasks}
    kept = sum(task.verdict == "kept" for task in tasks)
    rejected = sum(task.verdict == "rejected" for task in tasks)
    known = [task.cost_usd for task in tasks if task.cost_usd is not None]
    tags = set(tasks[0].tags).intersection(*(task.tags for task in tasks)) if tasks else set[str]()
    return [
        Line("Model", models.pop() if len(models) == 1 else f"{len(models)} models"),
        Line("Decided", f"{kept} kept · {rejected} rejected · {len(tasks) - kept - rejected} open"),
        Line("Cost", f"{dollars(sum(known))}{'' if len(known) == len(tasks) else f', unknown for {len(tasks) - len(known)}'}"),
        Line("All tagged", ", ".join(sorted(tags)) or "nothing in common"),
    ]


def report(task: Task, lines: Iterable[Line]) -> str:
    """Return all facts as text, for the service's support."""
    moments = (
        ("created", task.created_at),
        ("sent", task.sent_at),
        ("accepted", task.accepted_at),
        ("ended", task.completed_at),
    )
    times = [f"{name}: {moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" for name, moment in moments if moment]
    failure = [f"failure: {task.fail_code} {task.fail_message or ''}".strip()] if task.phase is Phase.FAILED else []
    return "\n".join([*(f"{line.title}: {line.words}" for line in lines), *times, *failure, "", task.request.prompt])


def _took(task: Task) -> str:
    if task.accepted_at is None or task.completed_at is None:
        return "not finished"
    seconds = round((task.completed_at - task.accepted_at).total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"


def _shown(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
