"""Runs one command: opens what it needs, closes it however the command ends, and reports errors as sentences."""

import asyncio
import contextlib
import io
import logging
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sora_studio.cli.commands import (
    CarryCommand,
    CheckModelsCommand,
    DoctorCommand,
    DraftsCommand,
    ExportCommand,
    GenerateCommand,
    ImportCommand,
    JudgeCommand,
    KeyCommand,
    ModelsCommand,
    TasksCommand,
    TrashCommand,
    WatchCommand,
)
from sora_studio.cli.exit_codes import ExitCode, code_for
from sora_studio.cli.report import UpdateNotice, say
from sora_studio.cli.writing_arguments import HintsCommand, VocabularyCommand
from sora_studio.domain.errors import InvalidRequest, StudioError
from sora_studio.folders import make_private
from sora_studio.logs import COMMANDS_LOG, start_logging, stop_logging
from sora_studio.paths import data_dir
from sora_studio.services.runtime.notices import DATABASE, PROXY
from sora_studio.storage.data_folder import prepare_data_folder

if TYPE_CHECKING:
    from sora_studio.studio import Studio

_log = logging.getLogger(__name__)
Writing = HintsCommand | VocabularyCommand
Question = ModelsCommand | CarryCommand | Writing
Decision = JudgeCommand | TrashCommand
Transfer = ExportCommand | ImportCommand
Service = GenerateCommand | WatchCommand | CheckModelsCommand | DoctorCommand
Command = Transfer | Service | TasksCommand | DraftsCommand | KeyCommand | Question | Decision


def run(command: Command) -> ExitCode:
    """Run the command and return its exit code. Errors have been reported in a sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a path that cannot be encoded must not end the command
    used = _Used()
    demo = not isinstance(command, KeyCommand | Question) and command.demo
    folder = data_dir(demo=demo)
    try:
        if _prepare_folder(command, folder):
            used.log(folder)
        return asyncio.run(_work(command, folder, used))
    except KeyboardInterrupt:
        say(_interrupted(command, demo=demo))
        return ExitCode.INTERRUPTED
    except InvalidRequest as invalid:
        for problem in invalid.problems:
            say(f"{problem.field}: {problem.message}")
        return ExitCode.INVALID
    except StudioError as error:
        say(f"{error.sentence} {error.detail}".strip())
        return code_for(error)
    except BrokenPipeError:  # the reader of our output has gone
        return ExitCode.INTERRUPTED
    except Exception:
        used.log(folder)
        _log.exception("Unexpected error in a command")
        say(f"Something went wrong inside the program. Your tasks are safe; see {folder / 'logs' / COMMANDS_LOG}.")
        return ExitCode.BUG
    finally:
        stop_logging()


def _interrupted(command: Command, *, demo: bool) -> str:
    if isinstance(command, ExportCommand):
        return "Interrupted. Nothing was written."
    if isinstance(command, ImportCommand) and not command.as_tasks:
        return "Interrupted."
    return f'Interrupted. The tasks stay; "sora-studio {"--demo " if demo else ""}watch" goes on with them.'


def _prepare_folder(command: Command, folder: Path) -> bool:
    """Make the data folder usable; return whether there is one to log to. A question makes no folder, but reads one."""
    if isinstance(command, DoctorCommand):  # changes nothing, and the folder may be on a dead share
        return False
    if isinstance(command, Question) or (isinstance(command, GenerateCommand) and command.dry_run):
        return os.path.isdir(folder)  # noqa: PTH112 - pathlib's own raises for a folder that may not be searched
    if isinstance(command, KeyCommand):  # the key store needs no folder
        with contextlib.suppress(OSError):
            make_private(folder)
    else:
        prepare_data_folder(folder)
    return True


class _Used:
    """Returns the secrets that the command uses, so that the log can redact them. The log starts once."""

    ask: Callable[[], tuple[str | None, ...]] = tuple
    is_logging = False

    def log(self, folder: Path) -> None:
        if not self.is_logging:
            self.is_logging = True
            start_logging(folder / "logs", self.secrets, file_name=COMMANDS_LOG, console=False)

    def secrets(self) -> tuple[str | None, ...]:
        return self.ask()


def _work(command: Command, folder: Path, used: _Used) -> Coroutine[Any, Any, ExitCode]:
    """Return the command's coroutine. Standard input is read here, because reading it would block the event loop."""
    match command:
        case HintsCommand() | VocabularyCommand():
            return _about_writing(command, folder)
        case ModelsCommand() | CarryCommand() | GenerateCommand(dry_run=True):
            return _answer(command, folder)
        case KeyCommand():
            from sora_studio.cli.keys import perform
            from sora_studio.storage.secrets import KeyringKeys

            keys = KeyringKeys()
            used.ask = lambda: (keys.key,)
            return perform(command, keys)
        case TasksCommand() | JudgeCommand() | TrashCommand() | DraftsCommand():
            return _on_database(command, folder)
        case ExportCommand() | ImportCommand():
            return _transfer(command, folder, used)
        case CheckModelsCommand() | DoctorCommand() | WatchCommand() | GenerateCommand():
            return _at_service(command, folder, used)


