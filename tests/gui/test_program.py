"""The window as a process: quick to the screen, one per data folder, and orderly at every kind of end."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from sora_studio.app import program
from sora_studio.domain.theme_choice import Theme
from sora_studio.ui.kit import theme

LATER = (
    *("asyncio", "qasync", "ssl", "logging.handlers", "sqlite3", "tomllib", "httpx", "keyring", "av", "PIL", "uvicorn"),
    *("PySide6.QtMultimedia", "sora_studio.domain.task", "sora_studio.storage", "sora_studio.ui.window.main_view"),
)
"""What the first paint does not wait for."""

AT_FIRST_PAINT = """
import sys
from sora_studio.app import main

class Watched(main.FirstLook):
    def __init__(self):
        super().__init__()
        self.painted.connect(lambda: at_first_paint(self))

main.FirstLook = Watched
"""

LOOKING_AROUND = f"""
{AT_FIRST_PAINT}
def at_first_paint(look):
    print(sorted(name for name in {LATER!r} if name in sys.modules), flush=True)
    look.window().close()

sys.exit(main.run(demo=False, output=None))
"""

TELLING_ITS_COLOUR = f"""
{AT_FIRST_PAINT}
def at_first_paint(look):
    print(look.grab().toImage().pixelColor(4, 4).name(), flush=True)
    look.window().close()

sys.exit(main.run(demo=False, output=None))
"""

TYPING = f"""
{AT_FIRST_PAINT}
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

def at_first_paint(look):
    window, editor = look.window(), look.editor
    looks = QTimer(window, interval=5)

    def look_again():
        if any(label.text().startswith("saved ") for label in window.findChildren(QLabel)):
            print(editor.text(), flush=True)
            looks.stop()
            window.close()

    looks.timeout.connect(look_again)
    looks.start()
    QTest.keyClicks(editor, "".join(sys.argv[1:2]))
    QTimer.singleShot(1, lambda: QTest.keyClicks(editor, "".join(sys.argv[2:])))  # while the rest is being imported

sys.exit(main.run(demo=False, output=None))
"""

TELLING = """
import sys
from sora_studio.app import main, program
from sora_studio.ui.window.main_view import MainView
attach, show = MainView.attach, program.Program._on_instance_asked_to_show
def attached(view, studio):
    attach(view, studio)
    print("attached", flush=True)
def shown(running):
    show(running)
    print("shown", flush=True)
MainView.attach, program.Program._on_instance_asked_to_show = attached, shown
sys.exit(main.run(demo=False, output=None))
"""

BEGINNING = """
import sys
from PySide6.QtCore import QTimer
from sora_studio.app import main, program
from sora_studio.app.session import Session
main.PAINT_WITHIN_MS = 20
Session.begin = lambda session, on_bug: print("begun", flush=True)
run = program.Program.run
def run_for_a_while(running):
    QTimer.singleShot(400, running._window.close)
    return run(running)
program.Program.run = run_for_a_while
sys.exit(main.run(demo=False, output=None))
"""


COMPLAINING = """
import sys
from sora_studio.app import main, session
from sora_studio.ui.window.main_view import MainView
def complain(running, words, action):
    print(words, action.value, sep="|", flush=True)
    running._view.window().close()
session.Session._complain = complain
sys.exit(main.run(demo=False, output=None))
"""


class Window:
    """A window's process that prints what happens to it."""

    def __init__(self, program: str, arguments: Sequence[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
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
def start(tmp_path: Path) -> Iterator[Callable[..., Window]]:
    started: list[Window] = []
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "SORA_STUDIO_BASE_URL": "http://127.0.0.1:9",
    }

    def start_one(program: str, *arguments: str, data: Path = tmp_path) -> Window:
        started.append(Window(program, arguments, {**environment, "SORA_STUDIO_DATA_DIR": str(data)}))
        return started[-1]

    yield start_one
    for window in started:
        window.process.kill()
        window.process.communicate()


def test_the_first_paint_waits_for_nothing_that_it_does_not_show(start: Callable[..., Window]) -> None:
    window = start(LOOKING_AROUND)
    assert window.hear() == "[]"
    assert window.end() == (0, "")  # also when it is closed as soon as it is painted


def test_it_starts_once_whether_the_paint_or_the_patience_comes_first(start: Callable[..., Window]) -> None:
    window = start(BEGINNING)
    assert window.hear() == "begun"
    assert window.hear() == ""  # a failed start is not repeated behind the person's back
    assert window.end() == (0, "")


def test_what_is_typed_from_the_first_paint_on_is_kept(start: Callable[..., Window]) -> None:
    first = start(TYPING, "Fog over", " the harbour")
    assert first.hear() == "Fog over the harbour"
    assert first.end() == (0, "")
    again = start(TYPING)
    assert again.hear() == "Fog over the harbour"
    assert again.end() == (0, "")


@pytest.mark.parametrize("chosen", [Theme.LIGHT, Theme.DARK])
def test_the_first_paint_has_the_look_of_last_time(start: Callable[..., Window], tmp_path: Path, chosen: Theme) -> None:
    (tmp_path / "settings.toml").write_text(f'theme = "{chosen}"')
    window = start(TYPING, "Fog")
    assert window.hear() == "Fog"
    assert window.end() == (0, "")
    assert start(TELLING_ITS_COLOUR).hear() == {Theme.LIGHT: theme.LIGHT, Theme.DARK: theme.DARK}[chosen].panel


def test_a_data_folder_that_cannot_be_used_is_said_in_the_window(start: Callable[..., Window], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    window = start(COMPLAINING, data=file / "data")
    words = "Give this user the right to write there, or name another folder in SORA_STUDIO_DATA_DIR."
    assert window.hear() == f"The data folder {file / 'data'} cannot be used: {file} is not a folder. {words}|retry"
    code, complaints = window.end()
    assert code == 0
    assert complaints.count("\n") == 1
    assert "No log file" in complaints
    assert list(tmp_path.iterdir()) == [file]


def test_a_second_start_shows_the_first_window_and_ends(start: Callable[..., Window]) -> None:
    first = start(TELLING)
    assert first.hear() == "attached"
    second = start(TELLING)
    assert second.end() == (0, "")
    assert first.hear() == "shown"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(start: Callable[..., Window], tmp_path: Path, number: signal.Signals) -> None:
    window = start(TELLING)
    assert window.hear() == "attached"
    window.process.send_signal(number)
    assert window.end() == (0, "")
    assert (tmp_path / "window.ini").exists()
    assert not (tmp_path / "studio.db-wal").exists()  # closed in order: nothing is left beside the database


def test_a_killed_window_leaves_nothing_in_the_way(start: Callable[..., Window]) -> None:
    first = start(TELLING)
    assert first.hear() == "attached"
    first.process.kill()
    first.process.wait()
    second = start(TELLING)
    assert second.hear() == "attached"
    assert second.process.poll() is None


def test_the_simulators_window_is_another_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", shutil.which("git"))  # any program that ends by itself
    assert program._start_simulator_window()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    assert not program._start_simulator_window()
