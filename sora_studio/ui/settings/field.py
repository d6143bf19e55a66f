"""One setting: its name, its control, and a line for help, a result or an error."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.steady_label import SteadyLabel

NAME_GAP = 6
"""Space in px between a control and the text above and below it."""
_NOTHING = " "
"""Keeps the height of an empty line."""


class Field(QWidget):
    """A row of controls below its name; without a name, the section's title serves.

    The line below shows the help, a result, or a problem. Its height never shrinks below that of the help and of the previous
    text: a click that also ends editing would otherwise miss a button that has just moved.
    """

    def __init__(self, name: str, *controls: QWidget, help_text: str = "", is_plain: bool = False) -> None:
        """`is_plain`: the control shows its own state, so no result is shown and no room reserved for one."""
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
        """Show the help; a given text replaces it permanently."""
        self._help = self._help if text is None else text
        self._say(self._help, "secondary")

    def show_progress(self, text: str) -> None:
        """Show what is being done."""
        self._say(text, "secondary")

    def show_result(self, text: str) -> None:
        """Show a success."""
        self.show_help() if self._is_plain else self._say(text, "ready")

    def show_problem(self, text: str) -> None:
        """Show what is wrong and what to do about it."""
        self._say(text, "failed")

    def words(self) -> str:
        """Return the text below the control."""
        return self._below.text().strip()

    @property
    def is_problem(self) -> bool:
        """Whether the line shows a problem."""
        return self._below.property("role") == "failed"

    @property
    def is_result(self) -> bool:
        """Whether the line shows a result."""
        return self._below.property("role") == "ready"

    def hideEvent(self, event: QHideEvent) -> None:
        """Release the reserved height: a hidden field cannot be clicked."""
        super().hideEvent(event)
        self._below.forget()

    def _say(self, text: str, role: str) -> None:
        theme.set_role(self._below, role)
        self._below.say(text, self._help)

    def _on_entry_text_edited(self) -> None:
        """Clear the result of the previous text."""
        if self.is_result:
            self.show_help()


class _Below(SteadyLabel):
    """The line below a control, with room for the help and for its previous text."""

    def __init__(self, *, keeps_room: bool) -> None:
        super().__init__(size_px=12)
        self._before = self._help = ""
        self._keeps_room = keeps_room
        if keeps_room:
            keep_place(self)

    def say(self, text: str, help_text: str) -> None:
        """Show the text; an empty one hides the line."""
        if text != self.accessibleName():
            self._before = self.accessibleName()
        self._help = help_text
        self._keep()
        self.setText(text or _NOTHING)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def forget(self) -> None:
        """Stop reserving room for the previous text."""
        self._before = ""
        self._keep()

    def _keep(self) -> None:
        if self._keeps_room:
            self.keep_room(self._help, self._before)


def keep_place(widget: QWidget) -> None:
    """Reserve the widget's place in the layout while it is hidden, so that nothing moves."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)


def plain_label(text: str, *, semibold: bool = False) -> QLabel:
    """Return a label that never interprets its text as HTML."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme.font(semibold=semibold))
    return label


def kept_left(*controls: QWidget) -> QWidget:
    """Put controls side by side, left-aligned, at their own widths."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.GRID)
    for control in controls:
        row.addWidget(control)
    row.addStretch(1)
    return holder
