"""How pictures reach the service, and which are reachable now."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.domain.settings import Settings
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.icon_line import IconLine
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.picture_form import PictureForm
from sora_studio.ui.settings.published_list import PublishedList

if TYPE_CHECKING:
    from sora_studio.services.pictures.publishing import Publishing
    from sora_studio.viewmodels.event_bridge import EventBridge
    from sora_studio.viewmodels.settings.settings_services import SettingsServices

NEEDED = (
    "The service fetches pictures from a public address. Choose how yours get one. "
    "Nothing was sent; your prompt and pictures are kept."
)
DONE = "Setup is complete. Test it if you like, then close Settings and press Generate."
WORKS = "The test succeeded. Close Settings and press Generate."
BROKEN = "Setup is complete, but the test failed; see below. Your prompt and pictures are kept."
ON_THE_SIMULATOR = "The simulator on this machine fetches your pictures directly. Nothing leaves this computer."


class PicturesSection(QWidget):
    """The form and the list of reachable pictures; the demo has no form."""

    def __init__(self, scope: TaskScope, relay: "EventBridge", settled: Callable[[], Awaitable[None]], *, demo: bool) -> None:
        super().__init__()
        self.form = PictureForm(scope, settled)
        self.published = PublishedList(scope, relay)
        self._publishing: Publishing | None = None
        self._reason = IconLine("warning", "review", NEEDED, room_for=(NEEDED, DONE, WORKS, BROKEN))
        self._reason.hide()
        for changed in (self.form.tested, self.form.test_dropped):
            changed.connect(self._show_reason)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.GRID)
        if demo:
            column.addWidget(IconLine(text=ON_THE_SIMULATOR))
        column.addWidget(self._reason)
        column.addWidget(self.form)
        self.form.setHidden(demo)
        column.addWidget(theme.rule())
        column.addWidget(self.published)

    @property
    def settings(self) -> Settings:
        """The settings that changes are based on."""
        return self.form.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self.form.settings = settings

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        self.form.show_settings(settings)

    def show_reason(self, *, needed: bool) -> None:
        """Show or hide why the dialog was opened for a picture; the line follows the setup's progress."""
        self._reason.setVisible(needed)
        self.show_progress()

    def show_progress(self) -> None:
        """Update the state after something was saved."""
        self.form.bucket.keys.refresh()
        self._show_reason()

    def _show_reason(self) -> None:
        if self._publishing is None or self.settings.picture_route not in self._publishing.routes:
            self._reason.say("warning", "review", NEEDED)
        elif self.form.test_field.is_problem:
            self._reason.say("error", "failed", BROKEN)
        else:
            self._reason.say("success", "ready", WORKS if self.form.test_field.is_result else DONE)

    def attach(self, services: "SettingsServices | None") -> None:
        """Attach the services; None while the studio has not started."""
        self._publishing = services.publishing if services else None
        self.form.attach(services)
        self.published.attach(services)
