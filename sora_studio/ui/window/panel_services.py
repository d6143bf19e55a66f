"""Which services of the studio each part of the window gets."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from sora_studio.domain.did_you_mean import Respelling
from sora_studio.domain.library import LibraryIndex, TileFacts
from sora_studio.domain.project import Project, SavedSearch
from sora_studio.domain.query import parse
from sora_studio.domain.task import Task
from sora_studio.viewmodels.compose.compose_services import ComposeServices
from sora_studio.viewmodels.library.clip_services import ClipServices
from sora_studio.viewmodels.library.completion import KnownNames
from sora_studio.viewmodels.library.details_model import Line
from sora_studio.viewmodels.library.details_reader import lines_of
from sora_studio.viewmodels.library.details_services import DetailsServices
from sora_studio.viewmodels.library.filter_services import FilterServices
from sora_studio.viewmodels.library.library_services import LibraryServices
from sora_studio.viewmodels.library.rail_services import RailServices
from sora_studio.viewmodels.library.room_services import RoomServices
from sora_studio.viewmodels.settings.settings_services import SettingsServices
from sora_studio.viewmodels.stage_services import StageServices
from sora_studio.viewmodels.tasks.task_services import TaskServices
from sora_studio.viewmodels.window.status import StatusServices
from sora_studio.viewmodels.writing.versions_services import VersionsServices

if TYPE_CHECKING:
    from sora_studio.studio import Studio

MOST_NAME = 40


def details(studio: "Studio") -> DetailsServices:
    """Return the services of Details."""

    async def rows(tasks: Sequence[int]) -> Sequence[TileFacts]:
        return await _tiles_of(studio, tasks)

    return DetailsServices(
        profiles=studio.profiles,
        judging=studio.judging,
        tasks=studio.tasks.get_many,
        shared_by=studio.shared_facts.of,
        family_of=studio.families.of,
        rows=rows,
        projects=studio.projects.all,
        tags=studio.projects.tags,
    )


def clips(studio: "Studio") -> ClipServices:
    """Return the services of the library's commands on clips."""

    async def facts_of(tasks: Sequence[Task]) -> Sequence[Sequence[Line]]:
        projects = {project.id: project.name for project in await studio.projects.all()}
        return [lines_of(task, studio.profiles, projects) for task in tasks]

    async def add_project(name: str) -> Project:
        return await studio.projects.save(Project(0, name), at=datetime.now(UTC))

    return ClipServices(
        profiles=studio.profiles,
        judging=studio.judging,
        submission=studio.submission,
        tasks=studio.tasks.get_many,
        shared_by=studio.shared_facts.of,
        facts_of=facts_of,
        files_of=studio.tiles.files_of,
        projects=studio.projects.all,
        add_project=add_project,
        tags=studio.projects.tags,
        choose_poster=studio.filmstrips.choose_poster,
    )


def room(studio: "Studio") -> RoomServices:
    """Return the services of the library room."""

    async def find(text: str) -> LibraryIndex:
        now = datetime.now(UTC)
        return await studio.queries.index(parse(text), now=now, today=now.astimezone().date())

    async def rows(tasks: Sequence[int]) -> Sequence[TileFacts]:
        return await _tiles_of(studio, tasks)

    async def save_search(text: str) -> None:
        await studio.projects.save_search(SavedSearch(0, text[:MOST_NAME], text))

    async def spelling(text: str) -> Respelling | None:
        return await studio.spelling.suggest(parse(text))

    async def make_strip(task: int) -> None:
        found = await studio.tasks.get(task)
        if found is not None and found.clips:
            await studio.filmstrips.strip_of(found.clips[0])

    async def names() -> KnownNames:
        return KnownNames(
            models=[(slug, profile.title) for slug, profile in studio.profiles.items()],
            projects=[project.name for project in await studio.projects.all()],
            tags=await studio.projects.tags(),
        )

    return RoomServices(
        library=LibraryServices(find=find, rows=rows, takes_of=studio.tiles.takes_of, files_of=studio.tiles.files_of),
        judging=studio.judging,
        count=partial(_count, studio),
        save_search=save_search,
        spelling=spelling,
        names=names,
        make_strip=make_strip,
    )


