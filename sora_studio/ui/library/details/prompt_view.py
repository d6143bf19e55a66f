"""A prompt of which the first lines are shown, and the rest on request."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.library.details.labels import label
from sora_studio.viewmodels.tasks.task_words import is_right_to_left

FIRST_LINES = 4


class PromptView(QWidget):
    """Selectable; its direction is that of the text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_open = False
        self._text = label("", parent=self)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # so that the keyboard can select and copy it
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self._more = PushButton("Show all", "Show all of the prompt", self)
        theme.set_role(self._more, "link")
        self._more.clicked.connect(self._on_more_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._text)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)

    def show_prompt(self, prompt: str) -> None:
        """Show another prompt from its beginning; the same one stays as it is."""
        if prompt != self._text.text():
            self._is_open = False
            self._text.setLayoutDirection(
                Qt.LayoutDirection.RightToLeft if is_right_to_left(prompt) else Qt.LayoutDirection.LeftToRight
            )
            self._text.setText(prompt)
            self._text.setAccessibleName(f"Prompt: {prompt}")
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many lines, however wide they are."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        first = FIRST_LINES * self._text.fontMetrics().lineSpacing()
        self._text.setMinimumHeight(0)  # what a label asks for is never less than its minimum
        whole = max(0, self._text.heightForWidth(max(1, self.width())))
        is_long = whole > first + self._text.fontMetrics().lineSpacing() // 2
        self._text.setFixedHeight(first if is_long and not self._is_open else whole)
        self._more.setVisible(is_long)
        self._more.setText("Show less" if self._is_open else "Show all")

    def _on_more_clicked(self) -> None:
        self._is_open = not self._is_open
        self._arrange()
