"""Opens the model picker, which is built when it is first needed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from sora_studio.viewmodels.compose.models.picker_facts import PickerFacts

if TYPE_CHECKING:
    from sora_studio.ui.compose.model_picker.picker import ModelPicker


class PickerOpener(QObject):
    """Signals: `chosen(str)` and `beside(str)` with a slug, `favourites_changed(tuple)` with all slugs."""

    chosen = Signal(str)
    beside = Signal(str)
    favourites_changed = Signal(tuple)

    def __init__(self, panel: QWidget, facts: Callable[[], PickerFacts | None]) -> None:
        """`facts` returns what to show; None while there is nothing to choose from."""
        super().__init__(panel)
        self._panel, self._facts = panel, facts
        self._picker: ModelPicker | None = None

    def toggle(self, anchor: QWidget, column: QWidget) -> None:
        """Open the picker near the anchor, or close it. `column` gives its left edge."""
        picker, facts = self.prepare(), self._facts()
        if facts is not None or picker.is_open:
            picker.toggle(facts, anchor, column=column) if facts else picker.dismiss()

    def prepare(self) -> "ModelPicker":
        """Build the picker, if that has not been done: best while nothing else happens."""
        if self._picker is None:
            from sora_studio.ui.compose.model_picker.picker import ModelPicker  # noqa: PLC0415 - not before the first paint

            picker = self._picker = ModelPicker(self._panel)
            picker.chosen.connect(self.chosen)
            picker.beside.connect(self.beside)
            picker.favourites_changed.connect(self.favourites_changed)
        return self._picker
