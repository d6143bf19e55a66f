"""One option as a line of the form behind `⋯`: its title, its control at full width, and what there is to say."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from sora_studio.domain.models.forbidden import Ban, bounds, reason
from sora_studio.domain.models.profile import Option, OptionKind
from sora_studio.domain.models.values import OptionValue
from sora_studio.ui.compose.choice_chip import ChoiceChip
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import CheckChip
from sora_studio.ui.kit.number_field import NumberField
from sora_studio.ui.kit.number_slider import NumberSlider
from sora_studio.ui.kit.problem_line import ProblemLine
from sora_studio.ui.kit.segments import Segments
from sora_studio.ui.kit.text_box import TextBox
from sora_studio.viewmodels.compose import compose_text, form_fields
from sora_studio.viewmodels.compose.form_fields import ControlKind
from sora_studio.viewmodels.compose.number_scale import number_scale

LABEL_WIDTH, CONTROL_WIDTH = 116, 300
_MOST_SEGMENTS = 4
_NEAR_LIMIT = 0.9
"""The counter of a text shows from this part of its limit on."""
_Control = Segments | ChoiceChip | CheckChip | NumberSlider | NumberField | TextBox


class OptionField(QWidget):
    """Signals: `chosen(OptionValue | None)`; None leaves the option to the service."""

    chosen = Signal(object)

    def __init__(self, option: Option, parent: QWidget) -> None:
        super().__init__(parent)
        self._option = option
        self._note = QLabel(self)
        self._note.setFont(theme.font(size_px=11))
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._problem = ProblemLine(self)
        self._controls = self._build_controls()
        controls = QHBoxLayout()
        controls.setSpacing(theme.GRID)
        for control in self._controls:
            controls.addWidget(control)
        if not isinstance(self._controls[-1], NumberSlider | NumberField | TextBox):
            controls.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addLayout(controls)
        right.addWidget(self._problem)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(self._build_label())
        row.addLayout(right, 1)

    def show_value(self, value: OptionValue | None) -> None:
        """Show what is chosen."""
        value = form_fields.as_shown(self._option, value)
        note = ""
        for control in self._controls:
            match control:
                case CheckChip():
                    control.setChecked(value is True)
                case TextBox():
                    text = value if isinstance(value, str) else ""
                    control.show_text(text)
                    note = self._count(text)
                case NumberSlider():
                    control.show_value(None if self._is_beside(value) else value)
                case NumberField():
                    control.show_value(None if self._is_beside(value) else value)
                case _:
                    control.show_value(value)
        if value is None and self._option.required:
            note = form_fields.CHOOSE
        self._note.setText(note)
        theme.set_role(self._note, "failed" if "over" in note else "secondary")

    def show_bans(self, bans: Sequence[Ban]) -> None:
        """Grey what a rule forbids, with its reason."""
        why = partial(reason, bans)
        for control in self._controls:
            match control:
                case CheckChip():
                    control.forbid(why(not control.isChecked()))
                case NumberSlider():
                    control.forbid(why, *bounds(bans))
                case Segments() | ChoiceChip():
                    control.forbid(why)
                case _:
                    pass

    def show_problem(self, sentence: str) -> None:
        """Show what is wrong below the control; empty for nothing."""
        self._problem.say(sentence)
        for control in self._controls:
            match control:
                case TextBox() | NumberField():
                    control.mark_invalid(bool(sentence))
                    control.setAccessibleDescription(sentence or self._note.text())
                case ChoiceChip():
                    control.mark(invalid=bool(sentence), description=sentence)
                case _:
                    control.invalid = bool(sentence)
                    if sentence:
                        control.setAccessibleDescription(sentence)
            control.update()

    def measure_again(self) -> None:
        """Count a problem that has appeared before the line is on the screen: Qt would do so only then."""
        if (layout := self.layout()) is not None:
            layout.invalidate()
            layout.activate()
        self.updateGeometry()

    def focus(self) -> None:
        """Focus the control."""
        last = self._controls[-1]
        stop = last.stop if isinstance(last, Segments | ChoiceChip) else last
        stop.setFocus(Qt.FocusReason.TabFocusReason)

    # --- building -------------------------------------------------------------------------------------------------

    def _build_label(self) -> QVBoxLayout:
        title = QLabel(self._option.title, self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        title.setFixedWidth(LABEL_WIDTH)
        theme.set_role(title, "secondary")
        title.setBuddy(self._controls[-1])
        left = QVBoxLayout()
        left.setContentsMargins(0, 7, 0, 0)
        left.setSpacing(0)
        left.addWidget(title)
        left.addWidget(self._note)
        left.addStretch(1)
        return left

    def _build_controls(self) -> Sequence[_Control]:
        option = self._option
        match form_fields.control_kind(option):
            case ControlKind.SWITCH:
                return [self._build_switch()]
            case ControlKind.CHOICE:
                return [self._build_choice()]
            case ControlKind.TEXT:
                box = TextBox(option.title, is_long=form_fields.is_long_text(option), limit=option.max_chars, parent=self)
                box.edited.connect(self._on_box_edited)
                return [box]
            case ControlKind.SLIDER:
                return [*self._build_beside(), self._build_slider()]
            case ControlKind.NUMBER:
                field = NumberField(option.title, is_whole=option.kind is OptionKind.INT, parent=self)
                field.chosen.connect(self.chosen)
                field.cleared.connect(partial(self.chosen.emit, None))
                return [*self._build_beside(), field]

    def _build_switch(self) -> CheckChip:
        check = CheckChip(self._option.label(True).capitalize(), self)
        check.setAccessibleName(form_fields.switch_title(self._option))
        check.toggled_by_user.connect(self.chosen)
        return check

    def _build_choice(self) -> Segments | ChoiceChip:
        entries = form_fields.entries(self._option)
        if len(entries) <= _MOST_SEGMENTS:
            choices = [(entry.value, entry.words, compose_text.shape(entry.words)) for entry in entries]
            segments = Segments(self._option.title, choices, self)
            if segments.width_when(compact=False) <= CONTROL_WIDTH:
                segments.chosen.connect(self.chosen)
                return segments
            segments.deleteLater()
        chip = ChoiceChip(self._option, self)
        chip.chosen.connect(self.chosen)
        return chip

    def _build_slider(self) -> NumberSlider:
        scale = number_scale(self._option)
        assert scale is not None  # a slider's option has one
        slider = NumberSlider(self._option.title, scale, form_fields.words(self._option, None), self)
        slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        slider.chosen.connect(self.chosen)
        return slider

    def _build_beside(self) -> Sequence[Segments]:
        """Build the buttons for what a number can be beside its range."""
        entries = form_fields.entries(self._option)
        if not entries:
            return []
        segments = Segments(self._option.title, [(entry.value, entry.words, None) for entry in entries], self)
        segments.chosen.connect(self.chosen)
        return [segments]

    # --- inside ---------------------------------------------------------------------------------------------------

    def _is_beside(self, value: OptionValue | None) -> bool:
        return any(value == entry.value for entry in form_fields.entries(self._option))

    def _count(self, text: str) -> str:
        limit = self._option.max_chars
        if limit is None or len(text) < limit * _NEAR_LIMIT:
            return ""
        return compose_text.overrun(len(text), limit) or compose_text.counter(len(text), limit)

    def _on_box_edited(self, text: str) -> None:
        self.chosen.emit(text if text or self._option.default is not None else None)
