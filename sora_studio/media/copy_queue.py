"""Makes copies of films and sounds one after the other, without blocking the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from sora_studio.disk_calls import DiskThreads
from sora_studio.domain.film_edit import FilmEdit, PreparedFile
from sora_studio.domain.models.profile import MediaSlot
from sora_studio.domain.recording import RecordingFacts
from sora_studio.media.copy_plan import CopyPlan, plan_copy
from sora_studio.media.copy_process import LONGEST_S, STALLED_AFTER_S, CopyProcess, EncoderUnavailable


class CopyQueue:
    """First in, first out, one at a time: an encoder uses every core, and nothing else waits for copies."""

    def __init__(self, command: Sequence[str] = (), *, stalled_after_s: float = STALLED_AFTER_S) -> None:
        self._command, self._stalled_after_s = command, stalled_after_s
        self._threads = DiskThreads(at_once=1)
        self._turn = asyncio.Lock()

    async def make(
        self,
        path: Path,
        facts: RecordingFacts,
        edit: FilmEdit,
        slot: MediaSlot,
        folder: Path,
        progress: Callable[[float], None],
    ) -> PreparedFile:
        """See `LocalMedia.prepare_recording`."""
        plan = plan_copy(path, facts, edit, slot)
        async with self._turn:
            try:
                return await self._make(path, plan, slot, folder, progress)
            except EncoderUnavailable:
                if plan.format != "mp3":
                    raise
            plan = plan_copy(path, facts, edit, slot, has_mp3=False)
            return await self._make(path, plan, slot, folder, progress)

    async def _make(
        self, path: Path, plan: CopyPlan, slot: MediaSlot, folder: Path, progress: Callable[[float], None]
    ) -> PreparedFile:
        loop, is_over = asyncio.get_running_loop(), False

        def tell(fraction: float) -> None:
            if not is_over:
                progress(fraction)

        def report(fraction: float) -> None:
            with suppress(RuntimeError):  # the loop has been closed
                loop.call_soon_threadsafe(tell, fraction)

        copy = CopyProcess(report, self._command, stalled_after_s=self._stalled_after_s)
        working = self._threads.start(path.parent, partial(copy.make, path, plan, slot, folder), within_s=LONGEST_S)
        try:
            made = await asyncio.shield(working)
        except asyncio.CancelledError:
            copy.cancel()
            await _ended(working)
            raise
        finally:
            is_over = True
        progress(1.0)
        return made


async def _ended(working: "asyncio.Future[PreparedFile]") -> None:
    """Wait for a cancelled copy, which takes milliseconds, so that nothing of it is left; its result is dropped."""
    while not working.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([working])
    if not working.cancelled():
        working.exception()
