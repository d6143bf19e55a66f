"""Stars and the decision about the selected clips, side by side."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sora_studio.domain.judgement import Judgement, Verdict
from sora_studio.domain.task import Task
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.segments import Segments
from sora_studio.ui.library.details.stars import Stars

_OPEN = "open"
_CHOICES = ((Verdict.KEPT.value, "✓ Keep", None), (_OPEN, "Open", None), (Verdict.REJECTED.value, "✕ Reject", None))


class DecisionRow(QWidget):
    """Signals: `judged(Judgement)`."""

    judged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stars = Stars(self)
        self._stars.chosen.connect(self._on_stars_chosen)
        self._verdict = Segments("Decision", _CHOICES, self)
        self._verdict.chosen.connect(self._on_verdict_chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self._stars)
        row.addStretch(1)
        row.addWidget(self._verdict)

    def show_tasks(self, tasks: Sequence[Task]) -> None:
        """Show what was decided; nothing where the tasks differ."""
        stars, verdicts = {task.stars for task in tasks}, {task.verdict.value if task.verdict else _OPEN for task in tasks}
        self._stars.show_stars(stars.pop() if len(stars) == 1 else None)
        self._verdict.show_value(verdicts.pop() if len(verdicts) == 1 else None)

    def _on_stars_chosen(self, stars: int) -> None:
        self.judged.emit(Judgement(stars=stars))

    def _on_verdict_chosen(self, value: str) -> None:
        self.judged.emit(Judgement(clears_verdict=True) if value == _OPEN else Judgement(verdict=Verdict(value)))
