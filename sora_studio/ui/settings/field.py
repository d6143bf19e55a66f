"""One setting as a person sees it: its name, its control, a quiet line of help, and what is wrong with it right there."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sora_studio.ui import theme

NAME_GAP = 6
"""Between a control and the words above and below it."""
_NOTHING = " "
"""As tall as a line."""


class Field(QWidget):
    """A row of controls under its name, or under the section's title alone when it has none.

    The line below holds the help, a result, or a problem, whichever was said last.
    """

    def __init__(self, name: str, *controls: QWidget, help_text: str = "", is_plain: bool = False) -> None:
        """`is_plain`: the control itself shows what holds, so that no result is said and no room kept for one."""
        super().__init__()
        self._help = help_text
        self._is_plain = is_plain
        self._below = plain_label("")
        self._below.setFont(theme.font(size_px=12))
        self._below.setWordWrap(True)
        if not is_plain:
            _keep_room(self._below)
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
        self.show_help()

    def show_help(self, text: str | None = None) -> None:
        """The quiet line; a new text replaces the old one for good."""
        self._help = self._help if text is None else text
        self._say(self._help, "secondary")

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

    def _say(self, text: str, role: str) -> None:
        theme.set_role(self._below, role)
        self._below.setText(text or _NOTHING)
        self._below.setAccessibleName(text)
        self._below.setVisible(bool(text))


def _keep_room(label: QLabel) -> None:
    """What is said there moves nothing below it: a press that also saves would miss its button."""
    policy = label.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    label.setSizePolicy(policy)


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
