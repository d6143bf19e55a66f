"""Texts of a task's card: facts, state and progress. Pure functions; a percentage is always measured, never guessed."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import starmap

from sora_studio.domain.clip import ClipState
from sora_studio.domain.events import CopyProgressed, TransferProgressed
from sora_studio.domain.failures import TASK_LOST, explain
from sora_studio.domain.models.estimate import TimeEstimate
from sora_studio.domain.models.profile import ModelProfile, OptionKind
from sora_studio.domain.models.values import OptionValue, is_same
from sora_studio.domain.prompt import first_line
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Phase, Task, TaskSection
from sora_studio.viewmodels.compose.pictures.picture_words import name
from sora_studio.viewmodels.quantities import clock_text, days_left_text, size_text, time_of_day_text
from sora_studio.viewmodels.tasks.task_money import balance_text

SEPARATOR = " · "
"""Separates the parts of a line; a narrow card drops parts from the end."""

SECTION_TITLES: dict[TaskSection, str] = {
    TaskSection.REVIEW: "Needs review",
    TaskSection.RUNNING: "Running",
    TaskSection.WAITING: "Waiting",
    TaskSection.READY: "Ready",
    TaskSection.FAILED: "Failed",
}


class Tone(StrEnum):
    """Colour and mark of a state; the text always states it too."""

    PLAIN = "plain"
    REVIEW = "review"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Context for a task's texts: the time, its model's profile, its place in the queue (from 1), its transfer,
    and the copy of a film or sound that is being made for it.

    `usual_time` is how long such tasks take; None if it is not known.
    `gateway` names the service in use; None if it does not matter. `is_paused`: nothing new is sent, as the user wants.
    `is_stale`: the draft that it was sent from has another text now.
    """

    now: datetime
    profile: ModelProfile | None = None
    usual_time: TimeEstimate | None = None
    position: int | None = None
    transfer: TransferProgressed | None = None
    copy: CopyProgressed | None = None
    gateway: str | None = None
    is_paused: bool = False
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """A state line, and a second one with `times`: how long such tasks take.

    `fraction` (0–1) is measured, or the elapsed part of the usual time; None with `busy` means unknown.
    """

    words: tuple[str, ...]
    tone: Tone = Tone.PLAIN
    busy: bool = False
    fraction: float | None = None
    times: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The parts as one line, the most important first."""
        return SEPARATOR.join(self.words)

    @property
    def times_line(self) -> str:
        """The second line, such as `usually 3:40 · nearly always under 5:50`; empty if nothing is known."""
        return SEPARATOR.join(self.times)


def title_of(task: Task) -> str:
    """Return the first line of the prompt."""
    return first_line(task.request.prompt)


def facts_of(task: Task, profile: ModelProfile | None, *, is_stale: bool = False) -> str:
    """Return facts such as `Sora 2 · take 2 of 3 · 10 s landscape · value · 3:31`; the last part is how long the service took.

    The model's usual route is left out. A stale task says so first.
    """
    take = f"take {task.take} of {task.takes}" if task.takes > 1 else ""
    usual_route = profile.routing.default if profile and profile.routing else ""
    route = task.request.route if task.request.route != usual_route else ""
    model = profile.title if profile else task.request.model
    parts = ["Stale" if is_stale else "", model, take, _options_text(task.request, profile), route]
    started = task.accepted_at or task.sent_at
    if task.completed_at and started:
        parts.append(clock_text((task.completed_at - started).total_seconds()))
    return SEPARATOR.join(part for part in parts if part)


def state_of(task: Task, around: Surroundings) -> State:
    """Return the state of the task as text."""
    return _elsewhere(task) if is_elsewhere(task, around) else _STATES[task.phase](task, around)


def is_elsewhere(task: Task, around: Surroundings) -> bool:
    """Return whether an unfinished task belongs to a service other than the one in use; such a task is suspended."""
    return around.gateway not in (None, task.gateway) and not task.is_settled


def stage_words(task: Task, around: Surroundings) -> tuple[str, str]:
    """Return the stage's title and hint for a task without a clip. Without times: the stage does not refresh them."""
    if is_elsewhere(task, around):
        place = f"It belongs to {gateway_host(task.gateway)} and continues when you enter that address again in Settings."
        return _ELSEWHERE[task.phase], place
    if task.phase in (Phase.PENDING, Phase.PROCESSING):
        return task.phase.value.capitalize(), task.trouble or "The clip appears here when it is ready."
    state = state_of(task, around)
    if task.phase is Phase.LOST:
        return state.words[0], explain(TASK_LOST, None).advice
    if task.phase is Phase.FAILED:
        said = SEPARATOR.join(state.words[1:])
        return state.words[0], "\n".join(filter(None, (explain(task.fail_code, task.fail_message).advice, said)))
    return state.words[0], SEPARATOR.join(state.words[1:])


