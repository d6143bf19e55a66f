"""The side panel: tabs over the task list and the details of what is selected in the library."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QTabBar, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme

TABS_HEIGHT = 40


class SideTab(StrEnum):
    """What the side panel shows; the value is kept between sessions."""

    TASKS = "tasks"
    DETAILS = "details"


_TITLES = {SideTab.TASKS: "Tasks", SideTab.DETAILS: "Details"}


class SidePanel(QFrame):
    """A page is built when its tab is first shown.

    Signals: `tab_shown(SideTab)`.
    """

    tab_shown = Signal(object)

    def __init__(self, tasks: QWidget, build: dict[SideTab, Callable[[], QWidget]], parent: QWidget | None = None) -> None:
        """`build` makes the pages of the other tabs."""
        super().__init__(parent)
        theme.set_role(self, "panel")
        self._build = build
        self._pages: dict[SideTab, QWidget] = {SideTab.TASKS: tasks}
        self._bar = QTabBar(self)
        self._bar.setAccessibleName("Side panel")
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        self._bar.setFixedHeight(TABS_HEIGHT)
        theme.set_role(self._bar, "side")
        for tab in SideTab:
            self._bar.addTab(_TITLES[tab])
        row = QHBoxLayout()
        row.setContentsMargins(theme.GRID, 0, 0, 0)
        row.addWidget(self._bar)
        row.addStretch(1)
        pages = QWidget(self)
        self._stack = QStackedLayout(pages)  # without a widget, it would show the first page as a window
        self._stack.addWidget(tasks)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(theme.rule())
        column.addWidget(pages, 1)
        self._bar.currentChanged.connect(self._on_bar_current_changed)

    @property
    def tab(self) -> SideTab:
        """The shown tab."""
        return list(SideTab)[self._bar.currentIndex()]

    def show_tab(self, tab: SideTab) -> None:
        """Show a tab; the focus stays where it is."""
        self._bar.setCurrentIndex(list(SideTab).index(tab))

    def page(self, tab: SideTab) -> QWidget:
        """Return a tab's page, built if it was not shown before."""
        if tab not in self._pages:
            self._pages[tab] = self._build[tab]()
            self._stack.addWidget(self._pages[tab])
        return self._pages[tab]

    def count_tasks(self, count: int) -> None:
        """Show how many tasks there are beside the tab's title; nothing for none."""
        self._bar.setTabText(0, f"{_TITLES[SideTab.TASKS]} {count:,}" if count else _TITLES[SideTab.TASKS])

    def _on_bar_current_changed(self) -> None:
        self._stack.setCurrentWidget(self.page(self.tab))
        self.tab_shown.emit(self.tab)
