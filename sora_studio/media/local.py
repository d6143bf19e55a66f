"""Local pictures, films and sounds for the services.

Blocking work runs in threads; films and sounds are opened in child processes.
"""

import hashlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sora_studio.atomic_file import write_whole
from sora_studio.disk_calls import WORK_WITHIN_S, DiskThreads, on_disk
from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import StorageFull, StudioError
from sora_studio.domain.film_edit import FilmEdit, PreparedFile
from sora_studio.domain.models.draft import MediaFacts
from sora_studio.domain.models.profile import MediaKind, MediaSlot
from sora_studio.domain.picture import FRAME, PictureEdit, PreparedPicture, Thumbnail
from sora_studio.domain.recording import RecordingFacts
from sora_studio.domain.request import ImageFacts
from sora_studio.media.copy_plan import plan_copy
from sora_studio.media.copy_queue import CopyQueue
from sora_studio.media.decode_pool import DecodePool
from sora_studio.media.film_decoder import FilmDecoder
from sora_studio.media.film_process import FilmProcess

_PICTURES_AT_ONCE = 2
"""One takes up to hundreds of megabytes while it is prepared; a large one needs the whole budget."""
_NAME_DIGITS = 32


class LocalMedia:
    """Local pictures, films and sounds; the work runs in threads and child processes.

    Cheap to create: Pillow is imported by the first picture, PyAV by child processes only.

    Every method raises `FolderSilent` when the folder of the picture or film does not answer. `close` ends its processes.
    """

    def __init__(self, films: FilmProcess | None = None, copies: CopyQueue | None = None) -> None:
        self._films = films or FilmProcess()
        self._posters = FilmDecoder() if films is None else films
        self._strips = FilmDecoder() if films is None else films  # a separate one, so that posters never wait for strips
        self._copies = copies or CopyQueue()
        self._film_threads = DiskThreads()
        self._room = DecodePool(_PICTURES_AT_ONCE)
        self._easel = DecodePool(_PICTURES_AT_ONCE)  # a separate pool, so that drawing never waits for a conversion

    async def inspect_image(self, path: Path) -> ImageFacts:
        """Identify by content. Raises `InvalidRequest` with a sentence when it is not a picture or cannot be read."""
        await _reach(path)
        return await self._room.do(path.parent, partial(_inspect_image, path))

    async def draw_image(self, path: Path, *, max_edge: int) -> Thumbnail:
        """Return a preview with at most `max_edge` pixels along its longer edge. Raises like `inspect_image`."""
        await _reach(path)
        return await self._easel.do(path.parent, partial(_draw_image, path, max_edge))

    async def shrink_image(self, path: Path, max_edge: int) -> bytes:
        """Return the picture as a JPEG, its longer edge at most `max_edge` pixels. Raises like `inspect_image`."""
        await _reach(path)
        return await self._easel.do(path.parent, partial(_shrink_image, path, max_edge))

    async def prepare_image(self, path: Path, edit: PictureEdit, slot: MediaSlot) -> PreparedPicture:
        """Return what would be published: upright, cropped, without metadata, and within the limits of `slot`.

        Raises `InvalidRequest` when that needs a conversion that the edit does not allow, and like `inspect_image`.
        """
        places = _PICTURES_AT_ONCE if await on_disk(path.parent, partial(_is_large, path)) else 1
        return await self._room.do(path.parent, partial(_prepare_image, path, edit, slot), places=places)

    async def inspect_film(self, path: Path) -> FilmFacts:
        """Open the container and decode a frame. Raises `StudioError` when it is not a complete film."""
        return await self._film_threads.run(path.parent, partial(self._films.inspect, path), within_s=WORK_WITHIN_S)

    async def draw_film(self, path: Path, *, max_edge: int) -> Thumbnail:
        """Return the middle frame, its longer edge at most `max_edge` pixels. Raises like `inspect_film`."""
        work = partial(self._posters.draw_thumbnail, path, max_edge=max_edge)
        return await self._film_threads.run(path.parent, work, within_s=WORK_WITHIN_S)

    async def inspect_recording(self, path: Path, kind: MediaKind) -> RecordingFacts:
        """Open a film or sound and decode some of it. A film may be inspected as a sound.

        Raises `InvalidRequest` with a sentence when it cannot be used, and `PassingError` when it could not be examined.
        """
        work = partial(self._films.inspect_recording, path, kind)
        return await self._film_threads.run(path.parent, work, within_s=WORK_WITHIN_S)

    async def plan_recording(self, path: Path, edit: FilmEdit, slot: MediaSlot) -> MediaFacts:
        """Return what is known of what `prepare_recording` would write, without writing it; raises like it.

        The size of a copy that is encoded anew is not known before.
        """
        facts = await self.inspect_recording(path, slot.kind)
        plan = plan_copy(path, facts, edit, slot)
        sides = (plan.width or facts.width, plan.height or facts.height)
        size_bytes = None if plan.is_encoded else facts.size_bytes
        return MediaFacts(plan.format, size_bytes, sides[0] or None, sides[1] or None, seconds=plan.seconds)

    async def draw_waveform(self, path: Path, *, buckets: int) -> tuple[float, ...]:
        """Return the peaks, 0 to 1, of equal parts of a sound or a film's sound. Raises like `inspect_recording`."""
        work = partial(self._films.draw_waveform, path, buckets=buckets)
        return await self._film_threads.run(path.parent, work, within_s=WORK_WITHIN_S)

    async def prepare_recording(
        self, path: Path, edit: FilmEdit, slot: MediaSlot, folder: Path, progress: Callable[[float], None]
    ) -> PreparedFile:
        """Write what would be published into `folder` and return it: without metadata, cut, within the slot's limits.

        Files are named by content: equal ones are one. Streams are copied as they are unless the edit or the slot needs
        more. `progress` is called with 0 to 1, at most ten times a second; it never goes back. Cancelled, it kills the process
        and leaves nothing behind. Raises `InvalidRequest` with a sentence when the file does not fit and `edit` does
        not allow what would help, `StorageFull`, `PassingError` when the process was killed, and like `inspect_recording`.
        """
        facts = await self.inspect_recording(path, slot.kind)
        return await self._copies.make(path, facts, edit, slot, folder, progress)

    async def save_poster(self, film: Path, poster: Path, *, max_edge: int, at_s: float | None = None) -> None:
        """Save a frame, the middle one unless `at_s` says another, as a JPEG, its longer edge at most `max_edge` pixels.

        Raises like `inspect_film`, and `StorageFull` on a full disk.
        """
        work = partial(self._save_poster, film, poster, max_edge, at_s)
        await self._film_threads.run(film.parent, work, within_s=WORK_WITHIN_S)

    async def save_filmstrip(self, film: Path, strip: Path) -> None:
        """Save `FILMSTRIP_CELLS` frames, evenly spread over the film, side by side as a JPEG. Raises like `save_poster`."""
        work = partial(self._save_filmstrip, film, strip)
        await self._film_threads.run(film.parent, work, within_s=WORK_WITHIN_S)

    async def save_frame(self, film: Path, at_s: float, folder: Path) -> Path:
        """Save the frame displayed at that time as a PNG, named by its content: the same frame twice is one file."""
        work = partial(self._save_frame, film, at_s, folder)
        return await self._film_threads.run(film.parent, work, within_s=WORK_WITHIN_S)

    def close(self) -> None:
        """End the processes that are kept for the next film. Whoever still waits for one gets an error."""
        for decoder in (self._posters, self._strips):
            if isinstance(decoder, FilmDecoder):
                decoder.close()

    def _save_poster(self, film: Path, poster: Path, max_edge: int, at_s: float | None) -> None:
        _write_whole(self._posters.draw_poster(film, max_edge=max_edge, at_s=at_s), poster)

    def _save_filmstrip(self, film: Path, strip: Path) -> None:
        _write_whole(self._strips.draw_filmstrip(film), strip)

    def _save_frame(self, film: Path, at_s: float, folder: Path) -> Path:
        picture = self._films.draw_frame(film, at_s=at_s)
        frame = folder / f"{FRAME}-{hashlib.sha256(picture).hexdigest()[:_NAME_DIGITS]}.png"
        _write_whole(picture, frame)
        return frame


