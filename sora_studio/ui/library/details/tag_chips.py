"""The tags of the selected clips as chips, and a field to add some."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from sora_studio.domain.judgement import Judgement
from sora_studio.domain.search_words import fold
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.flow_row import FlowRow
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.library.tag_field import TagField
from sora_studio.viewmodels.library.shared_model import TagCount

_FIELD_WIDTH = 96


class TagChips(FlowRow):
    """A press on a chip takes the tag away from all selected clips that have it. Signals: `judged(Judgement)`."""

    judged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, stretches=True)
        self._tags: Sequence[TagCount] = ()
        self._clips = 0
        self.field = TagField(self)
        self.field.setPlaceholderText("Add tag")
        theme.set_role(self.field, "chip")
        self.field.setMinimumWidth(_FIELD_WIDTH)
        self.field.entered.connect(self._add)
        self.field.editingFinished.connect(self.commit)
        self.set_widgets([self.field])

    def show_tags(self, tags: Sequence[TagCount], clips: int) -> None:
        """Show the tags of so many clips."""
        if (tags, clips) != (self._tags, self._clips):
            self._tags, self._clips = tags, clips
            self.set_widgets([*map(self._chip, tags), self.field])

    def commit(self) -> None:
        """Add what was typed."""
        self._add(self.field.take())

    def _add(self, tags: Sequence[str]) -> None:
        everywhere = {fold(tag.name) for tag in self._tags if tag.count == self._clips}
        added = {fold(tag): tag for tag in tags if fold(tag) not in everywhere}
        if added:
            self.judged.emit(Judgement(tags=tuple(added.values())))

    def _chip(self, tag: TagCount) -> QWidget:
        is_partial = tag.count < self._clips
        words = f"{tag.name} · {tag.count:,}" if is_partial else tag.name
        of = f" from {tag.count:,} of {self._clips:,} clips" if is_partial else ""
        chip = PushButton(f"{words}  ×".replace("&", "&&"), f"Remove the tag {tag.name}{of}", self)
        theme.set_role(chip, "chip-some" if is_partial else "chip")
        chip.setToolTip("Remove this tag")
        chip.clicked.connect(partial(self.judged.emit, Judgement(untags=(tag.name,))))
        return chip
