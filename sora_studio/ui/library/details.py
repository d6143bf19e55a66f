"""Details of what is selected in the library: poster, stars, decision, prompt, tags, note, and how it was made."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFormLayout,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from sora_studio.domain.judgement import MOST_STARS, ClipRef, Judgement, Verdict
from sora_studio.domain.search_words import fold
from sora_studio.domain.task import Task
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.poster_cache import PosterCache
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.segments import Segments
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.library import details_model
from sora_studio.viewmodels.library.details_services import DetailsServices

NOTE_SAVED_AFTER_MS = 800
MOST_READ = 2000
"""Of a larger selection, so many tasks are read for what they share."""
_POSTER = QSize(340, 191)
_HINT = "Select a clip in the library to see how it was made."
_OPEN = "open"


class DetailsPanel(QScrollArea):
    """Signals: `opened(int)` with a task to show on the stage; `reuse_asked(str, int)` with "edit", "again" or "folder"."""

    opened = Signal(int)
    reuse_asked = Signal(str, int)

    def __init__(self, scope: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self._services: DetailsServices | None = None
        self._ids: Sequence[int] = ()
        self._shown_ids: Sequence[int] = ()
        """What the window shows: `_ids` once they have been read."""
        self._tasks: Sequence[Task] = ()
        self._lines: Sequence[details_model.Line] = ()
        self._reading: asyncio.Task[None] | None = None
        self._note_task: int | None = None
        self._unsaved = dict[int, str]()
        """Notes as typed, by task, until they are saved."""
        self._saving = dict[asyncio.Task[None], tuple[int, str]]()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.set_role(self, "details")
        self._page = QWidget(self)
        theme.set_role(self._page, "form")
        self._build()
        self.setWidget(self._page)
        self._note_timer = QTimer(self, singleShot=True, interval=NOTE_SAVED_AFTER_MS)
        self._note_timer.timeout.connect(self._save_notes)
        self._show()

    def attach(self, services: DetailsServices) -> None:
        """Connect the services."""
        self._services = services
        self.show_tasks(self._ids)

    def show_tasks(self, tasks: Sequence[int]) -> None:
        """Show these tasks; a note or tags that were just typed are saved first."""
        self._save_notes()
        if self._tags.isModified():
            self._on_tags_editing_finished()
        self._ids = list(tasks)
        self._read()

    def take_changes(self, changed: frozenset[int]) -> None:
        """Read again what is shown, if it has changed."""
        if changed.intersection(self._ids[:MOST_READ]):
            self._read()

    async def finish(self) -> None:
        """Save what was typed."""
        self._save_notes()
        if self._saving:
            await asyncio.wait(list(self._saving))

    def _build(self) -> None:
        self._hint = _label(_HINT, "secondary")
        self._poster = _Poster(self._scope, self._page)
        self._poster.clicked.connect(self._on_poster_clicked)
        self._stars = Segments(
            "Stars", [(number, f"{number} ★" if number else "–", None) for number in range(MOST_STARS + 1)], self._page
        )
        self._stars.chosen.connect(self._on_stars_chosen)
        verdicts = [(Verdict.KEPT.value, "✓ Keep", None), (_OPEN, "Open", None), (Verdict.REJECTED.value, "✕ Reject", None)]
        self._verdict = Segments("Decision", verdicts, self._page)
        self._verdict.chosen.connect(self._on_verdict_chosen)
        self._title = _label("")
        self._title.setFont(theme.font(semibold=True))
        self._prompt = _label("")
        self._prompt.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._tags = QLineEdit(self._page)
        self._tags.setPlaceholderText("Tags, with commas between them")
        self._tags.setAccessibleName("Tags")
        self._tags.editingFinished.connect(self._on_tags_editing_finished)
        self._note = QPlainTextEdit(self._page)
        self._note.setPlaceholderText("Note")
        self._note.setAccessibleName("Note")
        self._note.setTabChangesFocus(True)
        self._note.setFixedHeight(64)
        theme.set_role(self._note, "text")
        self._note.textChanged.connect(self._on_note_text_changed)
        self._facts = QFormLayout()
        self._facts.setHorizontalSpacing(2 * theme.GRID)
        self._heading = _label("MADE WITH", "secondary")
        self._heading.setFont(theme.font(size_px=11, semibold=True))
        column = QVBoxLayout(self._page)
        column.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(theme.GRID + 2)
        for part in (self._hint, self._poster, self._title, self._stars, self._verdict, self._prompt, self._tags, self._note):
            column.addWidget(part)
        column.addWidget(self._heading)
        column.addLayout(self._facts)
        column.addLayout(self._build_actions())
        column.addStretch(1)
        self._parts = (self._title, self._stars, self._verdict, self._tags, self._heading, *self._actions)
        self._single = (self._poster, self._prompt, self._note)

    def _build_actions(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(theme.GRID)
        self._actions = list[QWidget]()
        actions = (
            ("Again", partial(self._reuse, "again")),
            ("Edit prompt", partial(self._reuse, "edit")),
            ("Show in folder", partial(self._reuse, "folder")),
            ("Copy report", self._copy_report),
        )
        for number, (words, act) in enumerate(actions):
            button = PushButton(words, parent=self._page)
            button.clicked.connect(act)
            grid.addWidget(button, number // 2, number % 2)
            self._actions.append(button)
        return grid

    # --- reading --------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        if self._services is None or not self._ids:
            self._shown_ids = self._tasks = ()
            self._show()
        else:
            self._reading = self._scope.start(self._read_tasks(self._services, self._ids), name="Read details")

    async def _read_tasks(self, services: DetailsServices, ids: Sequence[int]) -> None:
        tasks = await services.tasks(ids[:MOST_READ])
        if len(tasks) == 1:
            takes = len(await services.takes_of(tasks[0].id))
            project = await services.project_of(tasks[0].project)
            profile = services.profiles.get(tasks[0].request.model)
            self._lines = details_model.facts(tasks[0], profile, project=project, takes=takes, now=datetime.now(UTC))
        else:
            self._lines = details_model.shared(tasks) if tasks else ()
        is_other = self._shown_ids != ids
        self._shown_ids, self._tasks = ids, tasks
        self._show(is_other=is_other)

    def _show(self, *, is_other: bool = False) -> None:
        tasks, is_single = self._tasks, len(self._tasks) == 1
        self._hint.setVisible(not tasks)
        for part in self._parts:
            part.setVisible(bool(tasks))
        for part in self._single:
            part.setVisible(is_single)
        for part in self._actions:
            part.setVisible(is_single)
        while self._facts.rowCount():
            self._facts.removeRow(0)
        if not tasks:
            return
        for line in self._lines:
            self._facts.addRow(_label(line.title, "secondary"), _label(line.words))
        stars, verdicts = {task.stars for task in tasks}, {task.verdict.value if task.verdict else _OPEN for task in tasks}
        self._stars.show_value(stars.pop() if len(stars) == 1 else None)
        self._verdict.show_value(verdicts.pop() if len(verdicts) == 1 else None)
        self._title.setText(f"{len(self._shown_ids):,} clips selected" if not is_single else "")
        self._title.setVisible(not is_single)
        common = set(tasks[0].tags).intersection(*(task.tags for task in tasks))
        if is_other or not self._tags.hasFocus():
            self._tags.setText(", ".join(tag for tag in tasks[0].tags if tag in common))
        if is_single:
            self._prompt.setText(tasks[0].request.prompt)
            self._poster.show_clip(tasks[0])
            self._show_note(tasks[0])

    def _show_note(self, task: Task) -> None:
        """Show what was typed for this task, else its saved note. Other space at the ends alone does not move the cursor."""
        words, is_other = self._unsaved.get(task.id, task.note), self._note_task != task.id
        self._note_task = task.id
        if is_other or words.strip() != self._note.toPlainText().strip():
            self._note.blockSignals(True)
            self._note.setPlainText(words)
            self._note.blockSignals(False)

    # --- deciding -------------------------------------------------------------------------------------------------

    def _on_stars_chosen(self, stars: int) -> None:
        self._judge(Judgement(stars=stars))

    def _on_verdict_chosen(self, value: str) -> None:
        self._judge(Judgement(clears_verdict=True) if value == _OPEN else Judgement(verdict=Verdict(value)))

    def _on_tags_editing_finished(self) -> None:
        if not self._tasks:
            return
        wanted = {fold(tag): tag for tag in (tag.strip() for tag in self._tags.text().split(",")) if tag}
        common = {fold(tag): tag for tag in set(self._tasks[0].tags).intersection(*(task.tags for task in self._tasks))}
        added = [tag for folded, tag in wanted.items() if folded not in common]
        gone = [tag for folded, tag in common.items() if folded not in wanted]
        self._tags.setModified(False)
        if added or gone:
            self._judge(Judgement(tags=tuple(added), untags=tuple(gone)))

    def _on_note_text_changed(self) -> None:
        if self._note_task is not None:
            self._unsaved[self._note_task] = self._note.toPlainText()
            self._note_timer.start()

    def _save_notes(self) -> None:
        """Save what was typed. A note that could not be saved stays typed, and is tried again the next time."""
        self._note_timer.stop()
        if self._services is None:
            return
        for typed in self._unsaved.items():
            if typed not in self._saving.values():
                saving = self._scope.start(self._save_note(self._services, *typed), name="Save a note")
                self._saving[saving] = typed
                saving.add_done_callback(self._saving.pop)

    async def _save_note(self, services: DetailsServices, task: int, words: str) -> None:
        await services.judging.judge([ClipRef(task)], Judgement(note=words))
        if self._unsaved.get(task) == words:
            del self._unsaved[task]
        self._read()  # one that began before would show the former note

    def _judge(self, judgement: Judgement) -> None:
        if self._services is not None and self._shown_ids:
            refs = [ClipRef(task) for task in self._shown_ids]
            self._scope.start(self._services.judging.judge(refs, judgement), name="Judge clips")

    def _reuse(self, how: str) -> None:
        if len(self._tasks) == 1:
            self.reuse_asked.emit(how, self._tasks[0].id)

    def _copy_report(self) -> None:
        if len(self._tasks) == 1:
            QGuiApplication.clipboard().setText(details_model.report(self._tasks[0], self._lines))

    def _on_poster_clicked(self) -> None:
        if len(self._tasks) == 1:
            self.opened.emit(self._tasks[0].id)


class _Poster(QAbstractButton):
    """The clip's poster, as wide as the panel; a press opens the clip."""

    def __init__(self, scope: TaskScope, parent: QWidget) -> None:
        super().__init__(parent)
        self._task: Task | None = None
        self._posters = PosterCache(scope, _POSTER, self)
        self._posters.arrived.connect(self.update)
        self.setFixedHeight(_POSTER.height())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_clip(self, task: Task) -> None:
        """Show the poster of the task's first clip."""
        self._task = task
        self.setAccessibleName(f"Play: {task.request.prompt[:60]}")
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the poster in the middle, with the frame of the focus."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.tokens().stage)
        path = next((clip.poster for clip in self._task.clips if clip.poster), None) if self._task else None
        picture = self._posters.poster(path, self.devicePixelRatioF()) if path else None
        if picture is not None and not picture.isNull():
            size = picture.deviceIndependentSize().toSize()
            painter.drawPixmap((self.width() - size.width()) // 2, (self.height() - size.height()) // 2, picture)
        if self.hasFocus():
            painter.setPen(theme.tokens().accent)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


def _label(words: str, role: str = "") -> QLabel:
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setMinimumWidth(1)  # a long id wraps instead of widening the panel
    if role:
        theme.set_role(label, role)
    return label
