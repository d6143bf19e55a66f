"""`import`: takes in bundles, folders of clips and tables of prompts. Sends nothing; see `prompts` for what does."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

from sora_studio import paths
from sora_studio.cli.commands import ImportCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.opened_database import opened
from sora_studio.cli.report import ProgressBar, plain, say
from sora_studio.cli.streams import write_out
from sora_studio.domain.exports import Progress
from sora_studio.domain.imports import Imported, ImportedTask, ImportKind, Outcome
from sora_studio.domain.prompt import first_line
from sora_studio.media.local import LocalMedia
from sora_studio.services.library.importing.importing import Importing
from sora_studio.storage.database import Database
from sora_studio.storage.settings import SettingsFile
from sora_studio.transfers import build_importing

_WORDS = {Outcome.ADDED: "added", Outcome.COMPLETED: "completed", Outcome.KNOWN: "known already"}


async def take_in(command: ImportCommand, folder: Path) -> ExitCode:
    """Import what the path names. Raises `StudioError`; then nothing was imported."""
    media, bar = LocalMedia(), ProgressBar()
    clips = await asyncio.to_thread(_clips_folder, folder, demo=command.demo)
    try:
        async with opened(folder) as database:
            importing = _importing(database, folder, clips, media)
            match await importing.kind_of(command.path):
                case ImportKind.TABLE:
                    from sora_studio.cli.prompts import keep_prompts

                    return await keep_prompts(command, folder, database)
                case ImportKind.FOLDER:
                    progress = _drawn(bar, "Looking through the folder")
                    done = await importing.folder(command.path, dry_run=command.dry_run, on_progress=progress)
                case ImportKind.BUNDLE:
                    progress = _drawn(bar, "Copying clips")
                    done = await importing.bundle(command.path, dry_run=command.dry_run, on_progress=progress)
    finally:
        bar.clear()
        media.close()
    for line in _lines(done) if command.json else _words(done):
        write_out(line)
    _say_counts(done)
    return ExitCode.SAVED


async def is_table(path: Path, folder: Path) -> bool:
    """Return whether a path names a table of prompts. Raises `FileUnusable`."""
    importing = _importing(Database(folder / "studio.db"), folder, folder, LocalMedia())
    return await importing.kind_of(path) is ImportKind.TABLE


def _importing(database: Database, folder: Path, clips: Path, media: LocalMedia) -> Importing:
    return build_importing(database, media, folder, lambda: clips)


def _clips_folder(folder: Path, *, demo: bool) -> Path:
    file = SettingsFile(folder / "settings.toml")
    chosen = file.load().output_dir
    if file.trouble:
        say(file.trouble)
    return chosen or (folder / "clips" if demo else paths.videos_dir())


def _drawn(bar: ProgressBar, words: str) -> Progress:
    return lambda done, of: bar.draw(done / max(of, 1), words)


def _lines(done: Imported) -> Iterator[str]:
    for task in done.tasks:
        yield json.dumps(
            {
                "outcome": task.outcome.value,
                "id": task.task,
                "number": task.number,
                "state": task.state.value,
                "prompt": task.prompt,
                "files": list(map(str, task.files)),
            }
        )
    for left in done.left_out:
        yield json.dumps({"outcome": "left out", "file": str(left.file), "say": left.reason})
    counts = {outcome.value: done.count(outcome) for outcome in Outcome}
    yield json.dumps({**counts, "left_out": len(done.left_out), "dry_run": done.is_dry_run})


def _words(done: Imported) -> Iterator[str]:
    for task in done.tasks:
        if task.outcome is not Outcome.KNOWN:
            yield plain(_described(task))
    for left in done.left_out:
        yield plain(f"left out · {left.file} · {left.reason}")


def _described(task: ImportedTask) -> str:
    number = "new" if task.task is None else str(task.task)
    return " · ".join([number, _WORDS[task.outcome], first_line(task.prompt, 60), *(file.name for file in task.files)])


def _say_counts(done: Imported) -> None:
    counts = [f"{done.count(outcome):,} {_WORDS[outcome]}" for outcome in Outcome if done.count(outcome)]
    counts += [f"{len(done.left_out):,} left out"] if done.left_out else []
    words = ", ".join(counts) or "nothing to import"
    say(f"Dry run, nothing was changed: {words}." if done.is_dry_run else f"Tasks: {words}.")
