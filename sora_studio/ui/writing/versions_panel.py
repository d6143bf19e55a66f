"""The side panel's page of versions: the list, what changed, and what can be done with a version."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from sora_studio.domain.version import Version, VersionKind
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.segments import Segments
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.writing.difference_view import DifferenceView
from sora_studio.ui.writing.setup_table import SetupTable
from sora_studio.ui.writing.version_list import VersionList
from sora_studio.viewmodels.writing.version_words import compared_text, spoken_comparison, title_of
from sora_studio.viewmodels.writing.versions_model import VersionsModel

_ONE, _TWO = "one", "two"
_HINT = "What you send is kept here as a version, and so is what you wrote before a pause."
_MOST_IN_MENU = 40


class VersionsPanel(QFrame):
    """Signals: `restore_asked(Version)`."""

    restore_asked = Signal(object)

    def __init__(self, scope: TaskScope, model: VersionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._spoken = ""
        theme.set_role(self, "panel")
        self._hint = QLabel(_HINT, self)
        self._hint.setWordWrap(True)
        theme.set_role(self._hint, "secondary")
        self._list = VersionList(scope, self)
        self._title = ElidedLabel(semibold=True, at_end=True, parent=self)
        self._look = Segments("Difference", ((_ONE, "One text", None), (_TWO, "Side by side", None)), self)
        self._look.show_value(_ONE)
        self._difference, self._setup = DifferenceView(self), SetupTable(self)
        self._restore = PushButton("Restore", "Restore this version", self)
        self._name = PushButton("Name…", "Name this version", self)
        self._other = PushButton("Compare with…", "", self)
        self._build_layout()
        self._connect()
        self._show_list()
        self._show_comparison()

    def showEvent(self, event: QShowEvent) -> None:
        """Read while the panel is visible."""
        super().showEvent(event)
        self._model.watch(is_watched=True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop reading."""
        super().hideEvent(event)
        self._model.watch(is_watched=False)

    def _build_layout(self) -> None:
        margin = 2 * theme.GRID
        self._below = QWidget(self)
        below = QVBoxLayout(self._below)
        below.setContentsMargins(margin, theme.GRID + 4, margin, margin)
        below.setSpacing(theme.GRID)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        below.addLayout(head)
        below.addWidget(self._look, 0, Qt.AlignmentFlag.AlignLeft)
        below.addWidget(self._difference, 1)
        below.addWidget(self._setup)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID)
        for button in (self._restore, self._name, self._other):
            buttons.addWidget(button)
        buttons.addStretch(1)
        below.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GRID // 2, 0, 0)
        column.setSpacing(0)
        self._hint.setContentsMargins(margin, theme.GRID, margin, theme.GRID)
        column.addWidget(self._hint)
        listed = QHBoxLayout()
        listed.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        listed.addWidget(self._list)
        column.addLayout(listed, 2)
        self._rule = theme.rule()
        column.addWidget(self._rule)
        column.addWidget(self._below, 3)

    def _connect(self) -> None:
        self._list.chosen.connect(self._on_list_chosen)
        self._list.named.connect(self._model.name)
        self._look.chosen.connect(self._on_look_chosen)
        self._restore.clicked.connect(self._on_restore_clicked)
        self._name.clicked.connect(self._on_name_clicked)
        self._other.clicked.connect(self._on_other_clicked)
        self._model.changed.connect(self._show_list)
        self._model.compared.connect(self._show_comparison)

    def _show_list(self) -> None:
        has_any = bool(self._model.sections)
        self._hint.setVisible(not has_any)
        for part in (self._rule, self._below):
            part.setVisible(has_any)
        self._list.show_sections(self._model.sections)

    def _show_comparison(self) -> None:
        comparison = self._model.comparison
        before, after = self._model.titles
        self._title.setText(compared_text(before, after, comparison) if comparison else "")
        spoken = spoken_comparison(comparison) if comparison else ""
        self._difference.show_difference(comparison.text if comparison else None, spoken=spoken)
        self._setup.show_changes(comparison.setup if comparison else ())
        shown = [version for version in (self._model.shown, self._model.other) if version is not None]
        self._list.select(shown)
        for button in (self._restore, self._name, self._other):
            button.setEnabled(bool(shown))
        if spoken != self._spoken and self._list.hasFocus():
            announce(self, spoken)
        self._spoken = spoken

    def _on_list_chosen(self, versions: Sequence[Version]) -> None:
        if versions:
            self._model.choose(*versions[:2])
        else:
            self._model.choose(None)

    def _on_look_chosen(self, look: str) -> None:
        self._difference.split(look == _TWO)

    def _on_name_clicked(self) -> None:
        if self._model.shown is not None:
            self._list.edit_name_of(self._model.shown)

    def _on_restore_clicked(self) -> None:
        if self._model.shown is not None:
            self.restore_asked.emit(self._model.shown)

    def _on_other_clicked(self) -> None:
        chosen = self._model.shown
        if chosen is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("What is written now", partial(self._model.choose, chosen))
        others = [version for version in self._model.versions if version.id != chosen.id]
        autosaves = [version for version in others if version.kind is VersionKind.AUTOSAVE]
        self._add_versions(menu, chosen, [version for version in others if version.kind is not VersionKind.AUTOSAVE])
        if autosaves:
            self._add_versions(menu.addMenu("Autosaves"), chosen, autosaves)
        menu.popup(self._other.mapToGlobal(self._other.rect().topLeft()))

    def _add_versions(self, menu: QMenu, chosen: Version, others: Sequence[Version]) -> None:
        for version in others[:_MOST_IN_MENU]:
            made = version.created_at.astimezone()
            words = title_of(version).replace("&", "&&")
            menu.addAction(f"{words}\t{made.day} {made:%b %H:%M}", partial(self._model.choose, chosen, version))
