"""Requests fresh links from the service when a result link fails."""

from sora_studio.domain.clip import Clip
from sora_studio.domain.errors import KeyMissing, KeyRejected, StudioError, TaskUnknown
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.runtime.core import Core
from sora_studio.services.tasks.send_blocks import SendBlocks

RENEW_EVERY_S = 180.0


class Renewal:
    """Requests fresh links, at most once per task every `RENEW_EVERY_S`."""

    def __init__(self, core: Core, send_blocks: SendBlocks) -> None:
        self._core = core
        self._send_blocks = send_blocks
        self._asked_at = dict[int, float]()

    async def renew(self, task: Task, clip: Clip) -> bool | None:
        """Return whether the clip has a new link; None if the service was not asked or did not answer."""
        if task.task_id is None or self._send_blocks.key_refused or self.again_in_s(task) > 0:
            return None
        self._asked_at[task.id] = self._core.clock.monotonic()
        try:
            profile = self._core.profile_of(task.request.model)
            status = await self._core.gateway.status(profile, task.task_id)
        except (KeyRejected, KeyMissing) as error:
            self._send_blocks.refuse_key(error)
            return None
        except TaskUnknown:
            return False
        except StudioError:
            return None
        if status.state is not TaskState.SUCCESS or len(status.result_urls) <= clip.index:
            return False
        return await self._core.task_writer.record_clip(clip.id, url=status.result_urls[clip.index])

    def again_in_s(self, task: Task) -> float:
        """Return the seconds until the service may be asked about this task again."""
        asked_at = self._asked_at.get(task.id)
        if asked_at is None:
            return 0.0
        return max(0.0, asked_at + RENEW_EVERY_S / self._core.speed - self._core.clock.monotonic())

    def forget(self, task: int) -> None:
        """Lift the wait, because the user asked for the clip now."""
        self._asked_at.pop(task, None)
