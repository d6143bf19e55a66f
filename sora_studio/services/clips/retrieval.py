"""Downloads every clip as soon as its task has succeeded, and retries until it is saved or the service no longer has it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.clip import NOT_WRITTEN, Clip, ClipState
from sora_studio.domain.errors import (
    FolderSilent,
    InvalidSetting,
    LinkExpired,
    PassingError,
    StorageFull,
    StudioError,
)
from sora_studio.domain.events import NoticeAction, NoticeLevel, TransferProgressed
from sora_studio.domain.ports import TransferProgress
from sora_studio.domain.schedule import backoff_s
from sora_studio.domain.task import Task
from sora_studio.services.clips.renewal import Renewal
from sora_studio.services.clips.saving import ClipSaver, FilmUnchecked, NotAFilm
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.notices import FOLDER, OUTPUT
from sora_studio.services.runtime.wait_or_wake import LONGEST_REST_S, wait_or_wake

if TYPE_CHECKING:
    from sora_studio.media.local import LocalMedia

_log = logging.getLogger(__name__)
TRANSFERS_IN_FLIGHT = 3
FOLDER_CHECK_S = 10.0
ELSEWHERE_BEFORE_S = 2 * 3600.0
"""A clip whose own folder is not to be had goes to the general one this long before its link ends."""
HOPELESS_WAIT_S = 600.0
"""Wait between attempts that are unlikely to succeed."""
_CHECK_BACKOFF = 4
"""Caps the backoff exponent: a film on disk is checked again within 8 s."""
_SETTLED = frozenset({ClipState.SAVED, ClipState.EXPIRED, ClipState.MISSING})


@dataclass(slots=True)
class _Wanted:
    """A clip in the queue; `not_before` is monotonic. `anew`: download it although unplayable bytes are kept.

    `elsewhere`: save it in the general folder, because its task's own one is not to be had and the link ends soon.
    """

    clip: int
    task: int
    expires_at: datetime
    not_before: float = 0.0
    attempts: int = 0
    anew: bool = False
    elsewhere: bool = False


class Retrieval:
    """Runs at most three transfers at once, earliest expiry first. Failures are retried with backoff."""

    def __init__(
        self, core: Core, saver: ClipSaver, renewal: Renewal, media: "LocalMedia", *, is_owner: Callable[[], bool]
    ) -> None:
        self._core = core
        self._clock = core.clock
        self._task_writer = core.task_writer
        self._saver = saver
        self._renewal = renewal
        self._media = media
        self._is_owner = is_owner
        self._wanted = dict[int, _Wanted]()
        self._in_flight = dict[int, asyncio.Task[None]]()
        self._paused = set[int]()
        self._held_until = 0.0
        self._wake = asyncio.Event()

    def task_changed(self, task: Task) -> None:
        """Queue a task's remote clips, and drop those that are settled."""
        if task.gateway != self._core.gateway_name:
            return
        for clip in task.clips:
            if clip.id in self._in_flight:
                continue
            if clip.state in _SETTLED:
                self._wanted.pop(clip.id, None)
            elif clip.state is ClipState.REMOTE and clip.id not in self._wanted:
                self._wanted[clip.id] = _Wanted(clip.id, task.id, clip.expires_at)
                self._wake.set()

    async def save_now(self, task: int) -> None:
        """Download a task's clips now, including paused, failing, expired and missing ones."""
        row = await self._task_writer.tasks.get(task)
        for clip in row.clips if row else ():
            self._paused.discard(clip.id)
            if wanted := self._wanted.get(clip.id):
                wanted.not_before, wanted.attempts, wanted.anew = 0.0, 0, True
            if clip.state in (ClipState.EXPIRED, ClipState.MISSING):
                self._renewal.forget(task)
                await self._task_writer.transition_clip(clip.id, ClipState.REMOTE, trouble=None)
        self.resume()

    async def save_as_it_is(self, task: int) -> None:
        """Save the kept bytes of a task's clips, although they are not a playable film. Raises `StudioError` and `OSError`."""
        row = await self._task_writer.tasks.get(task)
        for clip in row.clips if row else ():
            if row and clip.kept and await self._task_writer.transition_clip(clip.id, ClipState.DOWNLOADING):
                await self._save_kept(row, clip)

    async def _save_kept(self, task: Task, clip: Clip) -> None:
        try:
            await self._saver.save_as_it_is(task, clip)
        except BaseException:
            await self._task_writer.insist(lambda: self._task_writer.transition_clip(clip.id, ClipState.REMOTE))
            raise

    async def pause(self, task: int) -> None:
        """Stop a task's transfers and keep what arrived, until `save_now` or the next start."""
        row = await self._task_writer.tasks.get(task)
        for clip in row.clips if row and self._is_owner() else ():
            if clip.state not in (ClipState.REMOTE, ClipState.DOWNLOADING):
                continue
            self._paused.add(clip.id)
            if transfer := self._in_flight.get(clip.id):
                transfer.cancel()
            else:
                await self._task_writer.record_clip(clip.id, trouble="Paused.")

    async def locate(self, clip: int, path: Path) -> bool:
        """Record where a missing clip's file is now. Raises `StudioError` if that file is not a film."""
        film = await self._media.inspect_film(path)
        return await self._task_writer.transition_clip(clip, ClipState.SAVED, path=path, film=film, trouble=None)

    def resume(self) -> None:
        """Retry now, although the folder was full or not writable."""
        self._held_until = 0.0
        self._wake.set()

    async def run(self) -> None:
        """Download queued clips until cancelled."""
        while True:
            while (wanted := self._next()) is not None:
                work = self._core.supervisor.start(self._fetch(wanted), name=f"fetch {wanted.clip}")
                self._in_flight[wanted.clip] = work
            await wait_or_wake(self._clock, self._wake, self._wait_s())

    def _next(self) -> _Wanted | None:
        now = self._clock.monotonic()
        if len(self._in_flight) >= TRANSFERS_IN_FLIGHT or self._held_until > now:
            return None
        return min(
            (wanted for wanted in self._waiting() if wanted.not_before <= now),
            key=lambda wanted: (wanted.expires_at, wanted.clip),
            default=None,
        )

    def _waiting(self) -> list[_Wanted]:
        return [
            wanted for wanted in self._wanted.values() if wanted.clip not in self._in_flight and wanted.clip not in self._paused
        ]

    def _wait_s(self) -> float:
        now = self._clock.monotonic()
        if self._held_until > now:
            return self._held_until - now
        if len(self._in_flight) >= TRANSFERS_IN_FLIGHT:
            return LONGEST_REST_S
        return max(0.001, min((wanted.not_before - now for wanted in self._waiting()), default=LONGEST_REST_S))

    async def _fetch(self, wanted: _Wanted) -> None:
        """Try to save one clip once. Its row ends in a truthful state in any case."""
        wanted.attempts += 1
        wanted.not_before = self._clock.monotonic() + backoff_s(wanted.attempts, self._core.rng)
        try:
            await self._try(wanted)
        except StorageFull as full:  # the database's disk, before or after the transfer
            self._hold_all(full.sentence)
        finally:
            self._in_flight.pop(wanted.clip, None)
            self._wake.set()

    async def _try(self, wanted: _Wanted) -> None:
        task = await self._task_writer.tasks.get(wanted.task)
        clip = next((clip for clip in task.clips if clip.id == wanted.clip), None) if task else None
        if (
            task is None
            or clip is None
            or not await self._task_writer.transition_clip(clip.id, ClipState.DOWNLOADING, trouble=None)
        ):
            self._wanted.pop(wanted.clip, None)
            return
        try:
            await self._saver.save(task, clip, self._reporter(wanted), anew=wanted.anew, elsewhere=wanted.elsewhere)
        except asyncio.CancelledError:
            trouble = "Paused." if clip.id in self._paused else None
            await self._task_writer.transition_clip(clip.id, ClipState.REMOTE, trouble=trouble)
            raise
        except Exception as error:
            await self._give_back(task, clip, wanted, error)
        else:
            self._wanted.pop(wanted.clip, None)
            self._saved(task, wanted)

    async def _give_back(self, task: Task, clip: Clip, wanted: _Wanted, error: Exception) -> None:
        """Return the clip to `remote` with the reason, or mark it expired."""
        state = ClipState.REMOTE
        try:
            state = await self._judge(task, clip, wanted, error)
        finally:
            trouble = error.title if isinstance(error, StudioError) else NOT_WRITTEN
            await self._task_writer.insist(lambda: self._task_writer.transition_clip(clip.id, state, trouble=trouble))
        if state is not ClipState.REMOTE:
            self._wanted.pop(wanted.clip, None)

    async def _judge(self, task: Task, clip: Clip, wanted: _Wanted, error: Exception) -> ClipState:
        """Decide when to retry. Expired only if the service has no other link and the clip's lifetime is over."""
        match error:
            case LinkExpired():
                return await self._after_expiry(task, clip, wanted)
            case FolderSilent():
                self._folder_failed(task, clip, wanted, f"{error.title} Clips are saved as soon as it answers.")
            case FilmUnchecked():  # complete on disk: no download or new link is needed
                wanted.not_before = self._clock.monotonic() + backoff_s(min(wanted.attempts, _CHECK_BACKOFF), self._core.rng)
            case PassingError():
                self._delay(wanted, error.retry_after_s or 0.0)
                if wanted.attempts > 1:
                    await self._renewal.renew(task, clip)
            case StorageFull():
                self._folder_failed(task, clip, wanted, error.sentence)
            case NotAFilm(is_kept=True):  # wait for the user's decision
                self._paused.add(clip.id)
                wanted.anew = False
            case InvalidSetting() | NotAFilm():
                self._delay(wanted, min(HOPELESS_WAIT_S, 10.0 * 2.0 ** min(wanted.attempts, 8)) / self._core.speed)
                await self._renewal.renew(task, clip)
            case OSError():
                reason = error.strerror or "unknown reason"
                words = f"The clips' folder is not writable ({reason}). Choose another in Settings; nothing is lost."
                own_words = f"The task's own folder is not writable ({reason}). The clip is saved as soon as it is."
                self._folder_failed(task, clip, wanted, own_words if task.output_dir else words)
            case _:
                _log.error("Clip %d could not be saved", clip.id, exc_info=error)
        return ClipState.REMOTE

    async def _after_expiry(self, task: Task, clip: Clip, wanted: _Wanted) -> ClipState:
        """Retry at once with a fresh link. Without one, give up only when the clip's lifetime is over as well."""
        fresh = await self._renewal.renew(task, clip)
        if fresh:
            wanted.not_before = 0.0
        elif fresh is False and self._clock.now() >= clip.expires_at:
            return ClipState.EXPIRED
        else:
            self._delay(wanted, self._renewal.again_in_s(task) * min(wanted.attempts, 10))
        return ClipState.REMOTE

    def _folder_failed(self, task: Task, clip: Clip, wanted: _Wanted, text: str) -> None:
        """Try again later: all clips, or those of one task if it has a folder of its own.

        A clip must not die with its link for the sake of a folder: shortly before, it goes to the general one.
        """
        own = task.output_dir
        if own is None or wanted.elsewhere:
            self._hold_all(text)
            return
        self._delay(wanted, FOLDER_CHECK_S)
        left_s = (clip.expires_at - self._clock.now()).total_seconds()
        wanted.elsewhere = left_s < ELSEWHERE_BEFORE_S / self._core.speed
        self._core.notices.post(f"{FOLDER}{own}", NoticeLevel.WARNING, f"{text.rstrip()} It belongs in {own}.")

    def _saved(self, task: Task, wanted: _Wanted) -> None:
        """Clear the notice about the folder that has just been used; say where a clip went instead."""
        own = task.output_dir
        if own is None:
            self._core.notices.clear(OUTPUT)
        elif wanted.elsewhere:
            words = f"A clip was saved in the general folder, because its link was about to end and {own} could not be used."
            self._core.notices.post(f"{FOLDER}{own}", NoticeLevel.WARNING, words)
        else:
            self._core.notices.clear(f"{FOLDER}{own}")

    def _hold_all(self, text: str) -> None:
        """Start no transfer for `FOLDER_CHECK_S`, and post a notice about the folder."""
        self._held_until = self._clock.monotonic() + FOLDER_CHECK_S
        self._core.notices.post(OUTPUT, NoticeLevel.ERROR, text, NoticeAction.OPEN_SETTINGS)

    def _delay(self, wanted: _Wanted, seconds: float) -> None:
        wanted.not_before = max(wanted.not_before, self._clock.monotonic() + seconds)

    def _reporter(self, wanted: _Wanted) -> Callable[[TransferProgress], None]:
        """Return a callback that publishes progress. Once new bytes arrive, earlier failures no longer count."""
        first: int | None = None

        def report(progress: TransferProgress) -> None:
            nonlocal first
            first = progress.received_bytes if first is None else first
            if progress.received_bytes > first:
                wanted.attempts = min(wanted.attempts, 1)
            self._core.events.publish(
                TransferProgressed(
                    wanted.task, wanted.clip, progress.received_bytes, progress.total_bytes, progress.bytes_per_s
                )
            )

        return report
