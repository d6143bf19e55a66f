"""Export, copies and import from the window: file dialogs, progress in the bar at the bottom, and what came of it."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.exports import SUFFIXES, ExportFormat
from sora_studio.domain.imports import Imported, ImportKind, Outcome
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.commands import Command

if TYPE_CHECKING:
    from sora_studio.domain.clip import Clip
    from sora_studio.services.library.exporting.clip_copying import CopiedClip
    from sora_studio.studio import Studio

_FORMATS = {
    "Contact sheet (*.html)": ExportFormat.HTML,
    "Bundle with clips, for another copy (*.zip)": ExportFormat.BUNDLE,
    "Table (*.csv)": ExportFormat.CSV,
    "JSON (*.json)": ExportFormat.JSON,
    "Evidence for the service's support (*.json)": ExportFormat.EVIDENCE,
}
_IMPORTED = "Bundles and tables of prompts (*.zip *.csv *.tsv *.txt);;All files (*)"
_SAY_EVERY_S = 0.5
Say = Callable[[str], None]


class TransfersCorner(QObject):
    """One transfer at a time: a second one is refused in a sentence. `say` shows words in the bar at the bottom."""

    def __init__(self, scope: TaskScope, window: QWidget, say: Say) -> None:
        super().__init__(window)
        self._scope, self._window, self._say = scope, window, say
        self._studio: Studio | None = None
        self._running: asyncio.Task[None] | None = None
        self._said_at = 0.0

    def attach(self, studio: "Studio") -> None:
        """Connect the services of a started studio."""
        self._studio = studio

    def commands(self, shown: Callable[[], Sequence[int]]) -> Sequence[Command]:
        """Return what the search box can run by name; `shown` are the tasks that the library shows or has selected."""

        def needs_clips() -> str:
            return "" if shown() else "The library shows no clips"

        return (
            Command("Export: contact sheet, table, bundle or evidence…", lambda: self.export(shown()), reason=needs_clips),
            Command("Copy clips to a folder…", lambda: self.copy(shown()), reason=needs_clips),
            Command("Import a bundle or a table of prompts…", self.import_file),
            Command("Import a folder of clips…", self.import_folder),
        )

    def export(self, tasks: Sequence[int]) -> None:
        """Ask for a new file, and write the tasks to it."""
        dialog = self._dialog(f"Export {_tasks(len(tasks))}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # no file is replaced, so the question would be a lie
        dialog.setNameFilters(list(_FORMATS))
        dialog.fileSelected.connect(partial(self._on_export_chosen, dialog, list(tasks)))
        dialog.open()

    def copy(self, tasks: Sequence[int]) -> None:
        """Ask for a folder, and copy the tasks' clips into it."""
        dialog = self._folder_dialog(f"Copy the clips of {_tasks(len(tasks))}")
        dialog.fileSelected.connect(partial(self._on_copy_chosen, list(tasks)))
        dialog.open()

    def import_file(self) -> None:
        """Ask for a bundle or a table of prompts, and take it in; prompts become drafts."""
        dialog = self._dialog("Import")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(_IMPORTED.split(";;"))
        dialog.fileSelected.connect(self._on_import_chosen)
        dialog.open()

    def import_folder(self) -> None:
        """Ask for a folder of clips with their metadata, and add them to the library where they are."""
        dialog = self._folder_dialog("Import the clips of a folder")
        dialog.fileSelected.connect(self._on_import_chosen)
        dialog.open()

    def _on_export_chosen(self, dialog: QFileDialog, tasks: list[int], chosen: str) -> None:
        wanted = _FORMATS[dialog.selectedNameFilter()]
        path = Path(chosen)
        path = path if path.suffix else path.with_name(path.name + SUFFIXES[wanted])
        self._begin(lambda studio: self._export(studio, tasks, wanted, path), name="export")

    def _on_copy_chosen(self, tasks: list[int], folder: str) -> None:
        self._begin(lambda studio: self._copy(studio, tasks, Path(folder)), name="copy clips")

    def _on_import_chosen(self, path: str) -> None:
        self._begin(lambda studio: self._import(studio, Path(path)), name="import")

    def _begin(self, work: "Callable[[Studio], Coroutine[object, object, None]]", *, name: str) -> None:
        if self._running is not None and not self._running.done():
            self._say("Another export or import is still running")
        elif self._studio is not None:
            self._running = self._scope.start(work(self._studio), name=name)

    async def _export(self, studio: "Studio", tasks: Sequence[int], wanted: ExportFormat, path: Path) -> None:
        progress = partial(self._tell, "Exporting")
        made = await studio.exporting.export(tasks, wanted, path, on_progress=progress)
        lacking = f"; {len(made.missing):,} clips could not be read" if made.missing else ""
        self._say(f"{_tasks(made.tasks)} exported to {path.name}{lacking}")

    async def _copy(self, studio: "Studio", tasks: Sequence[int], folder: Path) -> None:
        rows = await studio.tasks.get_many(tasks)
        clips: list[Clip] = [clip for row in rows for clip in row.clips if clip.path is not None]
        done = await studio.clip_copying.copy(clips, folder, on_progress=partial(self._tell, "Copying"))
        self._say(copied_words(done, folder))

    async def _import(self, studio: "Studio", path: Path) -> None:
        importing = studio.importing
        match await importing.kind_of(path):
            case ImportKind.TABLE:
                try:
                    plan = await studio.prompt_tables.plan(path)
                except InvalidRequest as invalid:
                    self._say(refused_words(invalid, path))
                    return
                drafts = await studio.prompt_tables.keep(plan)
                self._say(f"{len(drafts):,} draft{'s' * (len(drafts) != 1)} imported")
            case ImportKind.FOLDER:
                self._say(imported_words(await importing.folder(path, on_progress=partial(self._tell, "Importing"))))
            case ImportKind.BUNDLE:
                self._say(imported_words(await importing.bundle(path, on_progress=partial(self._tell, "Importing"))))

    def _tell(self, doing: str, done: int, of: int) -> None:
        """Say how far it is, at most twice a second."""
        now = asyncio.get_running_loop().time()
        if now - self._said_at >= _SAY_EVERY_S:
            self._said_at = now
            self._say(f"{doing}… {done:,} of {of:,}")

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def _folder_dialog(self, title: str) -> QFileDialog:
        dialog = self._dialog(title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        return dialog


def copied_words(done: "Sequence[CopiedClip]", folder: Path) -> str:
    """Return what became of copies, as "12 clips copied and verified to Out; 1 failed: The disk is full."."""
    failed = [copied for copied in done if copied.trouble]
    good = len(done) - len(failed)
    words = f"{good:,} clip{'s' * (good != 1)} copied to {folder.name} and verified"
    return f"{words}; {len(failed):,} failed: {failed[0].trouble}" if failed else words


def imported_words(done: Imported) -> str:
    """Return what became of an import, as "12 tasks added, 3 known already"."""
    counts = [
        f"{_tasks(done.count(Outcome.ADDED))} added",
        *([f"{done.count(Outcome.COMPLETED):,} completed"] if done.count(Outcome.COMPLETED) else []),
        *([f"{done.count(Outcome.KNOWN):,} known already"] if done.count(Outcome.KNOWN) else []),
        *([f"{len(done.left_out):,} files left out"] if done.left_out else []),
    ]
    return ", ".join(counts)


def refused_words(invalid: InvalidRequest, path: Path) -> str:
    """Return what is wrong with a table, as "Nothing was imported from prompts.csv. Row 3: … (and 2 more)"."""
    first, *others = invalid.problems
    more = f" (and {len(others):,} more)" if others else ""
    return f"Nothing was imported from {path.name}. {first.field[:1].upper()}{first.field[1:]}: {first.message}{more}"


def _tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count:,} tasks"
