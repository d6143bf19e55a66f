"""The window as a process: quick to the screen, one per data folder, and orderly at every kind of end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HEAVY = ("httpx", "keyring", "av", "PIL", "sqlite3", "PySide6.QtMultimedia", "uvicorn", "starlette")

AT_FIRST_PAINT = f"""
import sys
from sora_studio.app import main
def painted(program):
    print(sorted(name for name in {HEAVY!r} if name in sys.modules), flush=True)
    program._loop.stop()
main.Program._begin = painted
sys.exit(main.run(demo=False, output=None))
"""

TELLING = """
import sys
from sora_studio.app import main, session
from sora_studio.ui.main_window import MainWindow
attach, show = MainWindow.attach, main.Program._on_instance_asked_to_show
def attached(window, studio):
    attach(window, studio)
    print("attached", flush=True)
def shown(program):
    show(program)
    print("shown", flush=True)
MainWindow.attach, main.Program._on_instance_asked_to_show = attached, shown
sys.exit(main.run(demo=False, output=None))
"""

BEGINNING = """
import sys
from PySide6.QtCore import QTimer
from sora_studio.app import main
from sora_studio.app.session import Session
main.PAINT_WITHIN_MS = 20
Session.begin = lambda session, on_bug: print("begun", flush=True)
run = main.Program.run
def run_for_a_while(program):
    QTimer.singleShot(400, program._window.close)
    return run(program)
main.Program.run = run_for_a_while
sys.exit(main.run(demo=False, output=None))
"""


class Window:
    """A window's process that prints what happens to it."""

    def __init__(self, program: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def hear(self) -> str:
        """The next line, or nothing when the process has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> tuple[int, str]:
        """Wait for the end: the exit code and what was complained about."""
        _, complaints = self.process.communicate(timeout=30)
        return self.process.returncode, complaints


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Window]]:
    started: list[Window] = []
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "SORA_STUDIO_DATA_DIR": str(tmp_path),
        "SORA_STUDIO_BASE_URL": "http://127.0.0.1:9",
    }

    def start_one(program: str) -> Window:
        started.append(Window(program, environment))
        return started[-1]

    yield start_one
    for window in started:
        window.process.kill()
        window.process.communicate()


def test_the_first_paint_comes_before_the_heavy_imports(start: Callable[[str], Window]) -> None:
    window = start(AT_FIRST_PAINT)
    assert window.hear() == "[]"
    assert window.end() == (0, "")


def test_it_starts_once_whether_the_paint_or_the_patience_comes_first(start: Callable[[str], Window]) -> None:
    window = start(BEGINNING)
    assert window.hear() == "begun"
    assert window.hear() == ""  # a failed start is not repeated behind the person's back
    assert window.end() == (0, "")


def test_a_second_start_shows_the_first_window_and_ends(start: Callable[[str], Window]) -> None:
    first = start(TELLING)
    assert first.hear() == "attached"
    second = start(TELLING)
    assert second.end() == (0, "")
    assert first.hear() == "shown"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(start: Callable[[str], Window], tmp_path: Path, number: signal.Signals) -> None:
    window = start(TELLING)
    assert window.hear() == "attached"
    window.process.send_signal(number)
    assert window.end() == (0, "")
    assert (tmp_path / "window.ini").exists()
    assert not (tmp_path / "studio.db-wal").exists()  # closed in order: nothing is left beside the database


def test_a_killed_window_leaves_nothing_in_the_way(start: Callable[[str], Window]) -> None:
    first = start(TELLING)
    assert first.hear() == "attached"
    first.process.kill()
    first.process.wait()
    second = start(TELLING)
    assert second.hear() == "attached"
    assert second.process.poll() is None
