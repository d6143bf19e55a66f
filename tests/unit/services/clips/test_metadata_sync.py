"""The files beside clips follow what the person decides, and a dead folder delays no other."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from sora_studio.domain.clip import ClipState
from sora_studio.domain.intent import Intent
from sora_studio.domain.judgement import ClipRef, Judgement, Verdict
from sora_studio.domain.project import Project
from sora_studio.domain.task import TaskState
from sora_studio.services.clips.metadata_sync import LOOK_EVERY_S, MetadataSync
from sora_studio.storage.database import Database
from sora_studio.storage.history import SqliteHistory
from sora_studio.storage.metadata_due import SqliteMetadataDue
from sora_studio.storage.projects import SqliteProjects
from sora_studio.storage.tasks import SqliteTasks
from tests.doubles.clock import BEGIN, ManualClock
from tests.unit.services.rig import GATEWAY, Rig, request, run


class Home:
    """A real database, real files, and a clock that the test turns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.database = Database(folder / "studio.db")
        self.tasks, self.history = SqliteTasks(self.database), SqliteHistory(self.database)
        self.projects, self.due = SqliteProjects(self.database), SqliteMetadataDue(self.database)
        self.sync = MetadataSync(Rig(folder, clock=self.clock).core, self.due)

    async def saved(self, folder: str, *, clips: int = 1, intent: Intent | None = None) -> list[Path]:
        """A task with clips on disk; returns their metadata files, as they were written on saving."""
        (task,) = await self.tasks.add([request(folder)], gateway=GATEWAY, at=BEGIN, intents=[intent or Intent()])
        await self.sync.write_due()  # it also runs while tasks wait
        await self.tasks.transition(task.id, TaskState.SENDING)
        await self.tasks.transition(task.id, TaskState.PENDING, task_id=f"remote-{task.id}")
        links = [f"https://cdn.example/{number}" for number in range(clips)]
        await self.tasks.succeed(task.id, links, completed_at=BEGIN, expires_at=BEGIN)
        row = await self.tasks.get(task.id)
        assert row is not None
        (self.folder / folder).mkdir(exist_ok=True)
        files = list[Path]()
        for clip in row.clips:
            film = self.folder / folder / f"{clip.id}.mp4"
            film.with_suffix(".json").write_text('{"format": 1, "prompt": "kept"}')
            await self.tasks.transition_clip(clip.id, ClipState.DOWNLOADING)
            await self.tasks.transition_clip(clip.id, ClipState.SAVED, path=film)
            files.append(film.with_suffix(".json"))
        return files

    async def count_due(self) -> int:
        return len(await self.due.due(after=0, limit=1000))


@asynccontextmanager
async def home(folder: Path) -> AsyncGenerator[Home]:
    made = Home(folder)
    await made.database.open()
    try:
        yield made
    finally:
        await made.database.close()


def read(file: Path) -> dict[str, object]:
    return json.loads(file.read_text())


def test_each_clip_gets_its_own_judgement_and_what_else_stood_there_stays(tmp_path: Path) -> None:
    async def story() -> None:
        async with home(tmp_path) as studio:
            project = await studio.projects.save(Project(0, "Harbour"), at=BEGIN)
            first, second = await studio.saved("clips", clips=2, intent=Intent(project=project.id))
            await studio.history.judge([ClipRef(1, 1)], Judgement(stars=4, verdict=Verdict.KEPT, tags=("dawn",), note="mine"))
            await studio.sync.write_due()
            assert read(first) == {"format": 2, "prompt": "kept"} | {
                "stars": 0, "verdict": None, "tags": [], "project": "Harbour", "parent": None,
            }  # fmt: skip
            assert read(second) == read(first) | {"stars": 4, "verdict": "kept", "tags": ["dawn"]}
            assert await studio.count_due() == 0
            await studio.projects.save(Project(project.id, "Port"), at=BEGIN)
            await studio.sync.write_due()
            assert read(first)["project"] == "Port"

    run(story())


def test_the_project_that_a_task_was_made_in_is_written_once_its_clip_is_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with home(tmp_path) as studio:
            project = await studio.projects.save(Project(0, "Harbour"), at=BEGIN)
            (file,) = await studio.saved("clips", intent=Intent(project=project.id))
            await studio.sync.write_due()
            assert read(file)["project"] == "Harbour"
            assert await studio.count_due() == 0

    run(story())


def test_a_decision_made_while_its_file_is_written_is_written_too(tmp_path: Path) -> None:
    async def story() -> None:
        async with home(tmp_path) as studio:
            await studio.saved("clips")
            await studio.history.judge([ClipRef(1)], Judgement(stars=1))
            (read_before,) = await studio.due.due(after=0, limit=1)
            await studio.history.judge([ClipRef(1)], Judgement(stars=5))
            await studio.due.settle([read_before])
            assert await studio.count_due() == 1

    run(story())


def test_a_folder_that_fails_delays_its_own_files_only_and_is_tried_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with home(tmp_path) as studio:
            (broken,), (whole,) = await studio.saved("broken"), await studio.saved("whole")
            broken.unlink()
            broken.mkdir()
            for task in (1, 2):
                await studio.history.judge([ClipRef(task)], Judgement(stars=3))
            await studio.sync.write_due()
            assert read(whole)["stars"] == 3
            assert await studio.count_due() == 1
            broken.rmdir()
            broken.write_text("{}")
            await studio.sync.write_due()
            assert read(broken) == {}
            await studio.clock.advance(LOOK_EVERY_S + 1)
            await studio.sync.write_due()
            assert read(broken)["stars"] == 3
            assert await studio.count_due() == 0

    run(story())


def test_a_file_that_was_deleted_or_is_not_ours_stays_as_it_is(tmp_path: Path) -> None:
    async def story() -> None:
        async with home(tmp_path) as studio:
            (gone,), (foreign,), (deep,) = [await studio.saved(name) for name in ("gone", "foreign", "deep")]
            gone.unlink()
            foreign.write_text("[not ours")
            deep.write_text("[" * 200_000)
            for task in (1, 2, 3):
                await studio.history.judge([ClipRef(task)], Judgement(stars=3))
            await studio.sync.write_due()
            assert not gone.exists()
            assert foreign.read_text() == "[not ours"
            assert await studio.count_due() == 0

    run(story())
