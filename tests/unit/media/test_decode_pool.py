"""Large work has room for itself, and what nobody waits for is not begun."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from sora_studio.domain.picture import PictureEdit
from sora_studio.media import image as image_module
from sora_studio.media import local
from sora_studio.media.decode_pool import DecodePool
from sora_studio.media.local import LocalMedia
from tests.doubles.slots import picture_slot

SOON_S = 5


FOLDER = Path("/pictures")


class Work:
    """Takes until it may end, and remembers what was under way beside it."""

    def __init__(self) -> None:
        self.under_way: list[str] = []
        self.seen: list[tuple[str, ...]] = []
        self.gates: dict[str, threading.Event] = {}
        self._loop, self._changed = asyncio.get_running_loop(), asyncio.Event()
        self._lock = threading.Lock()

    def named(self, name: str) -> Callable[[], str]:
        gate = self.gates[name] = threading.Event()

        def do() -> str:
            with self._lock:
                self.under_way.append(name)
                self.seen.append(tuple(self.under_way))
            self._loop.call_soon_threadsafe(self._changed.set)
            assert gate.wait(SOON_S)
            with self._lock:
                self.under_way.remove(name)
            self._loop.call_soon_threadsafe(self._changed.set)
            return name

        return do

    async def until(self, *under_way: str) -> None:
        async with asyncio.timeout(SOON_S):
            while self.under_way != [*under_way]:
                self._changed.clear()
                await self._changed.wait()


def test_so_much_is_done_at_once_as_there_are_places() -> None:
    async def story() -> None:
        room, work = DecodePool(2), Work()
        doing = [asyncio.create_task(room.do(FOLDER, work.named(name))) for name in "abc"]
        await work.until("a", "b")
        work.gates["a"].set()
        await work.until("b", "c")
        work.gates["b"].set()
        work.gates["c"].set()
        assert await asyncio.gather(*doing) == ["a", "b", "c"]

    asyncio.run(story())


def test_large_work_has_all_the_room_and_is_not_overtaken() -> None:
    async def story() -> None:
        room, work = DecodePool(2), Work()
        small = asyncio.create_task(room.do(FOLDER, work.named("small")))
        large = asyncio.create_task(room.do(FOLDER, work.named("large"), places=2))
        late = asyncio.create_task(room.do(FOLDER, work.named("late")))
        await work.until("small")
        for name in ("small", "large", "late"):
            work.gates[name].set()
        await asyncio.gather(small, large, late)
        assert work.seen == [("small",), ("large",), ("late",)]

    asyncio.run(story())


@pytest.mark.parametrize("places", [1, 2])
def test_what_is_given_up_while_it_waits_is_never_begun(places: int) -> None:
    async def story() -> None:
        room, work = DecodePool(2), Work()
        small = asyncio.create_task(room.do(FOLDER, work.named("small")))
        large = asyncio.create_task(room.do(FOLDER, work.named("large"), places=2))
        given_up = asyncio.create_task(room.do(FOLDER, work.named("given up"), places=places))
        await work.until("small")
        for waiting in (given_up, large):
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        later = asyncio.create_task(room.do(FOLDER, work.named("later")))
        await work.until("small", "later")
        for name in ("small", "later"):
            work.gates[name].set()
        await asyncio.gather(small, later)
        assert work.seen == [("small",), ("small", "later")]

    asyncio.run(story())


def test_what_is_given_up_while_it_runs_keeps_its_place_until_its_end() -> None:
    async def story() -> None:
        room, work = DecodePool(1), Work()
        given_up = asyncio.create_task(room.do(FOLDER, work.named("given up")))
        await work.until("given up")
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        later = asyncio.create_task(room.do(FOLDER, work.named("later")))
        await asyncio.sleep(0)
        assert work.under_way == ["given up"]
        work.gates["given up"].set()
        work.gates["later"].set()
        assert await later == "later"
        assert work.seen == [("given up",), ("later",)]

    asyncio.run(story())


def test_a_picture_of_many_pixels_is_made_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_module, "LARGE_PIXELS", 1000)
    for name, size in (("one", (20, 20)), ("two", (20, 20)), ("large", (40, 40))):
        Image.new("RGB", size).save(tmp_path / name, "PNG")
    (tmp_path / "broken").write_bytes(b"x")

    async def story() -> None:
        work, media = Work(), LocalMedia()
        steps = {name: work.named(name) for name in ("one", "two", "large", "broken")}
        monkeypatch.setattr(local, "_prepare_image", lambda path, *_: steps[path.name]())

        def prepare(name: str) -> asyncio.Task[object]:
            return asyncio.create_task(media.prepare_image(tmp_path / name, PictureEdit(), picture_slot(("png",), 99)))

        doing = [prepare("one")]
        await work.until("one")
        doing.append(prepare("two"))
        await work.until("one", "two")
        work.gates["one"].set()
        work.gates["two"].set()
        await work.until()
        doing.append(prepare("large"))
        await work.until("large")
        doing.append(prepare("broken"))
        await asyncio.sleep(0)
        assert work.under_way == ["large"]
        work.gates["large"].set()
        work.gates["broken"].set()
        await asyncio.gather(*doing)
        assert work.seen[-1] == ("broken",)

    asyncio.run(story())
