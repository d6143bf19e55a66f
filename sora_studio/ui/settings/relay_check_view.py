"""The callback check: sends a test callback from the public address back to this window and shows each step."""

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


class RelayCheckView(QWidget):
    """The relay's state, a button, and a line for each step of the check as it completes; a failed one shows the reason.

    Signals: `walked(QWidget)` with the line of a completed step.
    """

    walked = Signal(object)

    def __init__(self, scope: TaskScope, settled: "Callable[[], Awaitable[None]]", held: "Callable[[], Settings]") -> None:
        """`settled` returns once all changes have been saved; `held` returns the current settings."""
        super().__init__()
        self._scope, self._settled, self._held = scope, settled, held
        self._check: bool | None = None
        self._reports: Reports | None = None
        self._steps = list[IconLine]()
        self._walk: asyncio.Task[None] | None = None
        self._line: tuple[bool, str] | None = None
        self._button = PushButton("Check callbacks", "Check callbacks")
        self._button.clicked.connect(self._on_button_clicked)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.GRID)
        self.state = IconLine()
        row = QHBoxLayout()
        row.setSpacing(2 * theme.GRID)
        row.addWidget(self.state, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)  # keeps its place when the text grows
        self._column.addLayout(row)

    def attach(self, reports: "Reports | None") -> None:
        """Attach the service, and forget an earlier check's result; None while the studio has not started."""
        self._reports = reports
        self._forget()
        self.show_state()

    def show_state(self) -> None:
        """Show the relay's state. Forget a check's result after a change of connection or address."""
        state = self._reports.state if self._reports else None
        line = (state.connected, state.public_url) if state else None
        if line != self._line and (self._walk is None or self._walk.done()):
            self._forget()
        self._line = line
        if state is not None:
            self.state.say(*relay_words(state, self._held(), check=self._check))
        self.setVisible(state is not None)
        self._button.setVisible(state is not None and state.configured and not missing(self._held()))

    def words(self) -> list[str]:
        """Return the texts of the steps."""
        return [step.words() for step in self._steps]

    def _forget(self) -> None:
        self._check = None
        for step in self._steps:
            step.hide()
            step.deleteLater()
        self._steps.clear()

    def _on_button_clicked(self) -> None:
        if self._reports is not None:
            self._forget()
            self.show_state()
            self._walk = self._scope.start(self._prove(self._reports), name="check callbacks", busy=self._button)

    async def _prove(self, reports: "Reports") -> None:
        await self._settled()
        waiting, is_fine = self._add_waiting(), False
        try:
            async for step in reports.check():
                waiting.say(*_line_of(step))
                self.walked.emit(waiting)
                waiting, is_fine = self._add_waiting(), step.ok
        except StudioError as error:
            waiting.say("error", "failed", error.sentence)
            self.walked.emit(waiting)
            is_fine = False
        else:
            self._steps.remove(waiting)
            waiting.hide()
            waiting.deleteLater()
        self._check = is_fine
        self.show_state()

    def _add_waiting(self) -> IconLine:
        line = IconLine("clock", "secondary", "Checking…")
        self._steps.append(line)
        self._column.addWidget(line)
        return line


def _line_of(step: "Step") -> tuple[str, str, str]:
    """Return icon, colour and text of a completed step."""
    if step.ok:
        return "success", "ready", f"{step.name}: OK, {step.seconds * 1000:,.0f} ms"
    return "error", "failed", f"{step.name}: failed. {step.sentence}"
