"""The user's pictures that are reachable on the internet now, each with a button to withdraw it."""

import asyncio
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.field import kept_left, plain_label
from sora_studio.ui.settings.published_entry import PublishedEntry
from sora_studio.viewmodels.settings.publications import PublicationRow, PublicationsModel

if TYPE_CHECKING:
    from sora_studio.viewmodels.event_bridge import EventBridge
    from sora_studio.viewmodels.settings.settings_services import SettingsServices

HEADING = "Reachable now"
NOTHING = "None of your pictures is reachable."
COLLECT_MS = 250
"""Throttle: the list is read at most this often."""

Key = tuple[str, str]


class PublishedList(QWidget):
    """One entry for each picture and place, newest first. It updates itself while visible.

    Withdrawn entries keep their place and focus while the list is visible, so that the next press cannot hit another picture.
    """

    def __init__(self, scope: TaskScope, relay: "EventBridge") -> None:
        super().__init__()
        self._scope = scope
        self._model = PublicationsModel(self)
        self._entries = dict[Key, PublishedEntry]()
        self._withdrawn = set[Key]()
        self._reading: asyncio.Task[None] | None = None
        self._collecting = QTimer(self, singleShot=True, interval=COLLECT_MS)
        self._collecting.timeout.connect(self._on_collecting_timeout)
        self._build_layout()
        self._model.changed.connect(self._show)
        relay.publications_changed.connect(self._follow)
        self._show()

    def attach(self, services: "SettingsServices | None") -> None:
        """Attach the services and read the list; None while the studio has not started."""
        self._model.attach(services)
        self._follow()

    def showEvent(self, event: QShowEvent) -> None:
        """Refresh the list."""
        super().showEvent(event)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        """Remove withdrawn entries."""
        super().hideEvent(event)
        self._withdrawn.clear()
        self._show()

    def _build_layout(self) -> None:
        self._heading = plain_label(HEADING, semibold=True)
        self._nothing = plain_label(NOTHING)
        theme.set_role(self._nothing, "secondary")
        self._more = PushButton("", "Show more reachable pictures")
        self._more.clicked.connect(self._on_more_clicked)
        self._more_row = kept_left(self._more)
        self._column = QVBoxLayout()
        self._column.setSpacing(2 * theme.GRID)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(self._heading)
        column.addLayout(self._column)
        column.addWidget(self._nothing)
        column.addWidget(self._more_row)

    def _show(self) -> None:
        """Update the entries in place: rebuilt ones would lose focus and pressed state."""
        rows = {row.key: row for row in self._model.rows}
        before = self._entries
        order = self._in_order(list(before), list(rows))
        for key in before.keys() - set(order):
            self._remove(before[key])
        self._entries = {key: before.get(key) or self._build_entry() for key in order}
        for place, (key, entry) in enumerate(self._entries.items()):
            if self._column.indexOf(entry) != place:
                self._column.removeWidget(entry)
                self._column.insertWidget(place, entry)
            if key in rows:
                entry.show_row(rows[key])
            else:
                entry.show_withdrawn()
        self._order_keyboard()
        self._nothing.setHidden(bool(rows))
        self._more.setText(f"Show more ({self._model.more:,})")
        self._more_row.setVisible(self._model.more > 0)

    def _remove(self, entry: PublishedEntry) -> None:
        if entry.isAncestorOf(self.window().focusWidget()):
            self._heading.setFocus()  # not the button below, which withdraws another picture
        self._column.removeWidget(entry)
        entry.hide()
        entry.deleteLater()

    def _order_keyboard(self) -> None:
        """Set the tab order from top to bottom; new widgets are otherwise last in the window's order."""
        ends = [end for entry in self._entries.values() for end in (entry.withdraw, entry.withdrawn)]
        self._heading.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # setTabOrder ignores widgets without a focus policy
        for one, other in pairwise([self._heading, *ends, self._more]):
            self.setTabOrder(one, other)
        self._heading.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _in_order(self, before: list[Key], now: list[Key]) -> list[Key]:
        """Insert withdrawn entries at their previous places."""
        gone = self._withdrawn.difference(now)
        for place, key in enumerate(before):
            if key in gone:
                now.insert(place, key)
        return now

    def _build_entry(self) -> PublishedEntry:
        entry = PublishedEntry()
        entry.withdraw_asked.connect(partial(self._on_entry_withdraw_asked, entry))
        return entry

    def _follow(self) -> None:
        """Schedule a refresh, if visible."""
        if self.isVisible() and not self._collecting.isActive():
            self._collecting.start()

    def _on_collecting_timeout(self) -> None:
        if self._reading is not None and not self._reading.done():
            self._collecting.start()
        else:
            self._reading = self._scope.start(self._model.refresh(), name="list reachable pictures")

    def _on_more_clicked(self) -> None:
        self._scope.start(self._model.show_more(), name="show more reachable pictures", busy=self._more)

    def _on_entry_withdraw_asked(self, entry: PublishedEntry, row: PublicationRow) -> None:
        self._withdrawn.add(row.key)
        self._scope.start(self._withdraw(entry, row), name="withdraw", busy=entry.withdraw)

    async def _withdraw(self, entry: PublishedEntry, row: PublicationRow) -> None:
        """Withdraw the picture; focus its label unless the focus has moved elsewhere."""
        await self._model.withdraw(row)
        if entry.withdrawn.isVisible() and not self.window().focusWidget():
            entry.withdrawn.setFocus()
