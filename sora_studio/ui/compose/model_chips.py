"""The chips of model and mode, in front of the options."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sora_studio.domain.models.profile import Mode, ModelProfile
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.choice_menu import ChoiceMenu, MenuEntry, show_choice
from sora_studio.ui.kit.controls import MenuChip
from sora_studio.ui.kit.key_names import PICKER
from sora_studio.viewmodels.compose import form_fields

_NARROWEST = 88
"""A chip gives way down to this width, in px; its text is elided and stands in its tool tip."""


class ModelChips(QWidget):
    """Each is hidden while there is no choice. Signals: `picker_wanted()`, `mode_chosen(str)` with the mode's id."""

    picker_wanted = Signal()
    mode_chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._modes: Sequence[Mode] = ()
        self._model = MenuChip(self)
        self._mode = MenuChip(self)
        self._model.clicked.connect(self.picker_wanted)
        self._model.setToolTip(f"Choose a model ({PICKER})")
        for chip in self._chips:
            chip.hide()

    @property
    def _chips(self) -> Sequence[MenuChip]:
        return (self._model, self._mode)

    @property
    def model_chip(self) -> MenuChip:
        """The chip that opens the picker."""
        return self._model

    def show_model(self, profile: ModelProfile, *, is_choice: bool) -> None:
        """Show the model; `is_choice`: there are others."""
        show_choice(self._model, "Model", profile.title, profile.slug)
        _set_visible(self._model, is_choice)
        self.updateGeometry()

    def show_modes(self, modes: Sequence[Mode], current: str, profile: ModelProfile) -> None:
        """Show the mode with this id, and the others of the model."""
        if modes != self._modes:
            self._modes = tuple(modes)
            entries = [MenuEntry(mode.id, mode.title, form_fields.mode_sentence(mode, profile)) for mode in modes]
            _set_menu(self._mode, ChoiceMenu("Mode", tuple(entries), self.mode_chosen.emit, self._mode))
        title = next((mode.title for mode in modes if mode.id == current), current)
        show_choice(self._mode, "Mode", title, current)
        _set_visible(self._mode, len(modes) > 1)
        self.updateGeometry()

    def mark(self, problems: Mapping[str, str]) -> None:
        """Mark the chips that a problem is about."""
        for name, chip in (("model", self._model), ("mode", self._mode)):
            chip.invalid = name in problems
            chip.setAccessibleDescription(problems.get(name, ""))
            chip.update()

    @property
    def stops(self) -> Sequence[MenuChip]:
        """The chips in tab order."""
        return self._chips

    def focus(self, name: str) -> None:
        """Focus the chip of the `model` or `mode`."""
        (self._mode if name == "mode" and not self._mode.isHidden() else self._model).setFocus()

    def arrange(self) -> None:
        """Lay the chips out: the mode gives way first, then the model."""
        shown = [chip for chip in self._chips if not chip.isHidden()]
        widths = [chip.width_when(compact=False) for chip in shown]
        over = sum(widths) + theme.GRID * max(len(shown) - 1, 0) - self.width()
        for place in reversed(range(len(shown))):
            less = min(max(over, 0), max(widths[place] - _NARROWEST, 0))
            widths[place] -= less
            over -= less
        x = 0
        for chip, width in zip(shown, widths, strict=True):
            chip.setGeometry(x, 0, width, theme.CONTROL_HEIGHT)
            x += width + theme.GRID

    def sizeHint(self) -> QSize:
        """Return the size with full texts."""
        widths = [chip.width_when(compact=False) for chip in self._chips if not chip.isHidden()]
        return QSize(sum(widths) + theme.GRID * max(len(widths) - 1, 0), theme.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the size with elided texts."""
        widths = [min(chip.width_when(compact=False), _NARROWEST) for chip in self._chips if not chip.isHidden()]
        return QSize(sum(widths) + theme.GRID * max(len(widths) - 1, 0), theme.CONTROL_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the chips out for the new width."""
        super().resizeEvent(event)
        self.arrange()


def _set_visible(chip: MenuChip, visible: bool) -> None:
    if chip.isHidden() is visible:
        chip.setVisible(visible)


def _set_menu(chip: MenuChip, menu: ChoiceMenu) -> None:
    if former := chip.menu():
        former.deleteLater()
    chip.setMenu(menu)
