"""The bars of a filter session: above the film what it is and what was decided, below it a button for every key."""

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from sora_studio.domain.decision import Fate
from sora_studio.domain.judgement import MOST_STARS
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.viewmodels.library import filter_words
from sora_studio.viewmodels.library.filter_session import FilterSession

HEADER_HEIGHT = 44
_ICON = QSize(16, 16)
_SIDE = 2 * theme.GRID
_BUTTONS = (
    (Fate.KEEP, "Keep", "check", "Keep (P)"),
    (Fate.REJECT, "Reject", "close", "Reject (X)"),
    (Fate.CLEAR, "Clear", "", "Not decided (U)"),
    (Fate.TRASH, "Trash", "trash", "Move to the trash at the end (Del)"),
)
_SHOWN_AS = {Fate.KEEP: "ready", Fate.REJECT: "failed", Fate.TRASH: "review"}


class FilterHeader(QFrame):
    """One line: the position, the prompt's first line, and the decision as an icon with its word."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        theme.set_role(self, "bar")
        self.setFixedHeight(HEADER_HEIGHT)
        self.position = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self.position.setFont(theme.font(semibold=True))
        self.title = ElidedLabel(at_end=True, parent=self)
        self.decision = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        self.decision.setFont(theme.font(semibold=True))
        self._icon = QLabel(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(_SIDE, 0, _SIDE, 0)
        row.setSpacing(_SIDE)
        row.addWidget(self.position)
        row.addWidget(self.title, 1)
        marks = QHBoxLayout()
        marks.setSpacing(theme.GRID - 2)
        marks.addWidget(self._icon)
        marks.addWidget(self.decision)
        row.addLayout(marks)
        self._mark = filter_words.Mark("", "", "secondary")
        theme.notifier.changed.connect(self._paint_mark)

    def show_session(self, session: FilterSession, title: str) -> None:
        """Show the current clip."""
        self.position.setText(filter_words.position_text(session))
        self.title.setText(title)
        clip = session.current
        self._mark = filter_words.mark_of(clip, session.pending(clip)) if clip else filter_words.Mark("", "", "secondary")
        self._paint_mark()

    def _paint_mark(self) -> None:
        mark = self._mark
        self.decision.setText(mark.words)
        theme.set_role(self.decision, mark.role)
        self._icon.setVisible(bool(mark.icon))
        if mark.icon:
            colour: str = getattr(theme.tokens(), mark.role)
            self._icon.setPixmap(theme.icon(mark.icon, colour).pixmap(_ICON, self.devicePixelRatioF()))


class FilterButtons(QFrame):
    """What the keys do, for the mouse. A click leaves the focus where the keys work.

    Signals: `fate_chosen(Fate)`; `stars_chosen(int)`; `back_asked()`; `skip_asked()`; `end_asked()`; `include_asked()`.
    """

    fate_chosen = Signal(object)
    stars_chosen = Signal(int)
    back_asked = Signal()
    skip_asked = Signal()
    end_asked = Signal()
    include_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        theme.set_role(self, "bar")
        self._given_stars = 0
        self._fates = {fate: self._button(words, tip) for fate, words, _, tip in _BUTTONS}
        self._stars = [self._star(number) for number in range(1, MOST_STARS + 1)]
        self._back = self._button("←  Back", "Back to the previous clip (← or Backspace)", name="Back")
        self._skip = self._button("Skip  →", "On to the next clip (→ or Space)", name="Skip")
        self._end = self._button("End", "End, and commit what was decided (Enter)", name="End the session")
        self._keys = ElidedLabel(filter_words.KEYS, at_end=True, parent=self)
        theme.set_role(self._keys, "secondary")
        self._left_out = QLabel(self, textFormat=Qt.TextFormat.PlainText)
        theme.set_role(self._left_out, "secondary")
        self._include = PushButton("Include them", "Include the clips decided already", self)
        theme.set_role(self._include, "link")
        self._include.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._connect()
        self._lay_out()
        theme.notifier.changed.connect(self._paint_icons)
        self._paint_icons()

    def show_session(self, session: FilterSession) -> None:
        """Check what is pending for the current clip, and say what is left out."""
        clip = session.current
        decision = session.pending(clip) if clip else None
        for fate, button in self._fates.items():
            button.setChecked(decision is not None and decision.fate is fate)
        self._given_stars = session.stars(clip) if clip else 0
        self._back.setEnabled(session.place > 0)
        self._left_out.setText(filter_words.left_out_text(session))
        self._include.setVisible(session.left_out > 0)
        self._include.setText("Include it" if session.left_out == 1 else "Include them")
        self._paint_icons()

    def _connect(self) -> None:
        for fate, button in self._fates.items():
            button.setCheckable(True)
            button.clicked.connect(partial(self._on_fate_clicked, fate))
        for number, star in enumerate(self._stars, 1):
            star.clicked.connect(partial(self._on_star_clicked, number))
        self._back.clicked.connect(self.back_asked)
        self._skip.clicked.connect(self.skip_asked)
        self._end.clicked.connect(self.end_asked)
        self._include.clicked.connect(self.include_asked)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.GRID - 2)
        row.addWidget(self._back)
        row.addStretch(1)
        for fate in (Fate.KEEP, Fate.REJECT, Fate.CLEAR):
            row.addWidget(self._fates[fate])
        row.addSpacing(theme.GRID)
        stars = QHBoxLayout()
        stars.setSpacing(0)
        for star in self._stars:
            stars.addWidget(star)
        row.addLayout(stars)
        row.addSpacing(theme.GRID)
        row.addWidget(self._fates[Fate.TRASH])
        row.addStretch(1)
        row.addWidget(self._skip)
        row.addWidget(self._end)
        info = QHBoxLayout()
        info.setSpacing(theme.GRID)
        info.addWidget(self._keys, 1)
        info.addWidget(self._left_out)
        info.addWidget(self._include)
        column = QVBoxLayout(self)
        column.setContentsMargins(_SIDE, theme.GRID, _SIDE, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addLayout(row)
        column.addLayout(info)

    def _button(self, words: str, tip: str, *, name: str = "") -> PushButton:
        button = PushButton(words, name, self)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _star(self, number: int) -> QToolButton:
        button = QToolButton(self)
        theme.set_role(button, "icon")
        button.setIconSize(_ICON)
        button.setAccessibleName(f"{number} star{'s' * (number > 1)}")
        button.setToolTip(f"{number} star{'s' * (number > 1)} ({number}); again for none (0)")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _paint_icons(self) -> None:
        colours = theme.tokens()
        for fate, _, icon, _ in _BUTTONS:
            button = self._fates[fate]
            if icon:
                shown: str = getattr(colours, _SHOWN_AS[fate]) if button.isChecked() else colours.text
                button.setIcon(theme.icon(icon, shown))
        for number, star in enumerate(self._stars, 1):
            is_given = number <= self._given_stars
            star.setIcon(theme.icon("star-filled" if is_given else "star", colours.review if is_given else colours.secondary))

    def _on_fate_clicked(self, fate: Fate) -> None:
        self.fate_chosen.emit(fate)

    def _on_star_clicked(self, number: int) -> None:
        self.stars_chosen.emit(0 if number == self._given_stars else number)
