"""`models`: lists the models, shows one, or puts several side by side. Needs no key, network or studio."""

import asyncio
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from textwrap import wrap

from sora_studio.cli.catalogue import known_model, load_models
from sora_studio.cli.commands import ModelsCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.model_facts import details, summary
from sora_studio.cli.model_words import comparison, description, listing
from sora_studio.cli.report import plain, say
from sora_studio.cli.streams import write_out
from sora_studio.domain.errors import StudioError
from sora_studio.domain.models.profile import ModelProfile, Status
from sora_studio.domain.models.record import ModelRecord
from sora_studio.domain.settings import BASE_URL_VARIABLE, origin_of
from sora_studio.services.models.task_memory import READ_OF_MODEL, TaskMemory
from sora_studio.storage.database import Database
from sora_studio.storage.settings import SettingsFile
from sora_studio.storage.tasks import SqliteTasks

NO_TASKS = ModelRecord(tasks=0, ready=0, refused=0)
_CELL_CHARS = 36
_GAP = "  "


async def answer(command: ModelsCommand, folder: Path) -> ExitCode:
    """Answer one of the questions about models. Raises `InvalidRequest` for a model that does not exist."""
    profiles = await load_models(folder)
    if command.action == "list":
        wanted = [profile for profile in profiles.values() if command.every or profile.status is not Status.GONE]
    else:
        wanted = [known_model(profiles, slug) for slug in dict.fromkeys(command.slugs)]
    records = await _records(folder, profiles)
    known = [(profile, None if records is None else records.get(profile.slug, NO_TASKS)) for profile in wanted]
    for line in _lines(command, known):
        write_out(line)
    return ExitCode.SAVED


async def _records(folder: Path, profiles: Mapping[str, ModelProfile]) -> Mapping[str, ModelRecord] | None:
    """Return what is known of the models' tasks; None, and a message, when the database cannot be read.

    Prices and times are those of the service in use.
    """
    path = folder / "studio.db"
    if not await asyncio.to_thread(os.path.exists, path):  # pathlib's own raises for a folder that may not be searched
        return {}
    settings = await asyncio.to_thread(SettingsFile(folder / "settings.toml").load)
    gateway = origin_of(os.environ.get(BASE_URL_VARIABLE) or settings.base_url)
    memory, database = TaskMemory(), Database(path)
    try:
        await database.open(guest=True)
        history = await SqliteTasks(database).task_history(tuple(profiles), gateway=gateway, most=READ_OF_MODEL)
        for _ in memory.take(history, profiles):
            pass
    except StudioError as error:
        say(error.sentence)
        return None
    finally:
        await database.close()
    return memory.records()


def _lines(command: ModelsCommand, known: Sequence[tuple[ModelProfile, ModelRecord | None]]) -> Iterable[str]:
    if command.json:
        tell = summary if command.action == "list" else details
        return (json.dumps(tell(profile, record)) for profile, record in known)
    match command.action:
        case "list":
            return _table([[[cell] for cell in listing(profile, record)] for profile, record in known])
        case "show":
            return [plain(line) for profile, record in known for line in description(profile, record)]
        case _:
            columns = [comparison(profile, record) for profile, record in known]
            titles = list(columns[0])
            return _table([[[title], *(_cell(column[title]) for column in columns)] for title in titles])


def _cell(words: Sequence[str]) -> list[str]:
    return [line for word in words for line in wrap(word, _CELL_CHARS, subsequent_indent=_GAP)]


def _table(rows: Sequence[Sequence[Sequence[str]]]) -> Iterable[str]:
    """Return the lines of a table whose cells have one or more lines, in columns as wide as their widest line."""
    widths = [max((len(line) for cell in column for line in cell), default=0) for column in zip(*rows, strict=True)]
    for row in rows:
        for cells in zip_longest(*row, fillvalue=""):
            line = _GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
            yield plain(line).rstrip()
