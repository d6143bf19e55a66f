"""Time from process start to a painted window that accepts typing: the studio alternating with a bare window and editor.

Both are measured from process start, with compiled modules, until Qt has put the first paint on the screen. The studio is also
measured with 200 profiles of the user's own, which are read after the first paint; and how long the window waits meanwhile.
"""

import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sora_studio.domain.models.duplicate import duplicate
from tests.benchmarks.figures import Figure, median, percentile
from tests.benchmarks.screen import measure, run_window
from tests.doubles.models import shipped_texts

ROUNDS = 15
AIM = 1.5
PROFILES = 200
SAME_WITHIN = 0.03
"""How much two medians of the same thing may differ."""
BEAT_AIM_MS = 8

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


READING = """
import asyncio, os, sys, time
from pathlib import Path
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.paths import resources_dir
from sora_studio.storage.profiles import load_profiles

loop = StudioEventLoop(QApplication([]))
asyncio.set_event_loop(loop)
beats = []
timer = QTimer()
timer.setTimerType(Qt.TimerType.PreciseTimer)
timer.timeout.connect(lambda: beats.append(time.perf_counter()))
timer.start(1)

async def read():
    own = Path(os.environ["SORA_STUDIO_DATA_DIR"]) / "models"
    await asyncio.sleep(0.1)
    beats.clear()
    profiles, errors = await asyncio.to_thread(load_profiles, resources_dir() / "models", own)
    assert len(profiles) > 200 and not errors

loop.run_until_complete(read())
print(*(later - earlier for earlier, later in zip(beats, beats[1:])))
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


def with_profiles(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the environment with another data folder, in which there are profiles of the user's own."""
    own = folder / "many" / "models"
    own.mkdir(parents=True)
    texts = list(shipped_texts().values())
    for number in range(PROFILES):
        text = duplicate(texts[number % len(texts)], f"extra-{number}")
        (own / f"extra-{number}.toml").write_text(text, encoding="utf-8")
    return {**environment, "SORA_STUDIO_DATA_DIR": str(own.parent)}


def benchmark(with_screen: dict[str, str]) -> None:
    """Print the medians."""
    with tempfile.TemporaryDirectory() as folder:
        environment = compiled(with_screen, Path(folder))
        many = with_profiles(environment, Path(folder))
        times(BARE, environment), times(OURS, environment), times(OURS, many)  # compile, and warm the disk's cache
        rounds = [(times(BARE, environment), times(OURS, environment), times(OURS, many)) for _ in range(ROUNDS)]
        gaps_ms = [float(gap) * 1000 for _ in range(3) for gap in run_window(READING, many).split()]
    bare = median([bare["painted"] for bare, _, _ in rounds])
    painted, typed, complete, longest = (
        median([ours[what] for _, ours, _ in rounds]) for what in ("painted", "typed", "complete", "longest")
    )
    Figure("first paint, bare window", f"{bare * 1000:.0f} ms").tell()
    Figure("first paint, studio", f"{painted * 1000:.0f} ms").tell()
    Figure("first paint, studio / bare", f"{painted / bare:.2f}×", f"under {AIM}×", met=painted / bare < AIM).tell()
    Figure("editor takes typing", f"{typed * 1000:.0f} ms").tell()
    Figure("window complete", f"{complete * 1000:.0f} ms").tell()
    Figure("typing waits until then, at most", f"{longest * 1000:.0f} ms").tell()
    tell_profiles(painted, median([ours["painted"] for _, _, ours in rounds]), gaps_ms)


def tell_profiles(without: float, painted: float, gaps_ms: Sequence[float]) -> None:
    """Print what the user's own profiles cost the start, in seconds, and the time between two beats while they are read."""
    name = f"first paint with {PROFILES} own profiles"
    share = painted / without - 1
    aim = f"within {SAME_WITHIN:.0%} of without"
    Figure(name, f"{painted * 1000:.0f} ms, {share:+.1%}", aim, met=share <= SAME_WITHIN).tell()
    beat_ms = percentile(gaps_ms, 99)
    name = f"heartbeat while {PROFILES} profiles are read, p99"
    Figure(name, f"{beat_ms:.1f} ms", f"under {BEAT_AIM_MS} ms", met=beat_ms < BEAT_AIM_MS).tell()


if __name__ == "__main__":
    sys.exit(measure(benchmark))
