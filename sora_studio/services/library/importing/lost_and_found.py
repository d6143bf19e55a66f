"""Rebuilds tasks from a folder of clips with the metadata files that were saved beside them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sora_studio.domain.clip import Clip, ClipState
from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.file_kinds import FileForm, kind_of
from sora_studio.domain.imports import Incoming, LeftOut
from sora_studio.domain.intent import Parent, ParentKind
from sora_studio.domain.judgement import MOST_STARS, Verdict, check_tag
from sora_studio.domain.models.draft import USUAL_KINDS, Medium
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.project import check_name
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.library.importing.bundle_records import local_day_number, read_film
from sora_studio.services.library.importing.fields import Fields, Malformed

_MOST_CLIPS = 10_000


@dataclass(frozen=True, slots=True)
class FoundClip:
    """A clip and the metadata beside it."""

    path: Path
    size_bytes: int
    head: bytes
    metadata: Fields


@dataclass(slots=True)
class Found:
    """What a folder holds: tasks, and files that do not tell what they are."""

    tasks: list[Incoming] = field(default_factory=list[Incoming])
    left_out: list[LeftOut] = field(default_factory=list[LeftOut])


_Identity = tuple[object, ...]


def tasks_of(clips: Iterable[FoundClip]) -> Found:
    """Return the tasks that the clips belong to, numbered in the order of their creation."""
    found = Found()
    groups = dict[_Identity, list[tuple[Task, Clip, FoundClip]]]()
    for clip in sorted(clips, key=lambda one: one.path):
        try:
            task, row = _task_of(clip.metadata), _clip_of(clip)
        except (Malformed, OverflowError) as error:  # the first or last day of the calendar may be none in another time zone
            reason = error if isinstance(error, Malformed) else "a time is out of range"
            found.left_out.append(LeftOut(clip.path, f"Its metadata cannot be used: {reason}."))
            continue
        others = groups.setdefault(_identity(task), [])
        if same := next((other for _, known, other in others if known.index == row.index), None):
            found.left_out.append(LeftOut(clip.path, f"It is the same clip as {same.path.name}."))
        else:
            others.append((task, row, clip))
    ordered = sorted(groups.values(), key=lambda group: (group[0][0].created_at, group[0][0].take))
    numbers = _numbers(ordered)
    found.tasks = [_incoming(number, group, numbers) for number, group in enumerate(ordered, start=1)]
    return found


def _identity(task: Task) -> _Identity:
    if task.task_id:
        return task.gateway, task.task_id
    return task.gateway, task.created_at, task.request.prompt, task.take


def _numbers(groups: Sequence[list[tuple[Task, Clip, FoundClip]]]) -> dict[int, int]:
    """Return the new number of each task by the one in the metadata, unless tasks of several libraries have the same."""
    counted = Counter(group[0][0].id for group in groups)
    return {group[0][0].id: number for number, group in enumerate(groups, start=1) if counted[group[0][0].id] == 1}


def _incoming(number: int, group: Sequence[tuple[Task, Clip, FoundClip]], numbers: dict[int, int]) -> Incoming:
    task, _, first = group[0]
    clips = tuple(sorted((clip for _, clip, _ in group), key=lambda clip: clip.index))
    verdicts = [clip.verdict for clip in clips]
    is_rejected = all(verdict is Verdict.REJECTED for verdict in verdicts)
    kept = Verdict.KEPT if Verdict.KEPT in verdicts else Verdict.REJECTED if is_rejected else None
    parent = task.parent
    if parent is not None:
        parent = replace(parent, task=numbers[parent.task]) if parent.task in numbers else None
    task = replace(task, id=number, clips=clips, stars=max(clip.stars for clip in clips), verdict=kept, parent=parent)
    tags = {clip.index: names for _, clip, one in group if (names := _tags(one.metadata))}
    return Incoming(task, _project(first.metadata), clip_tags=tags)


def _task_of(metadata: Fields) -> Task:
    created_at = metadata.time("created_at")
    gateway = metadata.text("gateway")
    if created_at is None or not gateway:
        raise Malformed("it does not tell where and when the task was made")
    return Task(
        id=metadata.whole("task") or 0,
        state=TaskState.SUCCESS,
        request=_request_of(metadata),
        gateway=gateway,
        created_at=created_at,
        take=metadata.whole("take", least=1) or 1,
        takes=metadata.whole("takes", least=1) or 1,
        task_id=metadata.text_or_none("task_id"),
        sent_at=metadata.time("sent_at"),
        accepted_at=metadata.time("accepted_at"),
        completed_at=metadata.time("completed_at"),
        seen_at=metadata.time("saved_at") or created_at,
        day=local_day_number(created_at),
        parent=_parent_of(metadata),
    )


def _request_of(metadata: Fields) -> GenerationRequest:
    model = metadata.text("model")
    if not model or "prompt" not in metadata:
        raise Malformed("it tells no prompt or no model")
    addresses = metadata.table("media")
    media = {
        role: tuple(
            Medium(address, USUAL_KINDS.get(role, MediaKind.IMAGE))
            for address in (metadata.texts("images") if role is Role.FIRST else addresses.texts(role.value))
        )
        for role in Role
    }
    return GenerationRequest(
        model=model,
        prompt=metadata.text("prompt"),
        written=metadata.text("written"),
        options=metadata.options("options"),
        route=metadata.text("route"),
        mode=metadata.text("mode"),
        media={role: found for role, found in media.items() if found},
    )


def _clip_of(found: FoundClip) -> Clip:
    metadata = found.metadata
    film = read_film(metadata)
    number = metadata.whole("clip", least=1, most=_MOST_CLIPS)
    moment = metadata.time("saved_at") or metadata.time("created_at")
    if number is None or moment is None:
        raise Malformed("it does not tell which clip it is")
    return Clip(
        id=0,
        task=0,
        index=number - 1,
        state=ClipState.SAVED,
        url="",
        expires_at=moment,
        path=found.path,
        size_bytes=found.size_bytes,
        film=film,
        trouble=None if film else _words_for(found.head),
        stars=metadata.whole("stars", most=MOST_STARS) or 0,
        verdict=metadata.choice("verdict", Verdict),
    )


def _words_for(head: bytes) -> str:
    kind = kind_of(head)
    words = f"{kind.name} that could not be opened." if kind.form is FileForm.FILM else f"{kind.name}, not a film."
    return f"This is {words}"


def _parent_of(metadata: Fields) -> Parent | None:
    if "parent" not in metadata:
        return None
    parent = metadata.table("parent")
    task, clip = parent.whole("task", least=1), parent.whole("clip", least=1, most=_MOST_CLIPS)
    if task is None:
        return None
    kind = parent.choice("kind", ParentKind) or ParentKind.CONTINUED
    return Parent(task, kind, None if clip is None else clip - 1, parent.number("at_s"))


def _tags(metadata: Fields) -> tuple[str, ...]:
    """Return the tags; one that cannot be used is not worth losing the clip."""
    tags = list[str]()
    for name in metadata.texts("tags"):
        try:
            tags.append(check_tag(name))
        except InvalidSetting:
            continue
    return tuple(dict.fromkeys(tags))


def _project(metadata: Fields) -> str | None:
    try:
        return check_name(metadata.text("project"))
    except InvalidSetting:
        return None


def is_metadata(fields: Fields) -> bool:
    """Return whether a JSON object looks like a clip's metadata."""
    return all(name in fields for name in ("format", "model", "clip", "gateway"))
