"""Reads tasks, versions and projects from the lines of a bundle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from sora_studio.domain.clip import Clip, ClipState, FilmFacts
from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.film_edit import FilmEdit, Trim
from sora_studio.domain.imports import UNFOLLOWED, Incoming
from sora_studio.domain.intent import Parent, ParentKind
from sora_studio.domain.judgement import MOST_STARS, Verdict, check_tag
from sora_studio.domain.models.draft import Medium
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.picture import Crop, PictureEdit
from sora_studio.domain.project import Project, check_name
from sora_studio.domain.request import GenerationRequest, MediaEdit
from sora_studio.domain.task import Task, TaskState
from sora_studio.domain.version import Version, VersionKind
from sora_studio.services.library.importing.fields import Fields, Malformed

_Value = TypeVar("_Value")
_MOST_CLIPS = 10_000
_MOST_DAY = 3_000_000
"""Days since 1970 up to the year 10,000, and a little more."""


@dataclass(frozen=True, slots=True)
class BundleTask:
    """A task of a bundle, and the members with the films and posters of its clips, by index."""

    incoming: Incoming
    films: Mapping[int, str] = field(default_factory=dict[int, str])
    posters: Mapping[int, str] = field(default_factory=dict[int, str])


def read_version(fields: Fields) -> Version:
    """Return the version of a line. Raises `Malformed`."""
    return Version(
        id=_needed(fields.whole("number", least=1), "number"),
        document=_needed(fields.whole("document"), "document"),
        created_at=_needed(fields.time("created_at"), "created_at"),
        kind=fields.choice("kind", VersionKind) or VersionKind.SENT,
        request=replace(read_request(fields.table("request"), fields.text("text")), written=fields.text("written")),
        name=fields.text("name"),
    )


def read_project(fields: Fields) -> Project:
    """Return a project without a folder. Raises `Malformed`."""
    name = _checked(check_name, fields.text("name"))
    return Project(0, name, model=fields.text("model"), options=fields.options("options"))


def read_task(fields: Fields, versions: Mapping[int, Version]) -> BundleTask:
    """Return the task of a line, over whatever it was: an unfinished one is cancelled here. Raises `Malformed`."""
    number = _needed(fields.whole("number", least=1), "number")
    version = versions.get(_needed(fields.whole("version"), "version"))
    if version is None:
        raise Malformed("its version is not in the bundle")
    state = _needed(fields.choice("state", TaskState), "state")
    created_at = _needed(fields.time("created_at"), "created_at")
    clips = [_read_clip(one, number, created_at) for one in fields.tables("clips")]
    if len({clip.index for clip, _ in clips}) != len(clips) or (clips and state is not TaskState.SUCCESS):
        raise Malformed("'clips' contradicts itself")
    task = Task(
        id=number,
        state=state if state.is_over else TaskState.CANCELLED,
        trouble=UNFOLLOWED.get(state),
        request=read_request(fields.table("request"), version.request.prompt),
        gateway=_needed(fields.text_or_none("gateway"), "gateway"),
        created_at=created_at,
        version=version.id,
        document=version.document,
        clips=tuple(clip for clip, _ in clips),
    )
    task = replace(_with_outcome(_with_place(task, fields), fields), day=_day(fields, created_at))
    return BundleTask(
        Incoming(
            task,
            project=_checked(check_name, fields.text("project")) if fields.text("project") else None,
            tags=_tags(fields),
            clip_tags={clip.index: tags for clip, one in clips if (tags := _tags(one))},
        ),
        films={clip.index: member for clip, one in clips if (member := one.text("file"))},
        posters={clip.index: member for clip, one in clips if (member := one.text("poster"))},
    )


def _with_place(task: Task, fields: Fields) -> Task:
    return replace(
        task,
        take=fields.whole("take", least=1) or 1,
        takes=fields.whole("takes", least=1) or 1,
        batch=fields.whole("batch"),
        parent=_parent(fields),
        input_digest=fields.text("input_digest"),
        stars=fields.whole("stars", most=MOST_STARS) or 0,
        verdict=fields.choice("verdict", Verdict),
        note=fields.text("note"),
    )


def _with_outcome(task: Task, fields: Fields) -> Task:
    return replace(
        task,
        task_id=fields.text_or_none("task_id"),
        sent_at=fields.time("sent_at"),
        accepted_at=fields.time("accepted_at"),
        completed_at=fields.time("completed_at"),
        seen_at=fields.time("seen_at"),
        removed_at=fields.time("removed_at"),
        trashed_at=fields.time("trashed_at"),
        fail_code=fields.text_or_none("fail_code"),
        fail_message=fields.text_or_none("fail_message"),
        polls=fields.whole("polls") or 0,
        estimated_usd=fields.number("estimated_usd"),
        estimated_most_usd=fields.number("estimated_most_usd"),
        balance_before_usd=fields.number("balance_before_usd"),
        balance_after_usd=fields.number("balance_after_usd"),
        measured_usd=fields.number("measured_usd"),
    )


def _day(fields: Fields, created_at: datetime) -> int:
    day = fields.whole("day", most=_MOST_DAY)
    return local_day_number(created_at) if day is None else day


def local_day_number(moment: datetime) -> int:
    """Return the local calendar day, in days since 1970."""
    return (moment.astimezone().date() - datetime(1970, 1, 1).date()).days  # noqa: DTZ001 - a calendar day


def _read_clip(fields: Fields, task: int, expires_at: datetime) -> tuple[Clip, Fields]:
    clip = Clip(
        id=0,
        task=task,
        index=_needed(fields.whole("clip", least=1, most=_MOST_CLIPS), "clip") - 1,
        state=ClipState.EXPIRED,
        url="",
        expires_at=expires_at,
        film=read_film(fields.table("film")) if "film" in fields else None,
        trouble=fields.text_or_none("trouble"),
        stars=fields.whole("stars", most=MOST_STARS) or 0,
        verdict=fields.choice("verdict", Verdict),
        note=fields.text("note"),
        trashed_at=fields.time("trashed_at"),
        poster_at_s=fields.number("poster_at_s"),
    )
    return clip, fields


def read_film(fields: Fields) -> FilmFacts | None:
    """Return the facts of a film; None if its size or length is not there. Raises `Malformed`."""
    width, height, duration_s = fields.whole("width", least=1), fields.whole("height", least=1), fields.number("duration_s")
    if width is None or height is None or duration_s is None:
        return None
    return FilmFacts(width, height, duration_s, fields.flag("has_audio"))


def read_request(fields: Fields, text: str) -> GenerationRequest:
    """Return a request with this text. Raises `Malformed`."""
    media = fields.table("media")
    known = {role.value: role for role in Role}
    edits, seen = fields.table("edits"), fields.table("seen")
    return GenerationRequest(
        model=_needed(fields.text_or_none("model"), "model"),
        prompt=text,
        options=fields.options("options"),
        route=fields.text("route"),
        mode=fields.text("mode"),
        media={known[name]: tuple(map(_medium, media.tables(name))) for name in media.names() if name in known},
        edits={name: _edit(edits.table(name)) for name in edits.names()},
        seen={name: seen.text(name) for name in seen.names()},
        profile=fields.text("profile"),
    )


def _medium(fields: Fields) -> Medium:
    scale = fields.number("scale")
    kind = _needed(fields.choice("kind", MediaKind), "kind")
    return Medium(_needed(fields.text_or_none("address"), "address"), kind, scale=1.0 if scale is None else scale)


def _edit(fields: Fields) -> MediaEdit:
    convert = fields.flag("convert")
    try:
        if "trim" in fields:
            return FilmEdit(Trim(*fields.numbers("trim")), convert=convert)
        box = fields.numbers("crop")
        return PictureEdit(Crop(*box) if box else None, convert=convert)
    except (TypeError, ValueError) as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed("an edit is impossible") from None


def _parent(fields: Fields) -> Parent | None:
    if "parent" not in fields:
        return None
    parent = fields.table("parent")
    kind = parent.choice("kind", ParentKind) or ParentKind.CONTINUED
    return Parent(_needed(parent.whole("task"), "task"), kind, parent.whole("clip", most=_MOST_CLIPS), parent.number("at_s"))


def _tags(fields: Fields) -> tuple[str, ...]:
    return tuple(_checked(check_tag, name) for name in fields.texts("tags"))


def _checked(check: Callable[[str], str], name: str) -> str:
    try:
        return check(name)
    except InvalidSetting as error:
        raise Malformed(f"{name[:40]!r} cannot be used ({error.title.rstrip('.').lower()})") from None


def _needed(value: _Value | None, name: str) -> _Value:
    if value is None:
        raise Malformed(f"{name!r} is missing")
    return value
