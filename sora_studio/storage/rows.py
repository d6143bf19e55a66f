"""Lossless conversion between domain objects and SQLite rows."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from sora_studio.domain.clip import Clip, ClipState, FilmFacts
from sora_studio.domain.draft import Draft
from sora_studio.domain.film_edit import FilmEdit, Trim
from sora_studio.domain.intent import Intent, Parent, ParentKind
from sora_studio.domain.judgement import Verdict
from sora_studio.domain.models.draft import Media, Medium, first_pictures
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.picture import Crop, PictureEdit, PictureRoute, Publication
from sora_studio.domain.request import GenerationRequest, MediaEdit
from sora_studio.domain.task import Task, TaskState
from sora_studio.domain.version import Version, VersionKind

REQUEST_COLUMNS = (
    *("model", "route", "options", "images", "edits", "callback", "pictures_by", "seen"),
    *("mode", "media", "profile"),
)
"""Columns of a task that never change after its creation."""

SqlValue = str | bytes | int | float | None

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_sql(value: object) -> SqlValue:
    """Return the column value for `value`. Times must be time zone aware."""
    match value:
        case None | bool() | float():
            return value
        case int():
            return int(value)
        case str():
            return _text_to_sql(value)
        case Path():
            return _text_to_sql(str(value))
        case datetime():
            return (value - _EPOCH) // _MICROSECOND
        case _:
            raise TypeError(f"{type(value).__name__} has no column")


def film_to_sql(film: FilmFacts | None) -> dict[str, SqlValue]:
    """Return the columns of a clip's film facts."""
    if film is None:
        return {"width": None, "height": None, "duration_s": None, "has_audio": None}
    return {"width": film.width, "height": film.height, "duration_s": film.duration_s, "has_audio": film.has_audio}


def request_to_sql(request: GenerationRequest) -> dict[str, SqlValue]:
    """Return a request's columns, shared by tasks and drafts.

    Not included are `seen` and `profile`, which only tasks have, `set_aside`, which only drafts have, and `written`, which only
    versions have.
    """
    images = [medium.address for medium in request.media.get(Role.FIRST, ())]
    return {
        "model": to_sql(request.model),
        "route": to_sql(request.route),
        "options": to_sql(json.dumps(dict(request.options), ensure_ascii=False)),
        "images": to_sql(json.dumps(images, ensure_ascii=False)),
        "prompt": to_sql(request.prompt),
        "edits": to_sql(json.dumps({file: _edit_to_json(edit) for file, edit in request.edits.items()}, ensure_ascii=False)),
        "mode": to_sql(request.mode),
        "media": media_to_sql({role: found for role, found in request.media.items() if role is not Role.FIRST}),
        "callback": request.callback,
        "pictures_by": to_sql(request.pictures_by),
    }


def intent_to_sql(intent: Intent) -> dict[str, SqlValue]:
    """Return an intent's columns; the document is that of the version."""
    parent = intent.parent
    return {
        "project": intent.project,
        "output_dir": to_sql(intent.output_dir),
        "parent": parent.task if parent else None,
        "parent_kind": parent.kind.value if parent else None,
        "parent_clip": parent.clip if parent else None,
        "parent_at_s": parent.at_s if parent else None,
    }


def media_to_sql(media: Media) -> SqlValue:
    """Return media by role as JSON: `{"video": [{"address": …, "kind": "video"}]}`."""
    tables = {role.value: [_medium_to_json(medium) for medium in found] for role, found in media.items() if found}
    return to_sql(json.dumps(tables, ensure_ascii=False))


def request_of_task(row: sqlite3.Row) -> GenerationRequest:
    """Return the request of a row of `tasks`; needs `REQUEST_COLUMNS`, and the version's `prompt` and `written`, only."""
    return replace(
        _request_from_row(row),
        seen=json.loads(_text(row["seen"])),
        profile=_text(row["profile"]),
        written=_text(row["written"] or ""),
    )


