"""What of the person's is reachable on the internet now, and the way to take each back."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from sora_studio.ui import theme
from sora_studio.ui.settings.field import plain_label, push_button
from sora_studio.ui.settings.icon_line import IconLine
from sora_studio.ui.task_scope import TaskScope
from sora_studio.viewmodels.publications import PublicationRow, PublicationsModel

if TYPE_CHECKING:
    from sora_studio.studio import Studio
    from sora_studio.viewmodels.event_relay import EventRelay

NOTHING = "Nothing of yours is reachable."


class PublishedList(QWidget):
    """One entry for each picture, newest first. It follows what happens while it is seen."""

    def __init__(self, scope: TaskScope, relay: "EventRelay") -> None:
        super().__init__()
        self._scope = scope
        self._model = PublicationsModel(self)
        self._entries = list[PublishedEntry]()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2 * theme.GRID)
        self._model.changed.connect(self._show)
        relay.publications_changed.connect(self._on_relay_publications_changed)
        self._show()

    def attach(self, studio: "Studio | None") -> None:
        """Show this studio's."""
        self._model.attach(studio)
        self._on_relay_publications_changed()

    def _show(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if not self._model.rows:
            nothing = plain_label(NOTHING)
            theme.set_role(nothing, "secondary")
            self._column.addWidget(nothing)
        self._entries = [PublishedEntry(row) for row in self._model.rows]
        for row, entry in zip(self._model.rows, self._entries, strict=True):
            entry.withdraw.clicked.connect(partial(self._on_withdraw_clicked, row.id, entry.withdraw))
            self._column.addWidget(entry)

    def _on_relay_publications_changed(self) -> None:
        self._scope.start(self._model.refresh(), name="list what is reachable")

    def _on_withdraw_clicked(self, publication: int, button: QPushButton) -> None:
        self._scope.start(self._withdraw(publication), name="withdraw", busy=button)

    async def _withdraw(self, publication: int) -> None:
        """The keyboard goes on with the next, unless it is somewhere by now."""
        await self._model.withdraw(publication)
        if self._entries and not self.window().focusWidget():
            self._entries[0].withdraw.setFocus()


class PublishedEntry(QWidget):
    """One picture: its name, how and how long it is reachable, and for what."""

    def __init__(self, row: PublicationRow) -> None:
        super().__init__()
        self.withdraw = push_button("Withdraw", f"Withdraw {row.name}")
        self.withdraw.setVisible(row.can_withdraw)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(plain_label(row.name))
        for text in (row.facts, row.tasks):
            line = plain_label(text)
            line.setFont(theme.font(size_px=12))
            line.setWordWrap(True)
            theme.set_role(line, "secondary")
            words.addWidget(line)
        if row.trouble:
            words.addWidget(IconLine("warning", "review", row.trouble))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * theme.GRID)
        layout.addLayout(words, 1)
        layout.addWidget(self.withdraw, 0, Qt.AlignmentFlag.AlignTop)
