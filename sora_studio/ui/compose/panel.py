"""The composer as a whole: header, editor, wells, chips and button over one view model."""

import asyncio
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import BatchQuestion, KeyMissing, RequestRepeated
from sora_studio.domain.intent import Parent
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.writing.prompt_table import to_edit
from sora_studio.ui.compose.beside.opener import BesideOpener
from sora_studio.ui.compose.column import ComposeColumn
from sora_studio.ui.compose.controls_row import ControlsRow
from sora_studio.ui.compose.editing.desk import WritingDesk
from sora_studio.ui.compose.header import ComposeHeader
from sora_studio.ui.compose.media_desk import MediaDesk
from sora_studio.ui.compose.media_wells import MediaWells
from sora_studio.ui.compose.model_picker.opener import PickerOpener
from sora_studio.ui.compose.notes_line import NotesLine
from sora_studio.ui.compose.option_chips import OptionChips
from sora_studio.ui.compose.pictures.address_field import AddressField
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.compose.send_question import SendQuestion
from sora_studio.ui.compose.texts_desk import TextsDesk
from sora_studio.ui.compose.unsaved import UnsavedPrompt
from sora_studio.ui.compose.waiting_edit_desk import WaitingEditDesk
from sora_studio.ui.kit.generate_button import GenerateButton
from sora_studio.ui.kit.problem_line import ProblemLine
from sora_studio.ui.kit.shortcuts import add_shortcut
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose import compose_text
from sora_studio.viewmodels.compose.clip_uses import ClipOffer, ClipUse
from sora_studio.viewmodels.compose.composer import ComposeModel
from sora_studio.viewmodels.compose.consent import NO_CONSENT, Consent
from sora_studio.viewmodels.event_bridge import EventBridge

if TYPE_CHECKING:
    from sora_studio.viewmodels.compose.compose_services import ComposeServices

_PICKER_AFTER_MS = 1000
"""When to build the model picker: after the start, and before someone is likely to open it."""
_GENERATE_KEYS = ("Ctrl+Return", "Ctrl+Enter")


