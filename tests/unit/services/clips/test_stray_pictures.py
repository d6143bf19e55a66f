"""Pictures that belong to nothing are removed after a week; what anything names stays, whatever else is lost."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sora_studio.domain.clip import ClipState
from sora_studio.domain.draft import Draft
from sora_studio.domain.models.draft import Medium
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.task import TaskState
from sora_studio.services.clips import stray_pictures as stray_pictures_module
from sora_studio.services.clips.stray_pictures import PictureFolders, StrayPictures
from sora_studio.storage import picture_owners as picture_owners_module
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.storage.picture_owners import PictureOwners
from sora_studio.storage.tasks import SqliteTasks
from tests.doubles.clock import BEGIN
from tests.unit.services.rig import GATEWAY, Rig, request, run

OLD, FRESH = timedelta(days=8), timedelta(days=6)


class Home:
    """A data folder with a real database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database(folder / "studio.db")
        self.tasks, self.drafts = SqliteTasks(self.database), SqliteDrafts(self.database)
        self.core = Rig(folder).core
        folders = PictureFolders(folder / "posters", folder / "filmstrips", folder / "frames")
        self.strays = StrayPictures(self.core, PictureOwners(self.database), folders, is_owner=lambda: True)

    def put(self, name: str, age: timedelta = OLD) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"picture")
        changed_at = (self.core.clock.now() - age).timestamp()
        os.utime(path, (changed_at, changed_at))
        return path

    async def add_clip(self, *, poster: str, filmstrip: str) -> int:
        """Add a task with a saved clip; return the clip's id."""
        (task,) = await self.tasks.add([request()], gateway=GATEWAY, at=BEGIN)
        for state in (TaskState.SENDING, TaskState.PENDING):
            await self.tasks.transition(task.id, state, task_id=f"remote-{task.id}")
        await self.tasks.succeed(task.id, ["https://cdn.example/film"], completed_at=BEGIN, expires_at=BEGIN)
        row = await self.tasks.get(task.id)
        assert row is not None
        (clip,) = row.clips
        await self.tasks.transition_clip(clip.id, ClipState.DOWNLOADING)
        pictures = {"poster": Path("elsewhere") / poster, "filmstrip": Path("elsewhere") / filmstrip}
        await self.tasks.transition_clip(clip.id, ClipState.SAVED, path=Path("film.mp4"), **pictures)
        return clip.id

    def names(self) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.glob("*/*"))


@asynccontextmanager
async def home(folder: Path) -> AsyncIterator[Home]:
    made = Home(folder)
    await made.database.open()
    try:
        yield made
    finally:
        await made.database.close()


def test_pictures_of_clips_stay_and_others_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stray_pictures_module, "PAGE", 2)

    async def main() -> None:
        async with home(tmp_path) as it:
            clip = await it.add_clip(poster="1-2500.jpg", filmstrip="1.jpg")
            assert clip == 1
            kept = [it.put(name) for name in ("posters/1-2500.jpg", "filmstrips/1.jpg", "posters/mine.jpg", "filmstrips/a.txt")]
            kept += [it.put(name, FRESH) for name in ("posters/77.jpg", "filmstrips/77.jpg", "filmstrips/.9.jpg-abcd1234")]
            gone = ("posters/1.jpg", "posters/2.jpg", "posters/2-17.jpg", "filmstrips/2.jpg", "filmstrips/.9.jpg-abcd123_")
            for name in gone:
                it.put(name)

            assert await it.strays.look() == len(gone)
            assert it.names() == sorted(path.relative_to(tmp_path).as_posix() for path in kept)

    run(main())


def test_what_any_task_or_draft_names_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_owners_module, "PAGE", 2)

    async def main() -> None:
        async with home(tmp_path) as it:
            first, removed, film, drafted, aside, stray = (it.put(f"frames/{name}.png") for name in NAMES)
            tasks = await it.tasks.add([request(images=(str(first),)), request("b"), request("c")], gateway=GATEWAY, at=BEGIN)
            (last,) = await it.tasks.add([request("d", images=(str(removed),))], gateway=GATEWAY, at=BEGIN)
            await it.tasks.record(last.id, removed_at=BEGIN)
            media = {Role.LAST: (Medium(str(film), MediaKind.IMAGE),)}
            await it.tasks.add([replace(request("e"), media=media)], gateway=GATEWAY, at=BEGIN)
            put_aside = {Role.LAST: (Medium(str(aside), MediaKind.IMAGE),)}
            wish = replace(request("f", images=(str(drafted),)), set_aside=put_aside)
            await it.drafts.save(Draft(id=None, request=wish, takes=1, caret=0, saved_at=BEGIN), at=BEGIN)
            assert len(tasks) == 3

            assert await it.strays.look() == 1
            assert not stray.exists()
            assert all(path.exists() for path in (first, removed, film, drafted, aside))

    run(main())


NAMES = ("pasted-01ab", "frame-02ab", "frame-03ab", "pasted-04ab", "pasted-05ab", "pasted-06ab")


def test_nothing_is_removed_while_the_database_may_not_know_all(tmp_path: Path) -> None:
    async def main() -> None:
        async with home(tmp_path) as it:
            picture = it.put("frames/pasted-0a.png")
            assert await it.strays.look() == 0  # an empty database

            await it.tasks.add([request()], gateway=GATEWAY, at=BEGIN)
            damaged = it.folder / "studio.db.damaged-20261122-180509"
            damaged.write_bytes(b"")
            assert await it.strays.look() == 0
            assert picture.exists()

            damaged.unlink()
            assert await it.strays.look() == 1

    run(main())


def test_missing_folders_are_nothing_to_do(tmp_path: Path) -> None:
    async def main() -> None:
        async with home(tmp_path) as it:
            await it.tasks.add([request()], gateway=GATEWAY, at=BEGIN)
            assert await it.strays.look() == 0

    run(main())
