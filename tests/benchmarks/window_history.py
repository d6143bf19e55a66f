"""The whole program on a history of 100,000 tasks: start, memory, status changes, returning to the window, migration.

Every file of the history exists, and the service cannot be reached. Memory is what is resident (RSS), and beside it the share
after dividing what other programs use too (PSS). Processor time is of the whole process where nothing else is said.
"""

import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.benchmarks.figures import Figure, median
from tests.benchmarks.first_paint import compiled
from tests.benchmarks.history import TASKS, make
from tests.benchmarks.history_speed import older
from tests.benchmarks.screen import measure, run_window

ROUNDS = 7
USABLE_AIM_S, MEMORY_AIM_MB, CHANGES_AIM, RETURN_AIM_MS, BEAT_AIM_MS = 0.8, 250, 0.10, 50, 100

_COMMON = """
import asyncio, gc, sys, time
from pathlib import Path
from sora_studio import __main__ as door
gc.disable()  # as the entry does before this import
from sora_studio.app import main

def tell(what, value):
    print(what, value, flush=True)

class Watched(main.FirstLook):
    def __init__(self):
        super().__init__()
        self.painted.connect(lambda: (tell("painted", time.time()), watch()))

def watch():
    from PySide6.QtCore import QTimer
    from sora_studio.ui.window.main_view import MainView
    attach = MainView.attach

    def attached(view, studio):
        view.tasks.loaded.connect(lambda: QTimer.singleShot(0, lambda: usable(view, studio)))  # behind the paint
        attach(view, studio)

    MainView.attach = attached
    begun()

def begun():
    pass

main.FirstLook = Watched
"""

START = (
    _COMMON
    + """
def usable(view, studio):
    tell("usable", time.time())
    view.window().close()

door.main([])
"""
)

MIGRATION = (
    _COMMON
    + """
def begun():
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication
    from sora_studio.viewmodels.window.status import StatusModel
    beats = QTimer(QApplication.instance())
    last, gaps, told = time.time(), [0.0], []
    take = StatusModel.take_migration

    def beat():
        nonlocal last
        if told:
            gaps.append(time.time() - last)
        last = time.time()

    def taken(model, fraction):
        told or tell("told", time.time())
        told.append(fraction)
        take(model, fraction)

    def at_end(view, studio):
        tell("usable", time.time())
        tell("reports", len(set(told)))
        tell("longest", max(gaps))
        view.window().close()

    global usable
    usable = at_end
    StatusModel.take_migration = taken
    beats.timeout.connect(beat)
    beats.start(1)

door.main([])
"""
)

LIVING = (
    _COMMON
    + """
TICKS, SECONDS, BATCH = 20, 5, 50

def memory(what):
    sizes = dict(line.split(":", 1) for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    for name in ("Rss", "Pss"):
        tell(f"{what}_{name}", int(sizes[name].split()[0]) * 1024 / 1e6)

def usable(view, studio):
    def ended(scene):
        if scene.exception():
            sys.excepthook(*(lambda error: (type(error), error, error.__traceback__))(scene.exception()))
            view.window().close()

    scene = asyncio.get_event_loop().create_task(play(view, studio))
    scene.add_done_callback(ended)

async def until(is_true):
    while not is_true():
        await asyncio.sleep(0.05)

async def spent(seconds):
    thread, process = time.thread_time(), time.process_time()
    await asyncio.sleep(seconds)
    return time.thread_time() - thread, time.process_time() - process

async def play(view, studio):
    from PySide6.QtCore import QCoreApplication, QEvent
    from sora_studio.services.clips import file_presence
    presence = studio.file_presence
    memory("open")
    await until(lambda: presence.is_known)
    await asyncio.sleep(6)  # the end of the start
    quiet = (await spent(3))[1] / 3
    walked = []
    walk = presence.look_where_changed

    async def look_where_changed():
        await walk()
        walked.append(True)

    presence.look_where_changed = look_where_changed
    file_presence.WALK_EVERY_S = 0.0
    for name in ("return", "return_changed"):
        if name == "return_changed":
            (studio.data_dir / "clips" / f"{time.time()}.mp4").touch()
        before, began, inside = time.process_time(), time.time(), time.thread_time()
        walked.clear()
        QCoreApplication.sendEvent(view, QEvent(QEvent.Type.WindowActivate))
        await asyncio.sleep(0.5)
        await until(lambda: walked)
        took = time.time() - began
        tell(f"{name}_thread", time.thread_time() - inside)
        tell(name, time.process_time() - before - quiet * took)
    view.navigation.show_library()
    room = view.library.room
    await until(lambda: len(room.model.order.ids) > 50_000)
    bar = room.view.verticalScrollBar()
    for step in range(300):
        bar.setValue(bar.maximum() * step // 300)
        await asyncio.sleep(0.02)
    bar.setValue(0)
    await asyncio.sleep(1)
    memory("scrolled")
    await change(view, studio)
    memory("changed")
    view.window().close()

async def change(view, studio):
    database, wake = studio.tasks._database, studio.tracking._core.task_writer.on_write
    def newest(connection, where):
        return [row[0] for row in connection.execute(f"SELECT id FROM tasks WHERE {where} ORDER BY id DESC LIMIT 500")]

    running = await database.read(lambda connection: newest(connection, "state = 'pending'"))
    ready = await database.read(lambda connection: newest(connection, "phase = 'ready'"))
    tasks = [task for pair in zip(running, ready) for task in pair]
    idle = (await spent(3))[0] / 3

    def write(connection, ids, odd):
        for number, task in enumerate(ids):
            phase, state = (("processing", "pending")[odd], None) if number % 2 == 0 else (("downloading", "ready")[odd], None)
            connection.execute("UPDATE changes SET revision = revision + 1")
            connection.execute(
                "UPDATE tasks SET phase = ?, revision = (SELECT revision FROM changes) WHERE id = ?", (phase, task))

    begun, thread = time.time(), time.thread_time()
    for tick in range(TICKS * SECONDS):
        start = tick * BATCH % len(tasks)
        ids = tasks[start : start + BATCH]
        await database.write(lambda connection: write(connection, ids, tick * BATCH // len(tasks) % 2))
        wake()
        await asyncio.sleep(max(0, begun + (tick + 1) / TICKS - time.time()))
    took = time.time() - begun
    await asyncio.sleep(0.3)
    tell("changes_per_s", TICKS * SECONDS * BATCH / took)
    tell("changes_share", (time.thread_time() - thread) / took)
    tell("idle_share", idle)

door.main([])
"""
)


