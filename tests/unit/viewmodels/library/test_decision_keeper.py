"""Pending decisions reach the disk in order, the latest last, and a failed write is tried again."""

import asyncio
from collections.abc import Coroutine, Sequence

import pytest

from sora_studio.domain.decision import Decision, Fate
from sora_studio.domain.errors import StorageFull
from sora_studio.domain.judgement import ClipRef
from sora_studio.viewmodels.library.decision_keeper import DecisionKeeper


def decisions(count: int) -> list[Decision]:
    return [Decision(ClipRef(task, 0), Fate.KEEP) for task in range(count)]


class Disk:
    """Writes when it is let; notes how many decisions each write had."""

    def __init__(self) -> None:
        self.written = list[int]()
        self.gate = asyncio.Event()
        self.is_full = False
        self.tasks = list[asyncio.Task[None]]()

    async def save(self, kept: Sequence[Decision]) -> None:
        await self.gate.wait()
        if self.is_full:
            raise StorageFull
        self.written.append(len(kept))

    def start(self, coro: Coroutine[object, object, None], *, name: str) -> asyncio.Task[None]:
        self.tasks.append(asyncio.get_running_loop().create_task(coro, name=name))
        return self.tasks[-1]


def test_writes_follow_one_another_and_skip_what_is_outdated() -> None:
    async def story() -> None:
        disk = Disk()
        keeper = DecisionKeeper(disk.start, disk.save)
        for count in (1, 2, 3):
            keeper.keep(decisions(count))
            await asyncio.sleep(0)
        disk.gate.set()
        await keeper.finish()
        assert disk.written == [1, 3]
        keeper.keep(())
        await keeper.finish()
        assert disk.written == [1, 3, 0]

    asyncio.run(story())


def test_what_could_not_be_written_is_written_at_the_end() -> None:
    async def story() -> None:
        disk = Disk()
        disk.gate.set()
        disk.is_full = True
        keeper = DecisionKeeper(disk.start, disk.save)
        keeper.keep(decisions(1))
        with pytest.raises(StorageFull):
            await disk.tasks[0]
        disk.is_full = False
        await keeper.finish()
        assert disk.written == [1]

    asyncio.run(story())