def task_from_row(row: sqlite3.Row, request: GenerationRequest, clips: tuple[Clip, ...]) -> Task:
    """Return the task of a row of `tasks`, with its request and clips."""
    return Task(
        id=row["id"],
        state=TaskState(row["state"]),
        request=request,
        gateway=row["gateway"],
        created_at=_time(row["created_at"]),
        take=row["take"],
        takes=row["takes"],
        batch=row["batch"],
        task_id=_text_or_none(row["task_id"]),
        sent_at=_time_or_none(row["sent_at"]),
        accepted_at=_time_or_none(row["accepted_at"]),
        next_poll_at=_time_or_none(row["next_poll_at"]),
        completed_at=_time_or_none(row["completed_at"]),
        polls=row["polls"],
        misses=row["misses"],
        fail_code=_text_or_none(row["fail_code"]),
        fail_message=_text_or_none(row["fail_message"]),
        trouble=_text_or_none(row["trouble"]),
        seen_at=_time_or_none(row["seen_at"]),
        removed_at=_time_or_none(row["removed_at"]),
        trashed_at=_time_or_none(row["trashed_at"]),
        held_at=_time_or_none(row["held_at"]),
        rank=float(row["id"]) if row["rank"] is None else row["rank"],
        version=row["version"],
        document=row["document"],
        project=row["project"],
        day=row["day"],
        output_dir=path_or_none(row["output_dir"]),
        parent=_parent_from_row(row),
        stars=row["stars"],
        verdict=_verdict_or_none(row["verdict"]),
        tags=tuple(sorted(set(json.loads(row["tags"])), key=str.casefold)),
        note=_text(row["note"] or ""),
        input_digest=_text(row["input_digest"]),
        estimated_usd=row["estimated_usd"],
        estimated_most_usd=row["estimated_most_usd"],
        balance_before_usd=row["balance_before_usd"],
        balance_after_usd=row["balance_after_usd"],
        measured_usd=row["measured_usd"],
        callback_secret=_text_or_none(row["callback_secret"]),
        revision=row["revision"],
        clips=clips,
    )


def clip_from_row(row: sqlite3.Row) -> Clip:
    """Return the clip of a row of `clips`."""
    return Clip(
        id=row["id"],
        task=row["task"],
        index=row["position"],
        state=ClipState(row["state"]),
        url=_text(row["url"]),
        expires_at=_time(row["expires_at"]),
        path=path_or_none(row["path"]),
        poster=path_or_none(row["poster"]),
        size_bytes=row["size_bytes"],
        film=_film_from_row(row),
        trouble=_text_or_none(row["trouble"]),
        stars=row["stars"],
        verdict=_verdict_or_none(row["verdict"]),
        note=_text(row["note"] or ""),
        trashed_at=_time_or_none(row["trashed_at"]),
        filmstrip=path_or_none(row["filmstrip"]),
        poster_at_s=row["poster_at_s"],
    )


def draft_from_row(row: sqlite3.Row) -> Draft:
    """Return the draft of a row of `drafts`."""
    return Draft(
        id=row["id"],
        request=replace(_request_from_row(row), set_aside=_media_from_json(_text(row["set_aside"]))),
        takes=row["takes"],
        caret=row["caret"],
        saved_at=_time(row["saved_at"]),
    )


def version_from_row(row: sqlite3.Row) -> Version:
    """Return the version of a row of `versions`."""
    options: Mapping[str, OptionValue] = json.loads(_text(row["options"]))
    return Version(
        id=row["id"],
        document=row["document"],
        created_at=_time(row["created_at"]),
        kind=VersionKind(row["kind"]),
        request=GenerationRequest(
            model=_text(row["model"]),
            prompt=_text(row["text"]),
            options=options,
            route=_text(row["route"]),
            mode=_text(row["mode"]),
            media=_all_media(row),
            edits=_edits(row),
            written=_text(row["written"] or ""),
        ),
        name=_text(row["name"] or ""),
    )


def publication_from_row(row: sqlite3.Row, tasks: tuple[int, ...] = ()) -> Publication:
    """Return the publication of a row of `publications`, with the tasks that use it."""
    return Publication(
        id=row["id"],
        fingerprint=row["fingerprint"],
        route=PictureRoute(row["route"]),
        place=_text(row["place"]),
        handle=_text(row["handle"]),
        url=_text(row["url"]),
        name=_text(row["name"]),
        published_at=_time(row["published_at"]),
        expires_at=_time(row["expires_at"]),
        withdrawn_at=_time_or_none(row["withdrawn_at"]),
        trouble=_text_or_none(row["trouble"]),
        tasks=tasks,
    )


