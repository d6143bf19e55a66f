"""The dialog about one picture before it is sent: its facts, its crop, what the service gets, and by which route."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from sora_studio.disk_calls import on_disk
from sora_studio.domain.errors import FolderSilent
from sora_studio.domain.picture import Crop
from sora_studio.domain.request import is_url
from sora_studio.ui.compose.pictures.address_field import AddressField
from sora_studio.ui.compose.pictures.crop_view import CropView
from sora_studio.ui.compose.pictures.file_glance import glance
from sora_studio.ui.compose.pictures.picture_facts import PictureFacts
from sora_studio.ui.compose.pictures.picture_steps import PictureSteps
from sora_studio.ui.compose.problem_line import ProblemLine
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.images import image_of
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.composer import ComposeModel
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_crop import largest
from sora_studio.viewmodels.compose.pictures.picture_words import Shape

_EDGE = 1024
_SETTLED_MS = 250
"""Debounce: what would be sent is prepared this long after the last change of the crop."""
_FACTS_WIDTH = 296
_SIZE = QSize(904, 568)


class PictureDialog(QDialog):
    """A modeless dialog that applies changes at once and steps through all pictures of the request.

    Signals: `edit_settled()` when what is sent has changed and should be checked, `turned()` when another picture is shown,
    `replace_wanted(str)`, `address_entered(str, str)` with the old and the new address, `remove_wanted(str)`,
    `route_needed()`; `closed(str)` with the picture shown last.
    """

    edit_settled = Signal()
    turned = Signal()
    replace_wanted = Signal(str)
    address_entered = Signal(str, str)
    remove_wanted = Signal(str)
    route_needed = Signal()
    closed = Signal(str)

    def __init__(self, source: str, model: ComposeModel, scope: TaskScope, parent: QWidget) -> None:
        super().__init__(parent)
        self.source = source
        self._model = model
        self._loading: asyncio.Task[None] | None = None
        self._scope = scope
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settle.timeout.connect(self.edit_settled)
        self._view = CropView(self)
        self._facts = PictureFacts(self)
        self._steps = PictureSteps(self)
        self._address = AddressField(self)
        self._refusal = ProblemLine(self)
        self._left = dict[tuple[str, tuple[int, int], Shape], Crop]()
        self._glance = ""
        self._place = 0
        self._is_over = False
        self._build_layout()
        self._order_tabs()
        self._connect()
        self.show_source(source)
        self.resize(_SIZE)

    def show_source(self, source: str) -> None:
        """Show one of the request's pictures."""
        self.source, self._glance = source, ""
        self.setWindowTitle(picture_words.name(source))
        self._replace.setText("Change address…" if is_url(source) else "Replace…")
        self._address.dismiss()
        self._load()
        self.show_model()
        self._rest()
        self.turned.emit()

    def show_model(self) -> None:
        """Follow the composer. Show what replaced the current picture; close when there are no pictures."""
        images = self._model.pictures
        if self._is_over:
            return
        if not images:
            self.close()
        elif self.source in images:
            self._place = images.index(self.source)
            self._steps.show_place(self._place, len(images))
            self._show_picture()
        else:
            self.show_source(images[min(self._place, len(images) - 1)])

    def _show_picture(self) -> None:
        model, seen = self._model, self._model.seen.get(self.source)
        edit = model.edit_of(self.source)
        shape = model.shape
        self._facts.show_picture(self.source, seen, glance=self._glance, is_waiting=model.looks.is_waiting(self.source))
        self._facts.show_shape(seen, shape, is_cropped=edit.crop is not None)
        is_stuck = seen is not None and bool(seen.problem) and not seen.has_way_out
        self._facts.show_ways(model.ways, model.request.pictures_by, is_needed=not is_url(self.source) and not is_stuck)
        self._facts.make_room(_FACTS_WIDTH)
        self._view.show_transparency(seen is not None and seen.facts is not None and seen.facts.is_transparent)
        self._view.show_crop(edit.crop, shape.ratio if shape else 1.0, seen.pixels if seen else None)

    @property
    def is_settling(self) -> bool:
        """Whether the crop is still being changed, so that checking it would be premature."""
        return self._settle.isActive()

    # --- building -------------------------------------------------------------------------------------------------

    def _build_layout(self) -> None:
        self._facts.setFixedWidth(_FACTS_WIDTH)
        left = QVBoxLayout()
        left.setSpacing(theme.GRID)
        left.addWidget(self._view, 1)
        left.addWidget(self._steps)
        right = QVBoxLayout()
        right.setSpacing(2 * theme.GRID)
        right.addWidget(self._facts, 1)
        right.addWidget(self._refusal)
        right.addWidget(self._address)
        right.addLayout(self._build_buttons())
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        row.setSpacing(3 * theme.GRID)
        row.addLayout(left, 1)
        row.addLayout(right)

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        self._replace = self._build_button("", self._on_replace_clicked)
        self._remove = self._build_button("Remove", lambda: self.remove_wanted.emit(self.source))
        row.addWidget(self._replace)
        row.addWidget(self._remove)
        row.addStretch(1)
        self._done = self._build_button("Done", self.close)
        self._done.setFocus(Qt.FocusReason.OtherFocusReason)
        row.addWidget(self._done)
        return row

    def _build_button(self, words: str, act: Callable[[], object]) -> PushButton:
        button = PushButton(words, parent=self)
        button.clicked.connect(act)
        return button

    def _order_tabs(self) -> None:
        """Set the tab order: the picture, the steps below it, then the right column from top to bottom."""
        beneath = (self._address, self._replace, self._remove, self._done)
        for before, after in pairwise([self._view, *self._steps.tab_stops, *self._facts.tab_stops(), *beneath]):
            QWidget.setTabOrder(before, after)

    def _connect(self) -> None:
        self.finished.connect(self._on_finished)
        self._model.changed.connect(self.show_model)
        self._model.looks.changed.connect(self._on_looks_changed)
        self._view.cropped.connect(self._on_view_cropped)
        self._steps.stepped.connect(self._on_steps_stepped)
        self._facts.crop_chosen.connect(self._on_facts_crop_chosen)
        self._facts.reset_wanted.connect(self._on_facts_reset_wanted)
        self._facts.offer_taken.connect(self._on_facts_offer_taken)
        self._facts.route_chosen.connect(self._model.set_pictures_by)
        self._facts.route_needed.connect(self.route_needed)
        self._address.entered.connect(self._on_address_entered)
        self._address.refused.connect(self._refusal.say)
        self._address.closed.connect(lambda: self._refusal.say(""))

    def _load(self) -> None:
        self._stop_loading()
        if is_url(self.source):
            self._view.show_words("The picture stays where it is until the service fetches it.")
        else:
            self._view.show_words("")
            self._loading = self._scope.start(self._show_file(Path(self.source)), name="show picture")

    def _stop_loading(self) -> None:
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

    def _on_finished(self) -> None:
        """Apply a pending crop and clean up, however the dialog was closed."""
        self._is_over = True
        self._rest()
        self._stop_loading()
        self.closed.emit(self.source)

    def _rest(self) -> None:
        """Apply a pending crop at once instead of after the debounce."""
        if self.is_settling:
            self._settle.stop()
            self.edit_settled.emit()

    def _on_steps_stepped(self, by: int) -> None:
        images = self._model.pictures
        self.show_source(images[(self._place + by) % len(images)])

    def _on_looks_changed(self, source: str) -> None:
        if source == self.source:
            self.show_model()

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

    def _on_replace_clicked(self) -> None:
        if is_url(self.source):
            self._address.ask(self.source)
        else:
            self.replace_wanted.emit(self.source)

    def _on_address_entered(self, address: str) -> None:
        self.address_entered.emit(self.source, address)

    def _on_facts_offer_taken(self) -> None:
        self._done.setFocus(Qt.FocusReason.OtherFocusReason)  # the pressed button is about to be hidden
        self._model.set_edit(self.source, replace(self._model.edit_of(self.source), convert=True))
        self.edit_settled.emit()

    def _change(self, *, crop: Crop | None, goes_on: bool = False) -> None:
        self._model.set_edit(self.source, replace(self._model.edit_of(self.source), crop=crop), goes_on=goes_on)
