"""From choosing another model to its painted form, over all pairs of models that the composer offers.

The model is chosen in the chip's menu; the time is taken when the controls have been painted. The editor must not move.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.settings import Theme
from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import MenuChip
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.event_bridge import EventBridge
from tests.benchmarks.figures import Figure, percentile
from tests.doubles.compose_studio import ComposeStudio
from tests.doubles.models import shipped_models

AIM_MS = 50.0
WIDTHS = (1100, 728)


class Paints(QObject):
    """Counts the paint events of the widgets that it filters."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        del watched
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


def models(panel: ComposePanel) -> list[QAction]:
    chips = [chip for chip in panel.findChildren(MenuChip) if chip.accessibleName().startswith("Model")]
    return [action for chip in chips for action in chip.menu().actions()]


def choose_ms(action: QAction, paints: Paints) -> float:
    before, started = paints.count, time.perf_counter()
    action.trigger()
    while paints.count == before:
        QApplication.processEvents()
    QApplication.processEvents()  # what the first paint has still left to be laid out
    return (time.perf_counter() - started) * 1000


def pairs_ms(panel: ComposePanel) -> Iterator[float]:
    """Yield milliseconds from each choice to the painted form."""
    [editor] = panel.findChildren(PromptEditor)
    place, paints = editor.geometry(), Paints()
    panel.controls.installEventFilter(paints)
    actions = models(panel)
    for first in actions:
        for second in actions:
            if first is not second:
                first.trigger()
                QApplication.processEvents()
                yield choose_ms(second, paints)
                if editor.geometry() != place:
                    sys.exit(f"The editor moved: {second.text()}")


def main() -> int:
    app = QApplication([])
    theme.apply(app, Theme.DARK)
    loop = StudioEventLoop(app)
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory() as folder:
        scope = TaskScope(lambda error, name: print(name, error, file=sys.stderr))
        panel = ComposePanel(scope)
        bridge = EventBridge()
        panel.show()
        panel.attach(ComposeStudio(Path(folder), *shipped_models().values()), bridge)  # type: ignore[arg-type]
        while not models(panel):
            QApplication.processEvents()
        for width in WIDTHS:
            panel.resize(width, 400)
            QApplication.processEvents()
            taken_ms = list(pairs_ms(panel))
            p50, p95 = (percentile(taken_ms, percent) for percent in (50, 95))
            measured = f"p50 {p50:.1f}  p95 {p95:.1f}  worst {max(taken_ms):.1f} ms, {len(taken_ms)} pairs"
            Figure(f"another model to its painted form, {width} px", measured, f"p95 < {AIM_MS:.0f} ms", p95 < AIM_MS).tell()
        loop.run_until_complete(scope.close())
        panel.deleteLater()
    return 0


if __name__ == "__main__":
    sys.exit(main())