class ComposePanel(QWidget):
    """Where a prompt is written and sent. Usable from the first paint; `attach` adds the services and the last draft.

    Signals: `submitted(list[Task])` once the tasks are on disk, `key_needed()` when Generate was pressed without a key,
    `route_needed()` when Generate was pressed but no picture route is set up, `drafts_changed()` when a draft was opened or
    saved, `text_changed()` when the text, or what it is written for, may have changed.
    """

    submitted = Signal(object)
    key_needed = Signal()
    route_needed = Signal()
    drafts_changed = Signal()
    text_changed = Signal()

    def __init__(self, scope: TaskScope, parent: QWidget | None = None, *, editor: PromptEditor | None = None) -> None:
        """`editor` may contain text that was typed before the panel existed."""
        super().__init__(parent)
        self._scope = scope
        self._model = ComposeModel(scope.start, self)
        self._waiting_prompt = ""
        self._unsaved: UnsavedPrompt | None = None
        self._sending: asyncio.Task[None] | None = None
        self._tab_stops = list[QWidget]()
        self.header = ComposeHeader(self)
        self._editor = PromptEditor() if editor is None else editor
        self.writing = WritingDesk(self._editor, scope, self)
        self._is_roomy = False
        self._prompt_problem = ProblemLine(self)
        self._problem = ProblemLine(self)
        self._notes = NotesLine(self)
        self._address = AddressField(self)
        self._images = MediaWells(scope, self)
        self._pictures = MediaDesk(self._images, self._model, scope)
        self._texts = TextsDesk(self._model, self._pictures, scope, self)
        self._chips = OptionChips(self)
        self._picker = PickerOpener(self, self._model.picker_facts)
        self._beside = BesideOpener(self, self._model, scope)
        self._idle = QTimer(self, singleShot=True, interval=_PICKER_AFTER_MS)
        self._idle.timeout.connect(self._picker.prepare)
        self._question = SendQuestion(self)
        self._waiting_edit = WaitingEditDesk(self._model, self._editor, self._pictures, scope, self)
        self._generate = GenerateButton(self)
        self._controls = ControlsRow(self._images, self._chips, self._generate, self)
        self._build_layout()
        self._connect()
        self._model.set_prompt(self._editor.text())
        self._show()

    # --- for the window -------------------------------------------------------------------------------------------

    def attach(self, services: "ComposeServices", relay: EventBridge) -> None:
        """Connect to the services of a started studio."""
        relay.connection_changed.connect(self._model.take_connection)
        relay.relay_changed.connect(self._model.take_settings)
        relay.estimates_changed.connect(self._model.take_estimates)
        relay.prompt_library_changed.connect(self._model.texts.read_cards)
        self._images.attach(services.pictures, services.recordings, services.pasted_dir)
        self._beside.attach(services.submission)
        self.writing.attach(services.spell_checker, services.hinting.vocabulary)
        self._texts.attach(services.hinting)
        self._scope.start(self._restore(services), name="restore draft")

    @property
    def summary(self) -> tuple[str, str, str]:
        """The draft as one line: its title, the words that follow, and its length."""
        return compose_text.summary(self._editor.text(), self._model.limit)

    @property
    def draft(self) -> int:
        """The number of the draft that is open; 0 before it is saved for the first time."""
        return self._model.draft.id

    def open_draft(self, draft: Draft | None, *, takes_focus: bool = True) -> None:
        """Save the present draft and show another one, with its own undo steps; None begins a new one."""
        if self._model.ready and (draft is None or draft.id != self._model.draft.id):
            self._waiting_edit.leave(then=partial(self._start_opening, draft, takes_focus=takes_focus))

    @property
    def profile(self) -> ModelProfile | None:
        """The chosen model's profile; None before a studio is attached."""
        return self._model.profile

    @property
    def request(self) -> GenerationRequest:
        """What is written now."""
        return self._model.request

    async def save(self) -> None:
        """Save the draft now."""
        await self._model.save()

    def restore(self, draft: Draft, version: GenerationRequest) -> None:
        """Show a draft, and put a version of it in the place of its content; undo brings the text back."""
        self._waiting_edit.leave(then=partial(self._start_restoring, draft, version))

    @property
    def controls(self) -> QWidget:
        """The row with Generate."""
        return self._controls

    def use(self, request: GenerationRequest) -> None:
        """Fill the composer from what was sent; undo restores the previous text. Cancels the edit of a waiting task."""
        self._waiting_edit.leave(then=partial(self._use, to_edit(request)))

    def edit_waiting(self, task: int) -> None:
        """Edit a waiting task; it is held until that is saved or cancelled."""
        self._waiting_edit.begin(task)

    def _use(self, request: GenerationRequest) -> None:
        self._model.use(request)
        self._editor.replace(request.prompt)
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._pictures.check()

    def put_picture(self, path: Path, origin: Parent | None = None) -> None:
        """Add this picture, see `MediaDesk.add`, and focus the editor.

        `origin` is the clip that it is a frame of: what is made with it continues that clip.
        """
        if origin is not None:
            self._model.note_origin(str(path), origin)
        self._pictures.add(path)
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def clip_offers(self) -> tuple[ClipOffer, ...]:
        """Return what a saved clip can be used for with the chosen model."""
        return self._model.clip_offers

    def put_clip(self, film: Path, use: ClipUse, at_s: float) -> None:
        """Use a saved clip, or its frame at that time where the model takes a picture; the mode follows."""
        offer = next((offer for offer in self._model.clip_offers if offer.use is use and offer.mode is not None), None)
        if offer is not None:
            self._scope.start(self._put_clip(offer, film, at_s), name="use a clip")

    def take_settings(self) -> None:
        """Apply changed settings: offer the callback and picture routes that are now set up."""
        self._model.take_settings()
        self._pictures.check()

    def set_demo_prompt(self, text: str) -> None:
        """Insert a sample prompt, unless the editor already has text."""
        self._waiting_prompt = text
        if self._model.ready:
            self._place_waiting_prompt()

    def generate(self) -> None:
        """Send the current request, as the button does."""
        self._generate_with(NO_CONSENT)

    def _generate_with(self, consent: Consent) -> None:
        if not self._model.ready or (self._sending and not self._sending.done()):
            return
        if not self._model.has_key:
            self.key_needed.emit()
            return
        self._sending = self._scope.start(self._submit(consent), name="generate")

    def choose_model(self) -> None:
        """Open the model picker, or close it."""
        self._picker.toggle(self._chips.head.model_chip, self._editor)

    def dismiss(self) -> bool:
        """Dismiss an open question, else close the bar for finding; return whether there was one."""
        was_asked = self._question.is_asked
        self._question.dismiss()
        return was_asked or self.writing.dismiss()

    def focus_editor(self) -> None:
        """Move the keyboard focus to the prompt."""
        self._editor.setFocus()

    def leave_room(self) -> None:
        """Note what is in view, before another room is shown."""
        self.writing.keep_place(is_roomy=self._is_roomy)

    def enter_room(self, *, is_roomy: bool) -> None:
        """Lay the prompt out for a room: `is_roomy` has a column of a width that is good for reading."""
        self._is_roomy = is_roomy
        self._limit_width()
        self.writing.return_to_place(is_roomy=is_roomy)

    def keep_unsaved_in(self, folder: Path) -> None:
        """Set the folder for a prompt that could not be saved as a draft before closing."""
        self._unsaved = UnsavedPrompt(folder)

    async def finish(self) -> None:
        """Stop playing. Save the draft; if that is not possible, write the prompt to a file for the next start."""
        self._images.stop()
        await self._model.finish()
        if self._unsaved and not self._model.keeper.holds(self._model.request.prompt):
            await asyncio.to_thread(self._unsaved.keep, self._editor.text())

    # --- building -------------------------------------------------------------------------------------------------

    def _build_layout(self) -> None:
        column = self._column = ComposeColumn(self, header=self.header, editor=self._editor)
        column.insertWidget(1, self.writing.find_bar)
        self.header.add_button(self.writing.button)
        for below in (
            self._texts.strip,
            self._waiting_edit.line,
            self._prompt_problem,
            self._problem,
            self._address,
            self._question,
        ):
            column.addWidget(below)
        column.add_controls(notes=self._notes, controls=self._controls)
        self._address.setMaximumWidth(480)

    def _connect(self) -> None:
        self._editor.edited.connect(self._on_editor_edited)
        self._editor.caret_moved.connect(self._on_editor_caret_moved)
        self._editor.pictures_offered.connect(self._images.offer)
        self._editor.controls_removed.connect(self._model.note_removed_controls)
        self._images.tag_chosen.connect(self._editor.insert)
        self._images.address_wanted.connect(self._address.ask)
        self._pictures.route_needed.connect(self.route_needed)
        self._pictures.found.connect(self._on_media_found)
        self._address.entered.connect(self._images.put_address)
        self._address.refused.connect(self._problem.say)
        self._address.closed.connect(self._on_address_closed)
        self._chips.option_chosen.connect(self._model.set_option)
        self._chips.option_unset.connect(self._model.unset_option)
        self._chips.route_chosen.connect(self._model.set_route)
        self._chips.takes_chosen.connect(self._on_chips_takes_chosen)
        self._chips.picker_wanted.connect(self.choose_model)
        self._picker.chosen.connect(self._on_model_chosen)
        self._picker.beside.connect(self._on_picker_beside)
        self._beside.use_wanted.connect(self._on_model_chosen)
        self._beside.submitted.connect(self.submitted)
        self._beside.key_needed.connect(self.key_needed)
        self._beside.route_needed.connect(self.route_needed)
        self._picker.favourites_changed.connect(self._on_favourites_changed)
        self._chips.mode_chosen.connect(self._on_mode_chosen)
        self._chips.callback_chosen.connect(self._model.set_callback)
        self._chips.pictures_by_chosen.connect(self._on_chips_pictures_by_chosen)
        self._question.confirmed.connect(self._generate_with)
        self._notes.undo_clicked.connect(self._images.undo.trigger)
        self._chips.head.addActions((self._images.undo, self._images.redo))
        self._generate.clicked.connect(self.generate)
        self._model.changed.connect(self._show)
        self._model.texts.changed.connect(self._on_texts_changed)
        self._model.route_needed.connect(self.route_needed)
        self._model.saved.connect(self.drafts_changed)
        self.writing.look_changed.connect(self._limit_width)
        for keys in _GENERATE_KEYS:
            add_shortcut(self, keys, self.generate).setAutoRepeat(False)
        for keys, act in self.writing.shortcuts.items():
            add_shortcut(self, keys, act)
        if isinstance(app := QApplication.instance(), QApplication):
            app.focusChanged.connect(self._on_app_focus_changed)

    # --- what happens ---------------------------------------------------------------------------------------------

    async def _restore(self, services: "ComposeServices") -> None:
        waiting = await asyncio.to_thread(self._unsaved.read) if self._unsaved else ""
        if waiting:  # as if it had been typed just now
            self._editor.replace("\n".join(filter(None, (waiting, self._editor.text()))))
        earlier = await self._model.restore(services)
        if earlier is not None:
            self.writing.show_earlier(earlier, self._model.earlier_texts)
        self._place_waiting_prompt()
        await self._model.save()
        self.drafts_changed.emit()
        if self._unsaved and waiting and self._model.keeper.holds(self._model.request.prompt):
            await asyncio.to_thread(self._unsaved.forget)
        await self._model.check_media()
        self._idle.start()

    def _start_opening(self, draft: Draft | None, *, takes_focus: bool) -> None:
        self._scope.start(self._open(draft, takes_focus=takes_focus), name="open a draft")

    def _start_restoring(self, draft: Draft, version: GenerationRequest) -> None:
        self._scope.start(self._restore_version(draft, version), name="restore a version")

    async def _restore_version(self, draft: Draft, version: GenerationRequest) -> None:
        if draft.id != self._model.draft.id:
            await self._open(draft, takes_focus=True)
        if draft.id == self._model.draft.id:
            now = self._model.request
            self._use(replace(version, callback=now.callback, pictures_by=now.pictures_by))

    async def _open(self, draft: Draft | None, *, takes_focus: bool) -> None:
        if self._sending is not None and not self._sending.done():
            await asyncio.wait([self._sending])
        self._question.dismiss()
        QGuiApplication.inputMethod().commit()  # what is being composed belongs to the draft that is left
        left = await self._model.open(draft)
        if left is None:
            return  # it is shown already, or the header says why the present draft cannot be saved
        shown = self._model.draft
        self.writing.show_draft(shown, self._model.earlier_texts, leaving=left.id)
        if takes_focus:
            self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show()
        self.drafts_changed.emit()
        await self._model.check_media()

    def _place_waiting_prompt(self) -> None:
        text, self._waiting_prompt = self._waiting_prompt, ""
        if text and not self._editor.text():
            self._editor.replace(text)
            self._editor.forget_history()

    async def _submit(self, consent: Consent) -> None:
        self._question.dismiss()
        try:
            tasks = await self._model.submit(consent)
        except (RequestRepeated, BatchQuestion) as reason:
            self._question.ask(reason, self._model.request, self._model.draft.takes, given=consent)
            return
        except KeyMissing:
            self.key_needed.emit()
            return
        if tasks:
            self.submitted.emit(tasks)
        elif self._model.problems:
            self._focus_field(next(iter(self._model.problems)))

    async def _put_clip(self, offer: ClipOffer, film: Path, at_s: float) -> None:
        if await self._pictures.use_clip(offer, film, at_s):
            self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_chips_takes_chosen(self, takes: int) -> None:
        self._model.set_takes(takes)
        self._pictures.check()

    def _on_chips_pictures_by_chosen(self, route: PictureRoute | None) -> None:
        self._model.set_pictures_by(route)
        self._pictures.check()

    def _on_app_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and not self.isAncestorOf(now):
            self._question.dismiss()

    def _on_editor_edited(self, text: str) -> None:
        self._model.set_prompt(text)
        self._question.keep_for(self._model.request, self._model.draft.takes)
        self.header.show_prompt(text, self._model.limit, self._model.sent_length)
        self.text_changed.emit()

    def _on_texts_changed(self) -> None:
        self._question.dismiss()
        self._show_length()
        self._texts.show()
        self._show_price()
        self._controls.arrange()

    def _on_model_chosen(self, slug: str) -> None:
        self._model.set_model(slug)
        self._pictures.check()

    def _on_picker_beside(self, slug: str) -> None:
        self._beside.open(slug, self._chips.head.model_chip, self._editor)

    def _on_favourites_changed(self, slugs: tuple[str, ...]) -> None:
        self._scope.start(self._model.set_favourites(slugs), name="save favourite models")

    def _on_media_found(self) -> None:
        """A check has ended: it may have found a problem, or the length that a price is paid for."""
        self._show_problems()
        self._show_price()
        self._controls.arrange()

    def _on_mode_chosen(self, mode_id: str) -> None:
        self._model.set_mode(mode_id)
        self._pictures.check()

    def _on_editor_caret_moved(self) -> None:
        self._model.set_caret(self._editor.caret())

    def _on_address_closed(self) -> None:
        self._show_problems()
        self._images.focus_first()

    def _limit_width(self) -> None:
        look = self.writing.look
        self._column.limit_width(look.column.ems * look.size_px if self._is_roomy else None)

    # --- showing --------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Show the model's state, except the text the user is typing."""
        model, request = self._model, self._model.request
        self._show_length()
        self.header.show_saved(compose_text.saved(model.draft.saved_at), trouble=model.keeper.trouble)
        self._chips.show_profile(model.profile, model.options, model.profiles)
        self._chips.show_modes(model.modes, request.mode)
        self._chips.show_ways(model.ways, request)
        self._chips.show_request(request, takes=model.draft.takes, problems=model.problems)
        complaints = model.complaints
        if model.profile is not None:
            self._images.show_places(
                model.places, request.set_aside, problem=complaints.of_all_pictures, problems=complaints.of_pictures
            )
        self._images.setVisible(bool(model.places or request.set_aside or not model.ready))
        self._texts.show()
        self._show_price()
        self._generate.setEnabled(model.profile is not None)
        self._controls.arrange()
        self._pictures.show()
        self._question.keep_for(request, model.draft.takes)
        self._waiting_edit.show()
        self._show_problems()
        self._order_tabs()
        self.text_changed.emit()

    def _show_length(self) -> None:
        model = self._model
        self._editor.set_limit(
            None if model.texts.longest is not None else model.limit
        )  # what is sent is not what stands there
        self.header.show_prompt(model.request.prompt, model.limit, model.sent_length)

    def _show_price(self) -> None:
        is_edit = self._model.waiting_edit.is_under_way
        words = compose_text.save_task(self._model.price) if is_edit else self._model.generate_words
        self._generate.setText(words)
        self._generate.setAccessibleDescription(words)
        self._generate.setToolTip(compose_text.price_of_one(self._model.price))

    def _show_problems(self) -> None:
        problems = dict(self._model.problems)
        self._prompt_problem.say(problems.pop("prompt", ""))
        self._problem.say(" ".join(problems.values()))
        self._notes.say(self._model.notes, can_undo=self._model.can_go_back)

    def _order_tabs(self) -> None:
        above = (self._editor, *self._texts.strip.tab_stops, self._waiting_edit.line.button)
        stops = [*above, *self._images.tab_stops(), *self._chips.tab_stops(), self._generate]
        if stops != self._tab_stops:
            self._tab_stops = stops
            for before, after in pairwise(stops):
                QWidget.setTabOrder(before, after)

    def _focus_field(self, field: str) -> None:
        if field == "prompt":
            self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        elif field == "images":
            self._images.focus_first()
        else:
            self._chips.focus_field(field)