def told(program: str, environment: dict[str, str]) -> dict[str, float]:
    """Run a program and return what it tells, and when it was started."""
    began = time.time()
    lines = (line.split() for line in run_window(program, environment).splitlines())
    return {"began": began, **{words[0]: float(words[1]) for words in lines if len(words) == 2}}


def with_files(folder: Path) -> None:
    """Create the file of every saved clip, empty."""
    clips = folder / "clips"
    clips.mkdir()
    with closing(sqlite3.connect(folder / "studio.db")) as connection, connection:
        connection.execute("UPDATE clips SET path = ? || substr(path, 7) WHERE path IS NOT NULL", (str(clips),))
        for (path,) in connection.execute("SELECT path FROM clips WHERE state = 'saved'"):
            Path(path).touch()
    os.utime(clips, (1e9, 1e9))


def tell_start(environment: dict[str, str]) -> None:
    """Print the time from process start to a usable window: the median of several starts."""
    told(START, environment)  # compile, and warm the disk's cache
    rounds = [told(START, environment) for _ in range(ROUNDS)]
    usable = median([each["usable"] - each["began"] for each in rounds])
    painted = median([each["painted"] - each["began"] for each in rounds])
    Figure(f"{TASKS:,} tasks: first paint", f"{painted * 1000:.0f} ms").tell()
    words = f"{usable * 1000:.0f} ms"
    Figure(
        f"{TASKS:,} tasks: editor and task list usable", words, f"< {USABLE_AIM_S * 1000:.0f} ms", usable < USABLE_AIM_S
    ).tell()


def tell_living(environment: dict[str, str]) -> None:
    """Print what the open window costs."""
    found = told(LIVING, environment)
    for what, words in (("open", "just open"), ("scrolled", "library opened and scrolled"), ("changed", "after the changes")):
        pss, rss = found[f"{what}_Pss"], found[f"{what}_Rss"]
        met = rss < MEMORY_AIM_MB
        Figure(f"{TASKS:,} tasks: memory, {words}", f"{rss:.0f} MB RSS, {pss:.0f} MB PSS", f"< {MEMORY_AIM_MB} MB", met).tell()
    share = found["changes_share"] - found["idle_share"]
    words = f"{share:.1%} ({found['idle_share']:.1%} more when idle)"
    Figure(f"{found['changes_per_s']:,.0f} status changes a second", words, f"< {CHANGES_AIM:.0%}", share < CHANGES_AIM).tell()
    for what, words in (("return", "nothing has changed"), ("return_changed", "a file is new in the folder")):
        cost_ms, inside_ms = found[what] * 1000, found[f"{what}_thread"] * 1000
        figure = f"{cost_ms:.0f} ms, {inside_ms:.0f} ms of it in the window"
        Figure(f"returning to the window, {words}", figure, f"< {RETURN_AIM_MS} ms", cost_ms < RETURN_AIM_MS).tell()


def tell_migration(environment: dict[str, str], folder: Path) -> None:
    """Print how a history of version 6 is shown to be updated."""
    old = folder / "old"
    old.mkdir()
    older(old / "studio.db", folder / "data" / "studio.db")
    found = told(MIGRATION, {**environment, "SORA_STUDIO_DATA_DIR": str(old)})
    painted, first, end = (found[what] - found["began"] for what in ("painted", "told", "usable"))
    words = f"paint {painted:.1f} s, first report {first:.1f} s, usable {end:.1f} s"
    Figure("window updates a history of version 6", words, "paint before report", painted < first < end).tell()
    Figure("steps of the progress shown", f"{found['reports']:.0f}", "> 30", found["reports"] > 30).tell()
    longest_ms = found["longest"] * 1000
    words = f"{longest_ms:.0f} ms"
    Figure("longest pause of the window meanwhile", words, f"< {BEAT_AIM_MS} ms", longest_ms < BEAT_AIM_MS).tell()


def benchmark(with_screen: dict[str, str]) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**compiled(with_screen, folder), "SORA_STUDIO_BASE_URL": "http://127.0.0.1:9"}
        (folder / "data").mkdir()
        make(folder / "data")
        tell_migration(environment, folder)
        with_files(folder / "data")
        tell_start(environment)
        tell_living(environment)


if __name__ == "__main__":
    sys.exit(measure(benchmark))