def _at_service(command: Service, folder: Path, used: _Used) -> Coroutine[Any, Any, ExitCode]:
    """Return the coroutine of a command that asks the service."""
    match command:
        case CheckModelsCommand():
            return _check_models(command, folder)
        case DoctorCommand():
            return _doctor(command, folder, used)
        case WatchCommand():
            return _watch(command, folder, used)
        case GenerateCommand():
            from sora_studio.cli.prompt_text import prompt_from

            return _generate(replace(command, prompt=prompt_from(command.prompt)), folder, used)


def _answer(command: ModelsCommand | CarryCommand | GenerateCommand, folder: Path) -> Coroutine[Any, Any, ExitCode]:
    """Return the coroutine of a command that changes nothing."""
    match command:
        case ModelsCommand():
            from sora_studio.cli.models import answer

            return answer(command, folder)
        case CarryCommand():
            from sora_studio.cli.carry import carry_draft

            return carry_draft(command, folder)
        case GenerateCommand():
            from sora_studio.cli.dry_run import dry_run

            return dry_run(command, folder)


def _about_writing(command: Writing, folder: Path) -> Coroutine[Any, Any, ExitCode]:
    """Return the coroutine of a command about writing. Raises `InvalidRequest` for a prompt that cannot be read."""
    from sora_studio.cli.prompt_text import prompt_of
    from sora_studio.cli.writing import hints, vocabulary

    match command:
        case HintsCommand():
            return hints(command, prompt_of(command.source), folder)
        case VocabularyCommand():
            return vocabulary(command, folder)


def _on_database(command: TasksCommand | DraftsCommand | Decision, folder: Path) -> Coroutine[Any, Any, ExitCode]:
    """Return the coroutine of a command that needs no service."""
    match command:
        case TasksCommand():
            from sora_studio.cli.listing import list_tasks

            return list_tasks(command, folder)
        case JudgeCommand():
            from sora_studio.cli.history import judge

            return judge(command, folder)
        case TrashCommand():
            from sora_studio.cli.history import trash

            return trash(command, folder)
        case DraftsCommand():
            from sora_studio.cli.drafts import drafts
            from sora_studio.cli.prompt_text import prompt_of

            return drafts(command, folder, text=prompt_of(command.file) if command.file else "")


def _transfer(command: Transfer, folder: Path, used: _Used) -> Coroutine[Any, Any, ExitCode]:
    """Return the coroutine of an export or import. Only prompts that become tasks need the service."""
    match command:
        case ExportCommand():
            from sora_studio.cli.export import export

            return export(command, folder)
        case ImportCommand(as_tasks=True, dry_run=False):
            return _import_tasks(command, folder, used)
        case ImportCommand():
            from sora_studio.cli.imports import take_in

            return take_in(command, folder)


