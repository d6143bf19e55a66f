"""Stars and the decision about the selected clips, side by side."""

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sora_studio.domain.judgement import Judgement, Verdict
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

    def show_decisions(self, stars: Collection[int], verdicts: Collection[Verdict | None]) -> None:
        """Show what was decided; nothing where the clips differ."""
        self._stars.show_stars(next(iter(stars)) if len(stars) == 1 else None)
        known = [verdict.value if verdict else _OPEN for verdict in verdicts]
        self._verdict.show_value(known[0] if len(known) == 1 else None)

    def _on_stars_chosen(self, stars: int) -> None:
        self.judged.emit(Judgement(stars=stars))

    def _on_verdict_chosen(self, value: str) -> None:
        self.judged.emit(Judgement(clears_verdict=True) if value == _OPEN else Judgement(verdict=Verdict(value)))
