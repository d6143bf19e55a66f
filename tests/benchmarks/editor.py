"""From a keystroke to its paint with 10,000 characters in the editor, against a bare QPlainTextEdit, and pasting as much.

Each keystroke is sent, and the time is taken when the viewport's paint event has ended. Our editor stands in its panel over a
real studio: counter and header change with the text, the draft is saved, terms are coloured, hints and misspelt words are
underlined. The caret is in the middle, so that half of the text moves; a rest after every 25 keys lets saving and checking run.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QPlainTextEdit, QTextEdit, QWidget

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.settings import Theme
from sora_studio.domain.writing.hints import Hint, Level
from sora_studio.storage.secrets import KeyStores
from sora_studio.studio import Studio, open_studio
from sora_studio.ui.compose.editing.editor_look import EditorLook
from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.window import panel_services
from sora_studio.viewmodels.event_bridge import EventBridge
from tests.benchmarks.figures import Figure, percentile
from tests.doubles.no_keys import NoKeys

CHARACTERS = 10_000
KEYSTROKES = 300
BETWEEN_RESTS = 25
REST_MS = 320
"""Longer than the pauses after which spelling is checked and the draft is saved."""
MOST_TIMES_BARE = 1.2
MOST_MS = 50.0
MOST_PASTE_MS = 100.0
DEAD_END = "http://127.0.0.1:9"
_SENTENCE = "Slow dolly in along a wooden pier at golden hour; mist lifts off the wattr in long ribbons. "
ONE_PARAGRAPH = (_SENTENCE * 200)[: CHARACTERS - KEYSTROKES]
"""As long as the model allows once all keys are typed."""
TWO_HUNDRED_PARAGRAPHS = "\n".join(ONE_PARAGRAPH[start : start + 49] for start in range(0, CHARACTERS - KEYSTROKES, 50))


class Paints(QObject):
    """Counts the paint events of the widgets that it filters."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        del watched
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


def show(shown: QWidget, editor: QAbstractScrollArea) -> Paints:
    """Show a widget and return what counts the paints of its editor."""
    shown.resize(900, 420)
    shown.show()
    QTest.qWaitForWindowExposed(shown)
    QTest.qWait(2 * REST_MS)
    paints = Paints(editor)
    editor.viewport().installEventFilter(paints)
    return paints


@dataclass(slots=True)
class Taken:
    """Milliseconds of each keystroke until all painting is done: by the clock, and of the processor on this thread."""

    clock_ms: list[float] = field(default_factory=list[float])
    busy_ms: list[float] = field(default_factory=list[float])

    def press(self, editor: QAbstractScrollArea, paints: Paints, key: Qt.Key) -> None:
        before, started, busy = paints.count, time.perf_counter(), time.thread_time()
        QTest.keyClick(editor, key)
        while paints.count == before:
            QApplication.processEvents()
        self.clock_ms.append((time.perf_counter() - started) * 1000)
        self.busy_ms.append((time.thread_time() - busy) * 1000)


