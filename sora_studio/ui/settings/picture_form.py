"""The form for how local pictures reach the service: the choice, its settings, and a test."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.domain.errors import StudioError
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.settings import RELAY_URL_VARIABLE, Settings
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.icon_line import IconLine
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.choices import Choice, Choices
from sora_studio.ui.settings.field import Field, kept_left
from sora_studio.ui.settings.route_boxes import BucketBox, CommandBox, RelayBox, RouteBox
from sora_studio.viewmodels.settings.relay_words import is_named_outside

if TYPE_CHECKING:
    from sora_studio.services.pictures.publishing import Publishing
    from sora_studio.viewmodels.settings.settings_services import SettingsServices

QUESTION = "How do your pictures reach the service?"
CONSENT = "A picture becomes reachable on the internet until its task ends."
COMMAND_CONSENT = "A picture becomes reachable on the internet and stays so: only you can remove what your command puts online."
BY_NAMED_RELAY = (
    f"{RELAY_URL_VARIABLE} is set: unless you choose another option here, that relay makes your pictures reachable on the "
    "internet until their task ends."
)
_CONSENTS = {
    None: ("warning", "review", BY_NAMED_RELAY),
    PictureRoute.BUCKET: ("info", "secondary", CONSENT),
    PictureRoute.RELAY: ("info", "secondary", CONSENT),
    PictureRoute.COMMAND: ("warning", "review", COMMAND_CONSENT),
}
_CHOICES = (
    Choice("", "Only by address", "You put pictures online yourself and paste their address."),
    Choice(
        PictureRoute.BUCKET,
        "My bucket (S3-compatible)",
        "Every picture gets a random name and a link that expires, and is deleted when its task has ended.",
    ),
    Choice(PictureRoute.RELAY, "My relay", "It serves every picture at a random link that expires."),
    Choice(PictureRoute.COMMAND, "My own command", "Your command puts a file online and prints its address."),
)
_WORKS = {
    PictureRoute.BUCKET: "It works: a test file was stored, fetched by its link and removed.",
    PictureRoute.RELAY: "It works: the relay stored a test file, served it and removed it.",
    PictureRoute.COMMAND: "It works: the command put a test picture online.",
}


class PictureForm(QWidget):
    """The choice of a route, its consequences and settings, and a test of it.

    Signals: `wanted(Field, Settings)`, `relay_asked()`, `tested()` when a test has a result, `test_dropped()` when the
    result no longer applies.
    """

    wanted = Signal(object, object)
    relay_asked = Signal()
    tested = Signal()
    test_dropped = Signal()

    def __init__(self, scope: TaskScope, settled: Callable[[], Awaitable[None]]) -> None:
        """`settled` returns once all changes have been saved."""
        super().__init__()
        self.settings = Settings()
        self._scope, self._settled = scope, settled
        self._publishing: Publishing | None = None
        self._trial: asyncio.Task[None] | None = None
        self._choices = Choices(_CHOICES)
        self._choices.chosen.connect(self._on_choices_chosen)
        self.route_field = Field(QUESTION, self._choices, is_plain=True)
        self.bucket = BucketBox(scope, lambda: self.settings)
        self.command = CommandBox(lambda: self.settings)
        self._relay_box = RelayBox()
        self._relay_box.relay_asked.connect(self.relay_asked)
        self._boxes: dict[PictureRoute, RouteBox] = {
            PictureRoute.BUCKET: self.bucket,
            PictureRoute.RELAY: self._relay_box,
            PictureRoute.COMMAND: self.command,
        }
        for box in self._boxes.values():
            box.wanted.connect(self.wanted)
            for changed in (box.typed, box.wanted):
                changed.connect(self._drop_trial)
        self._consent = IconLine()
        self.bucket.keys.changed.connect(self._on_keys_changed)
        self._test = PushButton("Test", "Test picture uploads")
        self._test.clicked.connect(self._on_test_clicked)
        self.test_field = Field("", kept_left(self._test))
        self._build_column()
        self.show_settings(self.settings)

    def attach(self, services: "SettingsServices | None") -> None:
        """Attach the services; None while the studio has not started."""
        self._publishing = services.publishing if services else None
        keys = services.bucket_keys if services else None
        self.bucket.keys.attach(keys, keys.set if keys else None)
        self._test.setEnabled(services is not None)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        self.settings = settings
        self._choices.show_value(settings.picture_route or "")
        self.route_field.show_help()
        for box in self._boxes.values():
            box.show_settings(settings)
        self._show_box(settings.picture_route)

    def _build_column(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.GRID)
        for widget in (self.route_field, self._consent, *self._boxes.values(), self.test_field):
            column.addWidget(widget)

    def _show_box(self, route: PictureRoute | None) -> None:
        for own, box in self._boxes.items():
            box.setVisible(own is route)
        self.test_field.setVisible(route is not None)
        self._consent.setVisible(route is not None or is_named_outside())
        self._consent.say(*_CONSENTS[route])
        self._drop_trial()

    def _on_choices_chosen(self, value: str) -> None:
        route = PictureRoute(value) if value else None
        if route is not self.settings.picture_route:
            self._show_box(route)
            self.wanted.emit(self.route_field, replace(self.settings, picture_route=route))

    def _on_test_clicked(self) -> None:
        if self._publishing is not None and (route := self.settings.picture_route) is not None:
            work = self._try(self._publishing, route)
            self.test_field.show_progress("Testing…")
            self._trial = self._scope.start(work, name="test picture uploads", busy=self._test)

    async def _try(self, publishing: "Publishing", route: PictureRoute) -> None:
        """Test the route with what is typed, saved or not."""
        await self._settled()
        if route is PictureRoute.BUCKET:
            await self.bucket.keys.settle()
        try:
            await publishing.check(route)
        except StudioError as error:
            self.test_field.show_problem(f"{error.sentence} ({error.detail})" if error.detail else error.sentence)
        else:
            self.test_field.show_result(_WORKS[route])
        self.tested.emit()

    def _on_keys_changed(self) -> None:
        if self._trial is None or self._trial.done():  # a running test saves them itself
            self._drop_trial()

    def _drop_trial(self) -> None:
        """Cancel the test or clear its result: the settings have changed."""
        if self._trial is not None:
            self._trial.cancel()
        self.test_field.show_help("")
        self.test_dropped.emit()
