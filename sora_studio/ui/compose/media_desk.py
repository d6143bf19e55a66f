"""Coordinates the composer's wells, the checks of media in the model, and the dialogs about single ones."""

import asyncio
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.models.draft import Medium
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.ui.compose.media_dialog import MediaDialog
from sora_studio.ui.compose.media_wells import MediaWells
from sora_studio.ui.compose.pictures.picture_dialog import PictureDialog
from sora_studio.ui.compose.recordings.lora_popup import LoraPopup
from sora_studio.ui.compose.recordings.recording_dialog import RecordingDialog
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.clip_uses import ClipOffer
from sora_studio.viewmodels.compose.composer import ComposeModel


class MediaDesk(QObject):
    """Connects the wells to the model. At most one dialog is open.

    Signals: `route_needed()` when the user wants to set up a picture route, `found()` when a medium's check has finished.
    """

    route_needed = Signal()
    found = Signal()

    def __init__(self, images: MediaWells, model: ComposeModel, scope: TaskScope) -> None:
        super().__init__(images)
        self._images, self._model, self._scope = images, model, scope
        self._checking: asyncio.Task[None] | None = None
        self._dialog: MediaDialog | None = None
        self._looks = dict[str, asyncio.Task[None]]()
        self._is_scaling = False
        images.opened.connect(self._on_images_opened)
        images.media_chosen.connect(self.put)
        images.moved.connect(self.move)
        images.aside_dropped.connect(self.drop_aside)
        images.undo.triggered.connect(self._on_undo_triggered)
        images.redo.triggered.connect(self._on_redo_triggered)
        for looks in (model.looks, model.recording_looks):
            looks.changed.connect(self._on_looks_changed)

    def put(self, role: Role, sources: tuple[str, ...]) -> None:
        """Set the media of a role and check them."""
        self._model.set_media(role, sources)
        self.check()

    def add(self, path: Path) -> None:
        """Add a picture. It replaces a single unedited one of its role; otherwise all are kept."""
        role = self._model.picture_role
        place = next((place for place in self._model.places if place.role is role), None)
        present = place.sources if place and place.room != 1 else ()
        beside = present if len(present) > 1 or any(source in self._model.request.edits for source in present) else ()
        self.put(role, tuple(dict.fromkeys((*beside, str(path)))))

    async def use_clip(self, offer: ClipOffer, film: Path, at_s: float) -> bool:
        """Use a saved clip as the offer says, or its frame at that time; return whether that was possible."""
        takes_film = offer.kind is MediaKind.VIDEO
        medium = film if takes_film else await self._model.inspection.save_frame(film, at_s)
        if medium is None or offer.mode is None:
            return False
        self._model.put_in_mode(offer.mode, offer.role, str(medium))
        self.check()
        return True

    def move(self, source: str, role: Role, index: int) -> None:
        """Move a medium to another place among its own, or to another role, and check all."""
        self._model.move_medium(source, role, index)
        self.check()

    def drop_aside(self, source: str) -> None:
        """Remove a medium that was set aside."""
        self._model.drop_aside(source)

    def check(self) -> None:
        """Validate the current media; cancel an earlier, now stale check."""
        if self._checking is not None:
            self._checking.cancel()
        self._checking = self._scope.start(self._model.check_media(), name="check media")

    def show(self) -> None:
        """Mark the wells and inspect all media, folded ones with low priority; not while an edit is being dragged."""
        self._show_seen()
        self._images.undo.setEnabled(self._model.history.can_undo)
        self._images.redo.setEnabled(self._model.history.can_redo)
        if self._dialog is not None and self._dialog.is_settling:
            return
        in_sight = [*self._images.shown, *([self._dialog.source] if self._dialog is not None else [])]
        for source in (*in_sight, *self._model.pictures, *self._model.recordings):
            self._look(source, patient=source not in in_sight)

    def _look(self, source: str, *, again: bool = False, patient: bool = False) -> None:
        if (looking := self._model.look(source, again=again, patient=patient)) is not None:
            if (earlier := self._looks.get(source)) is not None:
                earlier.cancel()  # the result for an earlier edit is stale
            self._looks[source] = self._scope.start(looking, name="look at medium")
            self._looks[source].add_done_callback(partial(self._forget, source))

    def _forget(self, source: str, look: "asyncio.Task[None]") -> None:
        if self._looks.get(source) is look:
            del self._looks[source]

    def _on_looks_changed(self, source: str) -> None:
        if not (self._model.looks.is_waiting(source) or self._model.recording_looks.is_waiting(source)):
            self._show_seen()
            self.found.emit()

    def _show_seen(self) -> None:
        self._images.show_seen(self._model.seen, self._model.shape)
        self._images.show_seen_recordings(self._model.seen_recordings)

    def _on_undo_triggered(self) -> None:
        self._model.undo()
        self.check()

    def _on_redo_triggered(self) -> None:
        self._model.redo()
        self.check()

    def _on_images_opened(self, source: str) -> None:
        medium = self._model.medium(source)
        if medium is None:
            return
        if medium.kind is MediaKind.LORA:
            self._open_lora(medium)
            return
        kind = PictureDialog if medium.kind is MediaKind.IMAGE else RecordingDialog
        if isinstance(self._dialog, kind):
            self._dialog.show_source(source)
            self._dialog.activateWindow()
            return
        if self._dialog is not None:
            self._dialog.close()
        self._images.stop()
        self._open_dialog(kind(source, self._model, self._scope, self._images))

    def _open_lora(self, lora: Medium) -> None:
        popup = LoraPopup(lora.address, lora.scale, self._images)
        popup.scale_chosen.connect(partial(self._on_popup_scale_chosen, lora.address))
        popup.address_entered.connect(partial(self._on_popup_address_entered, lora.address))
        self._is_scaling = False
        popup.open_above(self._images.anchor_of(lora.address))

    def _on_popup_scale_chosen(self, address: str, scale: float) -> None:
        """Make all changes of one popup one step to undo."""
        self._model.set_scale(address, scale, goes_on=self._is_scaling)
        self._is_scaling = True

    def _on_popup_address_entered(self, before: str, address: str) -> None:
        lora = self._model.medium(before)
        self._images.change_address(before, address)
        if lora is not None:
            self._model.set_scale(address, lora.scale, goes_on=True)

    def _open_dialog(self, dialog: MediaDialog) -> None:
        self._dialog = dialog
        dialog.edit_settled.connect(self._on_dialog_edit_settled)
        dialog.turned.connect(self.show)
        dialog.replace_wanted.connect(self._images.choose)
        dialog.address_entered.connect(self._images.change_address)
        dialog.remove_wanted.connect(self._images.remove)
        dialog.route_needed.connect(self.route_needed)
        dialog.addActions((self._images.undo, self._images.redo))
        dialog.closed.connect(self._on_dialog_closed)
        dialog.show()
        self._look(dialog.source, again=True)

    def _on_dialog_edit_settled(self) -> None:
        self.show()
        self.check()

    def _on_dialog_closed(self, source: str) -> None:
        self._dialog = None
        self.show()
        self._images.focus_on(source)
