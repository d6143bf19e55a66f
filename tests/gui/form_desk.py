"""The controls row of any model in any mode, with a request behind it, for the tests and the benchmark of the form."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QRect
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.compose.controls_row import ControlsRow
from sora_studio.ui.compose.media_wells import MediaWells
from sora_studio.ui.compose.more_panel import MorePanel
from sora_studio.ui.compose.option_chips import OptionChips
from sora_studio.ui.kit.generate_button import GenerateButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.media_places import media_places, modes_to_choose
from tests.doubles.models import shipped_models

W = TypeVar("W", bound=QWidget)


class FormDesk(QWidget):
    """Shows what is chosen in it, as the composer does."""

    def __init__(self, width: int = 1060, models: dict[str, ModelProfile] | None = None) -> None:
        super().__init__()
        self.models = dict(shipped_models()) if models is None else models
        self.media = MediaWells(TaskScope(_fail), self)
        self.chips = OptionChips(self)
        self.generate = GenerateButton(self)
        self.generate.setText("Generate · ≈ $0.42")
        self.row = ControlsRow(self.media, self.chips, self.generate, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(1)
        column.addWidget(self.row)
        self.request = GenerationRequest("", "A pier")
        self.problems = dict[str, str]()
        self.modes_chosen = list[str]()
        self.chips.option_chosen.connect(self.choose)
        self.chips.option_unset.connect(self._unset)
        self.chips.mode_chosen.connect(self.modes_chosen.append)
        self.resize(width, 720)

    def show_mode(self, slug: str, mode: str = "", **options: OptionValue) -> None:
        profile = self.models[slug]
        mode = mode or profile.modes[0].id
        found = profile.options_in(mode)
        defaults = {option.field: option.default for option in found if option.default is not None}
        route = profile.routing.default if profile.routing else ""
        self.request = GenerationRequest(slug, "A pier", {**defaults, **options}, route, mode=mode)
        chosen = next(found for found in profile.modes if found.id == mode)
        self.media.show_places(media_places(profile, chosen, {}), {}, problem="", problems={})
        self.chips.show_profile(profile, found, self.models)
        self.chips.show_modes(modes_to_choose(profile), mode)
        self.show_request()

    def show_request(self) -> None:
        self.chips.show_request(self.request, takes=1, problems=self.problems)
        self.row.arrange()
        settle()

    def choose(self, field: str, value: OptionValue) -> None:
        self.request = replace(self.request, options={**self.request.options, field: value})
        self.show_request()

    def _unset(self, field: str) -> None:
        options = {name: value for name, value in self.request.options.items() if name != field}
        self.request = replace(self.request, options=options)
        self.show_request()

    def all(self, kind: type[W]) -> list[W]:
        return [widget for widget in self.findChildren(kind) if widget.isVisible()]

    def one(self, kind: type[W], name: str) -> W:
        found = [widget for widget in self.all(kind) if widget.accessibleName() == name]
        assert len(found) == 1, f"{name!r} among {[widget.accessibleName() for widget in self.all(kind)]}"
        return found[0]

    @property
    def panel(self) -> MorePanel:
        """The form behind the dots."""
        [panel] = self.findChildren(MorePanel)
        return panel

    def place(self, widget: QWidget) -> QRect:
        return QRect(widget.mapTo(self, widget.rect().topLeft()), widget.size())


def every_mode(models: dict[str, ModelProfile]) -> Iterator[tuple[str, str]]:
    return ((slug, mode.id) for slug, profile in models.items() for mode in profile.modes)


def settle() -> None:
    """Let the layouts that were posted happen."""
    QCoreApplication.sendPostedEvents()


def _fail(error: BaseException, name: str) -> None:
    raise AssertionError(name) from error
