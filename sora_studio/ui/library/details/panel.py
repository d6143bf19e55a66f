"""Details of what is selected in the library: poster, stars, decision, prompt, tags, note, family, and how it was made."""

import asyncio
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from sora_studio.domain.errors import BatchQuestion
from sora_studio.domain.judgement import Judgement
from sora_studio.domain.task import Task
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.details.actions_row import ActionsRow
from sora_studio.ui.library.details.added_note import AddedNote
from sora_studio.ui.library.details.decisions import DecisionRow
from sora_studio.ui.library.details.facts_table import FactsTable
from sora_studio.ui.library.details.family_line import FamilyLine
from sora_studio.ui.library.details.labels import heading, label
from sora_studio.ui.library.details.note_editor import NoteEditor
from sora_studio.ui.library.details.poster import Poster
from sora_studio.ui.library.details.prompt_view import PromptView
from sora_studio.ui.library.details.question import QuestionBox
from sora_studio.ui.library.details.tag_chips import TagChips
from sora_studio.viewmodels.library.clip_commands import ClipCommands
from sora_studio.viewmodels.library.details_reader import Details, read_details
from sora_studio.viewmodels.library.details_services import DetailsServices
from sora_studio.viewmodels.tasks.task_actions import TaskAction

_HINT = "Select a clip in the library to see how it was made."