def keystrokes(editors: Sequence[tuple[QWidget, QAbstractScrollArea]]) -> list[Taken]:
    """Type into editors, which take turns after every few keys, so that what else the machine does slows all of them."""
    paints = [show(*editor) for editor in editors]
    taken = [Taken() for _ in editors]
    for _ in range(KEYSTROKES // BETWEEN_RESTS):
        for (shown, editor), counted, times in zip(editors, paints, taken, strict=True):
            shown.activateWindow()
            editor.setFocus()
            QTest.qWait(REST_MS)
            for number in range(BETWEEN_RESTS):
                times.press(editor, counted, Qt.Key.Key_Space if number % 6 == 5 else Qt.Key.Key_A)
    for shown, _ in editors:
        shown.close()
    return taken


def paste_ms(shown: QWidget, editor: QTextEdit | QPlainTextEdit) -> float:
    """Return milliseconds from pasting a long text until it is painted."""
    mime = QMimeData()
    mime.setText((_SENTENCE * 200)[:CHARACTERS])
    QGuiApplication.clipboard().setMimeData(mime)
    paints = show(shown, editor)
    before, started = paints.count, time.perf_counter()
    editor.paste()
    while paints.count == before:
        QApplication.processEvents()
    taken_ms = (time.perf_counter() - started) * 1000
    shown.close()
    return taken_ms


def bare(text: str) -> QPlainTextEdit:
    editor = QPlainTextEdit(text)
    cursor = editor.textCursor()
    cursor.setPosition(len(text) // 2)
    editor.setTextCursor(cursor)
    return editor


class Ours:
    """Our panel with everything on."""

    def __init__(self, studio: Studio, text: str) -> None:
        self.scope = TaskScope(lambda error, name: print(name, error, file=sys.stderr))
        self.panel = ComposePanel(self.scope)
        self.panel.attach(panel_services.compose(studio), EventBridge(self.panel))
        QTest.qWait(2 * REST_MS)
        self.panel.open_draft(None)
        QTest.qWait(REST_MS)
        [self.editor] = self.panel.findChildren(PromptEditor)
        writing = self.panel.writing
        writing.take_look(EditorLook(language="en_US"))
        self.editor.replace(text, caret=len(text) // 2)
        places = range(0, len(text) - 40, 2_000)
        writing.hints.show([Hint("vague", Level.WARNING, at, at + 40, "This says little", "", "") for at in places])

    def close(self, loop: StudioEventLoop) -> None:
        loop.run_until_complete(self.panel.finish())
        loop.run_until_complete(self.scope.close())
        self.panel.deleteLater()


def measure(name: str, text: str, studio: Studio, loop: StudioEventLoop) -> None:
    plain = bare(text)
    ours = [Ours(studio, some) for some in (text, text + text[: 2 * KEYSTROKES])]
    of_bare, *of_ours = keystrokes([(plain, plain), *((one.panel, one.editor) for one in ours)])
    _tell(f"bare editor, {name}", of_bare)
    for words, taken in zip(("our editor", "our editor over the limit"), of_ours, strict=True):
        _tell(f"{words}, {name}", taken, bare=of_bare)
    for one in ours:
        one.close(loop)


def _tell(name: str, taken: Taken, *, bare: Taken | None = None) -> None:
    p50, p95, p99 = (percentile(taken.clock_ms, percent) for percent in (50, 95, 99))
    measured = f"p50 {p50:.1f}  p95 {p95:.1f}  p99 {p99:.1f}  most {max(taken.clock_ms):.1f} ms"
    busy = f"processor p50 {percentile(taken.busy_ms, 50):.1f}  p95 {percentile(taken.busy_ms, 95):.1f} ms"
    if bare is None:
        Figure(f"keystroke to paint, {name}", f"{measured}; {busy}").tell()
        return
    times = p95 / percentile(bare.clock_ms, 95)
    busy_times = percentile(taken.busy_ms, 95) / percentile(bare.busy_ms, 95)
    aim = f"p95 ≤ {MOST_TIMES_BARE} × bare, none over {MOST_MS:.0f} ms"
    is_met = times <= MOST_TIMES_BARE and max(taken.clock_ms) <= MOST_MS
    words = f"{measured} ({times:.2f} × bare); {busy} ({busy_times:.2f} × bare)"
    Figure(f"keystroke to paint, {name}", words, aim, is_met).tell()


def measure_paste(studio: Studio, loop: StudioEventLoop) -> None:
    plain = bare("")
    Figure("pasting 10,000 characters, bare editor", f"{paste_ms(plain, plain):.0f} ms").tell()
    ours = Ours(studio, "")
    taken_ms = paste_ms(ours.panel, ours.editor)
    ours.close(loop)
    is_met = taken_ms < MOST_PASTE_MS
    Figure("pasting 10,000 characters, our editor", f"{taken_ms:.0f} ms", f"< {MOST_PASTE_MS:.0f} ms", is_met).tell()


def main() -> int:
    app = QApplication([])
    theme.apply(app, Theme.DARK)
    loop = StudioEventLoop(app)
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory() as folder:
        keys = KeyStores(api_key=NoKeys())
        opening = open_studio(data_dir=Path(folder) / "data", base_url=DEAD_END, output_dir=Path(folder), keys=keys)
        studio = loop.run_until_complete(opening.__aenter__())
        for name, text in (("1 paragraph", ONE_PARAGRAPH), ("200 paragraphs", TWO_HUNDRED_PARAGRAPHS)):
            measure(name, text, studio, loop)
        measure_paste(studio, loop)
        loop.run_until_complete(opening.__aexit__(None, None, None))
    for widget in app.topLevelWidgets():
        widget.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    loop.close()
    asyncio.set_event_loop(None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
