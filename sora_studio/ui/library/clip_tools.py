"""What belongs to both the library's tiles and Details: the menu, the field for tags, the clipboard, and the questions."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QPoint, QUrl, Signal
from PySide6.QtGui import QGuiApplication
from shiboken6 import isValid

from sora_studio.domain.errors import BatchQuestion, InvalidSetting
from sora_studio.domain.judgement import Judgement
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.clip_menu import ClipMenu
from sora_studio.viewmodels.library.clip_commands import ClipCommands

if TYPE_CHECKING:
    from sora_studio.ui.library.details.panel import DetailsPanel
    from sora_studio.ui.library.library_room import LibraryRoom
    from sora_studio.ui.library.new_project import NewProjectDialog
    from sora_studio.ui.library.tag_bar import TagBar

_GNOME_FILES = "x-special/gnome-copied-files"
"""The type that GNOME's and Cinnamon's file managers paste."""


class ClipTools(QObject):
    """Connects the room and Details, each once it is built, to one set of commands.

    Signals: `details_needed()` when Details must be visible; `project_added()`.
    """

    details_needed = Signal()
    project_added = Signal()

    def __init__(self, scope: TaskScope, parent: QObject) -> None:
        super().__init__(parent)
        self._scope = scope
        self._room: LibraryRoom | None = None
        self._details: DetailsPanel | None = None
        self._bar: TagBar | None = None
        self.commands = ClipCommands(scope.start, self)
        self.menu = ClipMenu(self.commands, self)
        self.commands.copied.connect(self._on_commands_copied)
        self.commands.files_copied.connect(self._on_commands_files_copied)
        self.commands.asked.connect(self._on_commands_asked)
        self.commands.refused.connect(self._on_commands_refused)
        self.menu.tags_asked.connect(self._open_tag_bar)
        self.menu.note_asked.connect(self._open_note)
        self.menu.advances_toggled.connect(self._on_menu_advances_toggled)
        self.menu.project_asked.connect(self._on_menu_project_asked)

    def serve_room(self, room: "LibraryRoom") -> None:
        """Connect the room."""
        from sora_studio.ui.library.tag_bar import TagBar  # noqa: PLC0415 - needed with the room only

        self._room, self._bar = room, TagBar(room.view)
        room.menu_asked.connect(self._on_room_menu_asked)
        room.tags_asked.connect(self._open_tag_bar)
        room.note_asked.connect(self._open_note)
        room.longest_asked.connect(self._on_room_longest_asked)
        self.menu.opened.connect(room.opened)
        self.menu.filter_asked.connect(room.filter_asked)
        self._bar.entered.connect(self._on_bar_entered)
        self._bar.field.begun.connect(self._on_field_begun)
        self._bar.closed.connect(room.view.setFocus)

    def serve_details(self, details: "DetailsPanel") -> None:
        """Connect Details."""
        self._details = details
        details.menu_asked.connect(self._on_details_menu_asked)
        details.relative_chosen.connect(self._on_details_relative_chosen)

    def _on_room_menu_asked(self, place: QPoint) -> None:
        if (room := self._room) is not None:
            work = self.menu.open_on_tiles(room.selected, place, room, advances=room.advances)
            self._scope.start(work, name="Open a menu")

    def _on_room_longest_asked(self) -> None:
        if self._room is not None:
            self.commands.make_longest(self._room.selected)

    def _on_details_menu_asked(self, place: QPoint) -> None:
        if (details := self._details) is not None:
            work = self.menu.open_in_details(details.shown, place, details, details.poster)
            self._scope.start(work, name="Open a menu")

    def _on_menu_advances_toggled(self, advances: bool) -> None:
        if self._room is not None:
            self._room.set_advances(advances)

    def _on_details_relative_chosen(self, task: int) -> None:
        if self._room is not None:
            self._room.choose(task)

    # --- tags and notes -------------------------------------------------------------------------------------------

    def _open_tag_bar(self) -> None:
        if self._room is not None and self._bar is not None and (tasks := self._room.selected):
            self._bar.open_for(tasks)

    def _open_note(self) -> None:
        if self._room is not None and self._room.selected:
            self.details_needed.emit()
            if self._details is not None:
                self._details.focus_note()

    def _on_bar_entered(self, tasks: Sequence[int], tags: tuple[str, ...]) -> None:
        self.commands.judge(tasks, Judgement(tags=tags))

    def _on_field_begun(self) -> None:
        self._scope.start(self._offer_tags(), name="Read the tags")

    async def _offer_tags(self) -> None:
        if self._bar is not None and self.commands.services is not None:
            self._bar.field.offer(await self.commands.services.tags())

    # --- projects, questions, clipboard ---------------------------------------------------------------------------

    def _on_menu_project_asked(self, tasks: Sequence[int]) -> None:
        over = self._room or self._details
        if over is not None:
            from sora_studio.ui.library.new_project import NewProjectDialog  # noqa: PLC0415 - rarely needed

            dialog = NewProjectDialog(len(tasks), over.window())
            dialog.named.connect(partial(self._on_dialog_named, dialog, tasks))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    def _on_dialog_named(self, dialog: "NewProjectDialog", tasks: Sequence[int], name: str) -> None:
        self._scope.start(self._create_project(dialog, tasks, name), name="Create a project", busy=dialog)

    async def _create_project(self, dialog: "NewProjectDialog", tasks: Sequence[int], name: str) -> None:
        try:
            await self.commands.move_to_new(tasks, name)
        except InvalidSetting as error:
            if isValid(dialog):  # not closed meanwhile
                dialog.refuse(error.sentence)
            return
        self.project_added.emit()
        if isValid(dialog):
            dialog.accept()

    def _on_commands_asked(self, question: BatchQuestion, tasks: Sequence[int]) -> None:
        self.details_needed.emit()
        if self._details is not None:
            self._details.ask(question, tasks)

    def _on_commands_refused(self, sentence: str) -> None:
        self.details_needed.emit()
        if self._details is not None:
            self._details.refuse(sentence)

    def _on_commands_copied(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def _on_commands_files_copied(self, files: Sequence[Path]) -> None:
        addresses = [QUrl.fromLocalFile(str(file)) for file in files]
        data = QMimeData()
        data.setUrls(addresses)
        lines = ["copy", *(address.toString(QUrl.ComponentFormattingOption.FullyEncoded) for address in addresses)]
        data.setData(_GNOME_FILES, "\n".join(lines).encode())
        QGuiApplication.clipboard().setMimeData(data)
