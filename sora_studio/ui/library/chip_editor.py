"""The inline editor of a filter in the search box."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QToolTip, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import tell
from sora_studio.ui.library.offer_field import OfferField, Offers
from sora_studio.ui.library.offer_list import Offer
from sora_studio.viewmodels.library.completion import Completion
from sora_studio.viewmodels.library.unread_filter import why_no_filter

_LEAST_WIDTH, _MOST_WIDTH, _ROOM = 120, 320, 24


class ChipEditor(OfferField):
    """Enter commits, Esc restores. A text that is no filter is kept, and explained below.

    Signals: `committed(str)` with the filter, empty to drop it; `cancelled()`. Each ends the editor.
    """

    committed = Signal(str)
    cancelled = Signal()

    def __init__(self, text: str, offers: Offers, parent: QWidget) -> None:
        super().__init__(offers, parent)
        self._is_done = False
        self.setText(text)
        self.setAccessibleName("Edit the filter")
        theme.set_role(self, "chip")
        self.entered.connect(self._on_entered)
        self.taken.connect(self._on_taken)
        self.escaped.connect(self._on_escaped)
        self.went_down.connect(self.refresh)
        self.focus_lost.connect(self.finish)
        self.textChanged.connect(self.updateGeometry)
        self.textEdited.connect(self._on_text_edited)

    def sizeHint(self) -> QSize:
        """Return the width of the text, with room to go on typing."""
        width = QFontMetrics(self.font()).horizontalAdvance(self.text()) + _ROOM
        return QSize(max(_LEAST_WIDTH, min(width, _MOST_WIDTH)), super().sizeHint().height())

    def finish(self) -> None:
        """Commit a text that can be read, else restore the filter."""
        self._end(None if why_no_filter(self.text()) else self.text().strip())

    def abandon(self) -> None:
        """End without a word."""
        self._is_done = True

    def _on_entered(self) -> None:
        if reason := why_no_filter(self.text()):
            self.setAccessibleDescription(reason)
            theme.set_role(self, "invalid-chip")
            tell(self, reason)
        else:
            self._end(self.text().strip())

    def _on_taken(self, offer: Offer) -> None:
        if isinstance(found := offer.value, Completion):
            self.setText(f"{self.text()[: found.start]}{found.filter}{self.text()[found.end :]}")
            self.list.hide()

    def _on_text_edited(self) -> None:
        theme.set_role(self, "chip")
        QToolTip.hideText()

    def _on_escaped(self, was_open: bool) -> None:
        if not was_open:
            self._end(None)

    def _end(self, text: str | None) -> None:
        if self._is_done:
            return
        self._is_done = True
        QToolTip.hideText()
        if text is None:
            self.cancelled.emit()
        else:
            self.committed.emit(text)
