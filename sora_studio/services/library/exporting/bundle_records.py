"""Tasks, versions and projects as the lines of a bundle."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sora_studio.domain.clip import Clip, FilmFacts
from sora_studio.domain.film_edit import FilmEdit
from sora_studio.domain.models.draft import Media
from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.project import Project
from sora_studio.domain.request import GenerationRequest, MediaEdit, without_query
from sora_studio.domain.task import Task
from sora_studio.domain.version import Version
from sora_studio.logs import redacted

Tags = Mapping[tuple[int, int | None], tuple[str, ...]]


def task_record(task: Task, project: str | None, tags: Tags, clips: list[dict[str, object]]) -> dict[str, object]:
    """Return the line of a task; its text is that of its version."""
    parent = task.parent
    return {
        "number": task.id,
        "gateway": task.gateway,
        "task_id": task.task_id,
        "state": task.state.value,
        "take": task.take,
        "takes": task.takes,
        "batch": task.batch,
        "version": task.version,
        "project": project,
        "parent": parent and {"task": parent.task, "kind": parent.kind.value, "clip": parent.clip, "at_s": parent.at_s},
        "day": task.day,
        **{name: _time(getattr(task, name)) for name in TIMES},
        "fail_code": task.fail_code,
        "fail_message": task.fail_message and redacted(task.fail_message),
        "polls": task.polls,
        **{name: getattr(task, name) for name in AMOUNTS},
        "input_digest": task.input_digest,
        "request": request_record(task.request),
        "stars": task.stars,
        "verdict": task.verdict,
        "note": task.note,
        "tags": tags.get((task.id, None), ()),
        "clips": clips,
    }


TIMES = ("created_at", "sent_at", "accepted_at", "completed_at", "seen_at", "removed_at", "trashed_at")
AMOUNTS = ("estimated_usd", "estimated_most_usd", "balance_before_usd", "balance_after_usd", "measured_usd")


def clip_record(clip: Clip, tags: Tags, *, file: str | None, poster: str | None) -> dict[str, object]:
    """Return a clip of a task's line; `file` and `poster` are the members with its files, None without."""
    return {
        "clip": clip.index + 1,
        "file": file,
        "poster": poster,
        "film": _film(clip.film),
        "trouble": clip.trouble,
        "stars": clip.stars,
        "verdict": clip.verdict,
        "note": clip.note,
        "tags": tags.get((clip.task, clip.id), ()),
        "trashed_at": _time(clip.trashed_at),
        "poster_at_s": clip.poster_at_s,
    }


def version_record(version: Version) -> dict[str, object]:
    """Return the line of a version."""
    return {
        "number": version.id,
        "document": version.document,
        "created_at": _time(version.created_at),
        "kind": version.kind.value,
        "name": version.name,
        "text": version.request.prompt,
        "written": version.request.written,
        "request": request_record(version.request),
    }


def project_record(project: Project) -> dict[str, object]:
    """Return a project; its folder means nothing on another computer."""
    return {"name": project.name, "model": project.model, "options": dict(project.options)}


def request_record(request: GenerationRequest) -> dict[str, object]:
    """Return a request without its text."""
    return {
        "model": request.model,
        "mode": request.mode,
        "route": request.route,
        "options": dict(request.options),
        "media": media_record(request.media),
        "edits": {without_query(source): _edit(edit) for source, edit in request.edits.items()},
        "seen": dict(request.seen),
        "profile": request.profile,
    }


def media_record(media: Media) -> dict[str, object]:
    """Return media by role."""
    return {
        role.value: [
            {
                "address": without_query(medium.address),
                "kind": medium.kind.value,
                **({"scale": medium.scale} if medium.kind is MediaKind.LORA else {}),
            }
            for medium in found
        ]
        for role, found in media.items()
    }


def _edit(edit: MediaEdit) -> dict[str, object]:
    if isinstance(edit, FilmEdit):
        return {"trim": edit.trim and [edit.trim.start_s, edit.trim.end_s], "convert": edit.convert}
    crop = edit.crop
    box = crop and [crop.left, crop.top, crop.width, crop.height]
    return {"crop": box, "convert": edit.convert}


def _film(film: FilmFacts | None) -> dict[str, object] | None:
    return None if film is None else asdict(film)


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
