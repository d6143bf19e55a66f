"""What is done most with the selected clips, and a menu of the rest."""

from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sora_studio.domain.shared_facts import SharedFacts
from sora_studio.domain.task import Phase
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.viewmodels.library.details_reader import Details
from sora_studio.viewmodels.tasks.task_actions import TaskAction

_REMEDIES = {Phase.MISSING: TaskAction.LOCATE, Phase.UNSAVED: TaskAction.SAVE_NOW}
_LABELS = {
    TaskAction.LOCATE: "Locate…",
    TaskAction.SAVE_NOW: "Save now",
    TaskAction.AGAIN: "Again",
    TaskAction.EDIT: "Edit prompt",
}


class ActionsRow(QWidget):
    """Signals: `reuse_asked(TaskAction)` for a single task; `longest_asked()`, `retry_asked()`, `trash_asked()`,
    `restore_asked()`; `menu_asked(QPoint)` with a global position.
    """

    reuse_asked = Signal(object)
    longest_asked = Signal()
    retry_asked = Signal()
    trash_asked = Signal()
    restore_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.GRID, 0, 0)
        row.setSpacing(theme.GRID)
        self._reuses = dict[TaskAction, PushButton]()
        for action, words in _LABELS.items():
            self._reuses[action] = self._add(words)
            self._reuses[action].clicked.connect(partial(self.reuse_asked.emit, action))
        self._longest = self._add("")
        self._longest.clicked.connect(self.longest_asked)
        self._retry, self._restore, self._trash = self._add(""), self._add("Restore"), self._add("Move to trash")
        self._retry.clicked.connect(self.retry_asked)
        self._restore.clicked.connect(self.restore_asked)
        self._trash.clicked.connect(self.trash_asked)
        self._more = self._add("⋯", "More actions")
        self._more.clicked.connect(self._on_more_clicked)
        row.addStretch(1)

    def show_details(self, details: Details) -> None:
        """Offer what can be done."""
        task, shared = details.task, details.shared or SharedFacts()
        remedy = _REMEDIES.get(task.phase) if task else None
        for action, button in self._reuses.items():
            is_remedy = action in _REMEDIES.values()
            button.setVisible(task is not None and (action is remedy if is_remedy else True))
        self._longest.setText(details.longest)
        self._longest.setVisible(bool(details.longest) and remedy is None)
        is_trashed = shared.trashed == shared.count
        self._retry.setText(f"Retry {shared.retryable:,}")
        self._retry.setAccessibleName(f"Retry {shared.retryable:,} that failed or expired")
        self._retry.setVisible(task is None and shared.retryable > 0)
        self._restore.setVisible(task is None and is_trashed)
        self._trash.setVisible(task is None and not is_trashed)

    def _add(self, words: str, name: str = "") -> PushButton:
        button = PushButton(words, name, self)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(button)
        return button

    def _on_more_clicked(self) -> None:
        self.menu_asked.emit(self._more.mapToGlobal(QPoint(0, self._more.height())))
