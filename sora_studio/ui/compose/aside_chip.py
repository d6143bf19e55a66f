"""The media that the model has no place for: they stay with the draft, are not sent, and come back with another model."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from sora_studio.domain.models.draft import Media
from sora_studio.domain.models.profile import Role
from sora_studio.ui.kit.controls import MenuChip
from sora_studio.viewmodels.compose.media_places import title_of

_WHY = "Not sent: this model and mode have no place for it. It comes back with one that does."


class AsideChip(MenuChip):
    """Shows how many media are set aside; its menu names and removes them. Hidden while there are none.

    Signals: `dropped(str)` with a medium that is to be removed from the draft.
    """

    dropped = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: Media = {}
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.setMenu(menu)
        self.hide()

    def show_media(self, aside: Media) -> None:
        """Show these media, by role."""
        if aside == self._shown:
            return
        self._shown = dict(aside)
        media = [(role, medium) for role in Role for medium in aside.get(role, ())]
        menu = self.menu()
        menu.clear()
        for role, medium in media:
            named = menu.addAction(f"{medium.name} · {title_of(role)}: not sent with this model and mode".replace("&", "&&"))
            named.setEnabled(False)
            remove = menu.addAction(f"Remove {medium.name} from the draft".replace("&", "&&"))
            remove.triggered.connect(partial(self.dropped.emit, medium.address))
        words = f"{len(media)} set aside"
        self.show_words(words)
        named = ", ".join(medium.name for _, medium in media)
        self.setAccessibleName(words)
        self.setAccessibleDescription(f"{named}. {_WHY}")
        self.setToolTip(f"{named}\n{_WHY}")
        self.setVisible(bool(media))
