"""The right column of the picture dialog: the picture's facts, what is sent, its shape, and its route to the service."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sora_studio.domain.picture import PictureEdit, PictureRoute
from sora_studio.ui.compose.fact_labels import block, button, label, say, say_address
from sora_studio.ui.compose.route_block import RouteBlock
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.ui.kit.problem_line import ProblemLine
from sora_studio.ui.kit.segments import Segments
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Shape

_BUSY_AFTER_MS = 300
"""Delay before a busy text is shown, to avoid flicker."""


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
        self._busy_soon = QTimer(self, singleShot=True, interval=_BUSY_AFTER_MS)
        self._busy_soon.timeout.connect(self._on_busy_soon_timeout)
        self._name = ElidedLabel(semibold=True)
        self._address = label(role="secondary")
        self._facts = label(role="secondary")
        self._sent_title = label(semibold=True)
        self._sent = label()
        self._changes = label(role="secondary")
        self._caution = label(role="review")
        self._problem = ProblemLine(self)
        self._offer = button("", self.offer_taken.emit)
        self._shape = self._build_shape()
        self._way = RouteBlock(self)
        self._way.chosen.connect(self.route_chosen)
        self._way.needed.connect(self.route_needed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.GRID)
        column.addLayout(block(self._name, self._address, self._facts))
        column.addLayout(block(self._sent_title, self._sent, self._changes, self._caution, self._problem, self._offer))
        column.addWidget(self._shape)
        column.addWidget(self._way)
        column.addStretch(1)

    def show_picture(self, source: str, seen: Seen | None, *, glance: str, is_waiting: bool) -> None:
        """Show the last known facts, and a busy text if a check takes long. `glance` describes a file that cannot be opened."""
        seen = seen or Seen(PictureEdit())
        self._name.setText(picture_words.name(source))
        say_address(self._address, picture_words.address(source))
        say(self._facts, picture_words.facts_line(seen) or glance)
        if not is_waiting:
            self._busy_soon.stop()
        elif not self._busy_soon.isActive():
            self._busy_soon.start()
        sent = picture_words.what_is_sent(seen)
        say(self._sent_title, picture_words.heading(seen) if sent or seen.problem else "")
        say(self._sent, sent)
        say(self._changes, seen.note or "\n".join(picture_words.changes(seen)))
        say(self._caution, picture_words.caution(seen))
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
            say(self._shape_words, picture_words.shape_sentence(*pixels, shape))
            theme.set_role(self._shape_words, "secondary" if is_cropped else "review")
        local = seen is None or seen.web is None
        self._crop.setVisible(local)
        self._crop.show_value(is_cropped)
        self._reset.setVisible(is_cropped)
        self._hint.setVisible(is_cropped)

    def show_ways(self, ways: Ways, chosen: PictureRoute | None, *, is_needed: bool) -> None:
        """Show the route of a local picture; not `is_needed` for web addresses and pictures that cannot be sent."""
        self._way.setVisible(is_needed)
        self._way.show_ways(ways, chosen, noun="picture")

    def tab_stops(self) -> list[QWidget]:
        """Return the widgets in tab order."""
        return [self._offer, *self._crop.buttons, self._reset, *self._way.tab_stops]

    def make_room(self, width: int) -> None:
        """Set the minimum height to what the text needs at this width."""
        self.setMinimumHeight(self.heightForWidth(width))

    # --- building -------------------------------------------------------------------------------------------------

    def _build_shape(self) -> QWidget:
        self._shape_words = label(role="review")
        self._crop = Segments("Shape", [(False, "Leave as is", None), (True, "Crop", "crop")], self)
        self._crop.chosen.connect(self.crop_chosen)
        self._reset = button("Reset", self.reset_wanted.emit, name="Reset the crop")
        theme.set_role(self._reset, "quiet")
        self._hint = label("Drag the box or a corner. Arrow keys move it, Shift+arrows resize it.", role="secondary")
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

    def _on_busy_soon_timeout(self) -> None:
        say(self._sent_title, picture_words.heading(Seen(PictureEdit())))
        say(self._sent, "Checking…")
