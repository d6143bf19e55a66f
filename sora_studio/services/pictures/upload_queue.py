"""Decides which waiting tasks may not be sent yet because of their pictures: per-task and per-route backoff."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from sora_studio.domain.errors import StudioError
from sora_studio.domain.events import NoticeAction, NoticeLevel
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.pictures.publishing import Publishing
from sora_studio.services.runtime.backoff import Backoff
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.notices import PICTURES

PUBLISHED_AT_ONCE = 8
MENDED_IN_S = 10.0
"""Minimum backoff of a failing route; a change of settings ends it."""


class UploadQueue:
    """Contains the tasks that must not be sent yet.

    A task is held back while its picture or its route backs off, or while too many uploads run.
    """

    def __init__(self, core: Core, publishing: Publishing) -> None:
        self._publishing = publishing
        self._notices = core.notices
        self._ways_of = dict[int, str]()
        self._under_way = set[int]()
        self._backoff = Backoff[int](core.clock, core.rng)
        self._ways = Backoff[str](core.clock, core.rng)
        self._closed = dict[str, str]()

    def __contains__(self, task: int) -> bool:
        """Return whether the task must be skipped for now."""
        way = self._ways_of.get(task)
        is_full = way is not None and len(self._under_way) >= PUBLISHED_AT_ONCE
        return is_full or self._backoff.is_waiting(task) or bool(way and self._ways.is_waiting(way))

    def __len__(self) -> int:
        """Return how many tasks' pictures are being published."""
        return len(self._under_way)

    @property
    def left_s(self) -> float:
        """Seconds until the next retry of a picture or route."""
        return min(self._backoff.left_s, self._ways.left_s)

    def task_changed(self, task: Task) -> None:
        """Track a waiting task's route; forget a task that no longer waits."""
        if task.request.media and task.state is TaskState.WAITING:
            self._ways_of[task.id] = _way_of(task.request)
        else:
            way = self._ways_of.pop(task.id, None)
            if way in self._closed and way not in self._ways_of.values():
                self._open_way(way)  # no waiting task needs it
            self._backoff.succeeded(task.id)

    def is_under_way(self, task: int) -> bool:
        """Return whether the task's pictures are being published."""
        return task in self._under_way

    def put_off(self, task: int, *, least_s: float) -> None:
        """Back off after a task's picture could not be published."""
        self._backoff.failed(task, least_s=least_s)

    def close_way(self, request: GenerationRequest, error: StudioError) -> None:
        """Back off the request's whole route after `error`, and post one notice about it."""
        way = _way_of(request)
        self._ways.failed(way, least_s=MENDED_IN_S)
        self._closed[way] = f"{error.sentence} Tasks that need it wait; nothing was sent or charged."
        self._notices.post(PICTURES, NoticeLevel.WARNING, self._closed[way], NoticeAction.OPEN_SETTINGS)

    def ways_changed(self) -> None:
        """Retry all routes and pictures at once."""
        self._ways.regain_all()
        self._backoff.regain_all()
        self._closed.clear()
        self._notices.clear(PICTURES)

    async def publish(self, task: Task, profile: ModelProfile) -> Mapping[str, str]:
        """Publish like `Publishing.publish`, counted as under way meanwhile."""
        with self._counted(task.id):
            urls = await self._publishing.publish(task, profile)
        self._backoff.succeeded(task.id)
        if way := _way_of(task.request):
            self._open_way(way)
        return urls

    def _open_way(self, way: str) -> None:
        self._ways.succeeded(way)
        self._closed.pop(way, None)
        if not self._closed:
            self._notices.clear(PICTURES)

    async def stands(self, urls: Mapping[str, str]) -> bool:
        """Return whether media are still available at these addresses, by source."""
        return await self._publishing.stands(urls)

    @contextmanager
    def _counted(self, task: int) -> Generator[None]:
        self._under_way.add(task)
        try:
            yield
        finally:
            self._under_way.discard(task)


def _way_of(request: GenerationRequest) -> str:
    """Return the key of the request's route; empty if every picture has an address."""
    return request.pictures_by or "chosen" if request.files else ""
