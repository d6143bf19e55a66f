"""Pauses of the garbage collector while the window is used on the simulator: typing, sending, opening and closing dialogs.

That produces almost no garbage, so a thread adds far more than the program ever does: cycles, and short-lived records.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from tests.benchmarks.figures import Figure, percentile

ROUNDS = 40
AIM_P99_MS, AIM_LONGEST_MS = 2.0, 20.0


@dataclass(frozen=True, slots=True)
class Pause:
    """One collection. `cpu_ms` excludes the time in which other processes ran."""

    generation: int
    objects: int
    ms: float
    cpu_ms: float
    on_main_thread: bool


@contextmanager
def pauses() -> Iterator[list[Pause]]:
    """Record every collection of this process during the block."""
    seen = list[Pause]()
    began = objects = cpu_began = 0.0

    def note(phase: str, info: dict[str, int]) -> None:
        nonlocal began, objects, cpu_began
        if phase == "start":
            objects = sum(len(gc.get_objects(generation)) for generation in range(info["generation"] + 1))
            began, cpu_began = time.perf_counter(), time.thread_time()
            return
        cpu_ms, ms = (time.thread_time() - cpu_began) * 1000, (time.perf_counter() - began) * 1000
        is_main = threading.current_thread() is threading.main_thread()
        seen.append(Pause(info["generation"], int(objects), ms, cpu_ms, is_main))

    gc.callbacks.append(note)
    try:
        yield seen
    finally:
        gc.callbacks.remove(note)


class Litter:
    """A thread that makes 12,000 objects a second, a third of them in cycles, and keeps the last 20,000 of the others."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        kept = deque[dict[str, object]](maxlen=10_000)
        while not self._over.wait(0.05):
            for number in range(200):
                cycle = [number]
                cycle.append(cycle)  # type: ignore[arg-type]  # makes it a cycle
                kept.append({"id": number, "words": [number]})


def use_the_window() -> int:
    """Run the program on its simulator with a script. Print the pauses; the last one is that of the exit."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QDialog, QPushButton, QTextEdit

    from sora_studio.app.main import run
    from sora_studio.ui.settings.settings_page import SettingsPage
    from sora_studio.ui.window.main_view import MainView

    attach = MainView.attach

    def act(view: MainView) -> Generator[float]:
        (editor,) = [edit for edit in view.findChildren(QTextEdit) if edit.accessibleName() == "Prompt"]
        (generate,) = [button for button in view.findChildren(QPushButton) if button.accessibleName() == "Generate"]
        yield 6.0  # start-up is over
        litter = Litter()
        for number in range(ROUNDS):
            for letter in "Fog over the harbour. ":
                QTest.keyClick(view.window().windowHandle(), letter)
                yield 0.02
            if number % 4 == 0 and generate.isEnabled():
                QTest.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            yield 0.1
            for page in SettingsPage:
                view.open_settings(page)
                yield 0.05
            for dialog in view.findChildren(QDialog):
                dialog.close()
            yield 2.5 if number % 8 == 7 else 0.3
        litter.stop()

    def attach_and_use(view: MainView, studio: object) -> None:
        attach(view, studio)  # type: ignore[arg-type]  # the studio that it always gets
        steps, turn = act(view), QTimer(view, singleShot=True)

        def step() -> None:
            wait_s = next(steps, None)
            if wait_s is None:
                view.window().close()
            else:
                turn.start(round(wait_s * 1000))

        turn.timeout.connect(step)
        step()

    MainView.attach = attach_and_use
    with pauses() as seen:
        code = run(demo=True, output=None)
    print(json.dumps([asdict(pause) for pause in seen]), flush=True)
    return code


def main() -> None:
    """Print the pauses."""
    if sys.argv[1:] == ["--use"]:
        gc.disable()  # as the entry does
        sys.exit(use_the_window())
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.garbage", "--use"],
            env={"QT_QPA_PLATFORM": "offscreen", **os.environ, "SORA_STUDIO_DATA_DIR": folder},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    *seen, last = [Pause(**pause) for pause in json.loads(run.stdout.splitlines()[-1])]
    tell(seen)
    Figure("garbage collection, final one before exit", f"{last.cpu_ms:.1f} ms, {last.objects:,} objects").tell()


def tell(seen: list[Pause]) -> None:
    """Print the figures. Targets are for processor time: on a busy machine the wall clock includes other processes."""
    cpu, wall = [pause.cpu_ms for pause in seen], [pause.ms for pause in seen]
    full = [pause.cpu_ms for pause in seen if pause.generation == 2]
    p99, longest = percentile(cpu, 99), max(cpu)
    strangers = sum(not pause.on_main_thread for pause in seen)
    for name, figure, clock, aim in (
        ("p99 pause", p99, percentile(wall, 99), AIM_P99_MS),
        ("longest pause", longest, max(wall), AIM_LONGEST_MS),
    ):
        measured = f"{figure:.2f} ms, {clock:.2f} ms wall time"
        Figure(f"garbage collection, {name}", measured, f"under {aim:g} ms", met=figure < aim).tell()
    Figure("garbage collection, pauses", f"{len(seen)}, {len(full)} full ones up to {max(full, default=0):.2f} ms").tell()
    Figure("garbage collection, on other threads", f"{strangers}", "0", met=strangers == 0).tell()


if __name__ == "__main__":
    main()
