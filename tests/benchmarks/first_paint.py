"""Time from process start to a painted window that accepts typing: the studio alternating with a bare window and editor.

Both are measured from process start, with compiled modules, until Qt has put the first paint on the screen.
"""

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tests.benchmarks.figures import Figure, median
from tests.benchmarks.screen import measure, run_window

ROUNDS = 15
AIM = 1.5

BARE = """
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QPlainTextEdit

class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, self.tell)

    def tell(self):
        print("painted", time.time(), flush=True)
        QApplication.quit()

app = QApplication([])
window = Window()
window.setCentralWidget(QPlainTextEdit())
window.resize(1400, 900)
window.show()
app.exec()
"""

OURS = """
import gc, time
from sora_studio import __main__ as door
gc.disable()  # as the entry does before this import
from sora_studio.app import main

def tell(what, seconds):
    print(what, seconds, flush=True)

class Watched(main.FirstLook):
    def __init__(self):
        super().__init__()
        self.painted.connect(lambda: at_first_paint(self))

def at_first_paint(look):
    tell("painted", time.time())
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer, Qt
    from PySide6.QtGui import QKeyEvent
    window, editor = look.window(), look.editor
    beats, last, gaps = QTimer(window), time.time(), [0.0]

    def beat():
        nonlocal last
        gaps.append(time.time() - last)
        last += gaps[-1]
        if window.centralWidget() is not look:
            beats.timeout.disconnect(beat)
            QTimer.singleShot(0, complete)  # behind its paint

    def complete():
        tell("complete", time.time())
        tell("longest", max(gaps))
        window.close()

    editor.edited.connect(lambda text: tell("typed", time.time()))
    QCoreApplication.postEvent(editor, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_F, Qt.KeyboardModifier.NoModifier, "f"))
    beats.timeout.connect(beat)
    beats.start(1)

main.FirstLook = Watched
door.main([])
"""


def times(program: str, environment: dict[str, str]) -> dict[str, float]:
    """Return the times that the program prints, in seconds since process start; `longest` is a duration."""
    began = time.time()
    told = dict(line.split() for line in run_window(program, environment).splitlines())
    return {what: float(seconds) - (0.0 if what == "longest" else began) for what, seconds in told.items()}


def compiled(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return an environment in which modules stay compiled, as when installed, with a data folder of our own."""
    kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "compiled"), "SORA_STUDIO_DATA_DIR": str(folder / "data")}


def benchmark(with_screen: dict[str, str]) -> None:
    """Print the medians."""
    with tempfile.TemporaryDirectory() as folder:
        environment = compiled(with_screen, Path(folder))
        times(BARE, environment), times(OURS, environment)  # compile, and warm the disk's cache
        pairs = [(times(BARE, environment), times(OURS, environment)) for _ in range(ROUNDS)]
    bare = median([bare["painted"] for bare, _ in pairs])
    painted, typed, complete, longest = (
        median([ours[what] for _, ours in pairs]) for what in ("painted", "typed", "complete", "longest")
    )
    Figure("first paint, bare window", f"{bare * 1000:.0f} ms").tell()
    Figure("first paint, studio", f"{painted * 1000:.0f} ms").tell()
    Figure("first paint, studio / bare", f"{painted / bare:.2f}×", f"under {AIM}×", met=painted / bare < AIM).tell()
    Figure("editor takes typing", f"{typed * 1000:.0f} ms").tell()
    Figure("window complete", f"{complete * 1000:.0f} ms").tell()
    Figure("typing waits until then, at most", f"{longest * 1000:.0f} ms").tell()


if __name__ == "__main__":
    sys.exit(measure(benchmark))
