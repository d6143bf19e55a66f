"""What Details says of one task: its facts as lines of words, and all of them as a report. Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sora_studio.domain.intent import Parent, ParentKind
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.money import dollars
from sora_studio.domain.request import mode_of
from sora_studio.domain.task import Phase, Task
from sora_studio.viewmodels.compose.pictures.picture_words import name
from sora_studio.viewmodels.library.file_words import SEPARATOR, file_text, trash_text
from sora_studio.viewmodels.library.option_words import options_text, texts
from sora_studio.viewmodels.library.tile_words import day_text
from sora_studio.viewmodels.quantities import clock_text, film_time_text

_MOST_ID_CHARACTERS = 24
_PARENTS = {
    ParentKind.CONTINUED: "continues task {}",
    ParentKind.LONGER: "longer version of task {}",
    ParentKind.AGAIN: "task {}, made again",
    ParentKind.VARIATION: "variation of task {}",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A fact: what it is about, and its words. `short` is what a narrow column shows of a long id."""

    title: str
    words: str
    short: str = ""


def facts(task: Task, profile: ModelProfile | None, *, project: str, now: datetime) -> list[Line]:
    """Return the facts of one task, without those that are not known."""
    request, clip = task.request, task.clips[0] if task.clips else None
    film = clip.film if clip else None
    mode = mode_of(request, profile).title if profile and len(profile.modes) > 1 else ""
    made = task.created_at.astimezone()
    found = [
        Line("Model", SEPARATOR.join(filter(None, (profile.title if profile else request.model, request.route)))),
        Line("Mode", mode),
        Line("Options", options_text(request, profile) or "the model's own"),
        *(Line(title, text) for title, text in texts(request, profile)),
        Line("Made from", ", ".join(map(name, request.sources))),
        Line("Took, cost", f"{_took(task)}{SEPARATOR}{cost(task)}"),
        Line("Made", f"{day_text(made.date(), now.astimezone().date())}, {made:%H:%M}{SEPARATOR}version {task.version}"),
        Line("Clips", str(len(task.clips)) if len(task.clips) > 1 else ""),
        Line(
            "Film",
            f"{film.width} × {film.height}{SEPARATOR}{film.duration_s:.1f} s{'' if film.has_audio else f'{SEPARATOR}silent'}"
            if film
            else "",
        ),
        Line("File", file_text(task, now)),
        Line("File name", clip.path.name if clip and clip.path else ""),
        Line("Trash", trash_text(task, now)),
        Line("Project", project),
        Line("Comes from", _origin(task.parent)),
        Line("Task", str(task.id)),
        Line("Service's id", task.task_id or "", _short(task.task_id or "")),
    ]
    return [line for line in found if line.words]


def cost(task: Task) -> str:
    """Return the cost and where it is known from."""
    if task.measured_usd is not None:
        return f"{dollars(task.measured_usd)} measured"
    return "price unknown" if task.estimated_usd is None else f"about {dollars(task.estimated_usd)}, estimated"


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
    return clock_text((task.completed_at - task.accepted_at).total_seconds())


def _short(word: str) -> str:
    return word if len(word) <= _MOST_ID_CHARACTERS else f"{word[:12]}…{word[-8:]}"


def _origin(parent: Parent | None) -> str:
    if parent is None:
        return ""
    at = f" from {film_time_text(round(parent.at_s * 1000))}" if parent.at_s is not None else ""
    return _PARENTS[parent.kind].format(parent.task) + at
