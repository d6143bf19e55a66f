"""Waiting tasks whose pictures are still to be published: each waits for its own, and none of them holds up the others."""

from collections.abc import Generator
from contextlib import contextmanager

from sora_studio.domain.profile import ModelProfile
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.core import Core
from sora_studio.services.patience import Patience
from sora_studio.services.publishing import Publishing

PUBLISHED_AT_ONCE = 8


class PictureLine:
    """Contains the tasks that must not go yet: their picture is to be tried again later, or others' are on their way."""

    def __init__(self, core: Core, publishing: Publishing) -> None:
        self._publishing = publishing
        self._with_pictures = set[int]()
        self._under_way = set[int]()
        self._patience = Patience[int](core.clock, core.rng)

    def __contains__(self, task: int) -> bool:
        """Whether it is to be passed over for now."""
        return self._patience.holds(task) or (len(self._under_way) >= PUBLISHED_AT_ONCE and task in self._with_pictures)

    def __len__(self) -> int:
        """How many tasks' pictures are being published."""
        return len(self._under_way)

    @property
    def left_s(self) -> float:
        """Until the next picture is to be tried again."""
        return self._patience.left_s

    def see(self, task: Task) -> None:
        """A row as it stands now."""
        if task.request.images and task.state is TaskState.WAITING:
            self._with_pictures.add(task.id)
        else:
            self._with_pictures.discard(task.id)
            self._patience.regain(task.id)

    def is_under_way(self, task: int) -> bool:
        """Whether its pictures are being published."""
        return task in self._under_way

    def put_off(self, task: int, *, least_s: float) -> None:
        """Its picture could not be published now."""
        self._patience.lose(task, least_s=least_s)

    async def publish(self, task: Task, profile: ModelProfile) -> list[str]:
        """Like `Publishing.publish`; counted as under way meanwhile."""
        with self._counted(task.id):
            urls = await self._publishing.publish(task, profile)
        self._patience.regain(task.id)
        return urls

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
