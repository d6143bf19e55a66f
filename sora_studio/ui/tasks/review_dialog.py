"""The dialog for a task that may or may not have been sent: look up its id, attach it, send again or discard."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from sora_studio.domain.task import Task
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.tasks.task_money import balance_sentence, price_text
from sora_studio.viewmodels.tasks.task_words import Surroundings, sent_text, title_of

_EXPLANATION = (
    "The request went out, but no clear answer came back, so it may have been charged. "
    "Look in the service's task history. If the task is there, paste its id and check it: once attached, the clip is "
    "followed and saved. If it is not there, press Again to send the same request once more, or discard it."
)
WIDTH = 560


class ReviewDialog(QDialog):
    """Stays open until a decision succeeds. An id must be checked with the service before it can be attached.

    Signals: `check_wanted(str)` and `attach_wanted(str)` with the id; `resubmit_wanted()`; `discard_wanted()`.
    """

    check_wanted = Signal(str)
    attach_wanted = Signal(str)
    resubmit_wanted = Signal()
    discard_wanted = Signal()

    def __init__(self, task: Task, around: Surroundings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Needs review")
        self.setFixedWidth(WIDTH)
        self._found = ""
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(theme.GRID)
        layout.addWidget(self._build_label(title_of(task), semibold=True))
        layout.addWidget(self._build_label(sent_text(task, around), role="review"))
        layout.addWidget(self._build_label(balance_sentence(task)))
        layout.addWidget(self._build_label(_EXPLANATION, role="secondary"))
        layout.addLayout(self._build_id_row())
        self._answer = self._build_label("")
        layout.addWidget(self._answer)
        layout.addSpacing(theme.GRID)
        layout.addLayout(self._build_buttons(task))
        self._on_id_text_changed("")

    def show_found(self, task_id: str, sentence: str) -> None:
        """Show the answer about an id and allow attaching it; ignored if the input has changed meanwhile."""
        if task_id == self._id.text().strip():
            self._found = task_id
            self._say(sentence, "secondary")
            self._attach.setEnabled(True)
            self._attach.setDefault(True)
            self._attach.setFocus()

    def refuse(self, sentence: str) -> None:
        """Show why the id cannot be used."""
        self._say(sentence, "failed")
        self._check.setEnabled(True)
        self._id.setFocus()

    def _say(self, sentence: str, role: str) -> None:
        theme.set_role(self._answer, role)
        self._answer.setText(sentence)
        self._answer.setAccessibleName(sentence)
        self._answer.setVisible(bool(sentence))
        # The answer may wrap, so the dialog must grow. `adjustSize` would ignore the fixed width.
        self.resize(WIDTH, self._column.totalHeightForWidth(WIDTH))

    def _build_label(self, text: str, *, role: str = "", semibold: bool = False) -> QLabel:
        label = QLabel(text, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        label.setFont(theme.font(semibold=semibold))
        if role:
            theme.set_role(label, role)
        return label

    def _build_id_row(self) -> QHBoxLayout:
        self._id = QLineEdit(placeholderText="Task id, such as task_12345678")
        self._id.setAccessibleName("Task id")
        self._id.textChanged.connect(self._on_id_text_changed)
        self._check = QPushButton("Check")
        self._check.setToolTip("Ask the service what this id is. Nothing is charged.")
        self._check.clicked.connect(self._on_check_clicked)
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        row.addWidget(self._id, 1)
        row.addWidget(self._check)
        return row

    def _build_buttons(self, task: Task) -> QHBoxLayout:
        self._attach = QPushButton("Attach id")
        self._attach.clicked.connect(lambda: self.attach_wanted.emit(self._found))
        again = QPushButton(f"Again · {price_text(task)}", autoDefault=False)
        again.setToolTip("Send the same request as a new task. It is charged again.")
        again.clicked.connect(self.resubmit_wanted)
        discard = QPushButton("Discard", autoDefault=False)
        discard.setToolTip("Remove it from the list. Nothing is sent.")
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

    def _on_check_clicked(self) -> None:
        self._check.setEnabled(False)  # until there is an answer or the id is edited
        self._say("Asking the service…", "secondary")
        self.check_wanted.emit(self._id.text().strip())

    def _on_id_text_changed(self, text: str) -> None:
        self._found = ""
        self._attach.setEnabled(False)
        self._check.setEnabled(bool(text.strip()))
        self._check.setDefault(True)
        self._say("", "secondary")
