"""`drafts`: lists, makes and changes drafts, and compares their versions, beside an open window too."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sora_studio.cli.catalogue import load_models
from sora_studio.cli.commands import DraftsCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.opened_database import opened
from sora_studio.cli.report import plain, say
from sora_studio.cli.streams import write_out
from sora_studio.domain.draft import Draft, DraftEntry
from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.prompt import first_line, is_blank
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.version import VersionEntry
from sora_studio.domain.writing.comparison import Comparison, compare
from sora_studio.domain.writing.difference import RunKind
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.storage.projects import SqliteProjects
from sora_studio.storage.settings import SettingsFile
from sora_studio.storage.version_history import SqliteVersions

_MARKS = {RunKind.SAME: "{}", RunKind.REMOVED: "[-{}-]", RunKind.ADDED: "{{+{}+}}"}


async def drafts(command: DraftsCommand, folder: Path, *, text: str) -> ExitCode:
    """Carry the command out; `text` is that of a new draft. Raises `InvalidRequest` for numbers that do not exist."""
    match command.action:
        case "list":
            await _list(command, folder)
        case "new":
            await _make(command, folder, text)
        case "show":
            async with _draft(command, folder) as (_, draft):
                write_out(draft.request.prompt)
        case "rename":
            async with _draft(command, folder) as (database, _):
                await SqliteDrafts(database).rename(command.draft, command.title)
        case "trash":
            async with _draft(command, folder) as (database, _):
                await SqliteDrafts(database).trash([command.draft], at=datetime.now(UTC))
            say(f"Draft {command.draft} moved to the trash. In the window it can be restored.")
        case "versions":
            async with _draft(command, folder) as (database, _):
                for entry in await SqliteVersions(database).listed(command.draft):
                    write_out(_version_json(entry) if command.json else plain(_version_line(entry)))
        case _:
            await _compare(command, folder)
    return ExitCode.SAVED


@asynccontextmanager
async def _draft(command: DraftsCommand, folder: Path) -> AsyncGenerator[tuple[Database, Draft]]:
    async with opened(folder) as database:
        draft = await SqliteDrafts(database).get(command.draft)
        if draft is None:
            raise InvalidRequest([Problem("id", f"There is no draft {command.draft}.")])
        yield database, draft


async def _list(command: DraftsCommand, folder: Path) -> None:
    async with opened(folder) as database:
        projects = {project.id: project.name for project in await SqliteProjects(database).all()}
        for entry in await SqliteDrafts(database).entries():
            if entry.trashed_at is None:
                project = projects.get(entry.project or 0)
                write_out(_json(entry, project) if command.json else plain(_line(entry, project)))


async def _make(command: DraftsCommand, folder: Path, text: str) -> None:
    if is_blank(text):
        raise InvalidRequest([Problem("prompt", "The text is empty.")])
    settings = await asyncio.to_thread(SettingsFile(folder / "settings.toml").load)
    async with opened(folder) as database:
        store, at = SqliteDrafts(database), datetime.now(UTC)
        (made,) = await store.add_all([Draft(0, GenerationRequest(settings.model, text))], projects=[None], at=at)
        if command.title.strip():
            await store.rename(made.id, command.title)
    write_out(str(made.id))


async def _compare(command: DraftsCommand, folder: Path) -> None:
    profiles = await load_models(folder)
    async with _draft(command, folder) as (database, draft):
        versions = SqliteVersions(database)
        before, after = [draft if number is None else await versions.get(command.draft, number) for number in command.versions]
    if before is None or after is None:
        pairs = zip(command.versions, (before, after), strict=True)
        unknown = [f"Draft {command.draft} has no version {number}." for number, found in pairs if found is None]
        raise InvalidRequest([Problem("version", sentence) for sentence in unknown])
    found = compare(before.request, after.request, profiles)
    if command.json:
        write_out(_comparison_json(command, found))
        return
    if not found.text.is_same:
        write_out("".join(_MARKS[run.kind].format(_printable(run.text)) for run in found.text.runs))
    for change in found.setup:
        write_out(plain(f"{change.title}: {change.before} → {change.after}"))
    if found.is_same:
        say("Nothing has changed.")


def _line(entry: DraftEntry, project: str | None) -> str:
    words = [str(entry.id), entry.title, f"{entry.saved_at.astimezone():%Y-%m-%d %H:%M}", project or ""]
    return " · ".join(filter(None, words))


def _json(entry: DraftEntry, project: str | None) -> str:
    return json.dumps(
        {
            "id": entry.id,
            "title": entry.title,
            "name": entry.name or None,
            "project": project,
            "saved_at": _time(entry.saved_at),
        }
    )


def _version_line(entry: VersionEntry) -> str:
    version = entry.version
    clips = f"{entry.clips} clip{'s' * (entry.clips != 1)}" if entry.takes else ""
    words = [str(version.id), version.kind, f"{version.created_at.astimezone():%Y-%m-%d %H:%M}", version.name, clips]
    return " · ".join(filter(None, [*words, first_line(version.request.prompt, 60)]))


def _version_json(entry: VersionEntry) -> str:
    version = entry.version
    return json.dumps(
        {
            "version": version.id,
            "kind": version.kind.value,
            "name": version.name or None,
            "created_at": _time(version.created_at),
            "tasks": [take.task for take in entry.takes],
            "clips": entry.clips,
            "model": version.request.model,
            "text": version.request.prompt,
        }
    )


def _comparison_json(command: DraftsCommand, found: Comparison) -> str:
    before, after = ("now" if number is None else number for number in command.versions)
    return json.dumps(
        {
            "draft": command.draft,
            "before": before,
            "after": after,
            "added": found.text.added,
            "removed": found.text.removed,
            "runs": [
                {"kind": run.kind.value, "text": run.text, "before": run.before, "after": run.after} for run in found.text.runs
            ],
            "setup": [{"title": one.title, "before": one.before, "after": one.after} for one in found.setup],
        }
    )


def _printable(text: str) -> str:
    """Return text without control characters, but with its lines."""
    return "\n".join(map(plain, text.split("\n")))


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
