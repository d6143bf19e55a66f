"""What the dialogs about one medium share: steps through the others, replacing, removing, and following the composer."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from sora_studio.domain.request import is_url
from sora_studio.ui.compose.pictures.address_field import AddressField
from sora_studio.ui.compose.pictures.picture_steps import PictureSteps
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.problem_line import ProblemLine
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.composer import ComposeModel
from sora_studio.viewmodels.compose.media_places import noun_of
from sora_studio.viewmodels.compose.pictures import picture_words

_SETTLED_MS = 250
"""Debounce: what would be sent is found out this long after the last change of the edit."""
FACTS_WIDTH = 296


class MediaDialog(QDialog):
    """A modeless dialog that applies changes at once and steps through all media of its kind.

    Subclasses arrange their parts and show the medium. Signals: `edit_settled()` when what is sent has changed and should be
    checked, `turned()` when another medium is shown, `replace_wanted(str)`, `address_entered(str, str)` with the old and the
    new address, `remove_wanted(str)`, `route_needed()`; `closed(str)` with the medium shown last.
    """

    edit_settled = Signal()
    turned = Signal()
    replace_wanted = Signal(str)
    address_entered = Signal(str, str)
    remove_wanted = Signal(str)
    route_needed = Signal()
    closed = Signal(str)
    noun = "picture"
    """What is stepped through."""

    def __init__(self, source: str, model: ComposeModel, scope: TaskScope, parent: QWidget) -> None:
        super().__init__(parent)
        self.source = source
        self._model = model
        self._scope = scope
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settle.timeout.connect(self.edit_settled)
        self._steps = PictureSteps(self, self.noun)
        self._address = AddressField(self)
        self._refusal = ProblemLine(self)
        self._place = 0
        self._is_over = False

    def show_source(self, source: str) -> None:
        """Show one of the request's media."""
        self.source = source
        self.setWindowTitle(picture_words.name(source))
        self._replace.setText("Change address…" if is_url(source) else "Replace…")
        self._address.dismiss()
        self._load()
        self.show_model()
        self._rest()
        self.turned.emit()

    def show_model(self) -> None:
        """Follow the composer. Show what replaced the current medium; close when there are none."""
        sources = self._sources
        if self._is_over:
            return
        if not sources:
            self.close()
        elif self.source in sources:
            self._place = sources.index(self.source)
            self._steps.show_place(self._place, len(sources))
            self._show_medium()
        else:
            self.show_source(sources[min(self._place, len(sources) - 1)])

    @property
    def is_settling(self) -> bool:
        """Whether the edit is still being changed, so that checking it would be premature."""
        return self._settle.isActive()

    # --- for subclasses -------------------------------------------------------------------------------------------

    @property
    def _sources(self) -> tuple[str, ...]:
        """The media to step through."""
        raise NotImplementedError

    def _load(self) -> None:
        """Begin to load what is shown of another medium."""
        raise NotImplementedError

    def _unload(self) -> None:
        """Stop everything: the dialog has been closed."""
        raise NotImplementedError

    def _show_medium(self) -> None:
        """Show what the model knows of the medium."""
        raise NotImplementedError

    def _arrange(self, left: Sequence[QWidget], facts: QWidget, stops: Sequence[QWidget]) -> None:
        """Place the parts, the first of `left` with all the room there is; `stops` are theirs in tab order."""
        facts.setFixedWidth(FACTS_WIDTH)
        beside = self._beside = QVBoxLayout()
        beside.setSpacing(theme.GRID)
        for index, part in enumerate(left):
            beside.addWidget(part, 0 if index else 1)
        beside.addWidget(self._steps)
        right = QVBoxLayout()
        right.setSpacing(2 * theme.GRID)
        right.addWidget(facts, 1)
        right.addWidget(self._refusal)
        right.addWidget(self._address)
        right.addLayout(self._build_buttons())
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        row.setSpacing(3 * theme.GRID)
        row.addLayout(beside, 1)
        row.addLayout(right)
        for before, after in pairwise([*stops, self._address, self._replace, self._remove, self._done]):
            QWidget.setTabOrder(before, after)
        self._connect()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        self._replace = self._build_button("", self._on_replace_clicked)
        self._remove = self._build_button("Remove", lambda: self.remove_wanted.emit(self.source))
        row.addWidget(self._replace)
        row.addWidget(self._remove)
        row.addStretch(1)
        self._done = self._build_button("Done", self.close)
        self._done.setFocus(Qt.FocusReason.OtherFocusReason)
        row.addWidget(self._done)
        return row

    def _build_button(self, words: str, act: Callable[[], object]) -> PushButton:
        button = PushButton(words, parent=self)
        button.clicked.connect(act)
        return button

    def _connect(self) -> None:
        self.finished.connect(self._on_finished)
        self._model.changed.connect(self.show_model)
        for looks in (self._model.looks, self._model.recording_looks):
            looks.changed.connect(self._on_looks_changed)
        self._steps.stepped.connect(self._on_steps_stepped)
        self._address.entered.connect(self._on_address_entered)
        self._address.refused.connect(self._refusal.say)
        self._address.closed.connect(lambda: self._refusal.say(""))

    def _rest(self) -> None:
        """Apply a pending edit at once instead of after the debounce."""
        if self.is_settling:
            self._settle.stop()
            self.edit_settled.emit()

    def _on_finished(self) -> None:
        """Apply a pending edit and clean up, however the dialog was closed."""
        self._is_over = True
        self._rest()
        self._unload()
        self.closed.emit(self.source)

    def _on_steps_stepped(self, by: int) -> None:
        sources = self._sources
        self.show_source(sources[(self._place + by) % len(sources)])

    def _on_looks_changed(self, source: str) -> None:
        if source == self.source:
            self.show_model()

    def _on_replace_clicked(self) -> None:
        if is_url(self.source):
            medium = self._model.medium(self.source)
            self._address.ask(self.source, noun_of(medium.kind) if medium else "image")
        else:
            self.replace_wanted.emit(self.source)

    def _on_address_entered(self, address: str) -> None:
        self.address_entered.emit(self.source, address)
