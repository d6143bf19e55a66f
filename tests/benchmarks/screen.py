"""A screen for the benchmarks that open windows: the desktop's, else a virtual one."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

NO_XVFB = "There is no display and no Xvfb (Debian package: xvfb); measured on Qt's offscreen screen."
NO_START = "There is no display and Xvfb does not start; measured on Qt's offscreen screen."


class WindowFailed(Exception):
    """The measured program ended with an error; the message is a sentence with its last output."""


@contextmanager
def with_screen(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield the environment with a screen in it: as it is where there is one, else an Xvfb's that runs until the block ends.

    Without Xvfb it is Qt's offscreen screen, and standard error says so.
    """
    if not sys.platform.startswith("linux") or any(
        environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        yield dict(environment)
        return
    try:
        xvfb = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "1920x1200x24", "-nolisten", "tcp"],
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    except FileNotFoundError:
        yield _offscreen(environment, NO_XVFB)
        return
    try:
        assert xvfb.stdout is not None
        if number := xvfb.stdout.readline().strip():  # it writes its display once it takes connections, or ends
            yield {**environment, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        else:
            yield _offscreen(environment, NO_START)
    finally:
        xvfb.terminate()
        xvfb.communicate()


def _offscreen(environment: Mapping[str, str], reason: str) -> dict[str, str]:
    print(reason, file=sys.stderr, flush=True)
    return {**environment, "QT_QPA_PLATFORM": "offscreen"}


def run_window(program: str, environment: Mapping[str, str]) -> str:
    """Run a program that opens a window and return its standard output; raise WindowFailed if it fails."""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=dict(environment))
    if run.returncode:
        lines = run.stderr.strip().splitlines() or [f"it ended with {run.returncode}"]
        raise WindowFailed(f"The window did not open: {lines[-1]}")
    return run.stdout


def measure(benchmark: Callable[[dict[str, str]], None]) -> int:
    """Run `benchmark` with a screen; return the exit code. A failure becomes a sentence on standard error."""
    try:
        with with_screen(os.environ) as environment:
            benchmark(environment)
    except WindowFailed as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0
