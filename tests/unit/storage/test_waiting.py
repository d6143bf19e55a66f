"""A task with an edited request takes the place of the old one, with everything that belongs to it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sora_studio.domain.intent import Intent, Parent, ParentKind
from sora_studio.domain.judgement import ClipRef, Judgement
from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.prepared_request import PreparedRequest
from sora_studio.domain.project import Project
from sora_studio.domain.query import parse
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.storage.database import Database
from sora_studio.storage.history import SqliteHistory
from sora_studio.storage.library_queries import LibraryQueries
from sora_studio.storage.projects import SqliteProjects
from sora_studio.storage.tasks import SqliteTasks

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
OLD, NEW = GenerationRequest("sora-2", "A harbour at dawn"), GenerationRequest("sora-2", "A ferry at noon", {"duration": 15})


def test_everything_but_the_request_stays(tmp_path: Path) -> None:
    async def story() -> None:
        database = Database(tmp_path / "studio.db")
        await database.open()
        tasks = SqliteTasks(database)
        project = await SqliteProjects(database).save(Project(0, "Harbour"), at=NOW)
        intent = Intent(project=project.id, output_dir=tmp_path, parent=Parent(7, ParentKind.LONGER))
        ids = [task.id for task in await tasks.add([OLD], gateway="g", at=NOW, takes=3, intents=[intent])]
        await SqliteHistory(database).judge([ClipRef(ids[1])], Judgement(tags=("pier",), note="for Ada"))
        before = await tasks.get(ids[1])
        assert before is not None
        new = await tasks.replace_waiting(ids[1], PreparedRequest(NEW, "digest"), at=LATER, held_at=None)
        assert new is not None
        assert (new.request, new.input_digest, new.created_at) == (NEW, "digest", LATER)
        kept = ("take", "takes", "batch", "rank", "document", "output_dir", "parent", "note", "tags", "gateway", "project")
        assert [getattr(new, name) for name in kept] == [getattr(before, name) for name in kept]
        assert new.version != before.version
        old = await tasks.get(ids[1])
        assert old is not None
        assert (old.state, old.trashed_at, old.request) == (TaskState.CANCELLED, LATER, OLD)
        assert [task for _, task in await tasks.index(TaskFilter())] == [ids[0], new.id, ids[2]]
        found = await LibraryQueries(database).index(parse("pier ferry"), now=LATER, today=LATER.date(), with_clips=False)
        assert list(found.ids) == [new.id]
        assert await tasks.replace_waiting(ids[1], PreparedRequest(NEW), at=LATER, held_at=None) is None
        await database.close()

    asyncio.run(story())
