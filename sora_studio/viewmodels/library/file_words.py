"""The state of a task's files in words: saved, missing, or only at the service. Pure functions."""

from collections import Counter
from datetime import datetime

from sora_studio.domain.clip import Clip, ClipState
from sora_studio.domain.task import Task
from sora_studio.services.library.trash import KEPT_DAYS
from sora_studio.viewmodels.library.tile_words import day_text
from sora_studio.viewmodels.quantities import size_text

SEPARATOR = " · "
_STATES = {
    ClipState.SAVED: "saved",
    ClipState.DOWNLOADING: "being saved",
    ClipState.REMOTE: "not saved yet",
    ClipState.MISSING: "missing",
    ClipState.EXPIRED: "expired before it was saved",
}


def file_text(task: Task, now: datetime) -> str:
    """Return `24 MB · saved`, or for several clips `48 MB · 2 saved · 1 missing`."""
    size = sum(clip.size_bytes or 0 for clip in task.clips if clip.state is ClipState.SAVED)
    if len(task.clips) == 1:
        words = [_state_text(task.clips[0], now)]
    else:
        counts = Counter(clip.state for clip in task.clips)
        words = [f"{counts[state]} {_STATES[state]}" for state in ClipState if counts[state]]
    return SEPARATOR.join([*([size_text(size)] if size else []), *words]) or "none"


def trash_text(task: Task, now: datetime) -> str:
    """Return when the task leaves the trash for good; empty for a task that is not in it."""
    if task.trashed_at is None:
        return ""
    days = KEPT_DAYS - (now - task.trashed_at).days
    return "goes for good today" if days <= 0 else f"goes for good in {days} day{'s' * (days != 1)}"


def _state_text(clip: Clip, now: datetime) -> str:
    trouble = (clip.trouble or "").rstrip(".")
    if clip.state is ClipState.REMOTE:
        local = clip.expires_at.astimezone()
        until = f"only at the service until {day_text(local.date(), now.astimezone().date())}, {local:%H:%M}"
        return SEPARATOR.join(filter(None, (until, trouble)))
    return SEPARATOR.join(filter(None, (_STATES[clip.state], trouble if clip.state is ClipState.SAVED else "")))
