"""The form behind `⋯`: the options that find no place in the row, and how the task travels."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from sora_studio.domain.models.forbidden import Ban
from sora_studio.domain.models.profile import Option
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.compose.option_field import CONTROL_WIDTH, LABEL_WIDTH, OptionField
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.check_box import CheckBox
from sora_studio.ui.kit.choice_menu import ChoiceMenu, MenuEntry, show_choice
from sora_studio.ui.kit.controls import MenuChip
from sora_studio.viewmodels.compose import compose_text
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.pictures import picture_words

_MARGIN = 16
_WIDTH = 2 * _MARGIN + LABEL_WIDTH + 12 + CONTROL_WIDTH
_LEAST_HEIGHT = 160
_CALLBACK = "Let the service report when the clip is ready (callback)"
_CALLBACK_TIP = "The service reports to your relay as soon as the clip is ready, so it is polled less often."
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class MorePanel(QFrame):
    """A popup with one line for each choice. `show_options` builds it; what it shows can change while it is open.

    Signals: `chosen(str, OptionValue | None)` with the option's field, `route_chosen(str)`, `callback_chosen(bool)`,
    `pictures_by_chosen(PictureRoute | None)`.
    """

    chosen = Signal(str, object)
    route_chosen = Signal(str)
    callback_chosen = Signal(bool)
    pictures_by_chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)  # a click on the chip closes it and does not open it again
        theme.set_role(self, "popup")
        self.setAccessibleName("More options")
        self._fields = dict[str, OptionField]()
        self._extras = dict[str, QWidget]()
        self._lines = QVBoxLayout()
        self._area = QScrollArea(self)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._area)

    def show_options(self, options: Sequence[Option], routes: Sequence[str], ways: Ways) -> None:
        """Build a line for each option, for the routes if there are any, and for the ways that are set up."""
        form = QWidget()
        theme.set_role(form, "form")
        lines = self._lines = QVBoxLayout(form)
        lines.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        lines.setSpacing(12)
        self._fields = {option.field: OptionField(option, form) for option in options}
        for name, field in self._fields.items():
            field.chosen.connect(partial(self.chosen.emit, name))
            lines.addWidget(field)
        self._extras = {}
        if routes:
            lines.addLayout(self._build_route(routes, form))
        if ways.has_choice:
            lines.addLayout(self._build_pictures_by(ways, form))
        if ways.callback:
            lines.addWidget(self._build_callback())
        lines.addStretch(1)
        self._area.setWidget(form)  # deletes the former form

    def show_request(
        self, request: GenerationRequest, ways: Ways, bans: Mapping[str, Sequence[Ban]], problems: Mapping[str, str]
    ) -> None:
        """Show what is chosen, forbidden and wrong."""
        for name, field in self._fields.items():
            field.show_value(request.options.get(name))
            field.show_bans(bans.get(name, ()))
            field.show_problem(problems.get(name, ""))
        if isinstance(route := self._extras.get("route"), MenuChip):
            show_choice(route, "Route", compose_text.route_title(request.route), request.route)
        by = request.pictures_by if request.pictures_by in ways.routes else None
        words = dict(picture_words.route_choices(ways.routes, ways.usual)).get(by, "")
        if isinstance(host := self._extras.get("pictures_by"), MenuChip):
            show_choice(host, "Send pictures through", words, by)
        if isinstance(callback := self._extras.get("callback"), CheckBox):
            callback.setChecked(request.callback)

    def open_at(self, chip: QWidget, field: str = "") -> None:
        """Open above the chip, within its window, and focus a field's control, else the first."""
        home = chip.window()
        inside = QRect(home.mapToGlobal(QPoint(0, 0)), home.size())
        corner = chip.mapToGlobal(QPoint(chip.width(), -6))
        for line in self._fields.values():
            line.measure_again()
        wanted = self._lines.totalHeightForWidth(_WIDTH) + 2
        height = min(wanted, max(corner.y() - inside.top() - theme.GRID, _LEAST_HEIGHT))
        width = _WIDTH + 2 + (self._area.verticalScrollBar().sizeHint().width() if height < wanted else 0)
        left = max(inside.left() + theme.GRID, corner.x() - width)
        self.setGeometry(left, corner.y() - height, width, height)
        self.show()
        target = self._fields.get(field) or next(iter(self._fields.values()), None)
        if target is not None:
            self._area.ensureWidgetVisible(target)
            target.focus()
        elif self._extras:
            next(iter(self._extras.values())).setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Enter, as on Esc: choices hold at once."""
        if event.key() in _ENTER_KEYS:
            self.close()
        else:
            super().keyPressEvent(event)

    # --- building -------------------------------------------------------------------------------------------------

    def _build_route(self, routes: Sequence[str], form: QWidget) -> QHBoxLayout:
        entries = (MenuEntry(route, compose_text.route_title(route), compose_text.route_sentence(route)) for route in routes)
        chip = self._extras["route"] = MenuChip(form)
        chip.setMenu(ChoiceMenu("Route", tuple(entries), self.route_chosen.emit, chip))
        return _line("Route", chip, form)

    def _build_pictures_by(self, ways: Ways, form: QWidget) -> QHBoxLayout:
        entries = (MenuEntry(route, words) for route, words in picture_words.route_choices(ways.routes, ways.usual))
        chip = self._extras["pictures_by"] = MenuChip(form)
        chip.setMenu(ChoiceMenu("Send pictures through", tuple(entries), self.pictures_by_chosen.emit, chip))
        return _line("Send pictures through", chip, form)

    def _build_callback(self) -> CheckBox:
        box = CheckBox(_CALLBACK)
        box.setToolTip(_CALLBACK_TIP)
        box.clicked.connect(self.callback_chosen)
        self._extras["callback"] = box
        return box


def _line(title: str, control: QWidget, form: QWidget) -> QHBoxLayout:
    label = QLabel(title, form)
    label.setFixedWidth(LABEL_WIDTH)
    label.setWordWrap(True)
    label.setBuddy(control)
    theme.set_role(label, "secondary")
    line = QHBoxLayout()
    line.setSpacing(12)
    line.addWidget(label)
    line.addWidget(control)
    line.addStretch(1)
    return line
