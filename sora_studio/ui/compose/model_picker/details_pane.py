"""The right side of the model picker: what the highlighted model can do, and what it would change."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sora_studio.ui.compose.model_picker.change_card import ChangeCard
from sora_studio.ui.kit import key_names, theme
from sora_studio.ui.kit.icon_line import IconLine
from sora_studio.ui.kit.line_breaks import breakable
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.viewmodels.compose.models.picker_details import PickerDetails

_MARGIN = 20
_TOP = 12
_ROW_GAP = 8
_SCROLL_BAR = 10
_BUTTON_PADDING = 26
WHAT_CHANGES = "What changes in this draft"


class DetailsPane(QWidget):
    """Stateless: shows what it is given. The buttons keep their place; what does not fit above them scrolls.

    Signals: `use_clicked()`, `beside_clicked()`, `star_clicked()`.
    """

    use_clicked = Signal()
    beside_clicked = Signal()
    star_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._made_from = _text(size_px=15, semibold=True), _text()
        theme.set_role(self._made_from, "secondary")
        self._warning = IconLine("warning", "review")
        self._star, self._is_favourite = QToolButton(), False
        self._table = QGridLayout()
        self._cells = list[tuple[QLabel, QLabel]]()
        self._heading, self._remark = _text(size_px=11, semibold=True), _text(size_px=12)
        self._cards = list[ChangeCard]()
        self._card_column = QVBoxLayout()
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._scroll, self._edge = QScrollArea(), theme.rule()
        self.use_button = PushButton(f"Use it  {key_names.ENTER_SIGN}", "Use this model")
        self.beside_button = PushButton("")
        self._build_star()
        self._build_body()
        self._build_column()
        self._dress()
        theme.notifier.changed.connect(self._dress)

    def show_details(self, details: PickerDetails | None, *, current_title: str) -> None:
        """Show a model; None hides everything. `current_title` names the draft's model."""
        self._body.setVisible(details is not None)
        self.use_button.setEnabled(details is not None and details.can_use)
        self.beside_button.setEnabled(details is not None and details.can_try_beside)
        self.beside_button.setAccessibleName(f"Try beside {current_title}")
        self._elide_beside()
        if details is None:
            return
        self._title.setText(breakable(details.title))
        self._made_from.setText(details.made_from)
        self._warning.setVisible(bool(details.warning))
        self._warning.say("warning", "review", details.warning)
        self._show_rows(details.rows)
        self._remark.setText(details.remark)
        self._remark.setVisible(bool(details.remark))
        self._heading.setVisible(bool(details.changes or details.remark))
        self._show_changes(details)
        self._scroll.verticalScrollBar().setValue(0)

    def show_favourite(self, *, is_favourite: bool) -> None:
        """Show whether the model is a favourite."""
        self._is_favourite = is_favourite
        self._star.setIcon(theme.icon("star-filled" if is_favourite else "star", theme.tokens().text))
        words = "Remove from favourites" if is_favourite else "Add to favourites"
        self._star.setToolTip(f"{words} ({key_names.FAVOURITE})")
        self._star.setAccessibleName(words)

    def tab_stops(self) -> list[QWidget]:
        """Return the buttons in tab order."""
        return [self._star, self.use_button, self.beside_button]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Elide the button's text anew."""
        super().resizeEvent(event)
        self._elide_beside()

    def text(self) -> str:
        """Return the table and the changes as lines, as shown."""
        rows = [f"{title.text()}: {value.text()}" for title, value in self._cells if not title.isHidden()]
        cards = [card.accessibleName() for card in self._cards if not card.isHidden()]
        return "\n".join(
            [self._title.text(), self._made_from.text(), self._warning.words(), *rows, *cards, self._remark.text()]
        )

    def _elide_beside(self) -> None:
        room = self.width() - 2 * _MARGIN - self.use_button.sizeHint().width() - theme.GRID - _BUTTON_PADDING
        words = self.beside_button.accessibleName()
        shown = self.beside_button.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, max(0, room))
        self.beside_button.setText(shown.replace("&", "&&"))

    def _show_rows(self, rows: tuple[tuple[str, str], ...]) -> None:
        while len(self._cells) < len(rows):
            self._add_cells()
        for number, (title, value) in enumerate(self._cells):
            is_used = number < len(rows)
            title.setVisible(is_used)
            value.setVisible(is_used)
            if is_used:
                title.setText(rows[number][0])
                value.setText(breakable(rows[number][1]))
                value.setAccessibleName(": ".join(rows[number]))

    def _add_cells(self) -> None:
        title, value = _text(size_px=12), _text(size_px=12)
        theme.set_role(title, "secondary")
        title.setWordWrap(False)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        row = len(self._cells)
        self._table.addWidget(title, row, 0, Qt.AlignmentFlag.AlignTop)
        self._table.addWidget(value, row, 1)
        self._cells.append((title, value))

    def _show_changes(self, details: PickerDetails) -> None:
        while len(self._cards) < len(details.changes):
            self._cards.append(ChangeCard())
            self._card_column.addWidget(self._cards[-1])
        for number, card in enumerate(self._cards):
            if number < len(details.changes):
                card.show_change(details.changes[number])
            card.setVisible(number < len(details.changes))

    def _build_star(self) -> None:
        theme.set_role(self._star, "icon")
        self._star.clicked.connect(self.star_clicked)
        self.show_favourite(is_favourite=False)

    def _build_body(self) -> None:
        theme.set_role(self._remark, "secondary")
        font = self._heading.font()
        font.setCapitalization(font.Capitalization.AllUppercase)
        font.setLetterSpacing(font.SpacingType.AbsoluteSpacing, 0.5)
        self._heading.setFont(font)
        theme.set_role(self._heading, "secondary")
        self._heading.setText(WHAT_CHANGES)
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self._star, 0, Qt.AlignmentFlag.AlignTop)
        self._table.setHorizontalSpacing(16)
        self._table.setVerticalSpacing(_ROW_GAP)
        self._table.setColumnStretch(1, 1)
        self._card_column.setSpacing(theme.GRID)
        self._warning.setContentsMargins(0, 6, 0, 0)
        column = self._column
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._made_from)
        column.addWidget(self._warning)
        column.addSpacing(14)
        column.addLayout(self._table)
        column.addSpacing(18)
        column.addWidget(self._heading)
        column.addSpacing(8)
        column.addWidget(self._remark)
        column.addLayout(self._card_column)
        column.addStretch(1)

    def _build_column(self) -> None:
        self._scroll.setWidget(self._body)
        for ground in (self._scroll.viewport(), self._body):  # the panel's shows
            ground.setAutoFillBackground(False)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.set_role(self.use_button, "primary")
        self.use_button.setFont(theme.font(semibold=True))
        self.use_button.clicked.connect(self.use_clicked)
        self.beside_button.clicked.connect(self.beside_clicked)
        self.beside_button.setToolTip(f"Send the draft to both models ({key_names.BESIDE})")
        buttons = QHBoxLayout()
        buttons.setContentsMargins(_MARGIN, 8, _MARGIN, 16)
        buttons.setSpacing(theme.GRID)
        for button in (self.use_button, self.beside_button):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        policy = self._edge.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._edge.setSizePolicy(policy)
        self._on_range_changed(0, 0)
        self._scroll.verticalScrollBar().rangeChanged.connect(self._on_range_changed)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._edge)
        column.addLayout(buttons)

    def _on_range_changed(self, _: int, most: int) -> None:
        """Draw a line above the buttons while something scrolls below it. The bar takes its room from the margin."""
        self._edge.setVisible(most > 0)
        self._column.setContentsMargins(_MARGIN, _TOP, _MARGIN - (_SCROLL_BAR if most > 0 else 0), 8)

    def _dress(self) -> None:
        self.show_favourite(is_favourite=self._is_favourite)


def _text(*, size_px: int = 13, semibold: bool = False) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme.font(size_px=size_px, semibold=semibold))
    label.setWordWrap(True)
    return label
