"""The form as a profile makes it, with a sample draft: mode, prompt, options by kind, media by role, route."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from sora_studio.domain.models.profile import MediaSlot, Option, OptionKind, Routing
from sora_studio.domain.models.values import OptionValue, shown
from sora_studio.ui.kit import theme
from sora_studio.ui.settings.field import kept_left, plain_label
from sora_studio.ui.settings.models.choice_control import ChoiceControl
from sora_studio.viewmodels.settings.models.sample import MOST_MEDIA, Sample

AUTO = "Auto"
_LABEL_WIDTH = 132
_ENTRY_WIDTH = 160
_UNLIMITED = 9
"""Where no limit is stated, the form offers up to this many media."""
_MOST_CHOICES = 200
"""Far more than a model has: a text with thousands must not stall the window."""

Change = Callable[[Sample, OptionValue | None], Sample]
Value = Callable[[Sample], OptionValue | None]
Row: TypeAlias = "_ChoiceRow | _PromptRow | _EntryRow"


class SampleForm(QWidget):
    """Shows a sample and reports what is chosen. Only rows whose part of the profile has changed are built anew.

    Signals: `chosen(Sample)`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sample: Sample | None = None
        self._rows = dict[Hashable, Row]()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.GRID)
        self._column.addStretch(1)

    def show_sample(self, sample: Sample | None) -> None:
        """Show the sample; None leaves the form empty."""
        self._sample = sample
        parts = list(_parts(sample)) if sample is not None else []
        if parts != list(self._rows):
            self._arrange(parts)
        if sample is not None:
            for row in self._rows.values():
                row.show_sample(sample)

    def _arrange(self, parts: Sequence[Hashable]) -> None:
        """Build the rows of new parts, and put all in order; the others keep their widgets and the focus."""
        before = self._rows
        for part in before.keys() - set(parts):
            row = before[part]
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = {part: before.get(part) or self._build(part) for part in parts}
        for place, row in enumerate(self._rows.values()):
            if self._column.indexOf(row) != place:
                self._column.removeWidget(row)
                self._column.insertWidget(place, row)

    def _build(self, part: Hashable) -> Row:
        match part:
            case Option():
                row = _option_row(part)
            case MediaSlot():
                row = _media_row(part)
            case Routing():
                routes = [(route, route) for route in part.values]
                row = _ChoiceRow("Route", routes, _with_route, lambda sample: sample.route or part.default)
            case _Modes():
                row = _ChoiceRow("Mode", part, _with_mode, lambda sample: sample.mode.id)
            case _:
                row = _PromptRow()
        row.chosen.connect(self._on_row_chosen)
        return row

    def _on_row_chosen(self, change: Change, value: OptionValue | None) -> None:
        if self._sample is not None:
            self.chosen.emit(change(self._sample, value))


class _Modes(tuple[tuple[str, str], ...]):
    """The modes' ids with their titles."""

    __slots__ = ()


class _Row(QWidget):
    """A name, a control and a note below it. Signals: `chosen(Change, OptionValue | None)`."""

    chosen = Signal(object, object)

    def __init__(self, title: str, control: QWidget, note: str = "") -> None:
        super().__init__()
        label = plain_label(title)
        label.setWordWrap(True)
        label.setFixedWidth(_LABEL_WIDTH)
        label.setMinimumHeight(theme.CONTROL_HEIGHT)
        right = QVBoxLayout()
        right.setSpacing(2)
        right.addWidget(control)
        if note:
            right.addWidget(_note(note))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.GRID)
        row.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(right, 1)


class _ChoiceRow(_Row):
    def __init__(
        self, title: str, choices: Sequence[tuple[OptionValue | None, str]], change: Change, value_of: Value, note: str = ""
    ) -> None:
        self._control = ChoiceControl(title, choices)
        self._value_of = value_of
        super().__init__(title, self._control, note)
        self._control.chosen.connect(partial(self.chosen.emit, change))

    def show_sample(self, sample: Sample) -> None:
        """Show the value that the sample has here."""
        self._control.show_value(self._value_of(sample))


