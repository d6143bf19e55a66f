"""Chips for the controls of a model's profile: options, route, takes, and the model when there are several."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from sora_studio.domain.models.profile import ModelProfile, Option
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.request import MAX_TAKES, GenerationRequest
from sora_studio.ui.compose.advanced_chip import AdvancedChip
from sora_studio.ui.compose.chip_row import Chip, ChipRow
from sora_studio.ui.kit.controls import CheckChip, MenuChip
from sora_studio.ui.kit.segments import Segments
from sora_studio.viewmodels.compose import compose_text
from sora_studio.viewmodels.compose.compose_fitting import offered_values
from sora_studio.viewmodels.compose.compose_routes import Ways

AUTO = "Auto"
_MOST_SEGMENTS = 3


class OptionChips(QWidget):
    """Shows a request's options and reports what is chosen. Stateless.

    Signals: `option_chosen(str, OptionValue)`, `option_unset(str)`, `route_chosen(str)`, `takes_chosen(int)`,
    `model_chosen(str)`, `callback_chosen(bool)`, `pictures_by_chosen(PictureRoute | None)`.
    """

    option_chosen = Signal(str, object)
    option_unset = Signal(str)
    route_chosen = Signal(str)
    takes_chosen = Signal(int)
    model_chosen = Signal(str)
    callback_chosen = Signal(bool)
    pictures_by_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profile: ModelProfile | None = None
        self._options: tuple[Option, ...] = ()
        self._models: Mapping[str, ModelProfile] = {}
        self._chips: dict[str, Chip] = {}
        self._row = ChipRow(self)
        self._advanced = AdvancedChip(self._row)
        self._advanced.callback_chosen.connect(self.callback_chosen)
        self._advanced.route_chosen.connect(self.pictures_by_chosen)
        self._advanced.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._row)

    def show_profile(
        self, profile: ModelProfile | None, options: tuple[Option, ...], models: Mapping[str, ModelProfile]
    ) -> None:
        """Build the chips of a profile and of its options in the current mode. Cheap when nothing has changed.

        `models` are those to choose from, by slug.
        """
        if profile == self._profile and options == self._options and models == self._models:
            return
        focused = next((field for field, chip in self._chips.items() if any(stop.hasFocus() for stop in _stops(chip))), "")
        self._profile, self._options, self._models = profile, options, dict(models)
        for chip in self._chips.values():
            chip.hide()
            chip.deleteLater()
        self._chips = self._build_chips(profile) if profile else {}
        self._place()
        for chip in self._chips.values():
            chip.show()
        if focused:
            self.focus_field(focused)

    def show_ways(self, ways: Ways, request: GenerationRequest) -> None:
        """Show the callback and picture routes; hide the chip when there is no choice."""
        self._advanced.show_ways(ways, request)
        if self._advanced.isHidden() == AdvancedChip.has_any(ways):
            self._advanced.setVisible(AdvancedChip.has_any(ways))
            self._place()

    def show_request(self, request: GenerationRequest, *, takes: int, problems: Mapping[str, str]) -> None:
        """Show what is chosen, and mark the chips with problems."""
        if self._profile is None:
            return
        for option in self._options:
            self._show_option(option, request.options.get(option.field))
        if isinstance(route := self._chips.get("route"), MenuChip):
            _show_choice(route, "Route", request.route)
        if isinstance(count := self._chips.get("takes"), MenuChip):
            _show_choice(count, "Takes", f"×{takes}")
        if isinstance(model := self._chips.get("model"), MenuChip):
            _show_choice(model, "", self._profile.title)
        for field, chip in (*self._chips.items(), ("callback", self._advanced)):
            chip.invalid = field in problems
            chip.setAccessibleDescription(problems.get(field, "") or (self._advanced.words if field == "callback" else ""))
            chip.update()
        self._row.arrange()

    def focus_field(self, field: str) -> None:
        """Focus the control of an option's field, `route`, `takes`, `model` or `callback`."""
        chip = self._advanced if field == "callback" else self._chips.get(field)
        stop = chip.stop if isinstance(chip, Segments) else chip
        if stop is not None:
            stop.setFocus(Qt.FocusReason.OtherFocusReason)

    def tab_stops(self) -> list[QWidget]:
        """Return the widgets in tab order; Qt skips hidden ones."""
        return [*(stop for chip in self._chips.values() for stop in _stops(chip)), self._advanced]

    def _place(self) -> None:
        advanced = [] if self._advanced.isHidden() else [self._advanced]
        self._row.set_chips([*self._chips.values(), *advanced])

    def _build_chips(self, profile: ModelProfile) -> dict[str, Chip]:
        chips: dict[str, Chip] = {}
        if len(self._models) > 1:
            models = [
                (model.title, compose_text.end_of_model(model), partial(self.model_chosen.emit, slug))
                for slug, model in self._models.items()
            ]
            chips["model"] = self._build_menu("Model", models)
        for option in self._options:
            values = offered_values(option)
            if len(values) > 1 or (values and option.default is None):
                chips[option.field] = self._build_option(option, values)
        if profile.routing and len(profile.routing.values) > 1:
            chips["route"] = self._build_menu(
                "Route",
                [
                    (route, compose_text.route_sentence(route), partial(self.route_chosen.emit, route))
                    for route in profile.routing.values
                ],
            )
        counts = range(1, MAX_TAKES + 1)
        chips["takes"] = self._build_menu("Takes", [(f"×{n}", "", partial(self.takes_chosen.emit, n)) for n in counts])
        return chips

    def _build_option(self, option: Option, values: Sequence[OptionValue]) -> Chip:
        choose = partial(self.option_chosen.emit, option.field)

        def tick(ticked: bool) -> None:
            choose(ticked)  # a real function: Qt inspects a slot's signature and passes a partial no argument

        if option.default is not None and all(isinstance(value, bool) for value in values):
            check = CheckChip(compose_text.check_title(option), self._row)
            check.setAccessibleName(check.text())
            check.clicked.connect(tick)
            return check
        if len(values) <= _MOST_SEGMENTS and not _may_be_unset(option):
            choices = [(value, option.label(value), compose_text.shape(value)) for value in values]
            segments = Segments(option.title, choices, self._row)
            segments.chosen.connect(choose)
            return segments
        unset = [(AUTO, "", partial(self.option_unset.emit, option.field))] if _may_be_unset(option) else []
        return self._build_menu(option.title, unset + [(option.label(value), "", partial(choose, value)) for value in values])

    def _build_menu(self, title: str, choices: Sequence[tuple[str, str, "partial[None]"]]) -> MenuChip:
        """Build a chip with a menu of values, each with an optional description and the action of choosing it."""
        chip = MenuChip(self._row)
        menu = QMenu(chip)
        menu.setAccessibleName(title)
        group = QActionGroup(menu)
        for value, sentence, choose in choices:
            text = f"{compose_text.route_title(value)}: {sentence}" if sentence else value
            action = QAction(text.replace("&", "&&"), group, checkable=True)
            action.setData(value)
            action.triggered.connect(choose)
            menu.addAction(action)
        chip.setMenu(menu)
        return chip

    def _show_option(self, option: Option, value: OptionValue | None) -> None:
        match self._chips.get(option.field):
            case CheckChip() as check:
                check.setChecked(value is True)
            case Segments() as segments:
                segments.show_value(value)
            case MenuChip() as chip:
                unset = AUTO if _may_be_unset(option) else f"{option.title}…"
                _show_choice(chip, "", unset if value is None else option.label(value), title=option.title)
            case _:
                pass


def _stops(chip: Chip) -> Sequence[QWidget]:
    return chip.buttons if isinstance(chip, Segments) else [chip]


def _may_be_unset(option: Option) -> bool:
    """Return whether the service decides unless the user does."""
    return option.default is None and not option.required


def _show_choice(chip: MenuChip, label: str, value: str, *, title: str = "") -> None:
    text = f"{label} {value}".strip()
    chip.show_words(text)
    chip.setAccessibleName(f"{title} {text}".strip())
    for action in chip.menu().actions():
        action.setChecked(action.data() == value)
