"""Ends what a test process has started when that process ends, also when it crashed or was killed.

Every program that the tests start inherits a mark in its environment, and so does every program that those start. The reaper,
a small process of its own, waits for the end of the test process and kills what bears its mark.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

NAME = "STUDIO_TESTS_MARK"
LOOK_EVERY_S = 0.5
ROUNDS = 100
"""A program that is killed may just have started another one: look again until nothing is left."""


@contextlib.contextmanager
def reaping() -> Iterator[None]:
    """What this process starts from now on ends with it at the latest. Windows shows no other process's environment."""
    if sys.platform == "win32":
        yield
        return
    mark = uuid4().hex
    environment = {name: value for name, value in os.environ.items() if name != NAME}
    command = [sys.executable, "-I", "-S", __file__, mark]
    # A session of its own: Ctrl+C in the terminal must not end it first.
    reaper = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd="/", start_new_session=True
    )
    before = os.environ.get(NAME)
    os.environ[NAME] = mark
    try:
        yield
    finally:
        os.environ.pop(NAME)
        if before is not None:
            os.environ[NAME] = before
        reaper.communicate()


def marked(mark: str) -> list[int]:
    """The processes that bear this mark."""
    entry = f"{NAME}={mark}"
    processes = Path("/proc")
    if not (processes / "self" / "environ").exists():
        table = subprocess.run(["ps", "axeww", "-o", "pid=,command="], stdout=subprocess.PIPE, text=True, check=False)
        return [int(line.split()[0]) for line in table.stdout.splitlines() if entry in line.split()]
    found = list[int]()
    for process in processes.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # another user's, or it has ended
            if entry.encode() in (process / "environ").read_bytes().split(b"\0"):
                found.append(int(process.name))
    return found


def reap(mark: str) -> None:
    """Kill them until none is left."""
    for _ in range(ROUNDS):
        if not (left := marked(mark)):
            return
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.05)


def main(mark: str) -> None:
    """Wait for the parent's end: its end of the pipe closes; a fork of it may hold that open, but is not our parent."""
    parent = os.getppid()
    while os.getppid() == parent and not select.select([sys.stdin], [], [], LOOK_EVERY_S)[0]:
        pass
    reap(mark)


if __name__ == "__main__":
    main(sys.argv[1])
