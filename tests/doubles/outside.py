"""Films, pictures and the folder lock without network, decoder or second process."""

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path

from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.errors import InvalidRequest, Problem, StudioError
from sora_studio.domain.models.profile import MediaKind, MediaSlot
from sora_studio.domain.picture import PictureEdit, PreparedPicture, Thumbnail
from sora_studio.domain.ports import TransferProgress
from sora_studio.domain.recording import RecordingFacts
from sora_studio.domain.request import ImageFacts
from sora_studio.gateway.transfer import FilmTransfer
from sora_studio.media.local import LocalMedia
from sora_studio.storage.lock import DataFolderLock
from sora_studio.storage.metadata_due import DueMetadata, SqliteMetadataDue
from sora_studio.storage.pause_marker import PauseMarker

FILM = FilmFacts(width=1280, height=720, duration_s=10.0, has_audio=True)
FILM_BYTES = b"a film of exactly forty bytes, no more.."


class ScriptedTransfer(FilmTransfer):
    """Writes a film, after raising what `troubles` holds. With `gate` set, it stops half-way until the gate opens."""

    def __init__(self) -> None:
        self.troubles = deque[Exception]()
        self.gate: asyncio.Event | None = None
        self.content = FILM_BYTES
        self.fetched: list[str] = []
        self.forgotten: list[Path] = []
        self.running = 0
        self.most_running = 0

    async def fetch(self, url: str, part: Path, on_progress: Callable[[TransferProgress], None]) -> None:
        self.fetched.append(url)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            if self.troubles:
                raise self.troubles.popleft()
            half = len(self.content) // 2
            _write(part, self.content[:half])
            on_progress(TransferProgress(half, len(self.content), 1000.0))
            if self.gate is not None:
                await self.gate.wait()
            _write(part, self.content)
            on_progress(TransferProgress(len(self.content), len(self.content), 1000.0))
        finally:
            self.running -= 1

    async def forget(self, part: Path) -> None:
        self.forgotten.append(part)


class ScriptedMedia(LocalMedia):
    """Knows one picture by each name in `images`, one film or sound by each in `recordings`; a clip's film is `FILM`.

    Takes every clip unless told otherwise, and draws tiny posters.
    """

    def __init__(self) -> None:
        self.images: dict[str, ImageFacts] = {}
        self.recordings: dict[str, RecordingFacts] = {}
        self.prepared: list[str] = []
        self.film_troubles = deque[StudioError]()
        self.poster_trouble: Exception | None = None
        self.strips: list[str] = []
        self.strip_troubles = deque[StudioError]()
        self.strip_gate: asyncio.Event | None = None

    async def inspect_image(self, path: Path) -> ImageFacts:
        return self.images.get(path.name, ImageFacts("png", 64, 64, 1000))

    async def inspect_recording(self, path: Path, kind: MediaKind) -> RecordingFacts:
        known = self.recordings.get(path.name)
        return known if known is not None else await super().inspect_recording(path, kind)

    async def draw_image(self, path: Path, *, max_edge: int) -> Thumbnail:
        return Thumbnail(bytes(4), 1, 1)

    async def prepare_image(self, path: Path, edit: PictureEdit, slot: MediaSlot) -> PreparedPicture:
        self.prepared.append(path.name)
        facts = await self.inspect_image(path)
        if not edit.convert and (facts.format not in slot.formats or facts.size_bytes > (slot.max_bytes or 0)):
            raise InvalidRequest([Problem("images", f"{path.name} cannot be sent as it is.")])
        content = f"{path.name} {edit}".encode()
        return PreparedPicture(content, "image/png", facts.width, facts.height, quality=80 if edit.convert else None)

    async def save_frame(self, film: Path, at_s: float, folder: Path) -> Path:
        return folder / f"{film.stem}-{at_s}.png"

    async def inspect_film(self, path: Path) -> FilmFacts:
        if self.film_troubles:
            raise self.film_troubles.popleft()
        return FILM

    async def save_poster(self, film: Path, poster: Path, *, max_edge: int, at_s: float | None = None) -> None:
        if self.poster_trouble is not None:
            raise self.poster_trouble
        _write(poster, b"poster" if at_s is None else f"poster at {at_s}".encode())

    async def save_filmstrip(self, film: Path, strip: Path) -> None:
        self.strips.append(strip.stem)
        if self.strip_gate is not None:
            await self.strip_gate.wait()
        if self.strip_troubles:
            raise self.strip_troubles.popleft()
        strip.parent.mkdir(exist_ok=True)
        _write(strip, b"strip")


class Marker(PauseMarker):
    """In memory; a test sets `paused` as another process would. With `gate` set, reading it waits until the gate opens."""

    def __init__(self, *, paused: bool = False) -> None:
        self.paused = paused
        self.gate: asyncio.Event | None = None
        self.troubles = deque[Exception]()

    async def is_set(self) -> bool:
        if self.gate is not None:
            await self.gate.wait()
        return self.paused

    async def put(self, paused: bool) -> None:
        if self.troubles:
            raise self.troubles.popleft()
        self.paused = paused


class NothingDue(SqliteMetadataDue):
    """Metadata files that are always up to date."""

    def __init__(self) -> None:
        pass

    async def due(self, *, after: int, limit: int) -> list[DueMetadata]:
        return []


class Lock(DataFolderLock):
    """Free or not, as the test says."""

    def __init__(self, *, free: bool = True) -> None:
        self.free = free
        self.released = False

    def try_acquire(self) -> bool:
        return self.free

    def release(self) -> None:
        self.released = True


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
