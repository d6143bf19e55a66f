"""Waiting tasks whose pictures are still to be published: each waits for its own, or for the way that all of them go."""

from collections.abc import Generator
from contextlib import contextmanager

from sora_studio.domain.errors import StudioError
from sora_studio.domain.events import NoticeAction, NoticeLevel
from sora_studio.domain.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.pictures.publishing import Publishing
from sora_studio.services.runtime.backoff import Backoff
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.notices import PICTURES

PUBLISHED_AT_ONCE = 8
MENDED_IN_S = 10.0
"""So long a way that does not work is left alone at least; a change of settings ends the wait."""


class UploadQueue:
    """Contains the tasks that must not go yet: their picture is to be tried again later, others' are on their way, or the way
    that they would go does not work.
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
        """Whether it is to be passed over for now."""
        way = self._ways_of.get(task)
        is_full = way is not None and len(self._under_way) >= PUBLISHED_AT_ONCE
        return is_full or self._backoff.is_waiting(task) or bool(way and self._ways.is_waiting(way))

    def __len__(self) -> int:
        """How many tasks' pictures are being published."""
        return len(self._under_way)

    @property
    def left_s(self) -> float:
        """Until the next picture is to be tried again."""
        return min(self._backoff.left_s, self._ways.left_s)

    def task_changed(self, task: Task) -> None:
        """A row as it stands now."""
        if task.request.images and task.state is TaskState.WAITING:
            self._ways_of[task.id] = _way_of(task.request)
        else:
            way = self._ways_of.pop(task.id, None)
            if way in self._closed and way not in self._ways_of.values():
                self._open_way(way)  # nobody wants to go it any more
            self._backoff.succeeded(task.id)

    def is_under_way(self, task: int) -> bool:
        """Whether its pictures are being published."""
        return task in self._under_way

    def put_off(self, task: int, *, least_s: float) -> None:
        """Its picture could not be published now."""
        self._backoff.failed(task, least_s=least_s)

    def close_way(self, request: GenerationRequest, error: StudioError) -> None:
        """No picture can go the way of this request's before somebody has mended it, which the person is told once."""
        way = _way_of(request)
        self._ways.failed(way, least_s=MENDED_IN_S)
        self._closed[way] = f"{error.sentence} Tasks that need it wait; nothing was sent or charged."
        self._notices.post(PICTURES, NoticeLevel.WARNING, self._closed[way], NoticeAction.OPEN_SETTINGS)

    def ways_changed(self) -> None:
        """Each may work now."""
        self._ways.regain_all()
        self._backoff.regain_all()
        self._closed.clear()
        self._notices.clear(PICTURES)

    async def publish(self, task: Task, profile: ModelProfile) -> list[str]:
        """Like `Publishing.publish`; counted as under way meanwhile."""
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

    async def stands(self, task: Task, urls: list[str]) -> bool:
        """Whether its pictures can be fetched at the addresses that it got."""
        return await self._publishing.stands(urls, task.request)

    @contextmanager
    def _counted(self, task: int) -> Generator[None]:
        self._under_way.add(task)
        try:
            yield
        finally:
            self._under_way.discard(task)


def _way_of(request: GenerationRequest) -> str:
    """The same for all that go the same way at any time; empty when every picture has an address."""
    return request.pictures_by or "chosen" if request.files else ""
