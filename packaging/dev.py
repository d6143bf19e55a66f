"""One command for working with a checkout: set up, try, test, measure.

Standard library only. Starts on Python 3.9, so that it can explain a missing supported interpreter.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from checks import run_checks, screen
from environment import LOCK, ROOT, locate_uv, prepare, program
from machine import SetupError, has_display

DEMO_PROMPT = "Slow dolly along a quiet harbour at golden hour, gulls above the boats, soft warm light"


def main(argv: list[str]) -> int:
    """Run the command and return its exit code."""
    arguments, rest = _parser().parse_known_args(argv)
    if rest and arguments.command not in ("test", "soak", "demo", "bench", "history"):
        _parser().error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        return _perform(arguments.command, arguments.python, rest)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _perform(command: str, version: str | None, rest: list[str]) -> int:
    if command == "lock":
        return make_lock()
    folder = prepare(version)
    if command == "test":
        return run_checks(folder, rest)
    if command == "soak":
        return soak(folder, rest)
    if command in ("bench", "history"):
        module = "tests.benchmarks" if command == "bench" else "tests.benchmarks.history"
        return _call([str(program(folder, "python")), "-m", module, *rest])
    if command == "demo":
        return demo(folder, rest)
    print(f"Ready. The studio: {program(folder, 'sora-studio')}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    words = {
        "setup": "only set up: interpreter, packages, libraries",
        "demo": "open the studio on its built-in simulator (further arguments go to it)",
        "test": "run every check and test (further arguments go to pytest)",
        "soak": "run the window's and the whole program's tests 20 times in one process (further arguments go to pytest)",
        "bench": "measure, and print a table (further arguments name single benchmarks)",
        "history": "make a data folder with a large history (DIR, --tasks N, --seed N)",
        "lock": "rebuild packaging/requirements.lock from pyproject.toml",
    }
    for name, help_text in words.items():
        command = commands.add_parser(name, help=help_text)
        command.add_argument("--python", metavar="VERSION", help="use this installed interpreter, for example 3.12")
    return parser


def demo(folder: Path, rest: list[str]) -> int:
    """Open the window on the simulator; without a display, make a clip on the command line and decode it."""
    python = str(program(folder, "python"))
    if has_display():
        return _call([python, "-m", "sora_studio", "--demo", *rest])
    print("There is no display here, so the simulator makes a clip without the window:", flush=True)
    command = [python, "-m", "sora_studio", "generate", DEMO_PROMPT, "--demo", *rest]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode != 0:
        return answer.returncode
    clip = answer.stdout.splitlines()[-1]
    return _call([python, str(ROOT / "packaging" / "decode_clip.py"), clip])


def soak(folder: Path, rest: list[str]) -> int:
    """Run in one process, long enough for a dangling pointer in Qt to crash it; `--rounds N` sets the number of runs."""
    command = [str(program(folder, "python")), "-m", "pytest", "-q", "-p", "no:xdist", "--rounds", "20"]
    environment = screen(dict(os.environ))
    return subprocess.run([*command, "tests/gui", "tests/e2e", *rest], cwd=ROOT, env=environment, check=False).returncode


def make_lock() -> int:
    """Lock versions and hashes for every system and supported Python, without addresses; keep known versions if possible."""
    options = "--universal --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --quiet"
    source = ["--python-version", "3.11", "--group", "dev", "pyproject.toml"]
    return _call([*locate_uv(), "pip", "compile", *options.split(), *source, "--output-file", str(LOCK)])


def _call(command: list[str]) -> int:
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
