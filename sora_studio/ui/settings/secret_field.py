"""Entry of secrets, which are kept in the system's key store and never shown again."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from sora_studio.domain.errors import StudioError
from sora_studio.domain.ports import KeyOrigin, KeyStatus
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.field import NAME_GAP, Field, keep_place, plain_label

_NOT_YET = "Available once the program has started."
_KEPT = {
    KeyOrigin.ENVIRONMENT: "From the environment",
    KeyOrigin.KEYRING: "Kept in the key store",
    KeyOrigin.SESSION: "Kept for this session",
}
"""Placeholders of empty entries, to show that a secret is saved."""


class SecretStore(Protocol):
    """Keeps one secret."""

    @property
    def status(self) -> KeyStatus: ...

    async def clear(self) -> KeyStatus:
        """Delete the secret."""
        ...


Work = Coroutine[object, object, KeyStatus]


class SecretField(Field):
    """Entries that are saved and cleared together, off the UI thread; the line below shows the result.

    Signals: `changed()` after they were saved or cleared; `typed()` on every edit by the user.
    """

    changed = Signal()
    typed = Signal()

    def __init__(
        self,
        scope: TaskScope,
        entries: Sequence[QLineEdit],
        *,
        what: str,
        origins: Mapping[KeyOrigin, str],
        beside: Sequence[QPushButton] = (),
        are_named: bool = False,
    ) -> None:
        """`what` names the secret in the buttons' accessible names; `origins` says in a sentence where it is kept.

        `are_named`: each entry has a label; otherwise the section's title serves.
        """
        self._scope = scope
        self._origins = origins
        self._store: SecretStore | None = None
        self._keep: Callable[..., Work] | None = None
        self._work: asyncio.Task[None] | None = None
        self._what = what
        self._entries = {entry: entry.placeholderText() for entry in entries}
        self._save = PushButton("Save", f"Save the {what}")
        self._clear = PushButton("Clear", f"Clear the saved {what}")
        keep_place(self._clear)  # it appears after a click on Save, and must not move it
        self._buttons = (self._save, *beside, self._clear)
        super().__init__("", *(map(_under_its_name, entries) if are_named else entries), *self._buttons)
        self.setFocusProxy(entries[0])
        for entry in entries:
            entry.textChanged.connect(self._arrange)
            entry.textEdited.connect(self.typed)
            entry.returnPressed.connect(self._on_save_clicked)
        self._save.clicked.connect(self._on_save_clicked)
        self._clear.clicked.connect(self._on_clear_clicked)
        self._arrange()

    @property
    def buttons_width(self) -> int:
        """The width of the buttons beside the entries, including hidden ones."""
        return sum(button.sizeHint().width() for button in self._buttons) + (len(self._buttons) - 1) * theme.GRID

    @property
    def texts(self) -> tuple[str, ...]:
        """The entries' current texts."""
        return tuple(entry.text().strip() for entry in self._entries)

    def attach(self, store: SecretStore | None, keep: Callable[..., Work] | None) -> None:
        """Attach the store and show its status; `keep` saves the entries' texts. None while the studio has not started."""
        self._store, self._keep = store, keep
        self._forget_typed()
        self.show_help(_NOT_YET) if store is None else self._show_status(store.status)
        self._arrange()

    def refresh(self) -> None:
        """Show the status unless a problem or progress is shown. Key stores are read lazily, so it may change later."""
        if self._store is not None and not self.is_problem and (self._work is None or self._work.done()):
            self._show_status(self._store.status)
            self._arrange()

    async def settle(self) -> None:
        """Save what is typed, as the button does, and wait until it is saved."""
        self._on_save_clicked()
        if self._work is not None:
            await asyncio.wait((self._work,))

    def begin(self, work: Coroutine[object, object, None], name: str, words: str) -> None:
        """Start the work, unless earlier work is still running."""
        if self._work is not None and not self._work.done():
            work.close()
            return
        self.show_progress(words)
        self._work = self._scope.start(work, name=name, busy=self)

    def _forget_typed(self) -> None:
        for entry in self._entries:
            entry.clear()

    def _arrange(self) -> None:
        """Enable and show the buttons for what can be done now."""
        known = self._store is not None
        origin = self._store.status.origin if self._store else KeyOrigin.NONE
        for entry, placeholder in self._entries.items():
            entry.setEnabled(known)
            entry.setPlaceholderText(_KEPT.get(origin, placeholder))
        self._save.setEnabled(known and all(self.texts))
        self._clear.setVisible(origin in (KeyOrigin.KEYRING, KeyOrigin.SESSION))

    def _show_status(self, status: KeyStatus) -> None:
        self.show_help(" ".join(filter(None, (self._origins[status.origin], status.notice))))

    def _on_save_clicked(self) -> None:
        if self._keep is not None and all(self.texts):
            self.begin(self._change(self._keep(*self.texts)), f"save {self._what}", "Saving…")

    def _on_clear_clicked(self) -> None:
        if self._store is not None:
            self.begin(self._change(self._store.clear()), f"clear {self._what}", "Clearing…")

    async def _change(self, work: Work) -> None:
        try:
            status = await work
        except StudioError as error:
            self.show_problem(error.sentence)
            return
        self._forget_typed()
        self._show_status(status)
        self._arrange()
        self.changed.emit()


def secret_entry(name: str, *, placeholder: str = "", masked: bool = True) -> QLineEdit:
    """Return a line edit for a secret."""
    entry = QLineEdit()
    entry.setAccessibleName(name)
    entry.setPlaceholderText(placeholder)
    if masked:
        entry.setEchoMode(QLineEdit.EchoMode.Password)
    return entry


def _under_its_name(entry: QLineEdit) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(NAME_GAP)
    column.addWidget(plain_label(entry.accessibleName()))
    column.addWidget(entry)
    return holder
