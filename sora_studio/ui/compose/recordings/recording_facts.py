"""The right column of the dialog about a film or sound: its facts, what is sent, what the model takes, and its route."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.domain.film_edit import FilmEdit
from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.picture import PictureRoute
from sora_studio.ui.compose.fact_labels import block, button, label, say, say_address
from sora_studio.ui.compose.route_block import RouteBlock
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.ui.kit.problem_line import ProblemLine
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.media_places import noun_of
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.recordings import recording_words
from sora_studio.viewmodels.compose.recordings.recording_words import SeenRecording


class RecordingFacts(QWidget):
    """Facts about one film or sound. Stateless.

    Signals: `offer_taken()`, `route_chosen(PictureRoute | None)`, `route_needed()`.
    """

    offer_taken = Signal()
    route_chosen = Signal(object)
    route_needed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = ElidedLabel(semibold=True)
        self._address = label(role="secondary")
        self._facts = label(role="secondary")
        self._sent_title = label(semibold=True)
        self._sent = label()
        self._changes = label(role="secondary")
        self._problem = ProblemLine(self)
        self._offer = button("Send a copy that fits", self.offer_taken.emit)
        self._limits = label(role="secondary")
        self._way = RouteBlock(self)
        self._way.chosen.connect(self.route_chosen)
        self._way.needed.connect(self.route_needed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.GRID)
        column.addLayout(block(self._name, self._address, self._facts))
        column.addLayout(block(self._sent_title, self._sent, self._changes, self._problem, self._offer, self._limits))
        column.addWidget(self._way)
        column.addStretch(1)

    def show_recording(self, source: str, seen: SeenRecording | None, *, limits: str, is_waiting: bool) -> None:
        """Show the last known facts, and what the model takes."""
        seen = seen or SeenRecording(MediaKind.VIDEO, FilmEdit())
        self._name.setText(picture_words.name(source))
        say_address(self._address, picture_words.address(source))
        say(self._facts, recording_words.facts_line(seen))
        sent = recording_words.what_is_sent(seen)
        is_first = is_waiting and not sent and not seen.problem
        say(self._sent_title, recording_words.heading(seen) if sent or seen.problem or is_first else "")
        say(self._sent, "Checking…" if is_first else sent)
        say(self._changes, seen.note or "\n".join(recording_words.changes(seen)))
        self._problem.say(seen.problem)
        self._offer.setVisible(seen.offers_copy)
        say(self._limits, limits)

    def show_ways(self, ways: Ways, chosen: PictureRoute | None, kind: MediaKind, *, is_needed: bool) -> None:
        """Show the route of a local file; not `is_needed` for web addresses and files that cannot be sent."""
        self._way.setVisible(is_needed)
        self._way.show_ways(ways, chosen, noun=noun_of(kind))

    def tab_stops(self) -> list[QWidget]:
        """Return the widgets in tab order."""
        return [self._offer, *self._way.tab_stops]

    def make_room(self, width: int) -> None:
        """Set the minimum height to what the text needs at this width."""
        self.setMinimumHeight(self.heightForWidth(width))