def spoken(task: Task, around: Surroundings) -> str:
    """Return the row as text for screen readers: prompt, facts, state, and details that the card may not have room for."""
    state = state_of(task, around)
    pictures = ", ".join(map(name, task.request.sources))
    stale = "Stale: its draft has another text now" if around.is_stale else ""
    sentences = [
        title_of(task),
        stale,
        facts_of(task, around.profile),
        pictures and f"From {pictures}",
        state.line,
        state.times_line,
    ]
    if task.phase is Phase.FAILED:
        sentences.append(explain(task.fail_code, task.fail_message).advice)
    elif task.phase is Phase.LOST:
        sentences.append(explain(TASK_LOST, None).advice)
    elif task.phase is Phase.UNKNOWN:
        sentences.append("It may have been charged. It is not sent again until you decide.")
    return ". ".join(sentence.rstrip(".") for sentence in sentences if sentence) + "."


def section_heading(section: TaskSection, count: int, usual_s: tuple[float, float] | None) -> str:
    """Return a heading such as `Running · 3 · usually 3:40`."""
    parts = [SECTION_TITLES[section], f"{count:,}"]
    if usual_s is not None:
        shortest, longest = clock_text(usual_s[0]), clock_text(usual_s[1])
        parts.append(f"usually {shortest}" if shortest == longest else f"usually {shortest}–{longest}")
    return SEPARATOR.join(parts)


def moved_words(count: int, place: int, waiting: int) -> str:
    """Return what a screen reader says after waiting tasks were moved."""
    if count == 1:
        return f"Moved to place {place:,} of {waiting:,} in line"
    return f"{count:,} tasks moved to places {place:,} to {place + count - 1:,} of {waiting:,} in line"


def sent_text(task: Task, around: Surroundings) -> str:
    """Return when a task that needs review may have been sent."""
    return f"May have been sent at {time_of_day_text(task.sent_at or task.created_at, around.now)}"


def is_right_to_left(text: str) -> bool:
    """Return whether a text is right-to-left by its first strong character (UAX #9, rules P2 and P3)."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((found in ("R", "AL") for found in directions if found in ("L", "R", "AL")), False)


def _options_text(request: GenerationRequest, profile: ModelProfile | None) -> str:
    """Return the option values, without texts; a switch only when it differs from the model's default."""
    if profile is None:
        return ", ".join(filter(None, (request.mode, *starmap(_as_sent, request.options.items()))))
    words, options = list[str](), {option.field: option for option in profile.options}
    for field, value in request.options.items():
        option = options.get(field)
        if option is None:  # of a former profile of the model
            words.append(f"{field} {value}")
        elif isinstance(value, bool) and not is_same(value, option.default):
            words.append(f"{option.title.lower()} {option.label(value).lower()}")
        elif not isinstance(value, bool) and option.kind is not OptionKind.TEXT:
            words.append(option.label(value) if option.unit else option.label(value).lower())
    return " ".join(words)


def _as_sent(field: str, value: OptionValue) -> str:
    """Return an option in the wire's words."""
    return f"{field}: {str(value).lower() if isinstance(value, bool) else value}"


def gateway_host(gateway: str) -> str:
    """Return `api.example` for `https://api.example`; the simulator's name unchanged."""
    return gateway.partition("://")[2] or gateway


def _elsewhere(task: Task) -> State:
    tone = Tone.REVIEW if task.phase in (Phase.UNKNOWN, Phase.LOST) else Tone.PLAIN
    return State((_ELSEWHERE[task.phase], f"belongs to {gateway_host(task.gateway)}"), tone)


def _waiting(task: Task, around: Surroundings) -> State:
    if (copy := around.copy) is not None:
        return State((f"Preparing {copy.name}", f"{int(copy.fraction * 100)} %"), busy=True, fraction=copy.fraction)
    if task.held_at is not None:
        return State(("Held", "not sent until you release it"))
    return State(("Waiting", *_reason_to_wait(task, around)))


def _reason_to_wait(task: Task, around: Surroundings) -> tuple[str, ...]:
    if around.is_paused:
        return ("sending is paused",)
    if task.trouble:
        return (task.trouble.rstrip("."),)
    if around.position is None:
        return ()
    if around.position == 1:
        return ("next to start",)
    return (f"number {around.position:,} in line", "starts when a place is free")


def _sending(task: Task, around: Surroundings) -> State:
    del task, around
    return State(("Sending",), busy=True)


def _unknown(task: Task, around: Surroundings) -> State:
    return State(("; ".join(filter(None, (sent_text(task, around), balance_text(task)))),), Tone.REVIEW)


def _running(task: Task, around: Surroundings) -> State:
    elapsed_s = (around.now - (task.accepted_at or task.sent_at or task.created_at)).total_seconds()
    usual = around.usual_time
    words = [f"{task.phase.value.capitalize()} {clock_text(elapsed_s)}"]
    if usual and elapsed_s > usual.most_s:
        words = ["Slower than usual, still checking", "" if task.trouble else "nothing to do", clock_text(elapsed_s)]
    words.append(task.trouble.rstrip(".") if task.trouble else _next_check(task, around.now))
    fraction = elapsed_s / usual.usual_s if usual and 0 <= elapsed_s < usual.usual_s else None
    return State(tuple(word for word in words if word), busy=True, fraction=fraction, times=_times_words(usual))


