"""Proves the whole way of a report, from the public address back to this window, leg by leg."""

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sora_studio.domain.errors import StudioError
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.icon_line import IconLine
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.settings.relay_words import missing, relay_words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sora_studio.domain.settings import Settings
    from sora_studio.services.callbacks.relay_check import Step
    from sora_studio.services.callbacks.reports import Reports


class ProofView(QWidget):
    """How it stands, a button, and below them a line for each leg as it is walked; a broken one says what is wrong.

    Signals: `walked(QWidget)` with the line of a leg.
    """

    walked = Signal(object)

    def __init__(self, scope: TaskScope, settled: "Callable[[], Awaitable[None]]", held: "Callable[[], Settings]") -> None:
        """`settled` returns once everything that was wanted has been saved; `held` are the settings that hold then."""
        super().__init__()
        self._scope, self._settled, self._held = scope, settled, held
        self._proof: bool | None = None
        self._reports: Reports | None = None
        self._legs = list[IconLine]()
        self._walk: asyncio.Task[None] | None = None
        self._line: tuple[bool, str] | None = None
        self._button = PushButton("Prove it", "Prove the whole way of a report")
        self._button.clicked.connect(self._on_button_clicked)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.GRID)
        self.state = IconLine()
        row = QHBoxLayout()
        row.setSpacing(2 * theme.GRID)
        row.addWidget(self.state, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)  # stays there, however much is said
        self._column.addLayout(row)

    def attach(self, reports: "Reports | None") -> None:
        """Prove with these; what was proved before is forgotten."""
        self._reports = reports
        self._forget()
        self.show_state()

    def show_state(self) -> None:
        """How it stands now; what is not set up cannot be proved, and what was proved of another line is forgotten."""
        state = self._reports.state if self._reports else None
        line = (state.connected, state.public_url) if state else None
        if line != self._line and (self._walk is None or self._walk.done()):
            self._forget()
        self._line = line
        if state is not None:
            self.state.say(*relay_words(state, self._held(), proof=self._proof))
        self.setVisible(state is not None)
        self._button.setVisible(state is not None and state.configured and not missing(self._held()))

    def words(self) -> list[str]:
        """The lines, as they stand."""
        return [leg.words() for leg in self._legs]

    def _forget(self) -> None:
        self._proof = None
        for leg in self._legs:
            leg.hide()
            leg.deleteLater()
        self._legs.clear()

    def _on_button_clicked(self) -> None:
        if self._reports is not None:
            self._forget()
            self.show_state()
            self._walk = self._scope.start(self._prove(self._reports), name="prove the way of a report", busy=self._button)

    async def _prove(self, reports: "Reports") -> None:
        await self._settled()
        waiting, is_fine = self._add_waiting(), False
        try:
            async for leg in reports.prove():
                waiting.say(*_line_of(leg))
                self.walked.emit(waiting)
                waiting, is_fine = self._add_waiting(), leg.ok
        except StudioError as error:
            waiting.say("error", "failed", error.sentence)
            self.walked.emit(waiting)
            is_fine = False
        else:
            self._legs.remove(waiting)
            waiting.hide()
            waiting.deleteLater()
        self._proof = is_fine
        self.show_state()

    def _add_waiting(self) -> IconLine:
        line = IconLine("clock", "secondary", "On the way…")
        self._legs.append(line)
        self._column.addWidget(line)
        return line


def _line_of(leg: "Step") -> tuple[str, str, str]:
    """Icon, colour and words of a leg that has been walked."""
    if leg.ok:
        return "success", "ready", f"{leg.name}: fine, {leg.seconds * 1000:,.0f} ms"
    return "error", "failed", f"{leg.name}: broken. {leg.sentence}"
