"""A test process that crashes leaves no server behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import reaper

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows shows no other process's environment")

SERVER = """
import subprocess, sys, time
child = [sys.executable, "-c", "import time; time.sleep(600)"]
print(subprocess.Popen(child, start_new_session=True).pid, flush=True)
time.sleep(600)
"""
TESTS = f"""
import subprocess, sys
from tests.reaper import reaping
with reaping():
    server = subprocess.Popen([sys.executable, "-c", {SERVER!r}], stdout=subprocess.PIPE, text=True, start_new_session=True)
    print(server.pid, server.stdout.readline(), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def tests() -> Iterator["subprocess.Popen[str]"]:
    """A test process that has started a server, which has started another one; both ignore their parents' end."""
    with subprocess.Popen(
        [sys.executable, "-c", TESTS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        yield process
        process.kill()


def wait_until_gone(processes: list[int]) -> None:
    deadline = time.monotonic() + 30
    while left := [process for process in processes if is_running(process)]:
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.05)


def is_running(process: int) -> bool:
    """Whether it is there and no zombie, which a container's first process may leave for long."""
    if Path("/proc/self/stat").exists():
        try:
            return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSEGV, None], ids=["killed", "crashed", "ended in order"])
def test_servers_end_with_the_tests_that_started_them(tests: "subprocess.Popen[str]", end: signal.Signals | None) -> None:
    assert tests.stdout is not None
    assert tests.stdin is not None
    servers = [int(word) for word in tests.stdout.readline().split()]
    assert [is_running(server) for server in servers] == [True, True]
    if end is None:
        tests.stdin.close()
    else:
        tests.send_signal(end)
    wait_until_gone(servers)


def test_other_processes_are_left_alone() -> None:
    with ExitStack() as stack:
        outside = stack.enter_context(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
        with reaper.reaping():
            inside = stack.enter_context(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
        assert inside.wait(10) == -signal.SIGKILL
        assert outside.poll() is None
        assert os.environ.get(reaper.NAME), "this run has a mark of its own"
