"""How the table of the task list looks and scrolls: cards under headings, without anything of a table."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from sora_studio.ui.tasks.card_layout import CARD_HEIGHT, HEADING_HEIGHT


def dress(view: QTableView) -> None:
    """Set the look, the scrolling and the selection."""
    view.setAccessibleName("Tasks")
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setShowGrid(False)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setDragEnabled(True)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.verticalScrollBar().setSingleStep(CARD_HEIGHT // 3)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setTabKeyNavigation(False)
    view.setMouseTracking(True)
    view.setWordWrap(False)
    view.setCornerButtonEnabled(False)
    view.setStyleSheet("QTableView { background: transparent; border: none; selection-background-color: transparent; }")
    view.viewport().setAutoFillBackground(False)
    view.horizontalHeader().hide()
    view.horizontalHeader().setStretchLastSection(True)
    rows = view.verticalHeader()
    rows.hide()
    rows.setMinimumSectionSize(HEADING_HEIGHT)
    rows.setDefaultSectionSize(CARD_HEIGHT)
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