async def _check_models(command: CheckModelsCommand, folder: Path) -> ExitCode:
    from sora_studio.cli.check_models import check_models

    async with contextlib.AsyncExitStack() as stack:
        simulator = await _simulator(folder, stack) if command.demo else None
        return await check_models(command, folder, simulator=simulator)


async def _doctor(command: DoctorCommand, folder: Path, used: _Used) -> ExitCode:
    from sora_studio.cli.doctor.command import examine
    from sora_studio.demo import demo_keys
    from sora_studio.storage.secrets import KeyStores

    keys = demo_keys() if command.demo else KeyStores()
    used.ask = lambda: keys.secrets
    async with contextlib.AsyncExitStack() as stack:
        simulator = None
        if command.demo:  # a simulator of its own, because that of the demo's folder may be running
            scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="sora-studio-", ignore_cleanup_errors=True))
            simulator = await _simulator(Path(scratch), stack)
        return await examine(command, folder, keys, simulator=simulator)


async def _simulator(folder: Path, stack: contextlib.AsyncExitStack) -> str:
    """Start the simulator until the stack closes, and return its address."""
    from sora_studio.demo import Demo

    simulator = Demo(folder)
    stack.push_async_callback(asyncio.to_thread, simulator.stop)
    return await asyncio.to_thread(simulator.start)


async def _watch(command: WatchCommand, folder: Path, used: _Used) -> ExitCode:
    from sora_studio.cli.generate import watch

    async with _opened(folder, used, output=None, demo=command.demo) as studio:
        return await watch(command, studio)


async def _generate(command: GenerateCommand, folder: Path, used: _Used) -> ExitCode:
    from sora_studio.cli.generate import generate

    async with _opened(folder, used, output=command.output, demo=command.demo) as studio:
        return await generate(command, studio)


async def _import_tasks(command: ImportCommand, folder: Path, used: _Used) -> ExitCode:
    from sora_studio.cli.imports import is_table, take_in
    from sora_studio.cli.prompts import send_prompts

    if not await is_table(command.path, folder):
        say("--as applies to tables of prompts; nothing is sent.")
        return await take_in(command, folder)
    async with _opened(folder, used, output=None, demo=command.demo) as studio:
        return await send_prompts(command, studio)


@contextlib.asynccontextmanager
async def _opened(folder: Path, used: _Used, *, output: Path | None, demo: bool) -> "AsyncGenerator[Studio]":
    """Open a studio, in a demo with the simulator behind it, and report the notices of the start."""
    from sora_studio.demo import demo_keys, open_demo
    from sora_studio.domain.events import Event, EventBus, MigrationProgressed
    from sora_studio.storage.secrets import KeyStores
    from sora_studio.studio import open_studio

    events, update = EventBus(), UpdateNotice()

    def on_event(event: Event) -> None:
        if isinstance(event, MigrationProgressed):
            update.take(event.fraction)

    events.subscribe(on_event)
    async with contextlib.AsyncExitStack() as stack:
        keys = demo_keys() if demo else KeyStores()
        used.ask = lambda: keys.secrets
        if demo:
            url = await _simulator(folder, stack)
            opening = open_demo(url, data_dir=folder, output_dir=output, keys=keys, events=events)
        else:
            opening = open_studio(data_dir=folder, output_dir=output, keys=keys, events=events)
        studio = await stack.enter_async_context(opening)
        for notice in studio.notices.current:
            if notice.cause in {DATABASE, PROXY}:
                say(notice.text)
        for words in (studio.settings.trouble, *(error.sentence for error in studio.profile_errors)):
            if words:
                say(words)
        for status in (studio.credentials.status, studio.relay_token.status):
            if status.notice:
                say(status.notice)
        yield studio
