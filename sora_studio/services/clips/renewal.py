"""A result link that fails is not yet a lost clip: the service may give a fresh one."""

from sora_studio.domain.clip import Clip
from sora_studio.domain.errors import KeyMissing, KeyRejected, StudioError, TaskUnknown
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.runtime.core import Core
from sora_studio.services.tasks.send_blocks import SendBlocks

RENEW_EVERY_S = 180.0


class Renewal:
    """Asks for fresh links, for each task once in a while."""

    def __init__(self, core: Core, send_blocks: SendBlocks) -> None:
        self._core = core
        self._send_blocks = send_blocks
        self._asked_at = dict[int, float]()

    async def renew(self, task: Task, clip: Clip) -> bool | None:
        """Whether the clip has another link now; None when the service was not asked or gave no answer."""
        profile = self._core.profiles.get(task.request.model)
        if profile is None or task.task_id is None or self._send_blocks.key_refused or self.again_in_s(task) > 0:
            return None
        self._asked_at[task.id] = self._core.clock.monotonic()
        try:
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
        """How long until the service may be asked about this task again."""
        asked_at = self._asked_at.get(task.id)
        if asked_at is None:
            return 0.0
        return max(0.0, asked_at + RENEW_EVERY_S / self._core.speed - self._core.clock.monotonic())

    def forget(self, task: int) -> None:
        """A person wants it now: ask at the next failure."""
        self._asked_at.pop(task, None)
