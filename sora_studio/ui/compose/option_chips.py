"""The form of a model: chips for what is chosen most, the rest behind `⋯`; with model, mode, route and takes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from sora_studio.domain.models.forbidden import Ban, bounds, reason
from sora_studio.domain.models.profile import Mode, ModelProfile, Option
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.request import MAX_TAKES, GenerationRequest
from sora_studio.ui.compose.advanced_chip import AdvancedChip
from sora_studio.ui.compose.chip_row import Chip, ChipRow
from sora_studio.ui.compose.choice_chip import ChoiceChip
from sora_studio.ui.compose.model_chips import ModelChips
from sora_studio.ui.compose.more_panel import MorePanel
from sora_studio.ui.kit.choice_menu import ChoiceMenu, MenuEntry, show_choice
from sora_studio.ui.kit.controls import CheckChip, MenuChip
from sora_studio.ui.kit.number_slider import NumberSlider
from sora_studio.viewmodels.compose import compose_text, form_fields
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.form_fields import ControlKind
from sora_studio.viewmodels.compose.number_scale import number_scale
from sora_studio.viewmodels.compose.pictures import picture_words

_ROUTE = "route"
_BEHIND = ("callback",)
_MOST_KEPT = 80
"""Chips that are kept for the next model with such an option."""


class OptionChips(QWidget):
    """Shows a request's options and reports what is chosen. Stateless. `head` has the chips of model and mode.

    Signals: `option_chosen(str, OptionValue)`, `option_unset(str)`, `route_chosen(str)`, `takes_chosen(int)`,
    `picker_wanted()`, `mode_chosen(str)`, `callback_chosen(bool)`, `pictures_by_chosen(PictureRoute | None)`.
    """

    option_chosen = Signal(str, object)
    option_unset = Signal(str)
    route_chosen = Signal(str)
    takes_chosen = Signal(int)
    picker_wanted = Signal()
    mode_chosen = Signal(str)
    callback_chosen = Signal(bool)
    pictures_by_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profile: ModelProfile | None = None
        self._options: tuple[Option, ...] = ()
        self._chips = dict[str, Chip]()
        self._pool = dict[Option, Chip]()
        self._in_row: Sequence[Option] = ()
        self._routes: Sequence[str] = ()
        self._ways = Ways()
        self._request: GenerationRequest | None = None
        self._bans: Mapping[str, Sequence[Ban]] = {}
        self._problems: Mapping[str, str] = {}
        self._panel: MorePanel | None = None
        self.head = ModelChips(self)
        self.head.picker_wanted.connect(self.picker_wanted)
        self.head.mode_chosen.connect(self.mode_chosen)
        self._row = ChipRow(self)
        self._takes = self._build_takes()
        self._advanced = AdvancedChip(self._row)
        self._advanced.clicked.connect(self._open_panel)
        self._advanced.hide()
        self._takes.hide()
        self._row.left_out_changed.connect(self._show_differences)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._row)

    def show_profile(
        self, profile: ModelProfile | None, options: tuple[Option, ...], models: Mapping[str, ModelProfile]
    ) -> None:
        """Build the chips of a profile and of its options in the current mode. Cheap when nothing has changed.

        `models` are those to choose from, by slug. Chips of options that stay are kept.
        """
        if profile is not None:
            self.head.show_model(profile, is_choice=len(models) > 1)
        if profile == self._profile and options == self._options:
            return
        focused = next((field for field, chip in self._chips.items() if any(stop.hasFocus() for stop in _stops(chip))), "")
        self._profile, self._options = profile, options
        if self._panel is not None:
            self._panel.close()
        self._renew(form_fields.in_order(filter(form_fields.fits_row, options)), profile)
        self._place()
        if focused:
            self.focus_field(focused)

    def show_modes(self, modes: Sequence[Mode], current: str) -> None:
        """Show the mode with this id, and the others to choose from. Call it after `show_profile`."""
        if self._profile is not None:
            self.head.show_modes(modes, current, self._profile)

    def show_ways(self, ways: Ways, request: GenerationRequest) -> None:
        """Take the callback and picture routes that are set up; they stand behind `⋯`."""
        self._request = request
        if ways != self._ways:
            self._ways = ways
            if self._panel is not None:
                self._panel.close()
            self._place()

    def show_request(self, request: GenerationRequest, *, takes: int, problems: Mapping[str, str]) -> None:
        """Show what is chosen, what a rule forbids, and mark the chips with problems."""
        if self._profile is None:
            return
        self._request, self._problems = request, problems
        self._bans = form_fields.bans(request, self._profile)
        for option in self._options:
            if (chip := self._chips.get(option.field)) is not None:
                self._show_option(chip, option, request.options.get(option.field))
        if isinstance(route := self._chips.get(_ROUTE), MenuChip):
            show_choice(route, "Route", request.route, request.route, is_titled=True)
            _mark(route, problems.get(_ROUTE, ""))
        show_choice(self._takes, "Takes", f"×{takes}", takes, is_titled=True, short=f"×{takes}")
        _mark(self._takes, problems.get("takes", ""))
        self.head.mark(problems)
        self._row.arrange()
        self._show_differences()
        if self._panel is not None and self._panel.isVisible():
            self._panel.show_request(request, self._ways, self._bans, problems)

    def focus_field(self, field: str) -> None:
        """Focus the control of an option's field, `route`, `takes`, `model`, `mode` or `callback`, wherever it stands."""
        chip = self._takes if field == "takes" else self._chips.get(field)
        if field in ("model", "mode"):
            self.head.focus(field)
        elif chip is not None and chip not in self._row.left_out:
            (chip.stop if isinstance(chip, ChoiceChip) else chip).setFocus(Qt.FocusReason.OtherFocusReason)
        elif chip is not None or field in _BEHIND or any(option.field == field for option in self._options):
            self._open_panel(field=field)

    def tab_stops(self) -> list[QWidget]:
        """Return the widgets in tab order; Qt skips hidden ones."""
        chips = [*self._chips.values(), self._takes, self._advanced]
        return [*self.head.stops, *(stop for chip in chips for stop in _stops(chip))]

    @property
    def width_of_commonest(self) -> int:
        """The narrowest width that shows the three options that are changed most, those to choose, the takes and `⋯`."""
        return self._row.width_of(sum(map(form_fields.comes_first, self._in_row)))

    def minimumSizeHint(self) -> QSize:
        """Return the size of takes and `⋯`."""
        return self._row.minimumSizeHint()

    # --- building -------------------------------------------------------------------------------------------------

    def _renew(self, options: Sequence[Option], profile: ModelProfile | None) -> None:
        chips = {option.field: self._chip_of(option) for option in options}
        routes = profile.routing.values if profile and profile.routing and len(profile.routing.values) > 1 else ()
        if routes:
            kept = routes == self._routes and _ROUTE in self._chips
            chips[_ROUTE] = self._chips[_ROUTE] if kept else self._build_route(routes)
        for field, chip in self._chips.items():
            if chips.get(field) is not chip:
                chip.hide()
                if field == _ROUTE:
                    chip.deleteLater()
        self._routes = routes
        self._chips = chips
        self._in_row = tuple(options)
        self._forget_spare_chips()

    def _chip_of(self, option: Option) -> Chip:
        """Return the option's chip: that of an equal option of another model or mode, if there was one."""
        alike = replace(option, modes=())
        if alike not in self._pool:
            self._pool[alike] = self._build_option(option)
        return self._pool[alike]

    def _forget_spare_chips(self) -> None:
        used = set(self._chips.values())
        spare = [alike for alike, chip in self._pool.items() if chip not in used]
        for alike in spare[: max(len(self._pool) - _MOST_KEPT, 0)]:
            self._pool.pop(alike).deleteLater()

    def _place(self) -> None:
        if self._profile is None:
            return
        behind = any(not form_fields.fits_row(option) for option in self._options)
        has_more = behind or self._ways.callback or self._ways.has_choice
        self._row.set_chips(list(self._chips.values()), self._takes, self._advanced, has_more=has_more)
        self.updateGeometry()

    def _build_option(self, option: Option) -> Chip:
        choose = partial(self._choose, option.field)
        match form_fields.control_kind(option):
            case ControlKind.SWITCH:
                check = CheckChip(form_fields.switch_title(option), self._row)
                check.setAccessibleName(check.text())
                check.toggled_by_user.connect(choose)
                return check
            case ControlKind.SLIDER if (scale := number_scale(option)) is not None:
                unset = "" if option.default is not None else form_fields.CHOOSE
                slider = NumberSlider(option.title, scale, unset, self._row)
                slider.chosen.connect(choose)
                return slider
            case _:
                chip = ChoiceChip(option, self._row)
                chip.chosen.connect(choose)
                return chip

    def _build_route(self, routes: Sequence[str]) -> MenuChip:
        entries = [MenuEntry(route, compose_text.route_title(route), compose_text.route_sentence(route)) for route in routes]
        chip = MenuChip(self._row)
        chip.keep_room([f"Route {route}" for route in routes])
        chip.setMenu(ChoiceMenu("Route", tuple(entries), self.route_chosen.emit, chip))
        return chip

    def _build_takes(self) -> MenuChip:
        counts = range(1, MAX_TAKES + 1)
        chip = MenuChip(self._row)
        chip.keep_room([f"Takes ×{count}" for count in counts], [f"×{count}" for count in counts])
        chip.setMenu(ChoiceMenu("Takes", tuple(MenuEntry(n, f"×{n}") for n in counts), self.takes_chosen.emit, chip))
        return chip

    # --- showing --------------------------------------------------------------------------------------------------

    def _choose(self, field: str, value: OptionValue | None) -> None:
        if value is None:
            self.option_unset.emit(field)
        else:
            self.option_chosen.emit(field, value)

    def _show_option(self, chip: Chip, option: Option, value: OptionValue | None) -> None:
        bans = self._bans.get(option.field, ())
        why = partial(reason, bans)
        forbidden = "" if value is None else why(value)
        problem = self._problems.get(option.field, "") or forbidden
        match chip:
            case CheckChip():
                chip.setChecked(value is True)
                not_other = "" if forbidden else why(value is not True)
                chip.forbid(not_other)
                _mark(chip, problem, not_other)
            case NumberSlider():
                chip.forbid(why, *bounds(bans))
                chip.show_value(value)
                chip.invalid = bool(problem)
            case ChoiceChip():
                chip.show_value(value)
                chip.forbid(why)
                chip.mark(invalid=bool(problem), description=problem or _said(bans))
            case MenuChip():
                pass

    def _fields_behind(self) -> list[Option]:
        """Return the options that stand behind `⋯` at this width."""
        left_out = self._row.left_out
        behind = [option for option in self._options if self._chips.get(option.field) in (None, *left_out)]
        return form_fields.in_order(behind)

    def _show_differences(self) -> None:
        if self._request is None:
            return
        request, behind = self._request, self._fields_behind()
        said = [form_fields.difference(option, request.options.get(option.field)) for option in behind]
        if self._ways.callback and request.callback:
            said.append("The service reports when the clip is ready (callback)")
        if request.pictures_by in self._ways.routes:
            said.append(f"Pictures: {picture_words.way(request.pictures_by)}")
        names = [*(option.field for option in behind), *_BEHIND]
        problem = " ".join(self._problems[name] for name in names if name in self._problems)
        self._advanced.show_differences(list(filter(None, said)), problem)

    def _open_panel(self, *, field: str = "") -> None:
        if self._request is None:
            return
        if self._panel is None:
            self._panel = MorePanel(self)
            self._panel.chosen.connect(self._choose)
            self._panel.route_chosen.connect(self.route_chosen)
            self._panel.callback_chosen.connect(self.callback_chosen)
            self._panel.pictures_by_chosen.connect(self.pictures_by_chosen)
        routes = self._routes if self._chips.get(_ROUTE) in self._row.left_out else ()
        self._panel.show_options(self._fields_behind(), routes, self._ways)
        self._panel.show_request(self._request, self._ways, self._bans, self._problems)
        self._panel.open_at(self._advanced, field)


def _stops(chip: Chip) -> Sequence[QWidget]:
    return chip.stops if isinstance(chip, ChoiceChip) else [chip]


def _said(bans: Sequence[Ban]) -> str:
    return " ".join(dict.fromkeys(ban.say for ban in bans))


def _mark(chip: CheckChip | MenuChip, problem: str, description: str = "") -> None:
    chip.invalid = bool(problem)
    chip.setAccessibleDescription(problem or description)
    chip.update()
