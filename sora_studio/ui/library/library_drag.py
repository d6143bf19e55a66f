"""Dragging tiles out: to other programs as files, to projects and tags of this window by task id."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QObject, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QPixmap
from PySide6.QtWidgets import QWidget

from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.library.library_model import LibraryModel

TASKS_MIME = "application/x-sora-studio-tasks"
"""Task ids in decimal, one a line."""
MOST_FILES = 1_000
"""With more tasks than this, only their ids are dragged: other programs choke on so many files."""


def mime_of(tasks: Iterable[int], files: Iterable[Path]) -> QMimeData:
    """Return what is dragged."""
    mime = QMimeData()
    mime.setData(TASKS_MIME, QByteArray("\n".join(map(str, tasks)).encode()))
    if urls := [QUrl.fromLocalFile(str(path)) for path in files]:
        mime.setUrls(urls)
    return mime


def tasks_in(mime: QMimeData) -> list[int]:
    """Return the ids of the tasks that are dragged; none if it is something else."""
    lines = bytes(mime.data(TASKS_MIME).data()).split() if mime.hasFormat(TASKS_MIME) else []
    return [int(line) for line in lines if line.isdigit()]


class LibraryDrag(QObject):
    """Reads the files of what is dragged, then starts the drag if the button is still down.

    `carry` runs the drag to its end; Qt's own way is a nested event loop, so it never begins inside an asyncio task.
    """

    def __init__(
        self,
        model: LibraryModel,
        scope: TaskScope,
        view: QWidget,
        carry: Callable[[QDrag], object] = lambda drag: drag.exec(Qt.DropAction.CopyAction),
    ) -> None:
        super().__init__(view)
        self._model, self._scope, self._view = model, scope, view
        self.carry = carry
        self._is_wanted = False

    def begin(self, tasks: Sequence[int], picture: QPixmap) -> None:
        """Start dragging these tasks, under a picture."""
        self._is_wanted = True
        self._scope.start(self._prepare(tasks, picture), name="Drag clips")

    def cancel(self) -> None:
        """The button was released: a drag that has not begun does not begin."""
        self._is_wanted = False

    async def _prepare(self, tasks: Sequence[int], picture: QPixmap) -> None:
        services = self._model.services
        files = await services.files_of(tasks) if services is not None and len(tasks) <= MOST_FILES else ()
        QTimer.singleShot(0, self, lambda: self._start(mime_of(tasks, files), picture))

    def _start(self, mime: QMimeData, picture: QPixmap) -> None:
        if not self._is_wanted:
            return
        self._is_wanted = False
        drag = QDrag(self._view)
        drag.setMimeData(mime)
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(12, 12))
        self.carry(drag)
