"""Settles a task whose sending has no clear outcome: the person looks it up with the service and decides."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from sora_studio.domain.task import Task
from sora_studio.ui import theme
from sora_studio.viewmodels.task_words import Surroundings, state_of, title_of

_EXPLANATION = (
    "The request went out, but no clear answer came back, so it may have been charged. "
    "Look in the service's task history. If the task is there, paste its id and the clip is followed and saved. "
    "If it is not, send the request again or put it aside."
)


class ReviewDialog(QDialog):
    """Stays open until a decision has worked.

    Signals: `attach_wanted(str)` with the id; `resubmit_wanted()`; `discard_wanted()`.
    """

    attach_wanted = Signal(str)
    resubmit_wanted = Signal()
    discard_wanted = Signal()

    def __init__(self, task: Task, around: Surroundings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Needs review")
        self.setFixedWidth(440)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self._build_label(title_of(task), semibold=True))
        layout.addWidget(self._build_label(state_of(task, around).line, role="review"))
        layout.addWidget(self._build_label(_EXPLANATION, role="secondary"))
        self._id = QLineEdit(placeholderText="Task id, such as task_12345678")
        self._id.setAccessibleName("Task id")
        self._id.textChanged.connect(self._on_id_text_changed)
        layout.addWidget(self._id)
        self._problem = self._build_label("", role="failed")
        self._problem.hide()
        layout.addWidget(self._problem)
        layout.addSpacing(theme.GRID)
        layout.addLayout(self._build_buttons())

    def refuse(self, sentence: str) -> None:
        """Say why the id could not be attached."""
        self._problem.setText(sentence)
        self._problem.show()
        self._id.setFocus()

    def _build_label(self, text: str, *, role: str = "", semibold: bool = False) -> QLabel:
        label = QLabel(text, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        label.setFont(theme.font(semibold=semibold))
        if role:
            theme.set_role(label, role)
        return label

    def _build_buttons(self) -> QHBoxLayout:
        self._attach = QPushButton("Attach id")
        self._attach.setEnabled(False)
        self._attach.setDefault(True)
        self._attach.clicked.connect(lambda: self.attach_wanted.emit(self._id.text().strip()))
        again = QPushButton("Send again", autoDefault=False)
        again.setToolTip("A new task with the same request; it is charged anew.")
        again.clicked.connect(self.resubmit_wanted)
        discard = QPushButton("Discard", autoDefault=False)
        discard.setToolTip("Take it off the list. Nothing is sent.")
        discard.clicked.connect(self.discard_wanted)
        cancel = QPushButton("Decide later", autoDefault=False)
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        for button in (discard, again):
            row.addWidget(button)
        row.addStretch()
        for button in (cancel, self._attach):
            row.addWidget(button)
        return row

    def _on_id_text_changed(self, text: str) -> None:
        self._attach.setEnabled(bool(text.strip()))
        self._problem.hide()
