"""From starting the process to the first painted window: ours against a bare main window with an editor, in turns."""

import os
import subprocess
import sys
import tempfile
import time

from tests.benchmarks.figures import Figure, median

ROUNDS = 9

BARE = """
import sys, time
from PySide6.QtWidgets import QApplication, QMainWindow, QPlainTextEdit

class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.time(), flush=True)
        QApplication.quit()

app = QApplication(sys.argv)
window = Window()
window.setCentralWidget(QPlainTextEdit())
window.resize(1400, 900)
window.show()
app.exec()
"""

OURS = """
import time
from sora_studio.app import main

def painted(program):
    print(time.time(), flush=True)
    program._loop.stop()

main.Program._begin = painted
from sora_studio.__main__ import main as start
start([])
"""


def seconds_to_paint(program: str) -> float:
    """From just before the process starts until its window says that it was painted."""
    started_at = time.time()
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(run.stdout.split()[0]) - started_at


def main() -> None:
    """Prints both medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SORA_STUDIO_DATA_DIR"] = folder
        seconds_to_paint(BARE), seconds_to_paint(OURS)  # warm the disk's cache
        pairs = [(seconds_to_paint(BARE), seconds_to_paint(OURS)) for _ in range(ROUNDS)]
    bare, ours = median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])
    Figure("first paint, bare window", f"{bare * 1000:.0f} ms").tell()
    Figure("first paint, studio", f"{ours * 1000:.0f} ms").tell()
    Figure("first paint, studio / bare", f"{ours / bare:.2f}×", "under 1.5×", met=ours / bare < 1.5).tell()


if __name__ == "__main__":
    main()
