"""`tasks`: lists what is in the database, without starting any work."""

from pathlib import Path

from sora_studio.cli.arguments import TasksCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.report import describe, json_line, plain
from sora_studio.cli.streams import write_out
from sora_studio.domain.ports import TaskFilter
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks


async def list_tasks(command: TasksCommand, folder: Path) -> ExitCode:
    """List tasks, newest first, one per line."""
    path = folder / "studio.db"
    if not path.exists():
        return ExitCode.SAVED
    database = Database(path)
    await database.open(guest=True)
    try:
        which = TaskFilter(states=frozenset({command.state} if command.state else ()), search=command.search)
        for task in await SqliteTasks(database).find(which, limit=command.limit):
            write_out(json_line(task) if command.json else plain(describe(task)))
    finally:
        await database.close()
    return ExitCode.SAVED
