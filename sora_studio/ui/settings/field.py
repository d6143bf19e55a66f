"""One setting as a person sees it: its name, its control, a quiet line of help, and what is wrong with it right there."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.steady_label import SteadyLabel

NAME_GAP = 6
"""Between a control and the words above and below it."""
_NOTHING = " "
"""As tall as a line."""


class Field(QWidget):
    """A row of controls under its name, or under the section's title alone when it has none.

    The line below holds the help, a result, or a problem, whichever was said last. What is shorter than the help, or than
    what stood there just before, moves nothing: a press that also saves would miss its button.
    """

    def __init__(self, name: str, *controls: QWidget, help_text: str = "", is_plain: bool = False) -> None:
        """`is_plain`: the control itself shows what holds, so that no result is said and no room kept for one."""
        super().__init__()
        self._help = help_text
        self._is_plain = is_plain
        self._below = _Below(keeps_room=not is_plain)
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        for control in controls:
            if isinstance(control, QPushButton):
                row.addWidget(control, 0, Qt.AlignmentFlag.AlignBottom)
            else:
                row.addWidget(control, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(NAME_GAP)
        if name:
            column.addWidget(plain_label(name))
        column.addLayout(row)
        column.addWidget(self._below)
        for entry in self.findChildren(QLineEdit):
            entry.textEdited.connect(self._on_entry_text_edited)
        self.show_help()

    def show_help(self, text: str | None = None) -> None:
        """The quiet line; a new text replaces the old one for good."""
        self._help = self._help if text is None else text
        self._say(self._help, "secondary")

    def show_progress(self, text: str) -> None:
        """The quiet line says what is being done."""
        self._say(text, "secondary")

    def show_result(self, text: str) -> None:
        """Something went well."""
        self.show_help() if self._is_plain else self._say(text, "ready")

    def show_problem(self, text: str) -> None:
        """What is wrong, and what to do about it."""
        self._say(text, "failed")

    def words(self) -> str:
        """What stands below the control."""
        return self._below.text().strip()

    @property
    def is_problem(self) -> bool:
        """Whether that is what is wrong."""
        return self._below.property("role") == "failed"

    @property
    def is_result(self) -> bool:
        """Whether that is what went well."""
        return self._below.property("role") == "ready"

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody is about to press anything here any more."""
        super().hideEvent(event)
        self._below.forget()

    def _say(self, text: str, role: str) -> None:
        theme.set_role(self._below, role)
        self._below.say(text, self._help)

    def _on_entry_text_edited(self) -> None:
        """What came of the words before is not said of these."""
        if self.is_result:
            self.show_help()


class _Below(SteadyLabel):
    """Says one thing at a time, with room for the help and for what it said before."""

    def __init__(self, *, keeps_room: bool) -> None:
        super().__init__(size_px=12)
        self._before = self._help = ""
        self._keeps_room = keeps_room
        if keeps_room:
            keep_place(self)

    def say(self, text: str, help_text: str) -> None:
        """From now on; nothing is hidden."""
        if text != self.accessibleName():
            self._before = self.accessibleName()
        self._help = help_text
        self._keep()
        self.setText(text or _NOTHING)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def forget(self) -> None:
        """No room for what was said before."""
        self._before = ""
        self._keep()

    def _keep(self) -> None:
        if self._keeps_room:
            self.keep_room(self._help, self._before)


def keep_place(widget: QWidget) -> None:
    """While it is hidden nobody takes its room, and nothing moves when it comes and goes."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)


def plain_label(text: str, *, semibold: bool = False) -> QLabel:
    """A label that never takes its text for anything but text."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme.font(semibold=semibold))
    return label


def kept_left(*controls: QWidget) -> QWidget:
    """Controls side by side that keep their own width."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.GRID)
    for control in controls:
        row.addWidget(control)
    row.addStretch(1)
    return holder
