"""The library's grid and list with 100,000 clips: scrolling, jumping, selecting, refreshing. The database is left out."""

import asyncio
import os
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.library import DayGroup, LibraryIndex, TileFacts
from sora_studio.domain.settings import Theme
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.grid_layout import LibraryMode
from sora_studio.ui.library.library_view import LibraryView
from sora_studio.viewmodels.library.library_model import LibraryModel
from sora_studio.viewmodels.library.library_services import LibraryServices
from tests.benchmarks.figures import Figure, median, percentile
from tests.doubles.library_tiles import TODAY, judged

ITEMS = 100_000
PER_DAY = 70
POSTERS = 400
FRAMES = 400
JUMPS = 40
ROUNDS = 7
SIZE = (1_340, 1_000)
"""The centre of a window of 1920×1080."""


class Library:
    """Makes tiles as they are read."""

    def __init__(self, folder: Path) -> None:
        self.posters = [_poster(folder / f"{number}.jpg", number) for number in range(POSTERS)]
        self.new = 0

    async def find(self, query: str) -> LibraryIndex:
        del query
        counts = [PER_DAY] * (ITEMS // PER_DAY) + [ITEMS % PER_DAY]
        days = (TODAY - timedelta(days=ago) for ago in range(len(counts)))
        counts[0] += self.new
        groups = tuple(DayGroup(day, count) for day, count in zip(days, counts, strict=True) if count)
        return LibraryIndex(array("q", range(ITEMS + self.new, 0, -1)), groups)

    async def rows(self, tasks: Sequence[int]) -> Sequence[TileFacts]:
        await asyncio.sleep(0)
        return [replace(judged(task), poster=self.posters[task % POSTERS]) for task in tasks]

    async def takes_of(self, task: int) -> Sequence[int]:
        return (task,)

    async def files_of(self, tasks: Sequence[int]) -> Sequence[Path]:
        return [Path(str(task)) for task in tasks]


def _poster(path: Path, number: int) -> Path:
    image = QImage(*((360, 640) if number % 5 == 4 else (640, 360)), QImage.Format.Format_RGB32)
    image.fill(QColor.fromHsv(number * 7 % 360, 120, 160))
    image.save(str(path))
    return path


class Bench:
    """A view of the library; `timed_ms` measures a step with the painting that follows it."""

    def __init__(self, library: Library, mode: LibraryMode) -> None:
        self.scope = TaskScope(lambda error, name: print(error, name, file=sys.stderr))
        self.model = LibraryModel(self.scope.start, refresh_every_s=0)
        self.view = LibraryView(self.model, self.scope, today=lambda: TODAY)
        self.view.resize(*SIZE)
        self.view.set_mode(mode)
        self.view.show()
        self.services = LibraryServices(library.find, library.rows, library.takes_of, library.files_of)

    async def settle(self, seconds: float = 0.3) -> None:
        await asyncio.sleep(seconds)

    def timed_ms(self, work: Callable[[], object]) -> float:
        started = time.perf_counter()
        work()
        self.view.viewport().repaint()
        return (time.perf_counter() - started) * 1000

    async def scroll(self) -> list[float]:
        """Scroll steadily, a step each 16 ms. A frame is the step, its painting, and the thread's work until the next one."""
        bar, spent, loop = self.view.verticalScrollBar(), list[float](), asyncio.get_running_loop()
        for _ in range(FRAMES):
            begun = loop.time()
            step = self.timed_ms(lambda: bar.setValue(bar.value() + 45))
            inside = time.thread_time()
            await asyncio.sleep(max(0.001, 0.016 - (loop.time() - begun)))
            spent.append(step + (time.thread_time() - inside) * 1000)
        return spent

    async def refresh(self) -> float:
        """Return milliseconds of the window's thread, including what `find` needs to make the index."""
        done = asyncio.Event()
        self.model.searched.connect(done.set)
        before = time.thread_time()
        self.model.refresh()
        await done.wait()
        self.view.viewport().repaint()
        self.model.searched.disconnect(done.set)
        return (time.thread_time() - before) * 1000

    async def jump(self) -> list[float]:
        """Jump anywhere, and wait for the tiles: the first paint and the one with the tiles' words."""
        bar, spent = self.view.verticalScrollBar(), list[float]()
        for number in range(JUMPS):
            target = bar.maximum() * (number * 37 % JUMPS) // JUMPS
            started = time.perf_counter()
            bar.setValue(target)
            self.view.viewport().repaint()
            for _ in range(100):
                await asyncio.sleep(0)
                if all(self.model.tile(place) for place in self.view.visible()):
                    break
            self.view.viewport().repaint()
            spent.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(0.02)
        return spent


async def measure(library: Library, mode: LibraryMode) -> None:
    """Print the figures of a grid or a list."""
    bench = Bench(library, mode)
    QTest.qWaitForWindowExposed(bench.view)
    bench.model.attach(bench.services)
    await bench.settle()
    frames, jumps = await bench.scroll(), await bench.jump()
    selection, name = bench.model.selection, mode.value
    Figure(
        f"{name}: scrolling {ITEMS:,}, p95", f"{percentile(frames, 95):.1f} ms", "< 16 ms", percentile(frames, 95) < 16
    ).tell()
    Figure(f"{name}: scrolling, slowest frame", f"{max(frames):.1f} ms", "< 50 ms", max(frames) < 50).tell()
    Figure(f"{name}: jump anywhere, slowest", f"{max(jumps):.1f} ms", "< 50 ms", max(jumps) < 50).tell()
    everything, keys, toggles, refreshes = list[float](), list[float](), list[float](), list[float]()
    for number in range(ROUNDS):
        everything.append(bench.timed_ms(selection.select_all))
        task = bench.model.order.ids[ITEMS // 2 + number]
        toggles.append(bench.timed_ms(lambda task=task: selection.toggle(task)))
        keys.append(bench.timed_ms(lambda: QTest.keyClick(bench.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)))
        library.new += 1
        refreshes.append(await bench.refresh())
        await bench.settle(0.05)
        selection.clear()
    Figure(f"{name}: select all", f"{median(everything):.1f} ms", "< 100 ms", median(everything) < 100).tell()
    Figure(f"{name}: toggle one of all", f"{median(toggles):.1f} ms", "< 16 ms", median(toggles) < 16).tell()
    Figure(f"{name}: move by key with all selected", f"{median(keys):.1f} ms", "< 16 ms", median(keys) < 16).tell()
    Figure(
        f"{name}: refresh with one new clip and all selected", f"{median(refreshes):.1f} ms", "< 16 ms", median(refreshes) < 16
    ).tell()
    bench.view.close()
    await bench.scope.close()


def main() -> int:
    """Print the figures."""
    app = QApplication(sys.argv)
    theme.apply(app, Theme.DARK)
    loop = StudioEventLoop(app)
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        for mode in LibraryMode:
            loop.run_until_complete(measure(library, mode))
    return 0


if __name__ == "__main__":
    sys.exit(main())