def _times_words(usual: TimeEstimate | None) -> tuple[str, ...]:
    """Return what like tasks took: measured from the fifth on, before that as the profile states it."""
    if usual is None:
        return ()
    middle, most = clock_text(usual.usual_s), clock_text(usual.most_s + 0.999)
    return (f"usually {middle}", f"nearly always under {most}") if most != middle else (f"usually {middle}",)


def _next_check(task: Task, now: datetime) -> str:
    if task.next_poll_at is None:
        return ""
    wait_s = (task.next_poll_at - now).total_seconds()
    if wait_s <= 0:
        return "checking now"
    return f"{'next' if task.polls else 'first'} check {clock_text(wait_s + 0.999)}"


def _downloading(task: Task, around: Surroundings) -> State:
    transfer, several = around.transfer, len(task.clips) > 1
    clip = f"clip {_saved(task) + 1} of {len(task.clips)}" if several else ""
    if transfer is None:
        return State(tuple(filter(None, ("Downloading", clip))), busy=True)
    speed = f"{size_text(transfer.bytes_per_s)}/s" if transfer.bytes_per_s > 0 else ""
    if not transfer.total_bytes:
        words = (f"Downloading {size_text(transfer.received_bytes)}", speed, clip)
        return State(tuple(filter(None, words)), busy=True)
    fraction = min(1.0, transfer.received_bytes / transfer.total_bytes)
    words = (f"Downloading {int(fraction * 100)} % of {size_text(transfer.total_bytes)}", speed, clip)
    return State(tuple(filter(None, words)), busy=True, fraction=fraction)


def _unsaved(task: Task, around: Surroundings) -> State:
    remote = [clip for clip in task.clips if clip.state is ClipState.REMOTE]
    trouble = next((clip.trouble for clip in remote if clip.trouble), None) or task.trouble
    left = days_left_text(min(clip.expires_at for clip in remote), around.now)
    words = ("Not saved yet", trouble.rstrip(".") if trouble else "", left)
    return State(tuple(filter(None, words)), Tone.REVIEW if trouble else Tone.PLAIN)


def _ready(task: Task, around: Surroundings) -> State:
    del around
    if strange := next((clip for clip in task.clips if not clip.plays), None):
        return State(("Saved as it is", (strange.trouble or "").rstrip(".")), Tone.REVIEW)
    words = "Ready" if task.seen_at else "Ready, not seen"
    return State((words, f"{len(task.clips)} clips") if len(task.clips) > 1 else (words,), Tone.READY)


def _expired(task: Task, around: Surroundings) -> State:
    del around
    if saved := _saved(task):
        return State(("Expired", f"{saved} of {len(task.clips)} clips are saved"), Tone.FAILED)
    return State(("Expired", "the prompt and settings are kept"), Tone.FAILED)


def _missing(task: Task, around: Surroundings) -> State:
    del around
    lost = next((clip.path for clip in task.clips if clip.state is ClipState.MISSING and clip.path), None)
    return State(("File missing", f"it was {lost.name}") if lost else ("File missing",), Tone.FAILED)


def _failed(task: Task, around: Surroundings) -> State:
    model = around.profile.title if around.profile else task.request.model
    failure = explain(task.fail_code, task.fail_message, model=model)
    words = (failure.title.rstrip("."), task.fail_code or "", task.fail_message or "")
    return State(tuple(filter(None, words)), Tone.FAILED)


def _lost(task: Task, around: Surroundings) -> State:
    return State((explain(TASK_LOST, None).title.rstrip("."), _next_check(task, around.now)), Tone.REVIEW)


def _cancelled(task: Task, around: Surroundings) -> State:
    del task, around
    return State(("Cancelled before it was sent",))


def _saved(task: Task) -> int:
    return sum(clip.state is ClipState.SAVED for clip in task.clips)


_ELSEWHERE: dict[Phase, str] = {
    Phase.WAITING: "Waiting",
    Phase.SENDING: "Sent",
    Phase.UNKNOWN: "May have been sent",
    Phase.PENDING: "Sent",
    Phase.PROCESSING: "Sent",
    Phase.DOWNLOADING: "Not saved yet",
    Phase.UNSAVED: "Not saved yet",
    Phase.LOST: "No longer known",
}
"""The last known state of an unfinished task that belongs to another service."""
_STATES: dict[Phase, Callable[[Task, Surroundings], State]] = {
    Phase.WAITING: _waiting,
    Phase.SENDING: _sending,
    Phase.UNKNOWN: _unknown,
    Phase.PENDING: _running,
    Phase.PROCESSING: _running,
    Phase.DOWNLOADING: _downloading,
    Phase.UNSAVED: _unsaved,
    Phase.READY: _ready,
    Phase.EXPIRED: _expired,
    Phase.MISSING: _missing,
    Phase.FAILED: _failed,
    Phase.LOST: _lost,
    Phase.CANCELLED: _cancelled,
}
