"""Asks for the name of a new project."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from sora_studio.domain.project import MOST_NAME_CHARACTERS
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton

_WIDTH = 380


class NewProjectDialog(QDialog):
    """Stays open until the name is accepted. Signals: `named(str)`."""

    named = Signal(str)

    def __init__(self, clips: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("New project")
        words = QLabel(f"Name of the project for {'this clip' if clips == 1 else f'{clips:,} clips'}")
        self._field = QLineEdit()
        self._field.setAccessibleName("Name of the project")
        self._field.setMaxLength(MOST_NAME_CHARACTERS)
        self._field.textChanged.connect(self._on_field_text_changed)
        self._field.returnPressed.connect(self._on_create_clicked)
        self._why_not = QLabel(wordWrap=True)
        theme.set_role(self._why_not, "failed")
        self._why_not.hide()
        self._create, cancel = PushButton("Create"), PushButton("Cancel")
        self._create.setEnabled(False)
        self._create.clicked.connect(self._on_create_clicked)
        cancel.clicked.connect(self.reject)
        answers = QHBoxLayout()
        answers.setSpacing(theme.GRID)
        answers.addStretch(1)
        answers.addWidget(self._create)
        answers.addWidget(cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(2 * theme.GRID,) * 4)
        column.setSpacing(theme.GRID + 2)
        for part in (words, self._field, self._why_not):
            column.addWidget(part)
        column.addLayout(answers)
        self.setMinimumWidth(_WIDTH)

    def refuse(self, why: str) -> None:
        """Show why there can be no such project."""
        self._why_not.setText(why)
        self._why_not.show()
        self._field.setFocus()
        self._field.selectAll()

    def _on_field_text_changed(self, name: str) -> None:
        self._create.setEnabled(bool(name.strip()))
        self._why_not.hide()

    def _on_create_clicked(self) -> None:
        if name := self._field.text().strip():
            self.named.emit(name)
