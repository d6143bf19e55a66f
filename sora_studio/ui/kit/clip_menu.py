"""Menu entries for what a saved clip can be used for."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QMenu

from sora_studio.viewmodels.compose.clip_uses import ClipOffer, ClipUse

ClipOffers = Callable[[], Sequence[ClipOffer]]
"""Returns what clips can be used for now."""


def add_clip_uses(menu: QMenu, offers: Sequence[ClipOffer], choose: Callable[[ClipUse], object]) -> None:
    """Add an entry for each use; one that is not possible is disabled and says why."""
    menu.setToolTipsVisible(True)
    for offer in offers:
        entry = menu.addAction(offer.label, partial(choose, offer.use))
        entry.setEnabled(not offer.why)
        entry.setToolTip(offer.why)
