"""The right column of the picture dialog: the picture's facts, what is sent, its shape, and its route to the service."""

import html
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from sora_studio.domain.picture import PictureEdit, PictureRoute
from sora_studio.ui.compose.pictures.route_menu import add_routes
from sora_studio.ui.compose.problem_line import ProblemLine
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import MenuChip
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.ui.kit.line_breaks import breakable
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.segments import Segments
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Shape

_BUSY_AFTER_MS = 300
"""Delay before a busy text is shown, to avoid flicker."""
_LONG_ADDRESS = 160


class PictureFacts(QWidget):
    """Facts and choices about one picture. Stateless.

    Signals: `crop_chosen(bool)`, `reset_wanted()`, `offer_taken()`, `route_chosen(PictureRoute | None)`, `route_needed()`.
    """

    crop_chosen = Signal(object)
    reset_wanted = Signal()
    offer_taken = Signal()
    route_chosen = Signal(object)
    route_needed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ways: tuple[Ways, PictureRoute | None] | None = None
        self._busy_soon = QTimer(self, singleShot=True, interval=_BUSY_AFTER_MS)
        self._busy_soon.timeout.connect(self._on_busy_soon_timeout)
        self._name = ElidedLabel(semibold=True)
        self._address = _label(role="secondary")
        self._facts = _label(role="secondary")
        self._sent_title = _label(semibold=True)
        self._sent = _label()
        self._changes = _label(role="secondary")
        self._caution = _label(role="review")
        self._problem = ProblemLine(self)
        self._offer = _button("", self.offer_taken.emit)
        self._shape = self._build_shape()
        self._way = self._build_way()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.GRID)
        column.addLayout(_block(self._name, self._address, self._facts))
        column.addLayout(_block(self._sent_title, self._sent, self._changes, self._caution, self._problem, self._offer))
        column.addWidget(self._shape)
        column.addWidget(self._way)
        column.addStretch(1)

    def show_picture(self, source: str, seen: Seen | None, *, glance: str, is_waiting: bool) -> None:
        """Show the last known facts, and a busy text if a check takes long. `glance` describes a file that cannot be opened."""
        seen = seen or Seen(PictureEdit())
        self._name.setText(picture_words.name(source))
        self._show_address(picture_words.address(source))
        _say(self._facts, picture_words.facts_line(seen) or glance)
        if not is_waiting:
            self._busy_soon.stop()
        elif not self._busy_soon.isActive():
            self._busy_soon.start()
        sent = picture_words.what_is_sent(seen)
        _say(self._sent_title, picture_words.heading(seen) if sent or seen.problem else "")
        _say(self._sent, sent)
        _say(self._changes, seen.note or "\n".join(picture_words.changes(seen)))
        _say(self._caution, picture_words.caution(seen))
        self._problem.say(seen.problem)
        self._offer.setVisible(seen.offer is not None)
        if seen.offer is not None:
            self._offer.setText(picture_words.offer(seen.offer))
            self._offer.setToolTip(picture_words.sent_line(seen.offer))

    def show_shape(self, seen: Seen | None, shape: Shape | None, *, is_cropped: bool) -> None:
        """Show the crop controls if the picture's shape differs from the clip's or it is cropped; not for addresses."""
        pixels = seen.pixels if seen else None
        differs = shape is not None and pixels is not None and not picture_words.is_close(pixels[0] / pixels[1], shape.ratio)
        self._shape.setVisible(differs or is_cropped)
        if shape is not None and pixels is not None:
            _say(self._shape_words, picture_words.shape_sentence(*pixels, shape))
            theme.set_role(self._shape_words, "secondary" if is_cropped else "review")
        local = seen is None or seen.web is None
        self._crop.setVisible(local)
        self._crop.show_value(is_cropped)
        self._reset.setVisible(is_cropped)
        self._hint.setVisible(is_cropped)

    def show_ways(self, ways: Ways, chosen: PictureRoute | None, *, is_needed: bool) -> None:
        """Show the route of a local picture; not `is_needed` for web addresses and pictures that cannot be sent."""
        self._way.setVisible(is_needed)
        if (ways, chosen) == self._ways:
            return
        self._ways = (ways, chosen)
        route = ways.taken(chosen)
        stays_here = route is not None and route is ways.inner
        has_menu = ways.has_choice and bool(ways.routes)
        self._route.setVisible(has_menu)
        _say(self._route_words, "" if has_menu or stays_here else picture_words.way(route))
        if has_menu:
            self._route.menu().clear()
            add_routes(self._route.menu(), ways, chosen, self.route_chosen.emit)
            self._route.show_words(picture_words.way(route))
            self._route.setAccessibleName(picture_words.way(route))
        self._set_up.setVisible(route is None)
        _say(self._consent, picture_words.consent(route, stays_here=stays_here))

    def tab_stops(self) -> list[QWidget]:
        """Return the widgets in tab order."""
        return [self._offer, *self._crop.buttons, self._reset, self._route, self._set_up]

    def make_room(self, width: int) -> None:
        """Set the minimum height to what the text needs at this width."""
        self.setMinimumHeight(self.heightForWidth(width))

    # --- building -------------------------------------------------------------------------------------------------

    def _build_shape(self) -> QWidget:
        self._shape_words = _label(role="review")
        self._crop = Segments("Shape", [(False, "Leave as is", None), (True, "Crop", "crop")], self)
        self._crop.chosen.connect(self.crop_chosen)
        self._reset = _button("Reset", self.reset_wanted.emit, name="Reset the crop")
        theme.set_role(self._reset, "quiet")
        self._hint = _label("Drag the box or a corner. Arrow keys move it, Shift+arrows resize it.", role="secondary")
        choice = QHBoxLayout()
        choice.setSpacing(theme.GRID)
        choice.addWidget(self._crop)
        choice.addWidget(self._reset)
        choice.addStretch(1)
        box = QWidget(self)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addWidget(self._shape_words)
        column.addLayout(choice)
        column.addWidget(self._hint)
        return box

    def _build_way(self) -> QWidget:
        self._route = MenuChip(self)
        self._route.setMenu(QMenu(self._route))
        self._route_words = _label()
        self._consent = _label(role="secondary")
        self._set_up = _button("Set one up…", self.route_needed.emit)
        box = QWidget(self)
        column = _block(_label("How it gets there", semibold=True), self._route, self._route_words, self._consent, self._set_up)
        column.setAlignment(self._set_up, Qt.AlignmentFlag.AlignLeft)
        column.setContentsMargins(0, 0, 0, 0)
        box.setLayout(column)
        return box

    def _show_address(self, address: str) -> None:
        """Show the address, shortened to a few lines; the tool tip has all of it."""
        is_long = len(address) > _LONG_ADDRESS
        _say(self._address, f"{address[: _LONG_ADDRESS // 2]}…{address[-_LONG_ADDRESS // 2 :]}" if is_long else address)
        self._address.setAccessibleName(address)
        self._address.setToolTip(f"<qt>{html.escape(breakable(address))}</qt>" if is_long else "")

    def _on_busy_soon_timeout(self) -> None:
        _say(self._sent_title, picture_words.heading(Seen(PictureEdit())))
        _say(self._sent, "Checking…")


def _label(text: str = "", *, role: str = "", semibold: bool = False) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setFont(theme.font(semibold=semibold))
    if not text:
        label.hide()  # don't show it here: without a parent it would become a window
    if role:
        theme.set_role(label, role)
    return label


def _button(text: str, act: Callable[[], object], *, name: str = "") -> PushButton:
    button = PushButton(text, name)
    button.clicked.connect(partial(act))
    return button


def _block(*widgets: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    for widget in widgets:
        column.addWidget(widget)
    return column


def _say(label: QLabel, words: str) -> None:
    label.setText(breakable(words))
    label.setAccessibleName(words)
    label.setVisible(bool(words))
