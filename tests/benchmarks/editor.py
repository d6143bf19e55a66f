"""From a keystroke to its paint with 10,000 characters in the editor, against a bare QPlainTextEdit.

Each keystroke is sent, and the time is taken when the viewport's paint event has ended; the header and the counter change with
it, as in the panel. The caret is in the middle, so that half of the text moves.
"""

import os
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QPlainTextEdit, QWidget

from sora_studio.domain.settings import Theme
from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from tests.benchmarks.figures import Figure, percentile

CHARACTERS = 10_000
KEYSTROKES = 300
AIM_MS = 16.0
_SENTENCE = "Slow dolly in along a wooden pier at golden hour; mist lifts off the water in long ribbons. "
ONE_PARAGRAPH = (_SENTENCE * 200)[:CHARACTERS]
HUNDRED_PARAGRAPHS = "\n".join(ONE_PARAGRAPH[start : start + 99] for start in range(0, CHARACTERS, 100))


class Paints(QObject):
    """Counts the paint events of the widgets that it filters."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        del watched
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


def keystrokes_ms(shown: QWidget, editor: QAbstractScrollArea) -> list[float]:
    """Return milliseconds from each keystroke until all painting is done."""
    shown.resize(900, 420)
    shown.show()
    QTest.qWaitForWindowExposed(shown)
    editor.setFocus()
    paints = Paints()
    editor.viewport().installEventFilter(paints)
    taken = list[float]()
    for number in range(KEYSTROKES):
        before, started = paints.count, time.perf_counter()
        QTest.keyClick(editor, Qt.Key.Key_Space if number % 6 == 5 else Qt.Key.Key_A)
        while paints.count == before:
            QApplication.processEvents()
        taken.append((time.perf_counter() - started) * 1000)
    shown.close()
    return taken


def bare_ms(text: str) -> list[float]:
    editor = QPlainTextEdit(text)
    cursor = editor.textCursor()
    cursor.setPosition(len(text) // 2)
    editor.setTextCursor(cursor)
    return keystrokes_ms(editor, editor)


def ours_ms(text: str, *, limit: int) -> list[float]:
    panel = ComposePanel(TaskScope(lambda error, name: print(name, error, file=sys.stderr)))
    [editor] = panel.findChildren(PromptEditor)
    editor.set_limit(limit)
    editor.replace(text, caret=len(text) // 2)
    return keystrokes_ms(panel, editor)


def tell(name: str, taken_ms: list[float], *, judged: bool) -> None:
    p50, p95, p99 = (percentile(taken_ms, percent) for percent in (50, 95, 99))
    measured = f"p50 {p50:.1f}  p95 {p95:.1f}  p99 {p99:.1f} ms"
    aim = f"p95 < {AIM_MS:.0f} ms" if judged else ""
    Figure(f"keystroke to paint, {name}", measured, aim, p95 < AIM_MS if judged else None).tell()


def main() -> int:
    app = QApplication([])
    theme.apply(app, Theme.DARK)
    for name, text in (("1 paragraph", ONE_PARAGRAPH), ("100 paragraphs", HUNDRED_PARAGRAPHS)):
        tell(f"bare editor, {name}", bare_ms(text), judged=False)
        tell(f"our editor, {name}", ours_ms(text, limit=2 * CHARACTERS), judged=True)
        tell(f"our editor over the limit, {name}", ours_ms(text, limit=CHARACTERS // 2), judged=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