async def _reach(path: Path) -> None:
    """Raise `FolderSilent` before taking a place that others wait for."""
    await on_disk(path.parent, partial(os.path.exists, path))


def _prepare_image(path: Path, edit: PictureEdit, slot: MediaSlot) -> PreparedPicture:
    from sora_studio.media import preparation  # noqa: PLC0415 - not before the first paint

    return preparation.prepare_image(path, edit, slot)


def _draw_image(path: Path, max_edge: int) -> Thumbnail:
    from sora_studio.media import drawing  # noqa: PLC0415 - not before the first paint

    return drawing.draw_image(path, max_edge=max_edge)


def _shrink_image(path: Path, max_edge: int) -> bytes:
    from sora_studio.media import drawing  # noqa: PLC0415 - not before the first paint

    return drawing.shrink_image(path, max_edge=max_edge)


def _is_large(path: Path) -> bool:
    from sora_studio.media import image  # noqa: PLC0415 - not before the first paint

    return image.is_large(path)


def _inspect_image(path: Path) -> ImageFacts:
    from sora_studio.media import image  # noqa: PLC0415 - not before the first paint

    return image.inspect_image(path)


def _write_whole(picture: bytes, path: Path) -> None:
    """There is a whole picture or none."""
    try:
        write_whole(path, picture)  # fsynced: a waiting task may depend on this frame alone
    except OSError as error:
        if is_full(error):
            raise StorageFull from error
        raise StudioError("The picture cannot be written.", detail=str(error.strerror)) from error
