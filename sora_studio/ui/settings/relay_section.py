"""The relay, which serves pictures and receives callbacks: where it runs, its state, and a check of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.domain.settings import RELAY_URL_VARIABLE, RelayPlace, Settings
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.check_box import CheckBox
from sora_studio.ui.kit.icon_line import IconLine
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.choices import Choice, Choices
from sora_studio.ui.settings.field import Field, kept_left, plain_label
from sora_studio.ui.settings.relay_boxes import ElsewhereBox, HereBox
from sora_studio.ui.settings.relay_check_view import RelayCheckView
from sora_studio.ui.settings.route_boxes import RouteBox
from sora_studio.viewmodels.settings.relay_words import is_named_outside

if TYPE_CHECKING:
    from sora_studio.services.callbacks.reports import Reports
    from sora_studio.viewmodels.event_bridge import EventBridge
    from sora_studio.viewmodels.settings.settings_services import SettingsServices

PURPOSE = "A relay serves your pictures and receives the service's callbacks, so that finished tasks show up at once."
BY_ITSELF = "The service runs on this machine; there is nothing to set up."
FROM_ENVIRONMENT = f"{RELAY_URL_VARIABLE} is set and overrides the choice here."
_CHOICES = (
    Choice(RelayPlace.NONE, "None", "The program polls the service. There is nothing to set up."),
    Choice(
        RelayPlace.HERE,
        "In this program, behind my own tunnel or proxy",
        "Works while the program runs. Needs a public address that leads to this computer.",
    ),
    Choice(
        RelayPlace.ELSEWHERE,
        "On my own server",
        "sora-studio relay runs there and keeps callbacks while this computer is off.",
    ),
)


class RelaySection(QWidget):
    """The choice of a place, its settings, the relay's state, and whether new tasks use callbacks.

    Signals: `wanted(Field, Settings)`.
    """

    wanted = Signal(object, object)

    def __init__(self, scope: TaskScope, relay: "EventBridge", settled: Callable[[], Awaitable[None]]) -> None:
        """`settled` returns once all changes have been saved."""
        super().__init__()
        self.settings = Settings()
        self._reports: Reports | None = None
        self._choices = Choices(_CHOICES)
        self._choices.chosen.connect(self._on_choices_chosen)
        self.place_field = Field("", self._choices, is_plain=True)
        self.here = HereBox(lambda: self.settings)
        self.elsewhere = ElsewhereBox(scope, lambda: self.settings)
        self._boxes: dict[RelayPlace, RouteBox] = {RelayPlace.HERE: self.here, RelayPlace.ELSEWHERE: self.elsewhere}
        for box in self._boxes.values():
            box.wanted.connect(self.wanted)
        self._note = IconLine()
        self._settled = settled
        self.check_view = RelayCheckView(scope, self._settle, lambda: self.settings)
        self._callback = CheckBox("Let the service report when clips are ready (callback)")
        self._callback.clicked.connect(self._on_callback_clicked)
        self.callback_field = Field("", kept_left(self._callback), is_plain=True)
        self._build_column()
        relay.relay_changed.connect(self.show_state)
        self.show_settings(self.settings)

    def attach(self, services: "SettingsServices | None") -> None:
        """Attach the services; None while the studio has not started."""
        self._reports = services.reports if services else None
        token = services.relay_token if services else None
        self.elsewhere.token.attach(token, token.set if token else None)
        self.check_view.attach(self._reports)
        self.show_state()

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        self.settings = settings
        self._choices.show_value(settings.relay)
        self.place_field.show_help()
        for box in self._boxes.values():
            box.show_settings(settings)
        self._callback.setChecked(settings.callback)
        self.callback_field.show_help()
        self._show_box(settings.relay)

    def show_state(self) -> None:
        """Show the relay's state, and the controls that need a relay."""
        is_set_up = self._reports is not None and self._reports.state.configured
        self.check_view.show_state()
        self.elsewhere.token.refresh()
        self.callback_field.setVisible(is_set_up)
        is_named = is_named_outside()
        self._note.say("info", "secondary", FROM_ENVIRONMENT if is_named else BY_ITSELF)
        self._note.setVisible(is_named or (is_set_up and self.settings.relay is RelayPlace.NONE))

    def _build_column(self) -> None:
        purpose = plain_label(PURPOSE)
        purpose.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.GRID)
        above = (purpose, self.place_field, self._note, *self._boxes.values(), theme.rule())
        for widget in (*above, self.callback_field, self.check_view):  # last, because it grows
            column.addWidget(widget)

    async def _settle(self) -> None:
        """Save what is typed, so that the check uses it."""
        await self._settled()
        if self.settings.relay is RelayPlace.ELSEWHERE:
            await self.elsewhere.token.settle()

    def _show_box(self, place: RelayPlace) -> None:
        for own, box in self._boxes.items():
            box.setVisible(own is place)

    def _on_choices_chosen(self, value: str) -> None:
        if (place := RelayPlace(value)) is not self.settings.relay:
            self._show_box(place)
            self.wanted.emit(self.place_field, replace(self.settings, relay=place))

    def _on_callback_clicked(self) -> None:
        self.wanted.emit(self.callback_field, replace(self.settings, callback=self._callback.isChecked()))
