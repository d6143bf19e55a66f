"""Evidence: what was wanted, sent, answered, paid and received, for the service's support."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

from sora_studio import __version__
from sora_studio.disk_calls import WORK_WITHIN_S, on_disk
from sora_studio.domain.clip import Clip, ClipState
from sora_studio.domain.models.build import build, provider
from sora_studio.domain.models.draft import Medium
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import as_draft, is_url, without_query
from sora_studio.domain.task import Task
from sora_studio.domain.task_facts import cost_kind
from sora_studio.logs import redacted
from sora_studio.services.library.exporting.hashing import sha256_of
from sora_studio.services.library.exporting.new_file import NewFile
from sora_studio.services.library.exporting.selection import Row

FORMAT = "sora-studio-evidence"


async def write_evidence(
    file: NewFile, pages: AsyncIterator[list[Row]], *, profiles: Mapping[str, ModelProfile], made_at: datetime
) -> int:
    """Write one JSON object with the evidence of each task; return how many."""
    head = {"format": FORMAT, "version": 1, "program": f"Sora Studio {__version__}", "made_at": made_at.isoformat()}
    await file.write(json.dumps(head, indent=1)[:-2] + ',\n "tasks": [')
    count = 0
    async for page in pages:
        for row in page:
            facts = await _evidence(row.task, profiles.get(row.task.request.model))
            await file.write(f"{',' if count else ''}\n{json.dumps(facts, ensure_ascii=False, indent=1)}")
            count += 1
    await file.write("\n]\n}\n")
    return count


async def _evidence(task: Task, profile: ModelProfile | None) -> dict[str, object]:
    return {
        "number": task.id,
        "gateway": task.gateway,
        "intent": _intent(task),
        "request": _request(task, profile),
        "answer": {
            "task_id": task.task_id,
            "state": task.state.value,
            "fail_code": task.fail_code,
            "fail_message": task.fail_message and redacted(task.fail_message),
            "status_queries": task.polls,
            "unknown_answers": task.misses,
        },
        "times": {
            "created_at": _time(task.created_at),
            "sent_at": _time(task.sent_at),
            "accepted_at": _time(task.accepted_at),
            "completed_at": _time(task.completed_at),
        },
        "money_usd": {
            "balance_before": task.balance_before_usd,
            "balance_after": task.balance_after_usd,
            "estimated": task.estimated_usd,
            "estimated_most": task.estimated_most_usd,
            "measured": task.measured_usd,
            "cost_kind": cost_kind(task),
        },
        "clips": [await _clip(clip) for clip in task.clips],
    }


def _intent(task: Task) -> dict[str, object]:
    request = task.request
    return {
        "prompt": request.prompt,
        "model": request.model,
        "mode": request.mode,
        "options": dict(request.options),
        "route": request.route,
        "media": {role.value: [_address(medium) for medium in media] for role, media in request.media.items()},
        "media_sha256": {_name(source): digest for source, digest in request.seen.items()},
        "take": task.take,
        "takes": task.takes,
        "input_digest": task.input_digest,
    }


def _request(task: Task, profile: ModelProfile | None) -> dict[str, object] | None:
    """Return the create request as it is built; None if the model's profile, or this mode of it, is gone.

    `is_as_sent`: the profile is the very one that the task was made with.
    """
    if profile is None:
        return None
    draft = as_draft(task.request, profile).with_addresses(_address)
    if profile.mode(draft.mode) is None:
        return None
    is_as_sent = task.request.profile == profile.digest
    sent = build(draft, profile)
    return {"model": profile.slug, "provider": provider(draft, profile), "input": sent, "is_as_sent": is_as_sent}


async def _clip(clip: Clip) -> dict[str, object]:
    sha256 = ""
    if clip.state is ClipState.SAVED and clip.path is not None:
        sha256 = await sha256_of(clip.path)
    film = clip.film
    return {
        "clip": clip.index + 1,
        "state": clip.state.value,
        "file": clip.path.name if clip.path else None,
        "size_bytes": await _size_bytes(clip.path) if sha256 and clip.path else clip.size_bytes,
        "sha256": sha256 or None,
        "duration_s": film and round(film.duration_s, 3),
        "width": film and film.width,
        "height": film and film.height,
        "trouble": clip.trouble,
    }


async def _size_bytes(path: Path) -> int | None:
    try:
        return await on_disk(path.parent, lambda: path.stat().st_size, within_s=WORK_WITHIN_S)
    except OSError:
        return None


def _address(medium: Medium) -> str:
    """Return the address without its query; a word that stands for a local file, which got one only while it was sent."""
    return without_query(medium.address) if is_url(medium.address) else f"upload:{_name(medium.address)}"


def _name(source: str) -> str:
    return without_query(source) if is_url(source) else Path(source).name


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
