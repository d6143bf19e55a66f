"""The header of the tasks panel: its title and the filter by section."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from sora_studio.domain.task import TaskSection
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.tasks.task_words import SECTION_TITLES

_HEIGHT = 33


class TaskHeader(QWidget):
    """Signals: `filter_chosen(TaskSection | None)`; None is all."""

    filter_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        title = QLabel("Tasks")
        title.setFont(theme.font(semibold=True))
        self.filter = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        self.filter.setMenu(self._build_menu())
        self.filter.setAccessibleName("Filter tasks")
        theme.set_role(self.filter, "quiet")
        self._dress()
        theme.notifier.changed.connect(self._dress)
        self._choose(None)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 10, 0)
        row.addWidget(title)
        row.addStretch()
        row.addWidget(self.filter)

    def _dress(self) -> None:
        self.filter.setStyleSheet(f"min-height: 24px; padding: 0 4px; color: {theme.tokens().secondary};")

    def _build_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for section in (None, *TaskSection):
            entry = menu.addAction(SECTION_TITLES[section] if section else "All")
            entry.setCheckable(True)
            entry.setChecked(section is None)
            group.addAction(entry)
            entry.triggered.connect(partial(self._choose, section))
        return menu

    def _choose(self, section: TaskSection | None) -> None:
        self.filter.setText(f"{SECTION_TITLES[section] if section else 'All'} ▾")
        self.filter_chosen.emit(section)
