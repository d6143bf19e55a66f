"""Connects templates, snippets and cards to the editor: its panel, its completion, and the files that are shared."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.naming import safe_name
from sora_studio.domain.writing.cards import Card
from sora_studio.domain.writing.prompt_collection import KeptItem
from sora_studio.domain.writing.prompt_item import PromptItem
from sora_studio.domain.writing.snippets import Snippet
from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.writing.shelf_panel import ShelfPanel
from sora_studio.viewmodels.event_bridge import EventBridge
from sora_studio.viewmodels.writing.shelf_model import ShelfModel

if TYPE_CHECKING:
    from sora_studio.services.writing.prompt_library import PromptLibrary

_FILES = "Snippets, cards and templates (*.toml)"
_PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp)"


class ShelfCorner(QObject):
    """Builds the panel when it is first shown."""

    def __init__(self, scope: TaskScope, compose: ComposePanel, parent: QWidget) -> None:
        super().__init__(parent)
        self._window, self._compose = parent, compose
        self._panel: ShelfPanel | None = None
        self._profile: ModelProfile | None = None
        self.model = ShelfModel(scope.start, self)
        self.model.changed.connect(self._on_model_changed)
        compose.text_changed.connect(self._on_compose_text_changed)

    def build(self) -> QWidget:
        """Build the panel."""
        self._panel = panel = ShelfPanel(self.model)
        panel.chosen.connect(self._on_panel_chosen)
        panel.new_wanted.connect(self._on_panel_new_wanted)
        panel.import_wanted.connect(self._on_panel_import_wanted)
        panel.export_wanted.connect(self._on_panel_export_wanted)
        panel.picture_wanted.connect(self._on_panel_picture_wanted)
        return panel

    def attach(self, library: "PromptLibrary", relay: EventBridge) -> None:
        """Connect the service of a started studio."""
        relay.prompt_library_changed.connect(self.model.touch)
        self.model.attach(library)

    def _on_model_changed(self) -> None:
        self._compose.writing.parts.use(self.model.collection)

    def _on_compose_text_changed(self) -> None:
        """Follow the chosen model; this is called for every key."""
        if (profile := self._compose.profile) is not self._profile:
            self._profile = profile
            self._compose.writing.parts.use_tags(profile.tags if profile else ())

    def _on_panel_chosen(self, item: PromptItem) -> None:
        writing = self._compose.writing
        match item:
            case Snippet():
                writing.parts.insert_snippet(item)
            case Card():
                writing.insert(f"@{item.name}")
            case _:
                writing.parts.use_template(item)

    def _on_panel_new_wanted(self) -> None:
        if self._panel is not None:
            self._panel.make(self._compose.writing.selected_text)

    def _on_panel_import_wanted(self) -> None:
        dialog = self._dialog("Import a snippet, card or template", _FILES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._on_import_chosen)
        dialog.open()

    def _on_panel_export_wanted(self, kept: KeptItem) -> None:
        dialog = self._dialog("Export", _FILES)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # no file is replaced, so the question would be a lie
        dialog.setDefaultSuffix("toml")
        dialog.selectFile(f"{safe_name(kept.item.name)}.toml")
        dialog.fileSelected.connect(partial(self._on_export_chosen, kept))
        dialog.open()

    def _on_panel_picture_wanted(self) -> None:
        dialog = self._dialog("Picture of the card", _PICTURES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._on_picture_chosen)
        dialog.open()

    def _on_import_chosen(self, path: str) -> None:
        self.model.import_file(Path(path))

    def _on_export_chosen(self, kept: KeptItem, path: str) -> None:
        self.model.export(kept, Path(path))

    def _on_picture_chosen(self, path: str) -> None:
        if self._panel is not None:
            self._panel.put_picture(Path(path))

    def _dialog(self, title: str, files: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setNameFilter(files)
        dialog.finished.connect(dialog.deleteLater)
        return dialog