def rail(studio: "Studio") -> RailServices:
    """Return the services of the rail."""
    return RailServices(
        documents=studio.documents,
        project_keeping=studio.project_keeping,
        count=partial(_count, studio),
        searches=studio.projects.searches,
        save_search=studio.projects.save_search,
        projects=studio.projects.all,
    )


def compose(studio: "Studio") -> ComposeServices:
    """Return the services of the editor."""
    return ComposeServices(
        profiles=studio.profiles,
        pasted_dir=studio.data_dir / "pasted",
        settings=studio.settings,
        credentials=studio.credentials,
        drafts=studio.drafts,
        earlier_texts=studio.versions.earlier_texts,
        pictures=studio.pictures,
        recordings=studio.recordings,
        submission=studio.submission,
        task_editing=studio.task_editing,
        publishing=studio.publishing,
        reports=studio.reports,
        tracking=studio.tracking,
        estimates=studio.estimates,
        spell_checker=studio.spell_checker,
        prompt_library=studio.prompt_library,
        variation_batch=studio.variation_batch,
        hinting=studio.hinting,
    )


def versions(studio: "Studio") -> VersionsServices:
    """Return the services of the panel of versions."""
    return VersionsServices(versions=studio.versions, draft=studio.drafts.get, task=studio.tasks.get)


def task(studio: "Studio") -> TaskServices:
    """Return the services of the task list."""
    return TaskServices(
        gateway_name=studio.gateway_name,
        profiles=studio.profiles,
        tasks=studio.tasks,
        judging=studio.judging,
        send_pause=studio.send_pause,
        waiting_tasks=studio.waiting_tasks,
        submission=studio.submission,
        tracking=studio.tracking,
        retrieval=studio.retrieval,
        pictures=studio.pictures,
        model_blocks=studio.model_blocks,
        estimates=studio.estimates,
        library_queries=studio.queries,
    )


def stage(studio: "Studio") -> StageServices:
    """Return the services of the stage."""
    return StageServices(
        gateway_name=studio.gateway_name,
        profiles=studio.profiles,
        model_blocks=studio.model_blocks,
        library=studio.library,
        file_presence=studio.file_presence,
        pictures=studio.pictures,
    )


def status(studio: "Studio") -> StatusServices:
    """Return the services of the status bar."""
    return StatusServices(
        balance=studio.balance,
        credentials=studio.credentials,
        file_presence=studio.file_presence,
        library=studio.library,
        reports=studio.reports,
        send_pause=studio.send_pause,
        spending=studio.spending,
        tracking=studio.tracking,
    )


def settings(studio: "Studio") -> SettingsServices:
    """Return the services of the settings."""
    return SettingsServices(
        credentials=studio.credentials,
        bucket_keys=studio.bucket_keys,
        relay_token=studio.relay_token,
        publishing=studio.publishing,
        reports=studio.reports,
        models=studio.models,
        tasks=studio.tasks,
    )


def filter_session(studio: "Studio") -> FilterServices:
    """Return the services of filter sessions."""
    return FilterServices(
        clips_of=studio.tiles.clips_of,
        task=studio.tasks.get,
        decide=studio.judging.decide,
        load=studio.decision_file.load,
        save=studio.decision_file.save,
        mark_seen=studio.library.mark_seen,
    )


async def _count(studio: "Studio", text: str) -> int:
    """Return how many clips a query's text finds."""
    now = datetime.now(UTC)
    return await studio.queries.count(parse(text), now=now, today=now.astimezone().date())


async def _tiles_of(studio: "Studio", tasks: Sequence[int]) -> Sequence[TileFacts]:
    """Return the tiles of tasks, with the titles of their models."""
    titles = {slug: profile.title for slug, profile in studio.profiles.items()}
    found = await studio.tiles.rows(tasks, now=datetime.now(UTC))
    return [replace(tile, model=titles.get(tile.model, tile.model)) for tile in found]
