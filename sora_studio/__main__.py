"""The program's one door: the window without a command, the command line with one."""

import gc
import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code."""
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt:  # so early or so late that nothing is there yet, or any more, that could say so
        return 130


def _run(arguments: list[str]) -> int:
    """Each way imports only what it needs, so that the window is painted soon."""
    if not arguments:
        return _open_window(demo=False, output=None)
    if arguments[:1] == ["simulate"]:
        from sora_studio.simulator.serve import main as simulate

        return simulate(arguments[1:])
    if arguments[:1] == ["look-into-film"]:  # the program itself starts this, for every film
        from sora_studio.media.film_child import main as look

        return look(arguments[1:])
    from sora_studio.cli.arguments import WindowCommand, parse

    try:
        command = parse(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    if isinstance(command, WindowCommand):
        return _open_window(demo=command.demo, output=command.output)
    from sora_studio.cli.session import run

    return run(command)


def _open_window(*, demo: bool, output: Path | None) -> int:
    gc.disable()  # imports leave next to nothing to collect; the program turns it on again once the window is complete
    from sora_studio.app.main import run

    return run(demo=demo, output=output)


if __name__ == "__main__":
    sys.exit(main())
