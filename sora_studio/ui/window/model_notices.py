"""Notices about a model that nothing is sent to: they offer its successors, and to try it once more."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.events import NoticeAction, NoticeRaised, RefusedModel
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.window.notice_bar import NoticeBar
from sora_studio.viewmodels.tasks.task_commands import TaskCommandsModel


class ModelNotices(QObject):
    """Adds the successors to such a notice once its task has been read, and does what it offers.

    Signals: `settings_asked()` for the models page of the settings.
    """

    settings_asked = Signal()

    def __init__(self, bar: NoticeBar, commands: TaskCommandsModel, scope: TaskScope, parent: QObject) -> None:
        super().__init__(parent)
        self._bar, self._commands, self._scope = bar, commands, scope
        bar.successor_chosen.connect(self._on_bar_successor_chosen)

    def attach(self, standing: Iterable[NoticeRaised]) -> None:
        """Complete the notices that were raised before the studio had started."""
        for notice in standing:
            self.take(notice)

    def take(self, notice: NoticeRaised) -> None:
        """Complete a notice that is about a model."""
        if notice.model is not None:
            self._scope.start(self._offer(notice, notice.model), name="Offer other models")

    def act(self, model: RefusedModel, action: NoticeAction) -> None:
        """Do what the notice's own button says."""
        if action is NoticeAction.RETRY:
            self._commands.retry_model(model.slug)
        else:
            self.settings_asked.emit()

    async def _offer(self, notice: NoticeRaised, model: RefusedModel) -> None:
        self._bar.offer(notice, await self._commands.offers(model.task))

    def _on_bar_successor_chosen(self, notice: NoticeRaised, successor: str) -> None:
        if notice.model is not None:
            self._scope.start(self._commands.open_task_with(successor, notice.model.task), name="Open with another model")