def _request_from_row(row: sqlite3.Row) -> GenerationRequest:
    options: Mapping[str, OptionValue] = json.loads(_text(row["options"]))
    return GenerationRequest(
        model=_text(row["model"]),
        prompt=_text(row["prompt"]),
        options=options,
        route=_text(row["route"]),
        mode=_text(row["mode"]),
        media=_all_media(row),
        edits=_edits(row),
        callback=bool(row["callback"]),
        pictures_by=PictureRoute(row["pictures_by"]) if row["pictures_by"] else None,
    )


def _all_media(row: sqlite3.Row) -> Media:
    images: list[str] = json.loads(_text(row["images"]))
    return {**first_pictures(*images), **_media_from_json(_text(row["media"]))}


def _edits(row: sqlite3.Row) -> Mapping[str, MediaEdit]:
    edits: Mapping[str, Mapping[str, object]] = json.loads(_text(row["edits"]))
    return {file: _edit_from_json(edit) for file, edit in edits.items()}


def _medium_to_json(medium: Medium) -> dict[str, object]:
    scale = {"scale": medium.scale} if medium.kind is MediaKind.LORA else {}
    return {"address": medium.address, "kind": medium.kind.value, **scale}


def _media_from_json(stored: str) -> Media:
    """Return the media. A role or kind that this version does not know is left out: it could not be sent."""
    tables: Mapping[str, list[Mapping[str, str | float]]] = json.loads(stored)
    known = {role.value: role for role in Role}
    kinds = {kind.value: kind for kind in MediaKind}
    return {
        known[role]: tuple(
            Medium(str(medium["address"]), kinds[str(medium["kind"])], scale=float(medium.get("scale", 1.0)))
            for medium in media
            if medium["kind"] in kinds
        )
        for role, media in tables.items()
        if role in known
    }


def _edit_to_json(edit: MediaEdit) -> dict[str, object]:
    if isinstance(edit, FilmEdit):
        return {"trim": edit.trim and [edit.trim.start_s, edit.trim.end_s], "convert": edit.convert}
    crop = edit.crop
    box = None if crop is None else [crop.left, crop.top, crop.width, crop.height]
    return {"crop": box, "convert": edit.convert}


def _edit_from_json(edit: Mapping[str, object]) -> MediaEdit:
    convert = bool(edit["convert"])
    if "trim" in edit:
        part = cast("list[float] | None", edit["trim"])
        return FilmEdit(None if part is None else Trim(*part), convert=convert)
    box = cast("list[float] | None", edit["crop"])
    return PictureEdit(None if box is None else Crop(*box), convert=convert)


def _film_from_row(row: sqlite3.Row) -> FilmFacts | None:
    if row["width"] is None:
        return None
    return FilmFacts(row["width"], row["height"], row["duration_s"], bool(row["has_audio"]))


def _parent_from_row(row: sqlite3.Row) -> Parent | None:
    if row["parent"] is None:
        return None
    kind = ParentKind(row["parent_kind"] or ParentKind.CONTINUED)
    return Parent(row["parent"], kind, row["parent_clip"], row["parent_at_s"])


def _verdict_or_none(stored: str | None) -> Verdict | None:
    return None if stored is None else Verdict(stored)


def _text_to_sql(text: str) -> str | bytes:
    """Return the text, or bytes if it has lone surrogates (broken paste, undecodable file name), which TEXT cannot store."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="surrogatepass")
    return text


def _text(stored: str | bytes) -> str:
    return stored.decode(errors="surrogatepass") if isinstance(stored, bytes) else stored


def text_from_sql(stored: str | bytes) -> str:
    """Return the text that `to_sql` stored."""
    return _text(stored)


def time_from_sql(stored: int) -> datetime:
    """Return the time that `to_sql` stored."""
    return _time(stored)


def _text_or_none(stored: str | bytes | None) -> str | None:
    return None if stored is None else _text(stored)


def path_or_none(stored: str | bytes | None) -> Path | None:
    """Return the path that `to_sql` stored."""
    return None if stored is None else Path(_text(stored))


def _time(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND


def _time_or_none(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _time(microseconds)
