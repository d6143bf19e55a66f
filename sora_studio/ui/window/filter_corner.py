"""Leads a filter session through the window: from F12 over each clip to the commit, and again after an interruption."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.clip import Clip
from sora_studio.domain.decision import Decision, Fate, JudgedClip, decided_words
from sora_studio.domain.errors import StudioError
from sora_studio.domain.judgement import ClipRef
from sora_studio.domain.prompt import first_line
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.filter_sheet import Answer
from sora_studio.ui.stage.controls import StageControls
from sora_studio.ui.window.rooms import Rooms
from sora_studio.viewmodels.library import filter_words
from sora_studio.viewmodels.library.decision_keeper import DecisionKeeper
from sora_studio.viewmodels.library.filter_reader import FilterReader
from sora_studio.viewmodels.library.filter_services import FilterServices
from sora_studio.viewmodels.library.filter_session import FilterSession, still_open

if TYPE_CHECKING:
    from sora_studio.ui.window.filter_page import FilterPage

_TITLE_CHARACTERS = 200
_REASSURANCE = "Nothing is changed until you commit. Afterwards, one Ctrl+Z takes it all back."


class FilterCorner(QObject):
    """Builds the page with the first session. Signals: `shown_changed(bool)` when the page covers the room, or no longer."""

    shown_changed = Signal(bool)

    def __init__(self, scope: TaskScope, sound: StageControls, rooms: Rooms, parent: QObject) -> None:
        super().__init__(parent)
        self._scope, self._sound, self._rooms = scope, sound, rooms
        self._services: FilterServices | None = None
        self._keeper: DecisionKeeper | None = None
        self._page: FilterPage | None = None
        self._session = FilterSession(())
        self._reader = FilterReader(scope.start, on_read=self._on_reader_read, on_near=self._prepare)
        self._beginning: asyncio.Task[None] | None = None
        self._advances: Callable[[], bool] = bool
        self.is_open = False

    def attach(self, services: FilterServices, *, advances: Callable[[], bool]) -> None:
        """Connect the services. `advances` tells whether stars and clearing also go on to the next clip."""
        self._services, self._advances = services, advances
        self._keeper = DecisionKeeper(self._scope.start, services.save)

    def start(self, tasks: Sequence[int]) -> None:
        """Begin a session on the clips of these tasks."""
        if self._services is not None and not self.is_open:
            self._open()
            beginning = self._begin(self._services, list(tasks))
            self._beginning = self._scope.start(beginning, name="Begin a filter session")

    def leave(self) -> None:
        """Show the room again. What is pending stays on the disk, and the next session offers it."""
        if self.is_open:
            self.is_open = False
            if self._beginning is not None:
                self._beginning.cancel()
            self._page_now.film.stop()
            self._page_now.set_asking(False)
            self._session = FilterSession(())
            self._rooms.uncover()
            self.shown_changed.emit(False)

    def take_changes(self, tasks: frozenset[int]) -> None:
        """Read changed tasks again, as far as they are looked at."""
        if self.is_open and self._reader.outdate(tasks) and self._services is not None:
            self._reader.read(self._session, self._services.task)

    async def finish(self) -> None:
        """Stop, once what is pending is on the disk."""
        if self._page is not None:
            self._page.film.stop()
        if self._keeper is not None:
            with contextlib.suppress(StudioError):  # the scope has reported the first failure
                await self._keeper.finish()

    # --- beginning ------------------------------------------------------------------------------------------------

    @property
    def _page_now(self) -> "FilterPage":
        if self._page is None:
            from sora_studio.ui.window.filter_page import FilterPage  # noqa: PLC0415 - not needed for the first screen

            page = self._page = FilterPage(self._scope, self._sound)
            page.fate_chosen.connect(self._on_page_fate_chosen)
            page.stars_chosen.connect(self._on_page_stars_chosen)
            page.back_asked.connect(self._on_page_back_asked)
            page.skip_asked.connect(self._on_page_skip_asked)
            page.undo_asked.connect(self._on_page_undo_asked)
            page.include_asked.connect(self._on_page_include_asked)
            page.end_asked.connect(self._ask_to_end)
        return self._page

    def _open(self) -> None:
        self.is_open = True
        self._session = FilterSession(())
        self._reader.clear()
        page = self._page_now
        page.film.clear()
        page.show_session(self._session, "")
        self._rooms.cover(page)
        page.set_asking(False)
        self.shown_changed.emit(True)

    async def _begin(self, services: FilterServices, tasks: Sequence[int]) -> None:
        try:
            pending = await services.load()
            earlier = still_open(pending, await services.clips_of(sorted({decision.clip.task for decision in pending})))
            clips = await services.clips_of(tasks)
        except StudioError:
            self.leave()
            raise
        if not earlier:
            # A large library has many thousand clips: going through them would hold up the window.
            self._show_first(await asyncio.to_thread(FilterSession, clips))
            return
        self._ask(
            "Decisions of your last session are not committed",
            decided_words(decision for _, decision in earlier),
            Answer("Go on with them", lambda: self._show_first(FilterSession(clips, earlier=earlier))),
            Answer("Not now", self.leave, is_escape=True),
            Answer("Discard", lambda: self._begin_anew(clips)),
        )

    def _begin_anew(self, clips: Sequence[JudgedClip]) -> None:
        self._keep(())
        self._show_first(FilterSession(clips))

    def _show_first(self, session: FilterSession) -> None:
        self._session = session
        if session.total:
            self._page_now.set_asking(False)
            self._page_now.announce(filter_words.begun_text(session))
            self._show()
        elif session.left_out:
            words = "The clip here is decided already" if session.left_out == 1 else "All clips here are decided already"
            include = Answer("Include them", self._on_page_include_asked)
            self._ask(words, filter_words.left_out_text(session), include, Answer("Close", self.leave, is_escape=True))
        else:
            self._ask("No clip here can be shown", "", Answer("Close", self.leave, is_escape=True))

    # --- going through --------------------------------------------------------------------------------------------

    def _show(self) -> None:
        """Show the current clip, or the end."""
        clip = self._session.current
        self._show_facts()
        if clip is None:
            self._ask_to_end()
            return
        if self._reader.knows(clip.ref.task):
            self._show_film(clip.ref)
        else:
            self._page_now.film.clear()
        if self._services is not None:
            self._reader.read(self._session, self._services.task)

    def _show_facts(self) -> None:
        clip = self._session.current
        task = self._reader.task(clip.ref.task) if clip else None
        title = first_line(task.request.prompt, _TITLE_CHARACTERS) if task else ""
        self._page_now.show_session(self._session, title)

    def _show_film(self, ref: ClipRef) -> None:
        """Play the current clip, whose task is known, or say why not."""
        film, task, clip = self._page_now.film, self._reader.task(ref.task), self._reader.clip(ref)
        path = clip.path if clip is not None and clip.plays and clip.trashed_at is None else None
        if path is not None and path == film.path:
            return
        self._page_now.announce(filter_words.spoken_clip(self._session, clip.film.duration_s if clip and clip.film else None))
        if clip is None or task is None:
            film.say(filter_words.GONE)
        elif clip.trashed_at is not None:
            film.say(filter_words.IN_TRASH)
        elif path is None:
            film.say(filter_words.MISSING)
        else:
            film.open(path, clip.poster)
            if self._services is not None and task.seen_at is None:
                self._scope.start(self._services.mark_seen(task.id), name="Mark as seen")

    def _on_reader_read(self, task: int) -> None:
        clip = self._session.current
        if self.is_open and clip is not None and clip.ref.task == task and not self._page_now.is_asking:
            self._show_facts()
            self._show_film(clip.ref)

    async def _prepare(self, clip: Clip) -> None:
        if clip.poster is not None:
            await self._page_now.film.prepare(clip.poster)

    # --- deciding -------------------------------------------------------------------------------------------------

    def _on_page_fate_chosen(self, fate: Fate) -> None:
        clip = self._session.current
        self._session.decide(fate, advances=self._advances())
        self._after_decision(clip)

    def _on_page_stars_chosen(self, stars: int) -> None:
        clip = self._session.current
        self._session.rate(stars, advances=self._advances())
        self._after_decision(clip)

    def _after_decision(self, clip: JudgedClip | None) -> None:
        if clip is None:
            return
        self._keep(self._session.decisions)
        stars = filter_words.stars_text(self._session.stars(clip))
        self._page_now.announce(", ".join(filter(None, (filter_words.spoken_mark(self._session, clip), stars))))
        if clip is self._session.current:
            self._show_facts()
        else:
            self._show()

    def _on_page_back_asked(self) -> None:
        self._move(self._session.back)

    def _on_page_skip_asked(self) -> None:
        self._move(self._session.forward)

    def _move(self, move: Callable[[], None]) -> None:
        if self._session.total:  # none while the clips are read
            move()
            self._show()

    def _on_page_undo_asked(self) -> None:
        if self._session.undo():
            self._keep(self._session.decisions)
            self._page_now.announce("Undone")
            self._show()

    def _on_page_include_asked(self) -> None:
        self._session.include_decided()
        self._page_now.set_asking(False)
        self._show()

    def _keep(self, decisions: Sequence[Decision]) -> None:
        if self._keeper is not None:
            self._keeper.keep(decisions)

    # --- the end --------------------------------------------------------------------------------------------------

    def _ask(self, title: str, words: str, *answers: Answer) -> None:
        self._page_now.set_asking(True)
        self._page_now.film.pause()
        self._page_now.sheet.ask(title, words, answers)

    def _ask_to_end(self) -> None:
        """Ask for the commit; with nothing to commit, end at once, or at the last clip say so."""
        summary = filter_words.summary_text(self._session)
        go_back = Answer("Go back", self._go_back, is_escape=True)
        if self._session.decisions:
            self._ask(summary, _REASSURANCE, Answer("Commit", self._commit), go_back, Answer("Discard", self._discard))
        elif self._session.current is None and self._session.total:
            self._ask("Nothing was decided", summary, Answer("Close", self.leave), go_back)
        else:
            self.leave()

    def _go_back(self) -> None:
        if self._session.current is None:
            self._session.back()
        self._page_now.set_asking(False)
        self._page_now.film.resume()
        self._show()

    def _discard(self) -> None:
        self._keep(())
        self.leave()

    def _commit(self) -> None:
        if self._services is not None:
            session, self._session = self._session, FilterSession(())  # nothing is decided meanwhile
            self._scope.start(self._commit_all(self._services, session), name="Commit the decisions")

    async def _commit_all(self, services: FilterServices, session: FilterSession) -> None:
        try:
            await services.decide(session.decisions)
        except StudioError:
            if self.is_open:
                self._session = session
                self._ask_to_end()
            raise
        self._keep(())
        self.leave()
