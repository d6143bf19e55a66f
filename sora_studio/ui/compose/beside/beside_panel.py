"""The panel in which one draft is compared for several models and sent to all of them."""

import asyncio
from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QElapsedTimer, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QMenu, QScrollArea, QToolButton, QVBoxLayout, QWidget

from sora_studio.domain.errors import BatchQuestion, KeyMissing, RequestRepeated
from sora_studio.domain.models.price_words import short_price
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.request import MAX_TAKES
from sora_studio.ui.compose.beside.model_row import BUTTONS_WIDTH, GAP, MODEL_WIDTH, PRICE_WIDTH, ModelRow
from sora_studio.ui.compose.model_picker.floating_panel import BORDER, FloatingPanel
from sora_studio.ui.compose.send_question import SendQuestion
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.choice_menu import ChoiceMenu, MenuEntry
from sora_studio.ui.kit.controls import MenuChip
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.ui.kit.generate_button import GenerateButton
from sora_studio.ui.kit.problem_line import ProblemLine
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.consent import NO_CONSENT, Consent
from sora_studio.viewmodels.compose.models.beside_model import BesideModel
from sora_studio.viewmodels.compose.models.beside_words import BesideRow

_WIDTH = 880
_MARGIN = 20
_SCROLL_BAR = 10
_RULE = 1
_SEND_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class BesidePanel(FloatingPanel):
    """Follows its model. It closes once everything is sent.

    Signals: `submitted(list[Task])` once the tasks are on disk, `key_needed()` when there is no key, `use_wanted(str)` with the
    model to put into the editor, `closed()`.
    """

    submitted = Signal(object)
    key_needed = Signal()
    use_wanted = Signal(str)

    def __init__(self, model: BesideModel, scope: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(QSize(_WIDTH, 0), parent)
        self.setAccessibleName("Try models beside each other")
        self._model, self._scope = model, scope
        self._sending: asyncio.Task[None] | None = None
        self._opened = QElapsedTimer()
        self._title = ElidedLabel(semibold=True, at_end=True)
        self._close = QToolButton()
        self._top, self._headings, self._bottom = QWidget(), QWidget(), QWidget()
        self._rows = dict[str, ModelRow]()
        self._body, self._scroll = QWidget(), QScrollArea()
        self._row_column = QVBoxLayout(self._body)
        self._problem, self._question = ProblemLine(), SendQuestion()
        self._asked_about: tuple[str, ...] = ()
        self._add, self._takes = MenuChip(self), MenuChip(self)
        self._summary = ElidedLabel(at_end=True)
        self.generate_button = GenerateButton()
        self.generate_button.setAccessibleName("Generate with these models")
        self._build()
        self._dress()
        self._close.clicked.connect(self.dismiss)
        self._question.confirmed.connect(self._send_with)
        self.generate_button.clicked.connect(self._send)
        model.changed.connect(self._show)
        theme.notifier.changed.connect(self._dress)

    def open(self, slug: str, anchor: QWidget, column: QWidget | None = None) -> None:
        """Show the draft's model and this one near the anchor; `column` gives the panel's left edge."""
        if not self._model.begin(slug):
            return
        self._question.dismiss()
        self._scroll.verticalScrollBar().setValue(0)
        self.open_at(anchor, column)
        self._fit()
        self._opened.start()
        self.generate_button.setFocus(Qt.FocusReason.PopupFocusReason)
        self._look()

    def tab_stops(self) -> list[QWidget]:
        """Return the buttons from top to bottom."""
        rows = [stop for row in self._rows.values() for stop in row.tab_stops()]
        return [*rows, self._add, self._takes, *self._question.buttons, self.generate_button, self._close]

    def event(self, event: QEvent) -> bool:
        """Take the panel's keys before the window's shortcuts do: Ctrl+Enter must not send the draft alone."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send or close; other keys stay in the panel."""
        if event.key() == Qt.Key.Key_Escape:
            self._question.dismiss() if self._question.is_asked else self.dismiss()
        elif event.key() in _SEND_KEYS and event.modifiers() & Qt.KeyboardModifier.ControlModifier and self._may_send(event):
            self._send()
        event.accept()

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._title.setFont(theme.font(size_px=15, semibold=True))
        theme.set_role(self._close, "icon")
        self._close.setAccessibleName("Close")
        self._close.setToolTip("Close (Esc)")
        theme.set_role(self._summary, "secondary")
        self._summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        top = QHBoxLayout(self._top)
        top.setContentsMargins(_MARGIN, 14, 12, 8)
        top.addWidget(self._title, 1)
        top.addWidget(self._close)
        self._build_headings()
        self._build_scroll()
        self._build_chips()
        bottom = QHBoxLayout()
        bottom.setSpacing(theme.GRID)
        for chip in (self._add, self._takes):
            bottom.addWidget(chip)
        bottom.addWidget(self._summary, 1)
        bottom.addSpacing(theme.GRID)
        bottom.addWidget(self.generate_button)
        footer = QVBoxLayout(self._bottom)
        footer.setContentsMargins(_MARGIN, 10, _MARGIN, 14)
        footer.setSpacing(10)
        footer.addWidget(self._problem)
        footer.addWidget(self._question)
        footer.addLayout(bottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top)
        column.addWidget(self._headings)
        column.addWidget(theme.rule())
        column.addWidget(self._scroll, 1)
        column.addWidget(theme.rule())
        column.addWidget(self._bottom)

    def _build_headings(self) -> None:
        row = QHBoxLayout(self._headings)
        row.setContentsMargins(_MARGIN, 0, _MARGIN, 6)
        row.setSpacing(GAP)
        for words, width in (("Model", MODEL_WIDTH), ("Sent · what differs is bold", 0), ("Price", PRICE_WIDTH)):
            label = QLabel(words)
            label.setFont(theme.font(size_px=11, semibold=True))
            theme.set_role(label, "secondary")
            if width:
                label.setFixedWidth(width)
            row.addWidget(label, 0 if width else 1)
        label.setAlignment(Qt.AlignmentFlag.AlignRight)
        row.addSpacing(GAP + BUTTONS_WIDTH)

    def _build_scroll(self) -> None:
        self._row_column.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        self._row_column.setSpacing(0)
        self._row_column.addStretch(1)
        self._scroll.setWidget(self._body)
        for ground in (self._scroll.viewport(), self._body):  # the panel's shows
            ground.setAutoFillBackground(False)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.verticalScrollBar().rangeChanged.connect(self._on_range_changed)

    def _build_chips(self) -> None:
        self._add.show_words("Add a model")
        self._add.setAccessibleName("Add a model")
        menu = QMenu(self._add)
        menu.aboutToShow.connect(self._fill_menu)
        self._add.setMenu(menu)
        counts = range(1, MAX_TAKES + 1)
        self._takes.keep_room([f"Takes ×{count}" for count in counts])
        entries = tuple(MenuEntry(count, f"×{count}") for count in counts)
        self._takes.setMenu(ChoiceMenu("Takes of each model", entries, self._on_takes_chosen, self._takes))

    def _fill_menu(self) -> None:
        menu = self._add.menu()
        for former in menu.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
            former.deleteLater()
        menu.clear()
        for family, models in self._model.others:
            family_menu = menu if len(models) == 1 else menu.addMenu(family.replace("&", "&&"))
            for profile in models:
                words = f"{profile.title}\t{short_price(profile, None)}".replace("&", "&&")
                family_menu.addAction(words).triggered.connect(partial(self._on_model_added, profile.slug))

    # --- what happens ---------------------------------------------------------------------------------------------

    def _send(self) -> None:
        self._send_with(NO_CONSENT)

    def _send_with(self, consent: Consent) -> None:
        if self._model.can_send and not (self._sending and not self._sending.done()):
            self._sending = self._scope.start(self._submit(consent), name="generate with several models")

    async def _submit(self, consent: Consent) -> None:
        self._question.dismiss()
        try:
            tasks = await self._model.submit(consent)
        except (RequestRepeated, BatchQuestion) as reason:
            self._asked_about = _sent(self._model.rows)
            self._question.ask(reason, self._model.request, self._model.takes, given=consent)
            self._fit()
            return
        except KeyMissing:
            self.key_needed.emit()
            return
        if tasks:
            self.dismiss()
            self.submitted.emit(tasks)
        else:
            await self._model.check()

    def _look(self) -> None:
        self._scope.start(self._model.check(), name="check media for several models")

    def _on_model_added(self, slug: str, *_: object) -> None:
        self._model.add(slug)
        self._look()
        if slug in self._rows:
            self._scroll.ensureWidgetVisible(self._rows[slug])

    def _on_takes_chosen(self, takes: OptionValue | None) -> None:
        if isinstance(takes, int):
            self._model.set_takes(takes)

    def _on_use_clicked(self, slug: str) -> None:
        self.dismiss()
        self.use_wanted.emit(slug)

    def _on_remove_clicked(self, slug: str) -> None:
        self.generate_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._model.remove(slug)

    def _on_range_changed(self, _: int, most: int) -> None:
        """Keep the columns below their headings: the bar takes its room from the margin."""
        self._row_column.setContentsMargins(_MARGIN, 0, _MARGIN - (_SCROLL_BAR if most > 0 else 0), 0)

    def _may_send(self, event: QKeyEvent) -> bool:
        """Return whether a key is meant to send: Ctrl+Enter in the picker opens this panel, and may be pressed twice."""
        return not event.isAutoRepeat() and self._opened.elapsed() >= QApplication.doubleClickInterval()

    # --- showing --------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        model, rows = self._model, self._model.rows
        wanted = {row.slug for row in rows}
        for slug in self._rows.keys() - wanted:
            gone = self._rows.pop(slug)
            self._row_column.removeWidget(gone)
            gone.setParent(None)
            gone.deleteLater()
        ordered = dict[str, ModelRow]()
        for place, row in enumerate(rows):
            view = self._rows.get(row.slug) or self._new_row(row.slug)
            view.show_row(row)
            self._row_column.insertWidget(place, view)
            view.show()  # at once, or it would count for the height only after the next turn of the loop
            ordered[row.slug] = view
        self._rows = ordered
        self._title.setText(f"Try beside {rows[0].title}" if rows else "")
        self._takes.show_words(f"Takes ×{model.takes}")
        self._takes.setAccessibleName(f"Takes of each model ×{model.takes}")
        self._summary.setText(model.summary)
        self._problem.say(model.problem)
        if self._asked_about != _sent(rows):
            self._question.dismiss()
        self._question.keep_for(model.request, model.takes)
        self.generate_button.setText(model.generate_words)
        self.generate_button.setAccessibleDescription(f"{model.generate_words}. {model.summary}")
        self.generate_button.setEnabled(model.can_send)
        self.generate_button.updateGeometry()
        self._fit()

    def _new_row(self, slug: str) -> ModelRow:
        row = ModelRow()
        row.use_clicked.connect(partial(self._on_use_clicked, slug))
        row.remove_clicked.connect(partial(self._on_remove_clicked, slug))
        return row

    def _fit(self) -> None:
        """Be as high as the rows need."""
        if self.is_open:
            rows = sum(row.heightForWidth(self.width() - 2 * _MARGIN) for row in self._rows.values())
            parts = (self._top, self._headings, self._bottom)
            self.want(QSize(_WIDTH, rows + sum(part.sizeHint().height() for part in parts) + 2 * _RULE + 2 * BORDER))

    def _dress(self) -> None:
        self._close.setIcon(theme.icon("close", theme.tokens().secondary))


def _is_ours(event: QKeyEvent) -> bool:
    is_send = event.key() in _SEND_KEYS and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    return is_send or event.key() == Qt.Key.Key_Escape


def _sent(rows: Iterable[BesideRow]) -> tuple[str, ...]:
    """Return the models that would be sent."""
    return tuple(row.slug for row in rows if not row.refusals)
