"""Tasks with a clip, for a library on a real database."""

from datetime import UTC, datetime, timedelta

from sora_studio.domain.clip import ClipState
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks

GATEWAY = "https://elsewhere.example"
"""No service of a test's studio, so that nothing is polled or downloaded."""
AT = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)


async def ready_tasks(database: Database, *prompts: str) -> None:
    """Add a task that the service has finished for each prompt."""
    tasks = SqliteTasks(database)
    for prompt in prompts:
        (task,) = await tasks.add([GenerationRequest("sora-2", prompt)], gateway=GATEWAY, at=AT)
        await tasks.transition(task.id, TaskState.SENDING, sent_at=AT)
        await tasks.transition(task.id, TaskState.PENDING, task_id=f"remote-{task.id}", accepted_at=AT)
        url = f"https://cdn.example/{task.id}.mp4"
        await tasks.succeed(task.id, [url], completed_at=AT, expires_at=AT + timedelta(days=15))
        found = await tasks.get(task.id)
        assert found is not None
        await tasks.transition_clip(found.clips[0].id, ClipState.DOWNLOADING)
