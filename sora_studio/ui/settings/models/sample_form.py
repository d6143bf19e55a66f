"""The form as a profile makes it, with a sample draft: mode, prompt, options by kind, media by role, route."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from sora_studio.domain.models.profile import MediaSlot, Option, OptionKind
from sora_studio.domain.models.values import OptionValue, shown
from sora_studio.ui.kit import theme
from sora_studio.ui.settings.field import plain_label
from sora_studio.ui.settings.models.choice_control import ChoiceControl
from sora_studio.viewmodels.settings.models.sample import Sample

AUTO = "Auto"
_LABEL_WIDTH = 132
_ENTRY_WIDTH = 160
_MOST_MEDIA = 9
"""Where no limit is stated, the form offers up to this many."""

_Show = Callable[[Sample], None]


class SampleForm(QWidget):
    """Shows a sample and reports what is chosen. Its controls are built anew only when the profile's form has changed.

    Signals: `chosen(Sample)`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sample: Sample | None = None
        self._shape: object = None
        self._controls = list[_Show]()
        self._grid = QGridLayout()
        self._holder = QWidget()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._holder)
        self._column.addStretch(1)

    def show_sample(self, sample: Sample | None) -> None:
        """Show the sample; None leaves the form empty."""
        self._sample = sample
        shape = _shape(sample)
        if shape != self._shape:
            self._shape = shape
            self._rebuild(sample)
        if sample is not None:
            for show in self._controls:
                show(sample)

    def _rebuild(self, sample: Sample | None) -> None:
        focused = self.window().focusWidget()
        name = focused.accessibleName() if self.isAncestorOf(focused) else ""
        self._holder.hide()
        self._column.removeWidget(self._holder)
        self._holder.deleteLater()
        self._holder, self._controls = QWidget(), []
        self._grid = QGridLayout(self._holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * theme.GRID)
        self._grid.setVerticalSpacing(theme.GRID)
        self._grid.setColumnMinimumWidth(0, _LABEL_WIDTH)
        self._grid.setColumnStretch(1, 1)
        if sample is not None:
            self._build(sample)
        self._column.insertWidget(0, self._holder)
        again = next((child for child in self._holder.findChildren(QWidget) if name and child.accessibleName() == name), None)
        if again is not None:
            again.setFocus()

    def _build(self, sample: Sample) -> None:
        profile, mode = sample.profile, sample.mode
        modes = [(each.id, each.title) for each in profile.modes]
        self._add_choice("Mode", modes, lambda sample, value: sample.with_mode(str(value)), lambda sample: sample.mode.id)
        self._add_prompt()
        for option in profile.options_in(mode.id):
            self._add_option(option)
        for slot in profile.media_in(mode.id):
            self._add_media(slot)
        if profile.routing is not None:
            routes = [(route, route) for route in profile.routing.values]
            default = profile.routing.default
            self._add_choice("Route", routes, _with_route, lambda sample: sample.route or default)

    def _add_choice(
        self,
        title: str,
        choices: Sequence[tuple[OptionValue | None, str]],
        change: Callable[[Sample, OptionValue | None], Sample],
        value_of: Callable[[Sample], OptionValue | None],
        note: str = "",
    ) -> None:
        control = ChoiceControl(title, choices)
        control.chosen.connect(partial(self._choose, change))
        self._controls.append(lambda sample: control.show_value(value_of(sample)))
        self._add_row(title, control, note)

    def _add_prompt(self) -> None:
        entry = _entry("Sample prompt")
        entry.setMaximumWidth(16_777_215)
        entry.textEdited.connect(partial(self._choose, _with_prompt))
        self._controls.append(lambda sample: _show_text(entry, sample.prompt))
        self._add_row("Prompt", entry)

    def _add_option(self, option: Option) -> None:
        def change(sample: Sample, value: OptionValue | None) -> Sample:
            return sample.with_option(option.field, value)

        if option.kind in (OptionKind.CHOICE, OptionKind.SWITCH):
            values = [choice.value for choice in option.choices] or [True, False]
            choices: list[tuple[OptionValue | None, str]] = [(value, _label(option, value)) for value in values]
            if option.default is None and not option.required:
                choices.insert(0, (None, AUTO))
            self._add_choice(option.title, choices, change, lambda sample: sample.draft.chosen(option))
            return
        entry = _entry(option.title)
        default = AUTO if option.default is None else option.measured(option.default)
        entry.setPlaceholderText("" if option.required and option.default is None else default)

        def parse(text: str) -> None:
            self._choose(change, option.parse(text) if text.strip() else None)

        entry.textEdited.connect(parse)

        def show(sample: Sample) -> None:
            value = sample.draft.options.get(option.field)
            _show_text(entry, "" if value is None else shown(value))

        self._controls.append(show)
        says = option.says()
        note = f"{says[:1].upper()}{says[1:]}."
        if option.max_chars is not None:
            note = f"Up to {option.max_chars:,} characters."
        self._add_row(option.title, entry, note)

    def _add_media(self, slot: MediaSlot) -> None:
        title = slot.role.value if slot.role.value == slot.kind.value else f"{slot.role} {slot.kind}"
        most = _MOST_MEDIA if slot.max is None else slot.max
        choices = [(number, f"{number}") for number in range(most + 1)]
        limit = "no limit is stated" if slot.max is None else f"{slot.min} to {slot.max}"
        self._add_choice(
            title.capitalize(),
            choices,
            lambda sample, value: sample.with_count(slot.role, int(value or 0)),
            lambda sample: sample.count(slot),
            f"Sent in {slot.field}; {limit}.",
        )

    def _add_row(self, title: str, control: QWidget, note: str = "") -> None:
        label = plain_label(title)
        label.setWordWrap(True)
        label.setMinimumHeight(theme.CONTROL_HEIGHT)
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(control, row, 1)
        if note:
            self._grid.addWidget(_note(note), row + 1, 1)

    def _choose(self, change: Callable[[Sample, OptionValue | None], Sample], value: OptionValue | None) -> None:
        if self._sample is not None:
            self.chosen.emit(change(self._sample, value))


def _shape(sample: Sample | None) -> object:
    """Return everything that the form is built from."""
    if sample is None:
        return None
    profile, mode = sample.profile, sample.mode
    modes = tuple((each.id, each.title) for each in profile.modes)
    return modes, mode.id, profile.options_in(mode.id), profile.media_in(mode.id), profile.routing


def _with_prompt(sample: Sample, text: OptionValue | None) -> Sample:
    return sample.with_prompt(str(text))


def _with_route(sample: Sample, route: OptionValue | None) -> Sample:
    return sample.with_route(str(route))


def _label(option: Option, value: OptionValue) -> str:
    label = option.label(value)
    return label.capitalize() if option.kind is OptionKind.SWITCH else label


def _entry(name: str) -> QLineEdit:
    entry = QLineEdit()
    entry.setAccessibleName(name)
    entry.setMaximumWidth(_ENTRY_WIDTH)
    return entry


def _show_text(entry: QLineEdit, text: str) -> None:
    """Show a value; what is being typed stays as it is typed."""
    if not entry.hasFocus() and entry.text() != text:
        entry.setText(text)


def _note(text: str) -> QLabel:
    note = plain_label(text)
    note.setFont(theme.font(size_px=12))
    note.setWordWrap(True)
    theme.set_role(note, "secondary")
    return note
