"""The program's entry point: the window without a command, the command line with one."""

import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sora_studio.paths import DATA_DIR_VARIABLE, NotAPath


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    except SystemExit as end:  # argparse has answered already: a help text or a usage error
        return _flushed(int(end.code or 0))
    except NotAPath as error:  # for the data folder, without which there is not even a log
        if sys.stderr:
            sys.stderr.write(f"{DATA_DIR_VARIABLE}: {error}\n")
        return 2
    except KeyboardInterrupt:  # so early or so late that no handler is installed
        return 130


def _run(arguments: list[str]) -> int:
    """Run the command. Each branch imports only what it needs, so that the window is painted soon."""
    if not arguments:
        return _open_window(demo=False, output=None)
    if (by_itself := _by_itself(arguments[0])) is not None:
        return by_itself(arguments[1:])
    from sora_studio.cli.arguments import parse
    from sora_studio.cli.commands import WindowCommand

    command = parse(arguments)
    if isinstance(command, WindowCommand):
        return _open_window(demo=command.demo, output=command.output)
    from sora_studio.cli.session import run

    return run(command)


def _flushed(code: int) -> int:
    """Finish writing a help text or an error, whose reader may be gone; return the exit code."""
    from sora_studio.cli.exit_codes import ExitCode
    from sora_studio.cli.streams import OutputFailed, flush_out, write_err

    write_err("")
    try:
        flush_out()
    except BrokenPipeError:
        return code or ExitCode.INTERRUPTED
    except OutputFailed as error:
        write_err(f"{error.title}\n")
        return code or ExitCode.GAVE_UP
    return code


def _by_itself(command: str) -> Callable[[Sequence[str]], int] | None:
    """Return the `main` of a command that parses its own arguments; None for any other."""
    match command:
        case "simulate":
            from sora_studio.simulator.serve import main as by_itself
        case "relay":
            from sora_studio.relay.serve import main as by_itself
        case "variations":
            from sora_studio.cli.variations import main as by_itself
        case "look-into-film":  # started by the program itself, for every film
            from sora_studio.media.film_child import main as by_itself
        case "copy-film":  # likewise, for every film or sound that is published
            from sora_studio.media.copy_child import main as by_itself
        case _:
            return None
    return by_itself


def _open_window(*, demo: bool, output: Path | None) -> int:
    gc.disable()  # for good: from now on only app/garbage_collector.py collects, on the window's thread
    from sora_studio.app.main import run

    return run(demo=demo, output=output)


if __name__ == "__main__":
    sys.exit(main())
