"""The exact request that a sample draft would become, or why it would not be sent."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.icon_line import IconLine
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.settings.field import plain_label
from sora_studio.viewmodels.settings.models.sample import Sample

HEADING = "Request"
REFUSED = "This would not be sent:"
OUTDATED = "The text has errors. Form and request are those of the last text that could be read."
NOTHING_YET = "Form and request are shown once the text can be read."


class RequestView(QWidget):
    """A read-only text: JSON, or the sentences of the refusals."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._remark = IconLine("warning", "review")
        self._remark.hide()
        self._text = QPlainTextEdit(readOnly=True)
        self._text.setAccessibleName("Request that the sample would become")
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setFont(theme.fixed_font(size_px=12))
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._text.setTabChangesFocus(True)
        self._text.document().setDocumentMargin(0)
        self._copy = PushButton("Copy", "Copy the request")
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.words()))
        heading = QHBoxLayout()
        heading.addWidget(plain_label(HEADING, semibold=True), 1)
        heading.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addLayout(heading)
        column.addWidget(self._remark)
        column.addWidget(self._text, 1)

    def show_sample(self, sample: Sample | None, *, is_outdated: bool) -> None:
        """Show the request of a sample. `is_outdated`: the text has errors, and the sample is of an earlier one."""
        remark = "" if not is_outdated else OUTDATED if sample is not None else NOTHING_YET
        self._remark.say("warning", "review", remark)
        self._remark.setVisible(bool(remark))
        refusals = sample.refusals() if sample is not None else ()
        text = "\n".join([REFUSED, *(f"• {say}" for say in refusals)]) if refusals else sample.request() if sample else ""
        self._copy.setEnabled(sample is not None and not refusals)
        if text != self._text.toPlainText():
            self._text.setPlainText(text)

    def words(self) -> str:
        """Return the text shown."""
        return self._text.toPlainText()