class DetailsPanel(QScrollArea):
    """Signals: `opened(int)` with a task to show on the stage; `relative_chosen(int)` with a member of the family;
    `menu_asked(QPoint)` with a global position, for more actions on what is shown.
    """

    opened = Signal(int)
    relative_chosen = Signal(int)
    menu_asked = Signal(QPoint)

    def __init__(self, scope: TaskScope, commands: ClipCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope, self._commands = scope, commands
        self._services: DetailsServices | None = None
        self._ids: Sequence[int] = ()
        self._details = Details()
        """What the window shows: of `_ids` once they have been read."""
        self._reading: asyncio.Task[None] | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.set_role(self, "details")
        self.viewport().setAutoFillBackground(False)
        self._page = QWidget(self)
        theme.set_role(self._page, "form")
        self._build()
        self._connect()
        self.setWidget(self._page)
        self._show()

    @property
    def shown(self) -> Sequence[int]:
        """The tasks that the window shows."""
        return self._details.ids

    @property
    def poster(self) -> Poster:
        """The poster, whose frame can be chosen."""
        return self._poster

    def attach(self, services: DetailsServices) -> None:
        """Connect the services."""
        self._services = services
        self._note.attach(services.judging)
        self.show_tasks(self._ids)

    def show_tasks(self, tasks: Sequence[int]) -> None:
        """Show these tasks; a note or tags that were just typed are saved first."""
        self._note.save()
        self._tags.commit()
        self._ids = list(tasks)
        self._read()

    def take_changes(self, changed: frozenset[int]) -> None:
        """Read again what is shown, if it has changed."""
        if self._details.is_about(changed) or not changed.isdisjoint(self._ids):
            self._read()

    def focus_note(self) -> None:
        """Put the focus into the note: of the clip, or the one to be added to several."""
        field = self._note if len(self._ids) == 1 else self._added_note.field
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.ensureWidgetVisible(field)

    def ask(self, question: BatchQuestion, tasks: Sequence[int]) -> None:
        """Ask before several paid tasks are created."""
        self._question.ask(question, tasks)

    def refuse(self, sentence: str) -> None:
        """Show why nothing was created."""
        self._question.refuse(sentence)

    async def finish(self) -> None:
        """Save what was typed."""
        await self._note.finish()

    def _build(self) -> None:
        page = self._page
        self._hint, self._title = label(_HINT, "secondary", parent=page), label("", parent=page)
        self._title.setFont(theme.font(size_px=15, semibold=True))
        self._poster = Poster(self._scope, page)
        self._decision, self._prompt, self._tags = DecisionRow(page), PromptView(page), TagChips(page)
        self._note, self._added_note = NoteEditor(self._scope, page), AddedNote(page)
        self._facts_heading, self._facts = heading("Made with", parent=page), FactsTable(page)
        self._family_heading, self._family = heading("Family", parent=page), FamilyLine(self._scope, page)
        self._actions, self._question = ActionsRow(page), QuestionBox(page)
        column = QVBoxLayout(page)
        column.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(theme.GRID + 2)
        parts = (self._hint, self._title, self._poster, self._decision, self._prompt, self._tags, self._note, self._added_note)
        for part in (*parts, self._facts_heading, self._facts, self._family_heading, self._family):
            column.addWidget(part)
        column.addWidget(self._actions)
        column.addWidget(self._question)
        column.addStretch(1)
        self._any = (self._decision, self._tags, self._facts_heading, self._facts, self._actions)
        self._single = (self._poster, self._prompt, self._note)
        self._several = (self._title, self._added_note)

    def _connect(self) -> None:
        self._poster.clicked.connect(self._on_poster_clicked)
        self._poster.menu_asked.connect(self.menu_asked)
        for part in (self._decision, self._tags, self._added_note):
            part.judged.connect(self._judge)
        self._tags.field.begun.connect(self._on_field_begun)
        self._tags.field.left.connect(self._tags.field.clearFocus)
        self._note.saved.connect(self._read)
        self._family.chosen.connect(self.relative_chosen)
        self._actions.reuse_asked.connect(self._on_actions_reuse_asked)
        self._actions.longest_asked.connect(self._on_actions_longest_asked)
        self._actions.retry_asked.connect(self._on_actions_retry_asked)
        self._actions.trash_asked.connect(self._on_actions_trash_asked)
        self._actions.restore_asked.connect(self._on_actions_restore_asked)
        self._actions.menu_asked.connect(self.menu_asked)
        self._question.confirmed.connect(partial(self._commands.retry, ask=False))

    def _read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        if self._services is None or not self._ids:
            self._details = Details()
            self._show()
        else:
            self._reading = self._scope.start(self._read_details(self._services, self._ids), name="Read details")

    async def _read_details(self, services: DetailsServices, ids: Sequence[int]) -> None:
        details = await read_details(services, ids)
        is_other = details.ids != self._details.ids
        self._details = details
        self._show()
        if is_other:
            self._question.dismiss()
            self.verticalScrollBar().setValue(0)

    def _show(self) -> None:
        details, single, has_tasks = self._details, self._details.task, self._details.count > 0
        for parts, is_shown in (
            ((self._hint,), not has_tasks),
            (self._any, has_tasks),
            (self._single, single is not None),
            (self._several, has_tasks and single is None),
        ):
            for part in parts:
                part.setVisible(is_shown)
        self._family.show_family(details.family)
        self._family_heading.setVisible(bool(details.family))
        if not has_tasks:
            return
        self._facts.show_lines(details.lines)
        self._tags.show_tags(details.tags, details.count)
        self._actions.show_details(details)
        if single is not None:
            self._show_single(single)
        elif details.shared is not None:
            self._decision.show_decisions(details.shared.stars, details.shared.verdicts)
            self._title.setText(f"{len(details.ids):,} clips selected")
            self._facts_heading.setText("IN ALL")
            self._added_note.show_count(len(details.ids))

    def _show_single(self, task: Task) -> None:
        self._facts_heading.setText("MADE WITH")
        self._decision.show_decisions([task.stars], [task.verdict])
        self._prompt.show_prompt(task.request.prompt)
        self._poster.show_task(task)
        self._note.show_note(task)

    def _judge(self, judgement: Judgement) -> None:
        self._commands.judge(self.shown, judgement)

    def _on_field_begun(self) -> None:
        if self._services is not None:
            self._scope.start(self._offer_tags(self._services), name="Read the tags")

    async def _offer_tags(self, services: DetailsServices) -> None:
        self._tags.field.offer(await services.tags())

    def _on_poster_clicked(self) -> None:
        if (task := self._details.task) is not None:
            self.opened.emit(task.id)

    def _on_actions_reuse_asked(self, action: TaskAction) -> None:
        if (task := self._details.task) is not None:
            self._commands.reuse_asked.emit(action, task.id)

    def _on_actions_longest_asked(self) -> None:
        self._commands.make_longest(self.shown)

    def _on_actions_retry_asked(self) -> None:
        self._commands.retry(self.shown)

    def _on_actions_trash_asked(self) -> None:
        self._commands.trash(self.shown)

    def _on_actions_restore_asked(self) -> None:
        self._commands.restore(self.shown)
