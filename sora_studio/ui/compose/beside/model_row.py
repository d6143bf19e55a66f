"""One model in the panel: what it is sent, what changes, why it is refused, and its price."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from sora_studio.ui.compose.beside.marked_text import MarkedText
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.icon_line import IconLine
from sora_studio.ui.kit.line_breaks import breakable
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.viewmodels.compose.models.beside_words import BesideRow, spoken

MODEL_WIDTH, PRICE_WIDTH, BUTTONS_WIDTH = 184, 112, 104
GAP = 20
_PADDING = 12
IN_USE = "This draft"


class ModelRow(QWidget):
    """Signals: `use_clicked()`, `remove_clicked()`. The draft's own model has no buttons."""

    use_clicked = Signal()
    remove_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: BesideRow | None = None
        self._title, self._mode = _text(semibold=True), _text(size_px=12, role="secondary")
        self._facts = MarkedText()
        self._lines = QVBoxLayout()
        self._price, self._clips = _text(), _text(size_px=12, role="secondary")
        self._in_use = _text(size_px=12, role="secondary")
        self._in_use.setText(IN_USE)
        self._edge = theme.rule()
        self.use_button = PushButton("Use it")
        self.remove_button = QToolButton()
        self.use_button.clicked.connect(self.use_clicked)
        self.remove_button.clicked.connect(self.remove_clicked)
        self._build()
        self._dress()
        theme.notifier.changed.connect(self._dress)

    def show_row(self, row: BesideRow) -> None:
        """Show this model."""
        if row == self._row:
            return
        self._row = row
        self._title.setText(breakable(row.title))
        self._mode.setText(breakable(row.mode))
        self._facts.show_facts(row.facts)
        self._show_lines(row)
        self._price.setText(row.price)
        self._clips.setText(row.clips)
        self._clips.setVisible(bool(row.clips))
        self._in_use.setVisible(row.is_current)
        self._edge.setVisible(not row.is_current)
        for button, words in ((self.use_button, f"Use {row.title}"), (self.remove_button, f"Remove {row.title}")):
            button.setVisible(not row.is_current)
            button.setAccessibleName(words)
            button.setAccessibleDescription(spoken(row))
        self.setAccessibleName(spoken(row))

    def words(self) -> str:
        """Return the row as a screen reader says it."""
        return self.accessibleName()

    def tab_stops(self) -> list[QWidget]:
        """Return the buttons in tab order."""
        return [self.use_button, self.remove_button]

    def _show_lines(self, row: BesideRow) -> None:
        while item := self._lines.takeAt(0):
            if (former := item.widget()) is not None:
                former.setParent(None)
                former.deleteLater()
        refusals = [IconLine("error", "failed", breakable(refusal), size_px=12) for refusal in row.refusals]
        notes = [IconLine("info", "secondary", breakable(note), size_px=12) for note in row.notes]
        for line in (*refusals, *notes):
            self._lines.addWidget(line)
            line.show()  # at once, or it would count for the height only after the next turn of the loop

    def _build(self) -> None:
        for label in (self._price, self._clips, self._in_use):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        theme.set_role(self.remove_button, "icon")
        self.remove_button.setToolTip("Remove")
        self.use_button.setToolTip("Put the draft to this model in the editor. Nothing is sent.")
        self._lines.setContentsMargins(0, 4, 0, 0)
        self._lines.setSpacing(4)
        model, sent, price = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        for column, widgets in ((model, (self._title, self._mode)), (price, (self._price, self._clips))):
            column.setSpacing(2)
            for widget in widgets:
                column.addWidget(widget)
            column.addStretch(1)
        sent.setSpacing(0)
        sent.addWidget(self._facts)
        sent.addLayout(self._lines)
        sent.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addStretch(1)
        for widget in (self._in_use, self.use_button, self.remove_button):
            buttons.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        grid = QGridLayout()
        grid.setContentsMargins(0, _PADDING, 0, _PADDING)
        grid.setHorizontalSpacing(GAP)
        for place, column in enumerate((model, sent, price, buttons)):
            grid.addLayout(column, 0, place)
        for place, width in ((0, MODEL_WIDTH), (2, PRICE_WIDTH), (3, BUTTONS_WIDTH)):
            grid.setColumnMinimumWidth(place, width)
        for label, width in ((self._title, MODEL_WIDTH), (self._mode, MODEL_WIDTH), (self._price, PRICE_WIDTH)):
            label.setFixedWidth(width)
        grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._edge)
        column.addLayout(grid)

    def _dress(self) -> None:
        self.remove_button.setIcon(theme.icon("close", theme.tokens().secondary))


def _text(*, size_px: int = 13, semibold: bool = False, role: str = "") -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme.font(size_px=size_px, semibold=semibold))
    label.setWordWrap(True)
    if role:
        theme.set_role(label, role)
    return label
