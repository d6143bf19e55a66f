"""`judge` and `trash`: decide about tasks and clips from the command line, beside an open window too."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sora_studio.cli.commands import JudgeCommand, TrashCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.opened_database import opened
from sora_studio.cli.report import describe, plain, say
from sora_studio.cli.streams import write_out
from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.judgement import ClipRef, Judgement
from sora_studio.domain.project import Project
from sora_studio.domain.task import Task
from sora_studio.storage.database import Database
from sora_studio.storage.history import SqliteHistory
from sora_studio.storage.projects import SqliteProjects
from sora_studio.storage.tasks import SqliteTasks
from sora_studio.storage.trash import SqliteTrash

_NO_PROJECT = "none"


async def judge(command: JudgeCommand, folder: Path) -> ExitCode:
    """Apply one judgement to all named clips, or to none if one of them does not exist."""
    async with opened(folder) as database:
        tasks = SqliteTasks(database)
        await _check(tasks, command.clips)
        project = None if command.project in (None, "", _NO_PROJECT) else await _project(database, command.project or "")
        judgement = Judgement(
            stars=command.stars,
            verdict=command.verdict,
            clears_verdict=command.clears,
            tags=command.tags,
            untags=command.untags,
            note=command.note,
            project=project.id if project else None,
            clears_project=command.project in ("", _NO_PROJECT),
        )
        await SqliteHistory(database).judge(command.clips, judgement)
        for task in await tasks.get_many(dict.fromkeys(ref.task for ref in command.clips)):
            write_out(plain(f"{describe(task)}{_judged(task)}"))
    return ExitCode.SAVED


async def trash(command: TrashCommand, folder: Path) -> ExitCode:
    """Move tasks and clips to the trash, take them back, or empty it."""
    async with opened(folder) as database:
        tasks, now = SqliteTasks(database), datetime.now(UTC)
        if command.empty:
            await _empty(SqliteTrash(database), command, now)
            return ExitCode.SAVED
        await _check(tasks, command.clips)
        history, ids = SqliteHistory(database), list(dict.fromkeys(ref.task for ref in command.clips))
        if command.restores:
            await history.restore(command.clips)
        else:
            await history.trash(command.clips, at=now)
        found = await tasks.get_many(ids)
        hidden = [task.id for task in found if task.trashed_at is None and task.removed_at is not None]
        kept = [task.id for task in found if task.state.is_unclear and not task.is_put_aside]
        if command.json:
            done = {"restored": ids} if command.restores else {"trashed": [n for n in ids if n not in (*hidden, *kept)]}
            write_out(json.dumps({**done, "hidden": hidden, "kept": kept}))
        elif command.restores:
            say(f"{_tasks(ids)} restored.")
        else:
            _tell_trashed(ids, hidden, kept)
    return ExitCode.SAVED


async def _empty(store: SqliteTrash, command: TrashCommand, now: datetime) -> None:
    purged = await store.purge(await store.in_trash(until=now), at=now)
    left = [file for file in purged.files if not (command.files and _to_system_trash(file))]
    if command.json:
        write_out(json.dumps({"purged": list(purged.tasks), "files": [str(file) for file in left]}))
        return
    say(f"{_tasks(purged.tasks)} removed for good.")
    if left:
        say(f"{len(left)} files stay where they are: --files moves them to the system's trash, too.")


def _to_system_trash(file: Path) -> bool:
    from send2trash import TrashPermissionError, send2trash

    try:
        send2trash(file)
    except (OSError, TrashPermissionError) as error:
        say(f"{file} could not be moved to the system's trash: {error}")
        return False
    return True


def _tell_trashed(ids: Sequence[int], hidden: Sequence[int], kept: Sequence[int]) -> None:
    if moved := [number for number in ids if number not in (*hidden, *kept)]:
        say(f'{_tasks(moved)} moved to the trash. "trash --restore" takes them back within 30 days.')
    if hidden:
        say(f"{_tasks(hidden)} hidden: the service still works on them, and their clips will be saved.")
    if kept:
        say(f"{_tasks(kept)} may have been charged and stay. Decide about them in the window.")


def _tasks(ids: Sequence[int]) -> str:
    return f"Task {ids[0]}" if len(ids) == 1 else f"{len(ids)} tasks"


async def _check(tasks: SqliteTasks, clips: Sequence[ClipRef]) -> None:
    """Raise `InvalidRequest` that names what does not exist."""
    known = {task.id: task for task in await tasks.get_many(dict.fromkeys(ref.task for ref in clips))}
    problems = list[Problem]()
    for ref in clips:
        task = known.get(ref.task)
        if task is None:
            problems.append(Problem("id", f"There is no task {ref.task}."))
        elif ref.clip is not None and ref.clip >= len(task.clips):
            has = "no clips" if not task.clips else f"{len(task.clips)} clip{'s' * (len(task.clips) > 1)}"
            problems.append(Problem("id", f"Task {ref.task} has {has}, so there is no {ref.task}.{ref.clip + 1}."))
    if problems:
        raise InvalidRequest(problems)


async def _project(database: Database, name: str) -> Project:
    projects = SqliteProjects(database)
    found = await projects.named(name)
    if found is not None:
        return found
    made = await projects.save(Project(0, name), at=datetime.now(UTC))
    say(f"The project {made.name} is new.")
    return made


def _judged(task: Task) -> str:
    words = [task.verdict.value] if task.verdict else []
    words += ["★" * task.stars] if task.stars else []
    words += [f"#{tag}" for tag in task.tags]
    return "".join(f" · {word}" for word in words)
