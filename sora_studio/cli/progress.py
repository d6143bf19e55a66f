"""The combined progress of a set of tasks, for the bar."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from sora_studio.cli.report import ProgressBar
from sora_studio.clock import Clock
from sora_studio.domain.events import TransferProgressed
from sora_studio.domain.models.estimate import TimeEstimate
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Phase, Task

_GENERATION_SHARE = 0.9
"""Share of a task's progress for generation; the rest is the download."""
_RUNNING = (Phase.PENDING, Phase.PROCESSING)


class ProgressLine:
    """Draws the bar from rows and transfers. The service reports no percentage; generation is estimated by the usual time."""

    def __init__(
        self,
        bar: ProgressBar,
        profiles: Mapping[str, ModelProfile],
        clock: Clock,
        usual_time: Callable[[GenerationRequest, ModelProfile], TimeEstimate | None] = GenerationRequest.stated_time,
    ) -> None:
        self._bar = bar
        self._profiles = profiles
        self._clock = clock
        self._usual_time = usual_time
        self._transfers = dict[int, float]()

    def transferred(self, event: TransferProgressed) -> None:
        """Record download progress."""
        if event.total_bytes:
            self._transfers[event.task] = min(event.received_bytes / event.total_bytes, 1.0)

    def say(self, words: str) -> None:
        """Write a permanent line above the bar."""
        self._bar.say(words)

    def draw(self, tasks: Collection[Task]) -> None:
        """Draw the current progress."""
        now = self._clock.now()
        fraction = sum(self.fraction_of(task, now) for task in tasks) / max(len(tasks), 1)
        settled = sum(task.is_settled for task in tasks)
        oldest = min((task.created_at for task in tasks if not task.is_settled), default=now)
        elapsed_s = max(0, int((now - oldest).total_seconds()))
        self._bar.draw(fraction, f"{settled} of {len(tasks)} done, {elapsed_s // 60}:{elapsed_s % 60:02d}")

    def fraction_of(self, task: Task, now: datetime) -> float:
        """Return 0 before the service has the task, 1 once it is settled, and an estimate below 1 in between."""
        if task.is_settled:
            return 1.0
        if task.phase is Phase.DOWNLOADING:
            return _GENERATION_SHARE + (1 - _GENERATION_SHARE) * self._transfers.get(task.id, 0.0)
        if task.phase is Phase.UNSAVED:
            return _GENERATION_SHARE
        profile = self._profiles.get(task.request.model)
        usual = self._usual_time(task.request, profile) if profile else None
        if task.phase not in _RUNNING or usual is None or task.accepted_at is None:
            return 0.0
        return _GENERATION_SHARE * min((now - task.accepted_at).total_seconds() / usual.most_s, 0.95)
