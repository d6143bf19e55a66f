"""A new file under the name that the person chose: all of it, or nothing."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

from sora_studio.atomic_file import GrowingFile
from sora_studio.disk_calls import WORK_WITHIN_S, on_disk, on_disk_later
from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import FileNotWritten, FileUnusable, FolderSilent, StorageFull, StudioError
from sora_studio.services.clips import clip_files

Made = TypeVar("Made")
_BUFFERED_CHARS = 1 << 20


class NewFile:
    """The file while it is written. Text is buffered; `do` works on the open file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._growing = GrowingFile(path)
        self._buffer = list[str]()
        self._buffered = 0

    async def write(self, text: str) -> None:
        """Append text as UTF-8. Lone surrogates, which have no encoding, become question marks."""
        self._buffer.append(text)
        self._buffered += len(text)
        if self._buffered >= _BUFFERED_CHARS:
            await self._flush()

    async def do(self, work: Callable[[BinaryIO], Made]) -> Made:
        """Return what blocking work on the open file returns."""
        return await on_disk(self.path.parent, lambda: self._growing.do(work), within_s=WORK_WITHIN_S)

    async def open(self) -> None:
        """Create the unfinished file. Raises `FileExistsError` if the final name is taken, and `OSError`."""
        if await on_disk(self.path.parent, lambda: clip_files.is_taken(self.path)):
            raise FileExistsError
        await on_disk(self.path.parent, self._growing.open)

    async def finish(self) -> None:
        """Give the file its name once all of it is on the disk. Raises `FileExistsError` if the name is taken meanwhile."""
        await self._flush()
        await on_disk(self.path.parent, self._growing.complete, within_s=WORK_WITHIN_S)
        try:
            await clip_files.land(self._growing.unfinished, self.path)
        except BaseException:
            on_disk_later(self.path.parent, lambda: self._growing.unfinished.unlink(missing_ok=True))
            raise

    async def discard(self) -> None:
        """Remove what has been written; later, if the disk does not answer now."""
        try:
            await on_disk(self.path.parent, self._growing.discard, within_s=WORK_WITHIN_S)
        except FolderSilent:
            on_disk_later(self.path.parent, self._growing.discard)

    async def _flush(self) -> None:
        content = "".join(self._buffer).encode(errors="replace")
        self._buffer.clear()
        self._buffered = 0
        if content:
            await self.do(lambda file: file.write(content))


@asynccontextmanager
async def new_file(path: Path) -> AsyncGenerator[NewFile]:
    """Yield a file that gets its name when the block ends, and leaves nothing behind when it raises or is cancelled.

    Raises `FileUnusable` for a name that is taken, `StorageFull`, `FileNotWritten` and `FolderSilent`.
    """
    file = NewFile(path)
    try:
        await file.open()
        yield file
        await file.finish()
    except BaseException as error:
        await file.discard()
        if isinstance(error, OSError) and not isinstance(error, StudioError):
            raise write_error(path, error) from error
        raise


def write_error(path: Path, error: OSError) -> StudioError:
    """Return what to tell the person about a file that could not be written."""
    if isinstance(error, FileExistsError):
        return FileUnusable(
            f"{path} exists already.", advice="Nothing was written. Choose another name, or move that file away."
        )
    if is_full(error):
        return StorageFull("The disk is full.", advice="Nothing was written. Free some space, then try again.")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return FileNotWritten(f"There is no folder {path.parent}.", advice="Nothing was written.")
    return FileNotWritten(f"{path} cannot be written: {error.strerror or error}.", advice="Nothing was written.")
