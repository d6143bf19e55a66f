"""The dialog about one picture before it is sent: its facts, its crop, what the service gets, and by which route."""

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QWidget

from sora_studio.disk_calls import on_disk
from sora_studio.domain.errors import FolderSilent
from sora_studio.domain.picture import Crop
from sora_studio.domain.request import is_url
from sora_studio.ui.compose.media_dialog import FACTS_WIDTH, MediaDialog
from sora_studio.ui.compose.pictures.crop_view import CropView
from sora_studio.ui.compose.pictures.file_glance import glance
from sora_studio.ui.compose.pictures.picture_facts import PictureFacts
from sora_studio.ui.kit.images import image_of
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.composer import ComposeModel
from sora_studio.viewmodels.compose.pictures.picture_crop import largest
from sora_studio.viewmodels.compose.pictures.picture_words import Shape

_EDGE = 1024
_SIZE = QSize(904, 568)


class PictureDialog(MediaDialog):
    """Shows a picture with its crop."""

    def __init__(self, source: str, model: ComposeModel, scope: TaskScope, parent: QWidget) -> None:
        super().__init__(source, model, scope, parent)
        self._loading: asyncio.Task[None] | None = None
        self._view = CropView(self)
        self._facts = PictureFacts(self)
        self._left = dict[tuple[str, tuple[int, int], Shape], Crop]()
        self._glance = ""
        self._arrange((self._view,), self._facts, (self._view, *self._steps.tab_stops, *self._facts.tab_stops()))
        self._view.cropped.connect(self._on_view_cropped)
        self._facts.crop_chosen.connect(self._on_facts_crop_chosen)
        self._facts.reset_wanted.connect(self._on_facts_reset_wanted)
        self._facts.offer_taken.connect(self._on_facts_offer_taken)
        self._facts.route_chosen.connect(model.set_pictures_by)
        self._facts.route_needed.connect(self.route_needed)
        self.show_source(source)
        self.resize(_SIZE)

    @property
    def _sources(self) -> tuple[str, ...]:
        return self._model.pictures

    def _show_medium(self) -> None:
        model, seen = self._model, self._model.seen.get(self.source)
        edit = model.edit_of(self.source)
        shape = model.shape
        self._facts.show_picture(self.source, seen, glance=self._glance, is_waiting=model.looks.is_waiting(self.source))
        self._facts.show_shape(seen, shape, is_cropped=edit.crop is not None)
        is_stuck = seen is not None and bool(seen.problem) and not seen.has_way_out
        self._facts.show_ways(model.ways, model.request.pictures_by, is_needed=not is_url(self.source) and not is_stuck)
        self._facts.make_room(FACTS_WIDTH)
        self._view.show_transparency(seen is not None and seen.facts is not None and seen.facts.is_transparent)
        self._view.show_crop(edit.crop, shape.ratio if shape else 1.0, seen.pixels if seen else None)

    def _load(self) -> None:
        self._unload()
        self._glance = ""
        if is_url(self.source):
            self._view.show_words("The picture stays where it is until the service fetches it.")
        else:
            self._view.show_words("")
            self._loading = self._scope.start(self._show_file(Path(self.source)), name="show picture")

    def _unload(self) -> None:
        if self._loading is not None:
            self._loading.cancel()

    async def _show_file(self, path: Path) -> None:
        thumbnail = await self._model.inspection.thumbnail(path, max_edge=round(_EDGE * self.devicePixelRatioF()))
        if thumbnail is not None:
            self._view.show_image(image_of(thumbnail))
            return
        self._view.show_words("This picture cannot be shown here.")
        with contextlib.suppress(FolderSilent):
            self._glance = await on_disk(path.parent, lambda: glance(path))
        self.show_model()

    # --- what happens ---------------------------------------------------------------------------------------------

    def _on_view_cropped(self, crop: Crop) -> None:
        goes_on = self.is_settling
        self._settle.start()
        self._change(crop=crop, goes_on=goes_on)

    def _on_facts_crop_chosen(self, is_cropped: bool) -> None:
        """Turn the crop on or off. Turned on again, it restores the previous box if the clip's shape is the same."""
        seen, shape = self._model.looks.seen(self.source), self._model.shape
        if seen is None or seen.pixels is None or shape is None:
            self._crop_to(None)
        elif is_cropped:
            whole = largest(seen.pixels[0] / seen.pixels[1], shape.ratio)
            self._crop_to(self._left.get((self.source, seen.pixels, shape), whole))
        else:
            if (left := self._model.edit_of(self.source).crop) is not None:
                self._left[self.source, seen.pixels, shape] = left
            self._crop_to(None)

    def _on_facts_reset_wanted(self) -> None:
        seen, shape = self._model.looks.seen(self.source), self._model.shape
        if seen is not None and seen.pixels is not None and shape is not None:
            self._crop_to(largest(seen.pixels[0] / seen.pixels[1], shape.ratio))

    def _crop_to(self, crop: Crop | None) -> None:
        self._change(crop=crop)
        if crop is not None:  # deferred: a segment chosen by arrow key takes the focus again after this
            QTimer.singleShot(0, self._view, self._view.setFocus)
        self.edit_settled.emit()

    def _on_facts_offer_taken(self) -> None:
        self._done.setFocus(Qt.FocusReason.OtherFocusReason)  # the pressed button is about to be hidden
        self._model.set_edit(self.source, replace(self._model.edit_of(self.source), convert=True))
        self.edit_settled.emit()

    def _change(self, *, crop: Crop | None, goes_on: bool = False) -> None:
        self._model.set_edit(self.source, replace(self._model.edit_of(self.source), crop=crop), goes_on=goes_on)
