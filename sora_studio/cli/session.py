"""Runs one command: opens what it needs, closes it however the command ends, and reports errors as sentences."""

import asyncio
import contextlib
import io
import logging
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sora_studio.cli.arguments import GenerateCommand, KeyCommand, TasksCommand, WatchCommand
from sora_studio.cli.exit_codes import ExitCode, code_for
from sora_studio.cli.report import say
from sora_studio.domain.errors import InvalidRequest, StudioError
from sora_studio.folders import make_private
from sora_studio.logs import COMMANDS_LOG, start_logging, stop_logging
from sora_studio.paths import data_dir
from sora_studio.services.runtime.notices import DATABASE, PROXY
from sora_studio.storage.data_folder import prepare_data_folder

if TYPE_CHECKING:
    from sora_studio.studio import Studio

_log = logging.getLogger(__name__)
Command = GenerateCommand | WatchCommand | TasksCommand | KeyCommand


def run(command: Command) -> ExitCode:
    """Run the command and return its exit code. Errors have been reported in a sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a path that cannot be encoded must not end the command
    used = _Used()
    demo = not isinstance(command, KeyCommand) and command.demo
    folder = data_dir(demo=demo)
    try:
        if isinstance(command, KeyCommand):  # the key store needs no folder
            with contextlib.suppress(OSError):
                make_private(folder)
        else:
            prepare_data_folder(folder)
        start_logging(folder / "logs", used.secrets, file_name=COMMANDS_LOG, console=False)
        return asyncio.run(_work(command, folder, used))
    except KeyboardInterrupt:
        say(f'Interrupted. The tasks stay; "sora-studio {"--demo " if demo else ""}watch" goes on with them.')
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
        _log.exception("Unexpected error in a command")
        say(f"Something went wrong inside the program. Your tasks are safe; see {folder / 'logs' / COMMANDS_LOG}.")
        return ExitCode.BUG
    finally:
        stop_logging()


class _Used:
    """Returns the secrets that the command uses, so that the log can redact them."""

    ask: Callable[[], tuple[str | None, ...]] = tuple

    def secrets(self) -> tuple[str | None, ...]:
        return self.ask()


def _work(command: Command, folder: Path, used: _Used) -> Coroutine[Any, Any, ExitCode]:
    """Return the command's coroutine. Standard input is read here, because reading it would block the event loop."""
    match command:
        case KeyCommand():
            from sora_studio.cli.keys import perform
            from sora_studio.storage.secrets import KeyringKeys

            keys = KeyringKeys()
            used.ask = lambda: (keys.key,)
            return perform(command, keys)
        case TasksCommand():
            from sora_studio.cli.listing import list_tasks

            return list_tasks(command, folder)
        case WatchCommand():
            return _watch(command, folder, used)
        case GenerateCommand():
            from sora_studio.cli.generate import prompt_from

            return _generate(replace(command, prompt=prompt_from(command.prompt)), folder, used)


async def _watch(command: WatchCommand, folder: Path, used: _Used) -> ExitCode:
    from sora_studio.cli.generate import watch

    async with _opened(folder, used, output=None, demo=command.demo) as studio:
        return await watch(command, studio)


async def _generate(command: GenerateCommand, folder: Path, used: _Used) -> ExitCode:
    from sora_studio.cli.generate import generate

    async with _opened(folder, used, output=command.output, demo=command.demo) as studio:
        return await generate(command, studio)


@contextlib.asynccontextmanager
async def _opened(folder: Path, used: _Used, *, output: Path | None, demo: bool) -> "AsyncGenerator[Studio]":
    """Open a studio, in a demo with the simulator behind it, and report the notices of the start."""
    from sora_studio.demo import Demo, demo_keys, open_demo
    from sora_studio.storage.secrets import KeyStores
    from sora_studio.studio import open_studio

    async with contextlib.AsyncExitStack() as stack:
        keys = demo_keys() if demo else KeyStores()
        used.ask = lambda: keys.secrets
        if demo:
            simulator = Demo(folder)
            stack.push_async_callback(asyncio.to_thread, simulator.stop)
            url = await asyncio.to_thread(simulator.start)
            opening = open_demo(url, data_dir=folder, output_dir=output, keys=keys)
        else:
            opening = open_studio(data_dir=folder, output_dir=output, keys=keys)
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