class _PromptRow(_Row):
    def __init__(self) -> None:
        self._entry = QLineEdit()
        self._entry.setAccessibleName("Sample prompt")
        super().__init__("Prompt", self._entry)
        self._entry.textEdited.connect(partial(self.chosen.emit, _with_prompt))

    def show_sample(self, sample: Sample) -> None:
        """Show the prompt."""
        _show_text(self._entry, sample.prompt)


class _EntryRow(_Row):
    """A number or a text."""

    def __init__(self, option: Option) -> None:
        self._option = option
        self._entry = QLineEdit()
        self._entry.setAccessibleName(option.title)
        self._entry.setFixedWidth(_ENTRY_WIDTH)
        default = AUTO if option.default is None else option.measured(option.default)
        self._entry.setPlaceholderText("" if option.required and option.default is None else default)
        super().__init__(option.title, kept_left(self._entry), _says(option))
        self._entry.textEdited.connect(self._on_entry_text_edited)

    def show_sample(self, sample: Sample) -> None:
        """Show what was chosen; the default stands in the empty field."""
        value = sample.draft.options.get(self._option.field)
        _show_text(self._entry, "" if value is None else shown(value))

    def _on_entry_text_edited(self, text: str) -> None:
        value = self._option.parse(text) if text.strip() else None
        self.chosen.emit(_option_change(self._option), value)


def _parts(sample: Sample) -> Iterator[Hashable]:
    """Yield what the form has a row for: each is equal as long as its row can stay."""
    profile, mode = sample.profile, sample.mode
    yield _Modes((each.id, each.title) for each in profile.modes)
    yield "prompt"
    yield from profile.options_in(mode.id)
    yield from profile.media_in(mode.id)
    if profile.routing is not None:
        yield profile.routing


def _option_row(option: Option) -> Row:
    if option.kind not in (OptionKind.CHOICE, OptionKind.SWITCH):
        return _EntryRow(option)
    values = [choice.value for choice in option.choices[:_MOST_CHOICES]] or [True, False]
    choices: list[tuple[OptionValue | None, str]] = [(value, _label(option, value)) for value in values]
    if option.default is None and not option.required:
        choices.insert(0, (None, AUTO))
    return _ChoiceRow(option.title, choices, _option_change(option), lambda sample: sample.draft.chosen(option))


def _media_row(slot: MediaSlot) -> Row:
    title = slot.role.value if slot.role.value == slot.kind.value else f"{slot.role} {slot.kind}"
    most = _UNLIMITED if slot.max is None else min(slot.max, MOST_MEDIA)
    choices = [(number, f"{number}") for number in range(most + 1)]
    limit = "no limit is stated" if slot.max is None else f"{slot.min} to {slot.max}"
    return _ChoiceRow(
        title.capitalize(),
        choices,
        lambda sample, value: sample.with_count(slot.role, int(value or 0)),
        lambda sample: sample.count(slot),
        f"Sent in {slot.field}; {limit}.",
    )


def _option_change(option: Option) -> Change:
    return lambda sample, value: sample.with_option(option.field, value)


def _with_mode(sample: Sample, mode: OptionValue | None) -> Sample:
    return sample.with_mode(str(mode))


def _with_prompt(sample: Sample, text: OptionValue | None) -> Sample:
    return sample.with_prompt(str(text))


def _with_route(sample: Sample, route: OptionValue | None) -> Sample:
    return sample.with_route(str(route))


def _label(option: Option, value: OptionValue) -> str:
    label = option.label(value)
    return label.capitalize() if option.kind is OptionKind.SWITCH else label


def _says(option: Option) -> str:
    if option.max_chars is not None:
        return f"Up to {option.max_chars:,} characters."
    says = option.says()
    return f"{says[:1].upper()}{says[1:]}."


def _show_text(entry: QLineEdit, text: str) -> None:
    """Show a value; what is being typed stays as it is typed."""
    if not entry.hasFocus() and entry.text() != text:
        entry.setText(text)


def _note(text: str) -> QWidget:
    note = plain_label(text)
    note.setFont(theme.font(size_px=12))
    note.setWordWrap(True)
    theme.set_role(note, "secondary")
    return note
