"""`tasks`: lists what is in the database, without starting any work."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sora_studio.cli.commands import TasksCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.opened_database import opened
from sora_studio.cli.report import describe, history_line, plain
from sora_studio.cli.streams import write_out
from sora_studio.domain.query import parse
from sora_studio.domain.query_filters import Sort, Sorted
from sora_studio.storage.library_queries import LibraryQueries
from sora_studio.storage.projects import SqliteProjects
from sora_studio.storage.tasks import SqliteTasks


async def list_tasks(command: TasksCommand, folder: Path) -> ExitCode:
    """List the tasks that a query finds, newest first unless it says otherwise, one per line."""
    if not (folder / "studio.db").exists():
        return ExitCode.SAVED
    query, now = parse(command.search), datetime.now(UTC)
    if command.sort:
        query = replace(query, items=(*query.items, Sorted(Sort(command.sort))))
    async with opened(folder) as database:
        queries = LibraryQueries(database)
        states = frozenset({command.state} if command.state else ())
        today = now.astimezone().date()
        index = await queries.index(query, now=now, today=today, with_clips=False, states=states)
        shown = list(index.ids[: command.limit])
        tasks = await SqliteTasks(database).get_many(shown)
        if not command.json:
            for task in tasks:
                write_out(plain(describe(task)))
            return ExitCode.SAVED
        projects = {project.id: project.name for project in await SqliteProjects(database).all()}
        stale = await queries.stale(shown)
        for task in tasks:
            write_out(history_line(task, project=projects.get(task.project or 0), is_stale=task.id in stale))
    return ExitCode.SAVED
