"""The stage: shows and plays the clips of one task, or explains why it cannot."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from sora_studio.disk_calls import is_silent, on_disk
from sora_studio.domain.clip import Clip
from sora_studio.domain.errors import FolderSilent, StudioError
from sora_studio.domain.intent import Parent, ParentKind
from sora_studio.domain.task import Phase, Task
from sora_studio.ui.kit import key_names
from sora_studio.ui.kit.clip_menu import ClipOffers, add_clip_uses
from sora_studio.ui.kit.images import read_poster
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.stage.controls import StageControls
from sora_studio.ui.stage.frame import ACTS_ANYWHERE, StageFrame, StageKey, key_of
from sora_studio.ui.stage.next_steps import Step
from sora_studio.ui.stage.screen import FilmScreen, Sentence
from sora_studio.viewmodels.compose.clip_uses import ClipUse
from sora_studio.viewmodels.tasks.successor_steps import SuccessorStep, steps_of
from sora_studio.viewmodels.tasks.task_actions import next_steps
from sora_studio.viewmodels.tasks.task_feed import TaskUpdate
from sora_studio.viewmodels.tasks.task_words import Surroundings, stage_words

if TYPE_CHECKING:
    from sora_studio.ui.kit.film_player import FilmPlayer
    from sora_studio.viewmodels.stage_services import StageServices

EMPTY = Sentence("Your clips play here.", f"Write what you want to see, then press {key_names.SEND}.", "play")
GONE = Sentence("The file is no longer where it was saved.", "Use Locate or Save now on its card.", "folder")
UNPLAYABLE = Sentence("This file cannot be played.", "It may be damaged. Save now on its card fetches it again.", "warning")
SILENT = Sentence("The clip's folder does not answer.", "Is its network share or drive connected?", "warning")
JUMP_MS = 1000
_FRAMES: dict[StageKey, int] = {
    StageKey.BACK_FRAME: -1,
    StageKey.ON_FRAME: 1,
    StageKey.BACK_TEN_FRAMES: -10,
    StageKey.ON_TEN_FRAMES: 10,
}
_VOLUME: dict[StageKey, int] = {StageKey.LOUDER: 10, StageKey.QUIETER: -10}
_JUMPS: dict[StageKey, int] = {StageKey.BACK_SECOND: -JUMP_MS, StageKey.ON_SECOND: JUMP_MS}


class StagePanel(QWidget):
    """Shows one task and plays only on request. While empty, it shows the poster of a task that finishes, without playing it.

    Signals: `frame_taken(Path, Parent)` with a picture to start the next clip from, and the clip it is of;
    `clip_wanted(Path, ClipUse, float)` with a saved clip to use and the time of the frame on the screen in seconds;
    `shown_changed(int | None)` with the id of the task now shown; `step_chosen(TaskAction, Task)` when a button below a task's
    message is pressed, or `successor_chosen(str, Task)` with the slug of a model to open its draft with.
    """

    frame_taken = Signal(object, object)
    clip_wanted = Signal(object, object, float)
    shown_changed = Signal(object)
    step_chosen = Signal(object, object)
    successor_chosen = Signal(str, object)

    def __init__(self, scope: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self._services: StageServices | None = None
        self._player: FilmPlayer | None = None
        self._offers: ClipOffers = tuple
        self._task: Task | None = None
        self._place = 0
        self._is_open = False
        self._position_ms = self._duration_ms = 0
        self._screen = FilmScreen()
        self._controls = StageControls()
        home = QVBoxLayout(self)
        home.setContentsMargins(0, 0, 0, 0)
        self._frame = StageFrame(self._screen, self._controls, home)
        self.setFocusProxy(self._screen)
        self._connect_controls()
        self.clear()

    @property
    def shown(self) -> int | None:
        """The id of the task on the stage."""
        return self._task.id if self._task else None

    @property
    def shows_film(self) -> bool:
        """Whether a saved clip is on the stage; then only the user may replace it."""
        return self._film() is not None

    @property
    def sound(self) -> StageControls:
        """The controls that hold the volume, for other players to follow."""
        return self._controls

    def attach(self, services: "StageServices") -> None:
        """Connect the stage to the services."""
        self._services = services

    def offer_uses(self, offers: ClipOffers) -> None:
        """Set what clips can be used for."""
        self._offers = offers

    def show_task(self, task: Task, *, play: bool) -> None:
        """Put a task on the stage. Set `play` only if the user asked for it; otherwise show the poster."""
        self.stop()
        is_other = self._task is None or self._task.id != task.id
        self._task = task
        self._place = next((place for place, clip in enumerate(task.clips) if clip.plays), 0)
        self._show_clip(play=play)
        if self._services is not None:
            self._services.file_presence.look_for([task.id])
        if is_other:
            self.shown_changed.emit(task.id)

    def clear(self) -> None:
        """Show the empty stage."""
        self.stop()
        was_shown, self._task = self._task is not None, None
        self._screen.show_sentence(EMPTY)
        self._controls.hide()
        if was_shown:
            self.shown_changed.emit(None)

    def set_covered(self, width_px: int) -> None:
        """Keep the stage's content clear of something that covers the right edge."""
        self._frame.set_covered(width_px)

    def stop(self) -> None:
        """Stop playback and release the file."""
        if self._player is not None and self._is_open:
            self._player.close()
        self._is_open = False
        self._controls.show_playing(False)

    def take_key(self, event: QKeyEvent) -> bool:
        """Handle a key that no other widget accepted; return whether it is a player key that works everywhere."""
        asked = key_of(event)
        if asked is None or asked not in ACTS_ANYWHERE or self._film() is None:
            return False
        self._on_frame_key_asked(asked)
        return True

    def restore(self, state: QSettings) -> None:
        """Restore the saved volume and speed."""
        self._controls.restore(state)

    def remember(self, state: QSettings) -> None:
        """Save the volume and speed."""
        self._controls.remember(state)

    def toggle(self) -> None:
        """Play or pause."""
        if self._is_open and self._player is not None:
            if self._player.is_playing:
                self._player.pause()
            else:
                self._player.play()
        elif (path := self._film()) is not None:
            self._open(path, play=True)

    # --- showing --------------------------------------------------------------------------------------------------

    def _clip(self) -> Clip | None:
        clips = self._task.clips if self._task else ()
        return clips[self._place] if self._place < len(clips) else None

    def _film(self) -> Path | None:
        clip = self._clip()
        return clip.path if clip is not None and clip.plays else None

    def _show_clip(self, *, play: bool) -> None:
        clip, path = self._clip(), self._film()
        self._controls.setVisible(path is not None)
        if self._task is None or clip is None or path is None:
            self._explain_absence()
            return
        self._show_position(0)
        self._show_duration(round(clip.film.duration_s * 1000) if clip.film else 0)
        self._controls.show_clips(len(self._task.clips), self._place)
        self._screen.show_picture(QImage(), offers_play=not play)
        if clip.poster is not None:
            self._scope.start(self._show_poster(clip, clip.poster), name="Show a poster")
        if play:
            self._open(path, play=True)

    def _explain_absence(self) -> None:
        if self._task is None:
            self._screen.show_sentence(EMPTY)
            return
        self._screen.show_sentence(*_absence(self._task, self._services))

    async def _show_poster(self, clip: Clip, poster: Path) -> None:
        picture = await asyncio.to_thread(read_poster, poster)
        if clip == self._clip() and self._screen.is_black:
            self._screen.show_picture(picture, offers_play=self._screen.offers_play)

    def _show_position(self, position_ms: int) -> None:
        self._position_ms = position_ms
        self._controls.show_position(position_ms)

    def _show_duration(self, duration_ms: int) -> None:
        self._duration_ms = duration_ms
        self._controls.show_duration(duration_ms)

    # --- playing --------------------------------------------------------------------------------------------------

    def _open(self, path: Path, *, play: bool) -> None:
        if is_silent(path.parent):  # Qt's player opens the file on the UI thread and would block it
            self._controls.hide()
            self._screen.show_sentence(SILENT)
            return
        self._is_open = True
        self._screen.show_picture(self._screen.picture)
        self._make_player().open(path, play=play)
        if self._services is not None and self._task is not None and self._task.seen_at is None:
            self._scope.start(self._services.library.mark_seen(self._task.id), name="Mark as seen")

    def _make_player(self) -> "FilmPlayer":
        """Return the player, created with the first film so that startup does not load QtMultimedia."""
        if self._player is None:
            from sora_studio.ui.kit.film_player import FilmPlayer  # noqa: PLC0415

            player = self._player = FilmPlayer(self._screen)
            player.set_loop(self._controls.is_looping)
            player.set_speed(self._controls.speed)
            player.set_volume(self._controls.volume)
            player.set_muted(self._controls.is_muted)
            for signal, slot in (
                (self._controls.loop_changed, player.set_loop),
                (self._controls.speed_changed, player.set_speed),
                (self._controls.volume_changed, player.set_volume),
                (self._controls.mute_changed, player.set_muted),
            ):
                signal.connect(slot)
            player.frame_arrived.connect(self._on_player_frame_arrived)
            player.position_changed.connect(self._show_position)
            player.duration_changed.connect(self._on_player_duration_changed)
            player.playing_changed.connect(self._controls.show_playing)
            player.failed.connect(self._on_player_failed)
        return self._player

    def _seek(self, position_ms: int) -> None:
        """Seek; from the poster, open the film there, paused."""
        if not self._is_open and (path := self._film()) is not None:
            self._open(path, play=False)
        if self._is_open and self._player is not None:
            self._position_ms = max(0, min(position_ms, self._duration_ms))
            self._player.seek(self._position_ms)

    def _seen_at_s(self) -> float:
        """Return the film time of the picture on the screen. A poster is taken from the middle of the film."""
        shown_s = self._player.frame_at_s if self._is_open and self._player is not None else None
        clip = self._clip()
        return shown_s if shown_s is not None else clip.film.duration_s / 2 if clip and clip.film else 0.0

    async def _take_frame(self, services: "StageServices", film: Path, at_s: float, origin: Parent) -> None:
        try:
            picture = await services.pictures.save_frame(film, at_s)
        except StudioError:
            if await _is_there(film):
                raise
            await self._explain(film)
        else:
            self._frame.set_full_screen(False)
            self.frame_taken.emit(picture, origin)

    def _on_player_frame_arrived(self) -> None:
        if self._player is not None and self._is_open:
            self._screen.show_picture(self._player.frame)

    def _on_player_duration_changed(self, duration_ms: int) -> None:
        if self._is_open and duration_ms > 0:
            self._show_duration(duration_ms)

    def _on_player_failed(self) -> None:
        if (path := self._film()) is not None and self._is_open:
            self._scope.start(self._explain(path), name="Look for a film")

    async def _explain(self, path: Path) -> None:
        try:
            sentence = UNPLAYABLE if await _is_there(path) else GONE
        except FolderSilent:
            sentence = SILENT
        if path == self._film():
            self.stop()
            self._controls.hide()
            self._screen.show_sentence(sentence)

    # --- controls and keys ----------------------------------------------------------------------------------------

    def _connect_controls(self) -> None:
        self._screen.clicked.connect(self.toggle)
        self._screen.double_clicked.connect(self._toggle_full_screen)
        self._screen.step_chosen.connect(self._on_screen_step_chosen)
        self._frame.key_asked.connect(self._on_frame_key_asked)
        self._controls.play_toggled.connect(self.toggle)
        self._controls.sought.connect(self._seek)
        self._controls.clip_chosen.connect(self._on_controls_clip_chosen)
        self._controls.continue_asked.connect(self._on_controls_continue_asked)
        self._controls.use_asked.connect(self._on_controls_use_asked)
        self._controls.full_screen_toggled.connect(self._toggle_full_screen)

    def _toggle_full_screen(self) -> None:
        self._frame.set_full_screen(not self._frame.is_full_screen)

    def _on_screen_step_chosen(self, step: Step) -> None:
        if self._task is None:
            return
        self._frame.set_full_screen(False)
        if isinstance(step, SuccessorStep):
            self.successor_chosen.emit(step.model, self._task)
        else:
            self.step_chosen.emit(step.action, self._task)

    def _on_controls_clip_chosen(self, place: int) -> None:
        was_playing = self._is_open
        self.stop()
        self._place = place
        self._show_clip(play=was_playing)

    def _on_controls_continue_asked(self) -> None:
        clip = self._clip()
        if self._services is not None and clip is not None and (film := self._film()) is not None:
            at_s = self._seen_at_s()
            work = self._take_frame(
                self._services, film, at_s, Parent(clip.task, ParentKind.CONTINUED, clip=clip.index, at_s=at_s)
            )
            self._scope.start(work, name="Take a frame", busy=self._controls.continue_button)

    def _on_frame_key_asked(self, key: StageKey) -> None:
        if key is StageKey.TOGGLE:
            self.toggle()
        elif key in _VOLUME:
            self._controls.change_volume(_VOLUME[key])
        elif key is StageKey.MUTE:
            self._controls.toggle_mute()
        elif key in (StageKey.FULL_SCREEN, StageKey.LEAVE_FULL_SCREEN):
            self._toggle_full_screen()
        elif key in _JUMPS:
            self._seek(self._position_ms + _JUMPS[key])
        elif self._is_open and self._player is not None:
            self._player.step(_FRAMES[key])
        else:
            self._seek(0)

    def _on_controls_use_asked(self) -> None:
        button, menu = self._controls.use_button, QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_clip_uses(menu, self._offers(), self._use)
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def _use(self, use: ClipUse) -> None:
        if (film := self._film()) is not None:
            self._frame.set_full_screen(False)
            self.clip_wanted.emit(film, use, self._seen_at_s())

    # --- task updates ---------------------------------------------------------------------------------------------

    def take_update(self, update: TaskUpdate) -> None:
        """Update the task on the stage; an empty stage shows a clip that has just finished."""
        if self._task is None:
            fresh = (task for task in update.tasks.values() if _is_fresh(task))
            if (finished := max(fresh, key=lambda task: task.id, default=None)) is not None:
                self.show_task(finished, play=False)
            return
        shown = update.tasks.get(self._task.id)
        if shown is None or shown.is_put_aside:  # the list chooses what to show instead
            return
        clip_before, self._task = self._clip(), shown
        if not self._is_open and (self._clip() != clip_before or self._film() is None):
            self._show_clip(play=False)


def _absence(task: Task, services: "StageServices | None") -> tuple[Sentence, tuple[Step, ...]]:
    """Return why a task has no film, and what can be done."""
    if services is None:
        around = Surroundings(now=datetime.now(UTC))
        return Sentence(*stage_words(task, around)), next_steps(task, around)
    profile = services.profiles.get(task.request.model)
    around = Surroundings(now=datetime.now(UTC), gateway=services.gateway_name, profile=profile)
    successors = steps_of(task, services.profiles, refused=services.model_blocks.refused)
    return Sentence(*stage_words(task, around)), (*successors, *next_steps(task, around))


async def _is_there(path: Path) -> bool:
    return await on_disk(path.parent, path.exists)


def _is_fresh(task: Task) -> bool:
    return task.phase is Phase.READY and task.seen_at is None and not task.is_put_aside
