"""The side panel: tabs over the task list, the details of the selection, and what helps to write."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QTabBar, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme

TABS_HEIGHT = 40


class SideTab(StrEnum):
    """What the side panel shows; the value is kept between sessions."""

    WORDS = "words"
    HINTS = "hints"
    VERSIONS = "versions"
    OUTLINE = "outline"
    SHELF = "shelf"
    TASKS = "tasks"
    DETAILS = "details"


USUAL_TABS = (SideTab.TASKS, SideTab.DETAILS, SideTab.VERSIONS)
WRITING_TABS = (SideTab.WORDS, SideTab.HINTS, SideTab.VERSIONS, SideTab.OUTLINE, SideTab.SHELF, SideTab.TASKS)
_TITLES = {tab: tab.value.capitalize() for tab in SideTab}


class SidePanel(QFrame):
    """A page is built when its tab is first shown; tabs without a page are left out. Each set of tabs keeps its own choice.

    Signals: `tab_shown(SideTab)`.
    """

    tab_shown = Signal(object)

    def __init__(self, tasks: QWidget, build: Mapping[SideTab, Callable[[], QWidget]], parent: QWidget | None = None) -> None:
        """`build` makes the pages of the other tabs."""
        super().__init__(parent)
        theme.set_role(self, "panel")
        self._build = build
        self._pages: dict[SideTab, QWidget] = {SideTab.TASKS: tasks}
        self._counts = dict[SideTab, int]()
        self._tabs = tuple[SideTab, ...]()
        self._chosen = dict[tuple[SideTab, ...], SideTab]()
        self._bar = QTabBar(self)
        self._bar.setAccessibleName("Side panel")
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        self._bar.setFixedHeight(TABS_HEIGHT)
        theme.set_role(self._bar, "side")
        row = QHBoxLayout()
        row.setContentsMargins(theme.GRID + 3, 0, 0, 0)
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
        self.show_tabs(USUAL_TABS)
        self._bar.currentChanged.connect(self._on_bar_current_changed)

    @property
    def tab(self) -> SideTab:
        """The shown tab."""
        return self._tabs[self._bar.currentIndex()]

    @property
    def tabs(self) -> tuple[SideTab, ...]:
        """The tabs that can be shown now, from the left."""
        return self._tabs

    def show_tabs(self, tabs: tuple[SideTab, ...]) -> None:
        """Offer these tabs, and show the one of them that was shown last."""
        offered = tuple(tab for tab in tabs if tab in self._pages or tab in self._build)
        if offered == self._tabs:
            return
        before = self.tab if self._tabs else None
        if before is not None:
            self._chosen[self._tabs] = before
        self._tabs = offered
        with QSignalBlocker(self._bar):
            while self._bar.count():
                self._bar.removeTab(0)
            for tab in offered:
                self._bar.addTab(self._title(tab))
            self._bar.setCurrentIndex(offered.index(self._chosen.get(offered, offered[0])))
        if self.tab is not before:
            self._on_bar_current_changed()

    def show_tab(self, tab: SideTab) -> None:
        """Show a tab; the focus stays where it is."""
        self._bar.setCurrentIndex(self._tabs.index(tab))

    def page(self, tab: SideTab) -> QWidget:
        """Return a tab's page, built if it was not shown before."""
        if tab not in self._pages:
            self._pages[tab] = self._build[tab]()
            self._stack.addWidget(self._pages[tab])
        return self._pages[tab]

    def count(self, tab: SideTab, count: int) -> None:
        """Show a number beside the tab's title; nothing for none."""
        self._counts[tab] = count
        if tab in self._tabs:
            self._bar.setTabText(self._tabs.index(tab), self._title(tab))

    def _title(self, tab: SideTab) -> str:
        count = self._counts.get(tab, 0)
        return f"{_TITLES[tab]} {count:,}" if count else _TITLES[tab]

    def _on_bar_current_changed(self) -> None:
        if self._bar.currentIndex() >= 0:
            self._stack.setCurrentWidget(self.page(self.tab))
            self.tab_shown.emit(self.tab)
