"""Under the editor, when a prompt stands for other texts than itself: a line that says so, and the texts to look at."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QTextCharFormat
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from sora_studio.domain.writing.prompt_table import TableRow
from sora_studio.ui.compose.texts_list import ROW_HEIGHT, TextRows, TextsList
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.ui.kit.overrun import Mark, mark, utf16_places, without_surrogates
from sora_studio.viewmodels.compose import texts_words
from sora_studio.viewmodels.compose.prompt_texts import Made, PromptTexts

_HEIGHT = 5 * ROW_HEIGHT
"""Of the texts, in px: five rows, or eight lines of a text."""


class TextsStrip(QWidget):
    """Hidden while the prompt stands for itself. Signals: `picture_wanted(Card)`, `unfolded()`."""

    picture_wanted = Signal(object)
    unfolded = Signal()

    def __init__(self, texts: PromptTexts, rows: TextRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts, self._rows = texts, rows
        self._words = ElidedLabel(at_end=True)
        self._picture = _link(self)
        self._picture.clicked.connect(self._on_picture_clicked)
        self._fold = _link(self)
        self._fold.setCheckable(True)
        self._fold.toggled.connect(self._on_fold_toggled)
        self._list = TextsList(texts, rows, self)
        self._list.row_shown.connect(self._show_exact)
        self._exact = QPlainTextEdit(self)
        self._exact.setFrameShape(QFrame.Shape.NoFrame)
        self._exact.setReadOnly(True)
        self._exact.setAccessibleName("The exact text")
        self._exact.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._body = QWidget(self)
        self._body.setFixedHeight(_HEIGHT)
        line, body, column = QHBoxLayout(), QHBoxLayout(self._body), QVBoxLayout(self)
        for layout in (line, body, column):
            layout.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2 * theme.GRID)
        line.addWidget(self._words, 1)
        line.addWidget(self._picture)
        line.addWidget(self._fold)
        body.setSpacing(theme.GRID)
        body.addWidget(self._list, 1)
        body.addWidget(self._exact, 1)
        column.setSpacing(theme.GRID // 2)
        column.addLayout(line)
        column.addWidget(self._body)
        self.hide()
        self._body.hide()

    @property
    def is_unfolded(self) -> bool:
        """Whether the texts are shown."""
        return self._fold.isChecked() and not self.isHidden()

    @property
    def tab_stops(self) -> list[QWidget]:
        """What Tab goes through."""
        return [self._picture, self._fold, self._list, self._exact]

    def show_texts(self, *, card_words: str) -> None:
        """Show the texts as they are now; `card_words` offer the picture of a card, empty for none."""
        made = self._texts.made
        words = texts_words.summary(made, ticked=len(self._texts.ticked)) if made is not None else ""
        self._rows.show()
        self.setVisible(bool(words))
        if made is None or not words:
            return
        self._words.setText(words)
        theme.set_role(self._words, "review" if _is_flawed(made) else "secondary")
        self.setAccessibleName(words)
        self._picture.setVisible(bool(card_words))
        self._picture.setText(card_words)
        many = "texts" if made.groups else "text"
        self._fold.setText(f"Hide {many}" if self._fold.isChecked() else f"Show {many}")
        self._fold.setVisible(bool(made.rows))
        self._list.setVisible(bool(made.groups))
        self._body.setVisible(self._fold.isChecked() and bool(made.rows))
        self._show_exact(min(max(self._list.currentIndex().row(), 0), len(made.rows) - 1))

    def _show_exact(self, number: int) -> None:
        made = self._texts.made
        if not self.is_unfolded or made is None or not made.rows:
            return
        row = made.rows[number]
        if self._exact.toPlainText() != (text := without_surrogates(row.text)):
            self._exact.setPlainText(text)
        self._exact.setExtraSelections(_marks(self._exact, row))

    def _on_fold_toggled(self) -> None:
        self.show_texts(card_words=self._picture.text())
        if self.is_unfolded:
            self.unfolded.emit()

    def _on_picture_clicked(self) -> None:
        self.picture_wanted.emit(self._texts.made)


def _is_flawed(made: Made) -> bool:
    return bool(made.flaw) or any(row.flaws for row in made.rows)


def _marks(exact: QPlainTextEdit, row: TableRow) -> list[Mark]:
    """Mark what the row took of its groups: with a ground and a line below, so that not only a colour tells."""
    look = QTextCharFormat()
    look.setBackground(QColor(theme.tokens().selection))
    look.setFontUnderline(True)
    places = utf16_places(row.text)
    return [mark(exact.document(), places[pick.start], places[pick.end], look) for pick in row.picks if pick.end > pick.start]


def _link(parent: QWidget) -> QPushButton:
    made = QPushButton(parent)
    made.setFont(theme.font(size_px=12))
    made.setAutoDefault(False)
    theme.set_role(made, "link")
    return made
