"""Checks of the composer's pictures."""

from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING

from sora_studio.domain.errors import StudioError
from sora_studio.domain.models.profile import MediaSlot
from sora_studio.domain.picture import PictureEdit
from sora_studio.viewmodels.compose.media_checks import MediaLooks
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Sent

if TYPE_CHECKING:
    from sora_studio.services.pictures.pictures import PictureLook, Pictures


class PictureLooks(MediaLooks[Seen]):
    """The last result for each picture, without its bytes."""

    def look(
        self, pictures: "Pictures", source: str, edit: PictureEdit, slot: MediaSlot, *, patient: bool = False
    ) -> Coroutine[object, object, None]:
        """Return a coroutine that checks a picture; see `begin`."""
        return self.begin(partial(_look, pictures, source, edit, slot), source, edit, slot, patient=patient)


async def _look(pictures: "Pictures", source: str, edit: PictureEdit, slot: MediaSlot) -> Seen:
    try:
        look = await pictures.look(source, edit, slot)
    except StudioError as error:
        return Seen(edit, problem=error.sentence)
    return _seen(look, edit)


def _seen(look: "PictureLook", edit: PictureEdit) -> Seen:
    return Seen(
        edit,
        look.facts,
        look.web,
        Sent.of(look.published) if look.published else None,
        Sent.of(look.offer) if look.offer else None,
        look.problem,
        look.note,
        look.digest,
    )
