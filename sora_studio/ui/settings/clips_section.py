"""Settings of the clips' folder, their file names and the backups' size."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from sora_studio.disk_calls import is_silent
from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.naming import DEFAULT_TEMPLATE, check_template, clip_stem
from sora_studio.domain.settings import DEFAULT_BACKUP_LIMIT_GB, Settings, parse_backup_limit
from sora_studio.paths import NotAPath, local_path
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.settings.field import Field

BACKUPS_HELP = "For tasks and drafts, not clips. The three newest are always kept."
EXAMPLE_PROMPT = "Slow dolly in along a wooden pier"
EXAMPLE_TASK = 128


class ClipsSection(QWidget):
    """The clips' folder, the file name template with a live example, and the maximum size of backups.

    Signals: `folder_wanted(Settings)`, `template_wanted(Settings)`, `backups_wanted(Settings)`.
    """

    folder_wanted = Signal(object)
    template_wanted = Signal(object)
    backups_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()
        self._usual_folder = Path()
        self._folder = QLineEdit()
        self._folder.setAccessibleName("Folder for clips")
        self._folder.editingFinished.connect(self._on_folder_editing_finished)
        choose = PushButton("Choose…", "Choose the folder for clips")
        choose.clicked.connect(self._on_choose_clicked)
        self.folder_field = Field("Folder", self._folder, choose, help_text="Existing clips stay where they are.")
        self._template = QLineEdit()
        self._template.setAccessibleName("File name template")
        self._template.setPlaceholderText(DEFAULT_TEMPLATE)
        self._template.textChanged.connect(self._on_template_text_changed)
        self._template.editingFinished.connect(self._on_template_editing_finished)
        self.template_field = Field("File name", self._template)
        self._backups = QLineEdit()
        self._backups.setAccessibleName("Space for backups, in GB")
        self._backups.setPlaceholderText(f"{DEFAULT_BACKUP_LIMIT_GB:g}")
        self._backups.editingFinished.connect(self._on_backups_editing_finished)
        self.backups_field = Field("Space for backups, in GB", self._backups, help_text=BACKUPS_HELP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(self.folder_field)
        column.addWidget(self.template_field)
        column.addWidget(self.backups_field)

    def set_usual_folder(self, folder: Path) -> None:
        """Set the folder that is used when none is chosen."""
        self._usual_folder = folder
        self._folder.setPlaceholderText(str(folder))

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        self.settings = settings
        self._folder.setText(str(settings.output_dir or ""))
        self._template.setText(settings.file_template)
        self.folder_field.show_help()
        self._backups.setText(f"{settings.backup_limit_gb:g}")
        self.backups_field.show_help()
        self._on_template_text_changed()

    def _on_backups_editing_finished(self) -> None:
        try:
            gigabytes = parse_backup_limit(self._backups.text())
        except InvalidSetting as error:
            self.backups_field.show_problem(error.sentence)
            return
        self.backups_field.show_help()
        if gigabytes != self.settings.backup_limit_gb:
            self.backups_wanted.emit(replace(self.settings, backup_limit_gb=gigabytes))

    def _on_choose_clicked(self) -> None:
        folder = self.settings.output_dir or self._usual_folder
        # A dialog in a dead share would freeze the window.
        chooser = QFileDialog(self, "Folder for clips", "" if is_silent(folder) else str(folder))
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.fileSelected.connect(self._on_chooser_file_selected)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _on_chooser_file_selected(self, folder: str) -> None:
        self._folder.setText(folder)
        self._on_folder_editing_finished()

    def _on_folder_editing_finished(self) -> None:
        text = self._folder.text().strip()
        try:
            folder = local_path(text, anchored=True) if text else None
        except NotAPath as error:
            self.folder_field.show_problem(f"{error} Choose a folder, or leave it empty for {self._usual_folder}.")
            return
        if folder == self.settings.output_dir:
            self.folder_field.show_help()
        else:
            self.folder_wanted.emit(replace(self.settings, output_dir=folder))

    def _on_template_text_changed(self) -> None:
        try:
            template = check_template(self._template.text() or DEFAULT_TEMPLATE)
        except InvalidSetting as error:
            self.template_field.show_problem(error.sentence)
        else:
            self.template_field.show_help(f"For example {_example(template)}.mp4")

    def _on_template_editing_finished(self) -> None:
        try:
            template = check_template(self._template.text() or DEFAULT_TEMPLATE)
        except InvalidSetting:
            return  # already shown while typing
        if template != self.settings.file_template:
            self.template_wanted.emit(replace(self.settings, file_template=template))


def _example(template: str) -> str:
    now = datetime.now().astimezone()
    return clip_stem(template, local_time=now, prompt=EXAMPLE_PROMPT, task=EXAMPLE_TASK, take=1, model="sora-2")
