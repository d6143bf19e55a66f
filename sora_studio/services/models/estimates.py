"""Estimates prices and times of tasks from those that ended, and counts tasks by model."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sora_studio.domain.events import EstimatesChanged
from sora_studio.domain.models.draft import MediaFacts
from sora_studio.domain.models.estimate import Estimate, TimeEstimate, likeness_of, stated_price, stated_time
from sora_studio.domain.models.profile import ModelProfile, PollPlan
from sora_studio.domain.models.record import ModelRecord
from sora_studio.domain.request import GenerationRequest, as_draft
from sora_studio.domain.schedule import plan_for
from sora_studio.domain.task import Task
from sora_studio.services.models.task_memory import READ_OF_MODEL, TaskMemory

if TYPE_CHECKING:
    from sora_studio.services.runtime.core import Core

LOADED_AFTER_S = 0.1
"""Time from the start to reading the past tasks, so that the window's own first queries come before."""
ANNOUNCED_EVERY_S = 1.0
"""Changes of one second are announced together."""


class Estimates:
    """Knows the tasks of this gateway from `load` on, and follows their changes.

    Prices and times are learned from like tasks (see `Likeness`), else they are the profile's, else unknown. Reading the past
    tasks takes one query, after the start or before the first submission.
    """

    def __init__(self, core: "Core") -> None:
        self._core = core
        self._past = TaskMemory()
        self._early: dict[int, Task] | None = {}
        """Changes seen before the past tasks were read; None from then on."""
        self._loading = asyncio.Lock()
        self._changed = asyncio.Event()

    async def load(self) -> None:
        """Read the past tasks unless that was done. Raises what the storage raises."""
        async with self._loading:
            if self._early is not None:
                profiles, tasks = dict(self._core.profiles), self._core.task_writer.tasks
                history = await tasks.task_history(tuple(profiles), gateway=self._core.gateway_name, most=READ_OF_MODEL)
                for _ in self._past.take(history, profiles):
                    await asyncio.sleep(0)
                early, self._early = self._early, None
                for task in early.values():
                    self.task_changed(task)
                self._changed.set()

    async def run(self) -> None:
        """Load, and announce changes until cancelled."""
        await self._core.clock.sleep(LOADED_AFTER_S)
        await self.load()
        while True:
            await self._changed.wait()
            self._changed.clear()
            self._core.events.publish(EstimatesChanged())
            await self._core.clock.sleep(ANNOUNCED_EVERY_S)

    def task_changed(self, task: Task) -> None:
        """Learn from a changed row."""
        if self._early is not None:
            self._early[task.id] = task
            return
        is_ours = task.gateway == self._core.gateway_name
        if self._past.task_changed(task, self._core.profiles.get(task.request.model) if is_ours else None):
            self._changed.set()

    def estimate(
        self, request: GenerationRequest, profile: ModelProfile, facts: Mapping[str, MediaFacts] | None = None
    ) -> Estimate:
        """Return what one task of this request will probably cost and take. Several first pictures count as one.

        `facts` is what is known of the media as they would be sent, by path or address: some prices depend on their length.
        """
        draft = as_draft(request, profile).with_facts(facts or {})
        kind = likeness_of(draft, profile)
        return Estimate(
            price=self._past.price(kind) or stated_price(draft, profile),
            time=self._past.time(kind) or stated_time(draft, profile),
        )

    def usual_time(self, request: GenerationRequest, profile: ModelProfile) -> TimeEstimate | None:
        """Return how long a task of this request will probably take."""
        draft = as_draft(request, profile)
        return self._past.time(likeness_of(draft, profile)) or stated_time(draft, profile)

    def poll_plan(self, request: GenerationRequest, profile: ModelProfile) -> PollPlan:
        """Return when to poll a task of this request; see `plan_for`."""
        return plan_for(profile, self.usual_time(request, profile), speed=self._core.speed)

    def records(self) -> Mapping[str, ModelRecord]:
        """Return what is known of every model that has tasks: counts of all time, and recent prices and times."""
        return self._past.records()
