"""A clip's metadata as JSON beside it: enough to identify and recreate it, and nothing secret."""

from collections.abc import Sequence
from datetime import datetime

from sora_studio.domain.clip import Clip, FilmFacts
from sora_studio.domain.models.profile import Role
from sora_studio.domain.request import without_query
from sora_studio.domain.task import Task

FORMAT = 2
"""Format 2 adds what the person decided (`judged`)."""


def describe(
    task: Task, clip: Clip, film: FilmFacts | None, *, mode: str, gateway: str, saved_at: datetime
) -> dict[str, object]:
    """Return the metadata of one clip.

    Links may be signed, so result links are left out and image links lose their query. `film` is None for a file that is not a
    playable film.
    """
    request = task.request
    return {
        "format": FORMAT,
        "prompt": request.prompt,
        **({"written": request.written} if request.written else {}),
        "model": request.model,
        "mode": mode,
        "options": dict(request.options),
        "route": request.route,
        "images": [without_query(medium.address) for medium in request.media.get(Role.FIRST, ())],
        "media": {
            role.value: [without_query(medium.address) for medium in media]
            for role, media in request.media.items()
            if role is not Role.FIRST
        },
        "task": task.id,
        "task_id": task.task_id,
        "take": task.take,
        "takes": task.takes,
        "clip": clip.index + 1,
        "gateway": gateway,
        "created_at": _text(task.created_at),
        "sent_at": _text(task.sent_at),
        "accepted_at": _text(task.accepted_at),
        "completed_at": _text(task.completed_at),
        "saved_at": _text(saved_at),
        "width": film.width if film else None,
        "height": film.height if film else None,
        "duration_s": round(film.duration_s, 3) if film else None,
        "has_audio": film.has_audio if film else None,
        **judged(task, clip, tags=task.tags, project=None),
    }


def judged(task: Task, clip: Clip, *, tags: Sequence[str], project: str | None) -> dict[str, object]:
    """Return what the person decided about a clip, and what its task continues. Notes are private and stay in the database."""
    parent = task.parent
    return {
        "stars": clip.stars,
        "verdict": clip.verdict.value if clip.verdict else None,
        "tags": list(tags),
        "project": project,
        "parent": {
            "task": parent.task,
            "kind": parent.kind.value,
            "clip": None if parent.clip is None else parent.clip + 1,
            "at_s": parent.at_s,
        }
        if parent
        else None,
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
