"""Rows as the library would hand them to the command line."""

from datetime import UTC, datetime
from pathlib import Path

from sora_studio.domain.clip import Clip, ClipState
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState

CREATED = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def clip(state: ClipState = ClipState.SAVED, *, path: str = "/clips/a.mp4", trouble: str | None = None) -> Clip:
    return Clip(1, 1, 0, state, "https://films.example/a.mp4", CREATED, path=Path(path), trouble=trouble)


def task(
    state: TaskState = TaskState.WAITING,
    *clips: Clip,
    number: int = 1,
    trouble: str | None = None,
    fail_code: str | None = None,
    fail_message: str | None = None,
    images: tuple[str, ...] = (),
) -> Task:
    return Task(
        id=number,
        state=state,
        request=GenerationRequest(
            model="sora-2", prompt="A quiet harbour\nat dusk", options={"duration": 10}, media=first_pictures(*images)
        ),
        gateway="https://service.example",
        created_at=CREATED,
        task_id=None if state in (TaskState.WAITING, TaskState.SENDING, TaskState.UNKNOWN) else f"task_{number}",
        accepted_at=CREATED,
        trouble=trouble,
        fail_code=fail_code,
        fail_message=fail_message,
        clips=clips,
    )
