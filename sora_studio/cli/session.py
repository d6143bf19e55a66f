"""Runs one command to its end: opens what it needs, closes it however the command ends, and turns errors into sentences."""

import asyncio
import contextlib
import io
import logging
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.cli.arguments import GenerateCommand, KeyCommand, TasksCommand, WatchCommand
from sora_studio.cli.exit_codes import ExitCode, code_for
from sora_studio.cli.report import say
from sora_studio.domain.errors import InvalidRequest, StudioError
from sora_studio.logs import COMMANDS_LOG, start_logging, stop_logging
from sora_studio.paths import data_dir

if TYPE_CHECKING:
    from sora_studio.domain.ports import KeyStore
    from sora_studio.studio import Studio

_log = logging.getLogger(__name__)
Command = GenerateCommand | WatchCommand | TasksCommand | KeyCommand


def run(command: Command) -> ExitCode:
    """How the command ended. Whatever went wrong has been said in a sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a path that the terminal cannot show must not end the command
    keys = _Keys()
    folder = data_dir(demo=isinstance(command, GenerateCommand) and command.demo)
    start_logging(folder / "logs", lambda: keys.key, file_name=COMMANDS_LOG, console=False)
    try:
        return asyncio.run(_perform(command, folder, keys))
    except KeyboardInterrupt:
        say('Interrupted. The tasks stay; "sora-studio watch" goes on with them.')
        return ExitCode.INTERRUPTED
    except InvalidRequest as invalid:
        for problem in invalid.problems:
            say(f"{problem.field}: {problem.message}")
        return ExitCode.INVALID
    except StudioError as error:
        say(f"{error.sentence} {error.detail}".strip())
        return code_for(error)
    except BrokenPipeError:
        # Whoever read our output has left; what Python still wants to flush at its end must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.INTERRUPTED
    except Exception:
        _log.exception("Unexpected error in a command")
        say(f"Something went wrong inside the program. Your tasks are safe; {folder / 'logs' / COMMANDS_LOG} says more.")
        return ExitCode.BUG
    finally:
        stop_logging()


class _Keys:
    """Whatever key the command comes to use, so that the log can leave it out."""

    store: "KeyStore | None" = None

    @property
    def key(self) -> str | None:
        return self.store.key if self.store else None


async def _perform(command: Command, folder: Path, keys: _Keys) -> ExitCode:
    match command:
        case KeyCommand():
            from sora_studio.cli.keys import perform
            from sora_studio.storage.secrets import KeyringKeys

            keys.store = KeyringKeys()
            return await perform(command, keys.store)
        case TasksCommand():
            from sora_studio.cli.listing import list_tasks

            return await list_tasks(command, folder)
        case WatchCommand():
            from sora_studio.cli.generate import watch

            async with _opened(folder, keys, output=None, demo=False) as studio:
                return await watch(command, studio)
        case GenerateCommand():
            from sora_studio.cli.generate import generate

            async with _opened(folder, keys, output=command.output, demo=command.demo) as studio:
                return await generate(command, studio)


@contextlib.asynccontextmanager
async def _opened(folder: Path, keys: _Keys, *, output: Path | None, demo: bool) -> "AsyncGenerator[Studio]":
    """A started studio; the simulator stands behind it in a demo. Both end with the command."""
    from sora_studio.demo import DEMO_KEY, DEMO_SPEED, Demo
    from sora_studio.storage.secrets import KeyringKeys, SessionKeys
    from sora_studio.studio import Studio

    async with contextlib.AsyncExitStack() as stack:
        if demo:
            simulator = Demo(folder)
            stack.push_async_callback(asyncio.to_thread, simulator.stop)
            url = await asyncio.to_thread(simulator.start)
            keys.store = SessionKeys(DEMO_KEY)
            studio = Studio(
                data_dir=folder,
                base_url=url,
                output_dir=output or folder / "clips",
                speed=DEMO_SPEED,
                gateway_name="simulator",
                keys=keys.store,
            )
        else:
            keys.store = KeyringKeys()
            studio = Studio(data_dir=folder, output_dir=output, keys=keys.store)
        stack.push_async_callback(studio.stop)
        await studio.start()
        for error in studio.profile_errors:
            say(error.sentence)
        if notice := studio.credentials.status.notice:
            say(notice)
        yield studio
