"""What stands beside the text: words, variants, hints and the outline, fed by the draft in the editor and acting on it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget, QWidget

from sora_studio.domain.writing.beat_times import Edit
from sora_studio.domain.writing.hints import Hint
from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.window.side_panel import SidePanel, SideTab
from sora_studio.ui.writing.hints_panel import HintsPanel
from sora_studio.ui.writing.outline_panel import OutlinePanel
from sora_studio.ui.writing.remix_panel import RemixPanel
from sora_studio.ui.writing.words_panel import WordsPanel
from sora_studio.viewmodels.writing.remix_model import RemixModel
from sora_studio.viewmodels.writing.writing_model import WritingModel, action_words

if TYPE_CHECKING:
    from sora_studio.services.writing.hinting import Hinting, Proposal
    from sora_studio.services.writing.versions import Versions


class WritingCorner(QObject):
    """Builds the panels when they are first shown. Nothing here ever blocks a prompt from being sent."""

    def __init__(self, scope: TaskScope, compose: ComposePanel, parent: QObject) -> None:
        super().__init__(parent)
        self._scope, self._compose = scope, compose
        self._versions: Versions | None = None
        self._side: SidePanel | None = None
        self.model = WritingModel(scope.start, self)
        self.remix = RemixModel(scope.start, self)
        self.model.hints_changed.connect(self._on_model_hints_changed)
        compose.text_changed.connect(self._on_compose_text_changed)

    @property
    def pages(self) -> Mapping[SideTab, Callable[[], QWidget]]:
        """What builds the pages of the side panel."""
        return {SideTab.WORDS: self._build_words, SideTab.HINTS: self._build_hints, SideTab.OUTLINE: self._build_outline}

    def attach(self, hinting: "Hinting", versions: "Versions", side: SidePanel) -> None:
        """Connect the services, and the side panel that counts the hints."""
        self._side, self._versions = side, versions
        self.model.attach(hinting)
        self.remix.attach(hinting)
        self._on_compose_text_changed()

    def _build_words(self) -> QWidget:
        pages = QStackedWidget()
        panel, remix = WordsPanel(self.model), RemixPanel(self.remix)
        panel.chosen.connect(self._compose.writing.insert)
        panel.remix_wanted.connect(partial(self._show_remix, pages, remix))
        remix.left.connect(partial(pages.setCurrentWidget, panel))
        remix.taken.connect(self._on_remix_taken)
        for page in (panel, remix):
            pages.addWidget(page)
        pages.setFocusProxy(panel)
        return pages

    def _show_remix(self, pages: QStackedWidget, remix: RemixPanel) -> None:
        self.remix.propose(self._compose.request.prompt)
        pages.setCurrentWidget(remix)
        remix.setFocus()

    def _build_hints(self) -> QWidget:
        panel = HintsPanel(self.model)
        panel.place_chosen.connect(self._compose.writing.show_place)
        panel.fix_wanted.connect(self._on_panel_fix_wanted)
        return panel

    def _build_outline(self) -> QWidget:
        panel = OutlinePanel(self.model)
        panel.place_chosen.connect(self._compose.writing.show_place)
        panel.edit_wanted.connect(self._on_panel_edit_wanted)
        return panel

    def _on_compose_text_changed(self) -> None:
        self.model.show(self._compose.draft, self._compose.request, self._compose.profile)

    def _on_remix_taken(self, proposal: "Proposal") -> None:
        if self._versions is not None:
            self._scope.start(self._take(self._versions, self.remix.source, proposal), name="take a variant")

    async def _take(self, versions: "Versions", source: str, proposal: "Proposal") -> None:
        """Keep what is written as a version and replace it, unless it is not what the variant was made of."""
        await self._compose.save()
        draft = self._compose.draft
        if draft:
            await versions.keep(draft)
        if self._compose.request.prompt == source and self._compose.draft == draft:
            self._compose.writing.replace_parts(proposal.variant.changes)

    def _on_model_hints_changed(self) -> None:
        self.remix.follow(self._compose.request.prompt)
        self._compose.writing.hints.show(self.model.hints)
        self._compose.header.show_action(action_words(self.model.needed_s, self.model.clip_s))
        if self._side is not None:
            self._side.count(SideTab.HINTS, len(self.model.hints))

    def _on_panel_fix_wanted(self, hint: Hint) -> None:
        if hint.fix is not None:
            self._replace(hint.fix.start, hint.fix.end, hint.fix.text)

    def _on_panel_edit_wanted(self, edit: Edit) -> None:
        self._replace(edit.start, edit.end, edit.text, caret=edit.caret)

    def _replace(self, start: int, end: int, words: str, *, caret: int | None = None) -> None:
        """Replace a part of the text, unless it has changed since it was looked at: then the places no longer hold."""
        if self.model.is_current:
            self._compose.writing.replace_part(start, end, words, caret=caret)
