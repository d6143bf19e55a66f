"""A library on a real database, with clips that are small files, and the services that export and import it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sora_studio.disk_calls import on_disk
from sora_studio.domain.clip import ClipState, FilmFacts
from sora_studio.domain.exports import Exported, ExportFormat
from sora_studio.domain.judgement import ClipRef, Judgement, Verdict
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.project import Project
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState
from sora_studio.domain.task_facts import history_facts
from sora_studio.services.library.exporting.exporting import Exporting
from sora_studio.services.library.importing.importing import Importing
from sora_studio.storage.database import Database
from sora_studio.storage.exports import SqliteExports
from sora_studio.storage.history import SqliteHistory
from sora_studio.storage.imports import SqliteImports
from sora_studio.storage.library_queries import LibraryQueries
from sora_studio.storage.projects import SqliteProjects
from sora_studio.storage.tasks import SqliteTasks
from tests.unit.services.rig import sora_2

GATEWAY = "https://service.example"
AT = datetime(2026, 11, 29, 18, 5, 9, 123456, tzinfo=UTC)
FILM = b"\0\0\0\x18ftypmp42" + b"film" * 1000
POSTER = b"\xff\xd8\xff\xe0poster"
SIGNED = "https://pictures.example/pier.png?X-Amz-Signature=0123456789abcdef"


async def _shrink(path: Path, max_edge: int) -> bytes:
    return await on_disk(path.parent, path.read_bytes)


async def _no_poster(film: Path, poster: Path, /, *, max_edge: int, at_s: float | None = None) -> None:
    await on_disk(poster.parent, lambda: poster.write_bytes(POSTER))


@dataclass
class Library:
    """Everything of one data folder."""

    folder: Path
    made: int = field(default=0)

    def __post_init__(self) -> None:
        self.clips = self.folder / "clips"
        self.database = Database(self.folder / "studio.db")
        self.tasks = SqliteTasks(self.database)
        self.queries = LibraryQueries(self.database)
        self.projects = SqliteProjects(self.database)
        self.imports = SqliteImports(self.database)
        self.exporting = Exporting(
            self.tasks,
            self.queries,
            self.projects,
            SqliteExports(self.database),
            profiles={"sora-2": sora_2()},
            shrink=_shrink,
            now=lambda: AT,
        )
        self.importing = Importing(
            self.imports,
            clips=lambda: self.clips,
            posters=self.folder / "posters",
            save_poster=_no_poster,
            now=lambda: AT,
        )

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        await self.database.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.database.close()

    async def add(self, prompt: str, state: TaskState = TaskState.SUCCESS, *, clips: int = 1, image: str = "") -> Task:
        """A task that came as far as this state, with saved clips if it succeeded."""
        request = GenerationRequest("sora-2", prompt, {"duration": 10}, media=first_pictures(image) if image else {})
        (task,) = await self.tasks.add([request], gateway=GATEWAY, at=AT, estimated_usd=[0.5])
        self.made += 1
        for to in _WAYS[state]:
            if to is TaskState.SUCCESS:
                urls = [f"https://films.example/{task.id}-{n}.mp4?token=secret" for n in range(clips)]
                await self.tasks.succeed(task.id, urls, completed_at=AT, expires_at=AT)
            elif to is TaskState.PENDING:
                await self.tasks.transition(task.id, to, task_id=f"{self.folder.name}-{self.made}", sent_at=AT, accepted_at=AT)
            else:
                await self.tasks.transition(task.id, to)
        for clip in (await self._get(task.id)).clips:
            await self._save(clip.id, f"{prompt[:20]} {task.id}-{clip.index}".replace("/", "-"))
        return await self._get(task.id)

    async def judge(self, task: int, *, clip: int | None = None, project: str = "", **decided: object) -> None:
        number = (await self.projects.save(Project(0, project), at=AT)).id if project else None
        judgement = Judgement(project=number, **decided)  # pyright: ignore[reportArgumentType]
        await SqliteHistory(self.database).judge([ClipRef(task, clip)], judgement)

    async def told(self) -> list[Mapping[str, object]]:
        """The lines of `tasks --json`, oldest first, without numbers and with the names of files only."""
        ids = sorted(await self.exporting.find(""))
        names = {project.id: project.name for project in await self.projects.all()}
        stale = await self.queries.stale(ids)
        lines = [
            history_facts(task, project=names.get(task.project or 0), is_stale=task.id in stale)
            for task in await self.tasks.get_many(ids)
        ]
        for line in lines:
            assert isinstance(line["files"], list)
            line["files"] = [Path(str(file)).name for file in line["files"]]
            line["parent"] = bool(line["parent"])
            del line["id"], line["version"]
        return lines

    async def export(self, path: Path, format: ExportFormat = ExportFormat.BUNDLE, search: str = "") -> Exported:  # noqa: A002
        return await self.exporting.export(await self.exporting.find(search), format, path)

    async def _get(self, task: int) -> Task:
        found = await self.tasks.get(task)
        assert found is not None
        return found

    async def _save(self, clip: int, name: str) -> None:
        self.clips.mkdir(exist_ok=True)
        (self.folder / "posters").mkdir(exist_ok=True)
        path, poster = self.clips / f"{name}.mp4", self.folder / "posters" / f"{clip}.jpg"
        path.write_bytes(FILM + name.encode())
        poster.write_bytes(POSTER)
        await self.tasks.transition_clip(clip, ClipState.DOWNLOADING)
        film = FilmFacts(1280, 720, 10.0, has_audio=True)
        await self.tasks.transition_clip(
            clip, ClipState.SAVED, path=path, poster=poster, size_bytes=path.stat().st_size, film=film
        )


_PENDING = (TaskState.SENDING, TaskState.PENDING)
_WAYS: dict[TaskState, tuple[TaskState, ...]] = {
    TaskState.WAITING: (),
    TaskState.SENDING: (TaskState.SENDING,),
    TaskState.UNKNOWN: (TaskState.SENDING, TaskState.UNKNOWN),
    TaskState.PENDING: _PENDING,
    TaskState.PROCESSING: (*_PENDING, TaskState.PROCESSING),
    TaskState.SUCCESS: (*_PENDING, TaskState.SUCCESS),
    TaskState.FAILED: (*_PENDING, TaskState.FAILED),
    TaskState.LOST: (*_PENDING, TaskState.LOST),
    TaskState.CANCELLED: (TaskState.CANCELLED,),
}


async def fill(library: Library) -> None:
    """A small history in which everything occurs that a bundle carries."""
    first = await library.add("A ferry leaves a harbour", clips=2, image=SIGNED)
    await library.judge(first.id, clip=0, stars=5, verdict=Verdict.KEPT, tags=("rain", "night shot"), note="The best")
    await library.judge(first.id, clip=1, verdict=Verdict.REJECTED)
    await library.judge(first.id, project="Rain Film")
    await library.add("A ferry leaves a harbour")
    await library.add("مرفأ هادئ عند الغروب")
    failed = await library.add("=HYPERLINK(1)", TaskState.FAILED)
    await library.judge(failed.id, note="Why?", tags=("odd",))
    await library.add("Never sent", TaskState.CANCELLED)
