"""A picture is made once for all who wait for it, and not at all when nobody does any more."""

import asyncio
from pathlib import Path

import pytest

from sora_studio.domain.models.profile import MediaSlot
from sora_studio.domain.picture import Crop, PictureEdit, PreparedPicture
from sora_studio.services.pictures.preparing import REMEMBERED, Preparation
from tests.doubles.clock import settle
from tests.doubles.disks import disks_rest
from tests.doubles.outside import ScriptedMedia
from tests.doubles.slots import picture_slot
from tests.unit.services.rig import run

RULES = picture_slot()
assert RULES is not None
EDITS = [PictureEdit(Crop(0, number / 50, 1, 0.5)) for number in range(REMEMBERED + 3)]


class SlowMedia(ScriptedMedia):
    """Makes one picture after another, each when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.asked = asyncio.Semaphore(0)
        self.given_up = 0
        self._disk_space = asyncio.Semaphore(1)

    async def prepare_image(self, path: Path, edit: PictureEdit, slot: MediaSlot) -> PreparedPicture:
        self.asked.release()
        try:
            async with self._disk_space:
                await self.gate.wait()
                return await super().prepare_image(path, edit, slot)
        except asyncio.CancelledError:
            self.given_up += 1
            raise


async def given_up(*waiting: asyncio.Task[PreparedPicture]) -> None:
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


def test_a_crop_that_was_moved_on_is_not_made(tmp_path: Path) -> None:
    async def story() -> None:
        media, picture = SlowMedia(), tmp_path / "cat.png"
        picture.write_bytes(b"a picture")
        preparation = Preparation(media)
        moves = [asyncio.create_task(preparation.prepare(picture, edit, RULES)) for edit in EDITS]
        for _ in moves:
            await media.asked.acquire()
        await given_up(*moves[:-1])
        media.gate.set()
        assert (await moves[-1]).content == f"cat.png {EDITS[-1]}".encode()
        assert media.prepared == ["cat.png"]
        assert media.given_up == len(EDITS) - 1

    run(story())


def test_who_still_waits_gets_it_although_others_gave_it_up(tmp_path: Path) -> None:
    async def story() -> None:
        media = SlowMedia()
        preparation = Preparation(media)
        first, second = (asyncio.create_task(preparation.prepare(tmp_path, EDITS[0], RULES)) for _ in range(2))
        for _ in range(2):  # a folder is asked once at a time: first for the one, then for the other
            await disks_rest()
            await settle()
        await given_up(first)
        media.gate.set()
        assert (await second).media_type == "image/png"
        assert (len(media.prepared), media.given_up) == (1, 0)

    run(story())


def test_who_comes_right_after_the_last_gave_it_up_gets_it_as_well(tmp_path: Path) -> None:
    async def story() -> None:
        media = SlowMedia()
        preparation = Preparation(media)
        first = asyncio.create_task(preparation.prepare(tmp_path, EDITS[0], RULES))
        await media.asked.acquire()
        first.cancel()
        second = asyncio.create_task(preparation.prepare(tmp_path, EDITS[0], RULES))
        with pytest.raises(asyncio.CancelledError):
            await first
        media.gate.set()
        assert (await second).media_type == "image/png"
        assert await preparation.prepare(tmp_path, EDITS[0], RULES) is await second
        assert (len(media.prepared), media.given_up) == (1, 1)

    run(story())
