"""A chip for one of several values: segments where the row has room for them, else a menu."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sora_studio.domain.models.profile import Option
from sora_studio.domain.models.values import OptionValue
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.choice_menu import ChoiceMenu, MenuEntry
from sora_studio.ui.kit.controls import MenuChip
from sora_studio.ui.kit.segments import Segments
from sora_studio.viewmodels.compose import compose_text, form_fields

_MOST_SEGMENTS = 3


class ChoiceChip(QWidget):
    """Signals: `chosen(OptionValue | None)`; None leaves the option to the service."""

    chosen = Signal(object)

    def __init__(self, option: Option, parent: QWidget) -> None:
        super().__init__(parent)
        self._option = option
        self._compact = True
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        entries = form_fields.entries(option)
        self._menu = MenuChip(self)
        self._menu.keep_room([form_fields.chip_words(option, entry.value) for entry in entries])
        lines = tuple(MenuEntry(entry.value, entry.words) for entry in entries)
        self._list = ChoiceMenu(option.title, lines, self.chosen.emit, self._menu)
        self._menu.setMenu(self._list)
        self._segments: Segments | None = None
        if option.default is not None and len(entries) <= _MOST_SEGMENTS:
            choices = [(entry.value, entry.words, compose_text.shape(entry.words)) for entry in entries]
            self._segments = Segments(option.title, choices, self)
            self._segments.chosen.connect(self.chosen)
            self._segments.hide()
        self.show_value(None)

    @property
    def stops(self) -> Sequence[QWidget]:
        """The widgets in tab order; those of one form are hidden."""
        return [self._menu, *(self._segments.buttons if self._segments else ())]

    @property
    def stop(self) -> QWidget:
        """The widget that takes the focus."""
        return self._segments.stop if self._segments and not self._compact else self._menu

    def show_value(self, value: OptionValue | None) -> None:
        """Show what is chosen."""
        value = form_fields.as_shown(self._option, value)
        words = form_fields.chip_words(self._option, value)
        is_missing = value is None and self._option.required
        self._menu.show_words(words, short=f"{self._option.title}…" if is_missing else "")
        self._menu.setAccessibleName(f"{self._option.title} {form_fields.words(self._option, value)}")
        self._list.show_value(value)
        if self._segments:
            self._segments.show_value(value)

    def forbid(self, why: Callable[[OptionValue], str]) -> None:
        """Grey the values for which `why` returns a reason."""
        self._list.forbid(why)
        if self._segments:
            self._segments.forbid(why)

    def mark(self, *, invalid: bool, description: str) -> None:
        """Mark a value that cannot be sent, and say what there is to say."""
        for form in filter(None, (self._menu, self._segments)):
            form.invalid = invalid
            form.setAccessibleDescription(description)
            form.update()

    def width_when(self, *, compact: bool) -> int:
        """Return the width of the menu's chip, or of the segments."""
        return (self._menu if compact or self._segments is None else self._segments).width_when(compact=compact)

    def sizeHint(self) -> QSize:
        """Return the size of the form that is shown."""
        return QSize(self.width_when(compact=self._compact), theme.CONTROL_HEIGHT)

    def set_compact(self, compact: bool) -> None:
        """Show the menu rather than the segments, with its short text."""
        self._menu.set_compact(compact)
        if self._segments is None or compact == self._compact:
            return
        had_focus = any(stop.hasFocus() for stop in self.stops)
        self._compact = compact
        self._menu.setVisible(compact)
        self._segments.setVisible(not compact)
        self._fill()
        if had_focus:
            self.stop.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the form that is shown fill the chip."""
        super().resizeEvent(event)
        self._fill()

    def _fill(self) -> None:
        shown = self._segments if self._segments and not self._compact else self._menu
        shown.setGeometry(self.rect())
